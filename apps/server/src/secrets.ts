import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { Config } from "./config.ts";
import type { Peppers } from "./keys/secrets.ts";

// Words that stand in examples and tutorials; a secret made of one is no secret.
const WELL_KNOWN = /change.?me|secret|password|passw0rd|default|example|insecure|dummy|placeholder|replace|your.?(?:key|pepper|token)|pepper|letmein|qwerty|123456|abcdef/i;

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

const Kept = z.object({ key_pepper: z.string(), auth_secret: z.string() }).partial();

interface DevelopmentSecrets {
  key_pepper: string;
  auth_secret: string;
}

/** The secrets of a development server: made once, kept where only their owner reads them. */
function keepDevelopmentSecrets(dataDir: string): DevelopmentSecrets {
  const file = path.join(dataDir, "secrets.json");
  const kept = existsSync(file) ? Kept.parse(JSON.parse(readFileSync(file, "utf8"))) : {};
  const { key_pepper = newSecret(), auth_secret = newSecret() } = kept;
  const secrets = { key_pepper, auth_secret };
  if (kept.key_pepper === undefined || kept.auth_secret === undefined) {
    // Beside it first: a start that is cut short leaves the old file whole.
    writeFileSync(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return secrets;
}

/** The secrets of this installation: as configured, else those of a development server. */
export function toSecrets({ peppers, authSecret, dataDir }: Pick<Config, "peppers" | "authSecret" | "dataDir">): { peppers: Peppers; authSecret: string } {
  if (peppers !== null && authSecret !== null) return { peppers, authSecret };
  const kept = keepDevelopmentSecrets(dataDir);
  return { peppers: peppers ?? { current: kept.key_pepper, previous: null }, authSecret: authSecret ?? kept.auth_secret };
}

const newSecret = (): string => randomBytes(32).toString("base64url");
