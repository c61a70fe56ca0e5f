import { createHmac, randomBytes } from "node:crypto";
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { AppError } from "@loci/kit/errors";
import { z } from "zod";
import type { Config } from "./config.ts";
import type { Peppers } from "./keys/secrets.ts";

// Words that stand in examples and tutorials; a secret made of one is no secret.
const WELL_KNOWN = /change.?me|secret|password|passw0rd|default|example|insecure|dummy|placeholder|replace|your.?(?:key|pepper|token)|pepper|letmein|qwerty|123456|abcdef/i;

/** Where a development server keeps its own, in DATA_DIR. */
export const SECRETS_FILE = "secrets.json";

/** What is wrong with a secret, as the end of a sentence, or `null`. */
export function findWeakness(secret: string, bytesMin: number): string | null {
  const bytes = Buffer.byteLength(secret);
  if (bytes < bytesMin) return `is too short: ${bytes} bytes, at least ${bytesMin} are needed`;
  if (new Set(secret).size < 10 || isRepeat(secret)) return "repeats itself and could be guessed";
  const worn = WELL_KNOWN.exec(secret)?.[0];
  // In 32 random characters such a word is all but impossible; in a long passphrase it may be one of many.
  if (worn !== undefined && bytes < 64) return `holds the well-known word "${worn}"`;
  return null;
}

/** Whether the whole is one piece over and over: found inside its own double, before the end. */
const isRepeat = (text: string): boolean => (text + text).indexOf(text, 1) < text.length;

// A version before kept only the pepper.
const Kept = z.object({ key_pepper: z.string(), auth_secret: z.string().optional() });

interface DevelopmentSecrets {
  key_pepper: string;
  auth_secret: string;
}

/** The secrets of a development server: made once, kept where only their owner reads them. Processes that start at once get the same. */
function keepDevelopmentSecrets(dataDir: string): DevelopmentSecrets {
  const file = path.join(dataDir, SECRETS_FILE);
  if (!existsSync(file)) placeSecrets(file, { key_pepper: newSecret(), auth_secret: newSecret() }, placeFirst);
  const { key_pepper, auth_secret } = readSecrets(file);
  if (auth_secret !== undefined) return { key_pepper, auth_secret };
  // Made of the pepper, so that whoever else starts at this moment makes the same.
  const whole = { key_pepper, auth_secret: createHmac("sha256", key_pepper).update("auth secret").digest("base64url") };
  placeSecrets(file, whole, renameSync);
  return whole;
}

function readSecrets(file: string): z.output<typeof Kept> {
  try {
    return Kept.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (cause) {
    throw new AppError("unavailable", `${file} is not as this server wrote it. Put it back from a backup: no key of this DATA_DIR works without it.`, { cause });
  }
}

/** Written whole under a name of its own first, so that nobody ever reads half a file. */
function placeSecrets(file: string, secrets: DevelopmentSecrets, place: (own: string, file: string) => void): void {
  const own = `${file}.${randomBytes(8).toString("hex")}`;
  writeFileSync(own, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flag: "wx", flush: true });
  try {
    place(own, file);
  } finally {
    rmSync(own, { force: true });
  }
}

/** Of several processes the first wins. */
function placeFirst(own: string, file: string): void {
  try {
    linkSync(own, file);
  } catch (error) {
    // A file system that knows no links (FAT, some network shares) has to do with a rename.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") renameSync(own, file);
  }
}

/** The secrets of this installation: as configured, else those of a development server. */
export function toSecrets({ peppers, authSecret, dataDir }: Pick<Config, "peppers" | "authSecret" | "dataDir">): { peppers: Peppers; authSecret: string } {
  if (peppers !== null && authSecret !== null) return { peppers, authSecret };
  const kept = keepDevelopmentSecrets(dataDir);
  return { peppers: peppers ?? { current: kept.key_pepper, previous: null }, authSecret: authSecret ?? kept.auth_secret };
}

const newSecret = (): string => randomBytes(32).toString("base64url");
