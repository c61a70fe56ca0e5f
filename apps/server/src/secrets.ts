import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

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

const Kept = z.strictObject({ key_pepper: z.string() });

/** The pepper of a development server: made once, kept where only its owner reads it. */
export function keepDevelopmentPepper(dataDir: string): string {
  const file = path.join(dataDir, "secrets.json");
  if (existsSync(file)) return Kept.parse(JSON.parse(readFileSync(file, "utf8"))).key_pepper;
  const key_pepper = randomBytes(32).toString("base64url");
  writeFileSync(file, `${JSON.stringify({ key_pepper }, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  return key_pepper;
}
