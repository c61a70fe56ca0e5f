import { homedir } from "node:os";
import path from "node:path";

/** What the surroundings of the process say. */
export interface Environment {
  apiKey: string | undefined;
  baseUrl: string | undefined;
  profile: string | undefined;
  /** Where the sign-ins are kept. */
  configDir: string;
  /** Where what can be asked for again is kept. */
  cacheDir: string;
  /** Where the memories of `loci mcp --local` are kept. */
  dataDir: string;
  /** https://no-color.org: set to anything but nothing. */
  noColor: boolean;
  /** The command that opens a URL, instead of the system's. */
  browser: string | undefined;
}

type Variables = Record<string, string | undefined>;

/** Empty means not set, as in a compose file that passes on what is not there. */
export function readEnvironment(variables: Variables = process.env, platform: NodeJS.Platform = process.platform): Environment {
  const read = (name: string) => (variables[name] === "" ? undefined : variables[name]);
  const home = homedir();
  const windows = platform === "win32";
  const roaming = read("APPDATA") ?? path.join(home, "AppData", "Roaming");
  const local = read("LOCALAPPDATA") ?? path.join(home, "AppData", "Local");
  const toFolder = (variable: string, inHome: string) => path.join(read(variable) ?? path.join(home, inHome), "loci");
  return {
    apiKey: read("LOCI_API_KEY"),
    baseUrl: read("LOCI_BASE_URL"),
    profile: read("LOCI_PROFILE"),
    configDir: windows ? path.join(roaming, "loci") : toFolder("XDG_CONFIG_HOME", ".config"),
    cacheDir: windows ? path.join(local, "loci", "cache") : toFolder("XDG_CACHE_HOME", ".cache"),
    dataDir: windows ? path.join(local, "loci", "data") : toFolder("XDG_DATA_HOME", ".local/share"),
    noColor: read("NO_COLOR") !== undefined || read("TERM") === "dumb",
    browser: read("BROWSER"),
  };
}
