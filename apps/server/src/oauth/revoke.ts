import { hashesOfToken } from "../connections/tokens.ts";
import { OAuthError } from "./errors.ts";
import { endFamilies, type FamilyParts } from "./families.ts";

/**
 * Takes back a token that a client gives back (RFC 7009): a refresh token ends its whole sign-in, an access token only
 * itself. One that is not known is as good as revoked.
 */
export function revokeToken(parts: FamilyParts, { token, client_id }: { token: string; client_id: string }): Promise<void> {
  const { control, peppers } = parts;
  return control.transaction(async () => {
    const { db } = control;
    const row = await db.selectFrom("tokens").innerJoin("token_families", "token_families.id", "tokens.family_id").innerJoin("connections", "connections.id", "token_families.connection_id")
      .select(["tokens.token_hash", "tokens.kind", "tokens.family_id", "connections.client_id"]).where("token_hash", "in", hashesOfToken(peppers, token)).executeTakeFirst();
    if (row === undefined) return;
    if (row.client_id !== client_id) throw new OAuthError("invalid_grant", "This token belongs to another client.");
    if (row.kind === "refresh") await endFamilies(parts, { family_id: row.family_id }, "revoked_by_client");
    else await db.deleteFrom("tokens").where("token_hash", "=", row.token_hash).execute();
  });
}
