import { createHmac, hkdfSync } from "node:crypto";

/** What secrets of accounts are kept as. Each kind has its own, so that none can be shown for another. */
type Secret = "browser" | "code" | "magic_link" | "password_reset" | "second_factor" | "recovery_code" | "totp" | "address" | "owner_link" | "mark";

export type Digest = (kind: Secret, text: string) => string;

/** HMAC-SHA-256 under a key of its own: a copy of the database lets nobody try codes against it. */
export function createDigest(authSecret: string): Digest {
  const key = deriveKey(authSecret, "accounts");
  return (kind, text) => createHmac("sha256", key).update(`${kind}\n${text}`).digest("base64url");
}

/** A key for one purpose, from the one secret of an installation. */
export const deriveKey = (authSecret: string, purpose: string): Uint8Array => new Uint8Array(hkdfSync("sha256", authSecret, "loci", purpose, 32));
