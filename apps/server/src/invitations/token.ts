import { createHash, randomBytes } from "node:crypto";

const TOKEN_BYTES = 32;

/** The secret of an invitation: 256 random bits, of which only the hash is kept. */
export function mintToken(): { token: string; token_hash: string } {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  return { token, token_hash: hashToken(token) };
}

/** So many random bits need no secret to be hashed with. */
export const hashToken = (token: string): string => createHash("sha256").update(token).digest("base64url");

/** The token stands after `#`: browsers send it to no server, so it reaches no log, and who merely opens links spends nothing. */
export const toAcceptUrl = (publicUrl: string, token: string): string => `${publicUrl}/accept-invitation#token=${token}`;
