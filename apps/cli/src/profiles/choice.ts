import type { GlobalValues } from "../arguments/options.ts";
import type { Environment } from "../environment.ts";
import { CliError, usageError } from "../exit.ts";
import { readProfiles, type Profile } from "./file.ts";

export const DEFAULT_PROFILE = "default";
/** By this name a server knows itself unless it is told another. */
export const DEFAULT_BASE_URL = "http://localhost:8080";

/** Which server is called, and as whom. */
export interface Choice {
  baseUrl: string;
  /** The name under which a sign-in is, or would be, kept. */
  profileName: string;
  credentials: Credentials | null;
}

/** Where the credentials come from decides what a refusal of them advises. */
export type Credentials = { from: "--api-key" | "LOCI_API_KEY"; apiKey: string } | { from: "profile"; profile: Profile };

type Globals = Pick<GlobalValues, "profile" | "base-url" | "api-key"> & Partial<Pick<GlobalValues, "local">>;

/** A flag goes before the environment, and that before what is kept. A profile named by flag is a flag too, for all that it holds. */
export function chooseServer(globals: Globals, environment: Environment): Choice {
  if (globals.local === true) throw usageError("This is about a server, and --local has none.");
  const profileName = readProfileName(globals.profile ?? environment.profile ?? DEFAULT_PROFILE);
  const named = globals.profile !== undefined;
  const kept = readProfiles(environment.configDir)[profileName];
  const baseUrl = readBaseUrl(globals["base-url"] ?? (named ? kept?.base_url : undefined) ?? environment.baseUrl ?? kept?.base_url ?? DEFAULT_BASE_URL);
  return { baseUrl, profileName, credentials: chooseCredentials(globals, { environment, named, baseUrl, kept }) };
}

interface Known {
  environment: Environment;
  named: boolean;
  baseUrl: string;
  kept: Profile | undefined;
}

function chooseCredentials(globals: Globals, { environment, named, baseUrl, kept }: Known): Credentials | null {
  const flagged = globals["api-key"];
  if (flagged !== undefined) return { from: "--api-key", apiKey: readApiKey(flagged) };
  if (!named && environment.apiKey !== undefined) return { from: "LOCI_API_KEY", apiKey: readApiKey(environment.apiKey) };
  // What opens one server is never sent to another.
  return kept === undefined || kept.base_url !== baseUrl ? null : { from: "profile", profile: kept };
}

/** What a sign-in is asked for. */
export interface LoginTerms extends Pick<Choice, "baseUrl" | "profileName"> {
  headless?: boolean;
}

/** The command that signs in on these terms, for advice that can be copied. */
export function toLoginCommand({ baseUrl, profileName, headless = false }: LoginTerms): string {
  const flags = [headless ? "--headless" : "", profileName === DEFAULT_PROFILE ? "" : `--profile ${profileName}`, baseUrl === DEFAULT_BASE_URL ? "" : `--base-url ${baseUrl}`];
  return ["loci login", ...flags.filter((flag) => flag !== "")].join(" ");
}

/** Throws what to do where nothing opens the server. */
export function requireCredentials(choice: Choice): Credentials {
  const { credentials, baseUrl } = choice;
  if (credentials !== null) return credentials;
  throw new CliError("auth", `You are not signed in to ${baseUrl}.`, { hint: `Run: ${toLoginCommand(choice)}\nOr set LOCI_API_KEY to an API key, and LOCI_BASE_URL to its server.` });
}

export function readBaseUrl(text: string): string {
  const url = URL.parse(text.trim());
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.search !== "" || url.hash !== "") {
    throw usageError(`"${text}" is no address of a server. Give it whole, like https://loci.example.com.`);
  }
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

function readProfileName(text: string): string {
  if (/^[\w.@-]{1,64}$/.test(text) && text !== "__proto__") return text;
  throw usageError(`"${text}" is no name of a profile. Use letters, digits and . _ - @, 64 at most.`);
}

export function readApiKey(text: string): string {
  const key = text.trim();
  if (/^[\x21-\x7e]{8,512}$/.test(key)) return key;
  throw usageError("That is no API key. A key begins with mk_ and is one word of letters, digits, _ and -.");
}
