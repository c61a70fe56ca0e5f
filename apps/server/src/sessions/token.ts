import { createHmac, hkdfSync } from "node:crypto";

/** Turns session tokens into what is kept of them: a copy of the database opens no session. */
export function createTokenHasher(authSecret: string): (token: string) => string {
  const key = new Uint8Array(hkdfSync("sha256", authSecret, "loci", "session", 32));
  return (token) => createHmac("sha256", key).update(token).digest("base64url");
}
