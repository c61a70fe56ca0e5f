import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CliError } from "../exit.ts";

/** A server that is called with an API key. */
export interface KeyProfile {
  kind: "key";
  base_url: string;
  api_key: string;
}

/** A server where a person signed in. */
export interface SignInProfile {
  kind: "sign_in";
  base_url: string;
  issuer: string;
  token_endpoint: string;
  revocation_endpoint: string | null;
  access_token: string;
  refresh_token: string;
  /** When the access token ends; RFC 3339. */
  expires_at: string;
  scopes: string[];
}

export type Profile = KeyProfile | SignInProfile;
export type Profiles = Record<string, Profile>;

const FORMAT = 1;
// Secrets are for their owner alone.
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

export const toProfilesFile = (configDir: string): string => path.join(configDir, "credentials.json");

/** The sign-ins of this user, by name; none where the file is not there. */
export function readProfiles(configDir: string): Profiles {
  const file = toProfilesFile(configDir);
  try {
    return readFormat(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return {};
    const reason = (cause as NodeJS.ErrnoException).code === "EACCES" ? "This user may not read it." : "It is not what loci wrote there.";
    throw new CliError("unexpected", `The sign-ins in ${file} cannot be read. ${reason}`, { hint: "Mend its rights, or remove it and sign in again: loci login", cause });
  }
}

function readFormat(kept: unknown): Profiles {
  const { format, profiles } = kept as { format?: unknown; profiles?: Profiles };
  if (format !== FORMAT || typeof profiles !== "object" || profiles === null) throw new TypeError("another format");
  for (const { kind, base_url } of Object.values(profiles)) {
    if ((kind !== "key" && kind !== "sign_in") || typeof base_url !== "string") throw new TypeError("another format");
  }
  return profiles;
}

/** Only under the lock of the folder: who writes must have read what others wrote. A reader sees the old file or the new one, whole. */
export function writeProfiles(configDir: string, profiles: Profiles): void {
  const file = toProfilesFile(configDir);
  const written = `${file}.${process.pid}`;
  ensureFolder(configDir);
  try {
    writeFileSync(written, `${JSON.stringify({ format: FORMAT, profiles }, null, 2)}\n`, { mode: FILE_MODE });
    // The mode above is for a new file; one that a crash left may have another.
    chmodSync(written, FILE_MODE);
    renameSync(written, file);
  } catch (error) {
    rmSync(written, { force: true });
    throw error;
  }
}

export function ensureFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  } catch (cause) {
    throw new CliError("unexpected", `The folder ${folder} cannot be made: ${(cause as Error).message}`, { hint: "Mend its rights, or name another place: XDG_CONFIG_HOME for sign-ins, --folder for memories.", cause });
  }
}

/** Whether others than their owner can read the sign-ins; Windows keeps that in another place. */
export function isOpenToOthers(configDir: string): boolean {
  const found = statSync(toProfilesFile(configDir), { throwIfNoEntry: false });
  return found !== undefined && process.platform !== "win32" && (found.mode & 0o077) !== 0;
}
