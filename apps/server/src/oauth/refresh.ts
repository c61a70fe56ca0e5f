import type { Origin } from "../audit/origin.ts";
import { noteConnection } from "../connections/connect.ts";
import { isLive } from "../connections/live.ts";
import { hashesOfToken } from "../connections/tokens.ts";
import { OAuthError } from "./errors.ts";
import { endAccess, endFamilies, issueTokens, type FamilyParts, type IssuedTokens } from "./families.ts";
import { readScopes, toScopes } from "./scopes.ts";

/** What a client asks for with a refresh token. */
export interface RefreshAsked {
  client_id: string;
  resource: string | null;
  /** Fewer scopes than were granted, or `null` for all of them. */
  scope: string | null;
}

type RefreshRow = NonNullable<Awaited<ReturnType<typeof findRefresh>>>;

/**
 * Rotates a refresh token: the old pair ends, the absolute end stays. One that comes a second time was copied, so its
 * sign-in ends; the thief and the owner both sign in anew, or not.
 */
export async function spendRefresh(parts: FamilyParts, { origin }: { origin: Origin }, token: string, asked: RefreshAsked): Promise<IssuedTokens> {
  // What a reuse ends must stay ended, so the refusal comes out of the transaction instead of breaking it off.
  const outcome = await parts.control.transaction(async () => {
    const row = await findRefresh(parts, token);
    if (row === undefined || row.client_id !== asked.client_id) return refused("This refresh token is not valid.");
    if (row.spent_at !== null && row.ended_at === null) return endReused(parts, origin, row);
    return checkRefresh(row, asked, parts.now()) ?? (await checkConnection(parts, row)) ?? rotate(parts, origin, row, asked.scope);
  });
  if (outcome instanceof OAuthError) throw outcome;
  return outcome;
}

const refused = (message: string): OAuthError => new OAuthError("invalid_grant", message);
const ENDED = "This sign-in was ended. Start again.";

const findRefresh = ({ control: { db }, peppers }: FamilyParts, token: string) =>
  db.selectFrom("tokens").innerJoin("token_families", "token_families.id", "tokens.family_id").innerJoin("connections", "connections.id", "token_families.connection_id")
    .select(["tokens.token_hash", "tokens.spent_at", "token_families.id as family_id", "token_families.scopes as granted", "token_families.resource", "token_families.expires_at", "token_families.ended_at",
      "connections.id as connection_id", "connections.client_id", "connections.user_id", "connections.workspace_id", "connections.scopes as allowed"])
    .where("token_hash", "in", hashesOfToken(peppers, token)).where("tokens.kind", "=", "refresh").executeTakeFirst();

function checkRefresh({ ended_at, expires_at, resource }: RefreshRow, asked: RefreshAsked, now: Date): OAuthError | null {
  if (ended_at !== null) return refused(ENDED);
  if (expires_at <= now.toISOString()) return refused("This sign-in is too old. Start again.");
  if (asked.resource !== null && asked.resource !== resource) return new OAuthError("invalid_target", `This sign-in is for ${resource}.`);
  return null;
}

async function checkConnection({ control: { db } }: FamilyParts, { connection_id }: RefreshRow): Promise<OAuthError | null> {
  return (await isLive(db, connection_id)) ? null : refused(ENDED);
}

async function rotate(parts: FamilyParts, origin: Origin, row: RefreshRow, scope: string | null): Promise<IssuedTokens | OAuthError> {
  const { control: { db }, now } = parts;
  const { token_hash, family_id, granted, allowed, expires_at } = row;
  const sought = scope === null ? toScopes(granted) : readScopes(scope);
  const beyond = sought.find((name) => !toScopes(granted).includes(name));
  if (beyond !== undefined) return new OAuthError("invalid_scope", `${beyond} was not granted.`);
  // What the person has taken back since is left out.
  const scopes = sought.filter((name) => toScopes(allowed).includes(name));
  if (scopes.length === 0) return refused("What this sign-in was for was taken back. Start again.");
  const { numUpdatedRows } = await db.updateTable("tokens").set({ spent_at: now().toISOString() }).where("token_hash", "=", token_hash).where("spent_at", "is", null).executeTakeFirstOrThrow();
  // Somebody else was first, since it was read.
  if (numUpdatedRows !== 1n) return endReused(parts, origin, row);
  await endAccess(db, family_id);
  return issueTokens(parts, { id: family_id, expires_at }, scopes.join(" "));
}

async function endReused(parts: FamilyParts, origin: Origin, { family_id, connection_id: id, user_id, workspace_id }: RefreshRow): Promise<OAuthError> {
  const ended = await endFamilies(parts, { family_id }, "refresh_token_reused");
  if (ended > 0) await noteConnection(parts, origin, { id, user_id, workspace_id }, { action: "token.reused", details: {} });
  return refused("This refresh token was used before, so its sign-in has been ended. Start again.");
}
