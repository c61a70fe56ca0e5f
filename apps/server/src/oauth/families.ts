import type { Clock } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import { hashToken, mintToken, TOKEN_LIFE_MS } from "../connections/tokens.ts";
import type { Control } from "../control/database.ts";
import type { Peppers } from "../keys/secrets.ts";

export interface FamilyParts {
  control: Control;
  peppers: Peppers;
  now: Clock;
}

export interface NewFamily {
  connection_id: string;
  /** The hash of the code that it is issued for; a device has none. */
  code_hash: string | null;
  /** With spaces between. */
  scopes: string;
  resource: string;
}

/** Tokens as they leave the server, once. */
export interface IssuedTokens {
  access: string;
  refresh: string;
  /** Seconds for which the access token holds. */
  expires_in: number;
  scopes: string;
}

/** What falls together: one sign-in, whatever came of a code, or all sign-ins of a connection. */
export type FamilyEnd = { family_id: string } | { code_hash: string } | { connection_id: string };

/** Begins a sign-in of a connection and issues its first tokens. It joins the transaction that runs. */
export function openFamily(parts: FamilyParts, { connection_id, code_hash, scopes, resource }: NewFamily): Promise<IssuedTokens> {
  const { control, now } = parts;
  return control.transaction(async () => {
    const at = now();
    const family = { id: newId("fam"), expires_at: new Date(at.getTime() + TOKEN_LIFE_MS.refresh).toISOString() };
    await control.db.insertInto("token_families").values({ ...family, connection_id, code_hash, scopes, resource, created_at: at.toISOString(), ended_at: null, ended_because: null }).execute();
    return issueTokens(parts, family, scopes);
  });
}

/** One more pair for a sign-in; neither outlives its absolute end. */
export async function issueTokens({ control, peppers, now }: FamilyParts, family: { id: string; expires_at: string }, scopes: string): Promise<IssuedTokens> {
  const at = now();
  const endMs = Math.min(at.getTime() + TOKEN_LIFE_MS.access, Date.parse(family.expires_at));
  const [access, refresh] = [mintToken("access"), mintToken("refresh")];
  const row = { family_id: family.id, scopes, created_at: at.toISOString(), spent_at: null };
  await control.db.insertInto("tokens").values([
    { ...row, kind: "access", token_hash: hashToken(peppers, access), expires_at: new Date(endMs).toISOString() },
    { ...row, kind: "refresh", token_hash: hashToken(peppers, refresh), expires_at: family.expires_at },
  ]).execute();
  return { access, refresh, expires_in: Math.max(0, Math.floor((endMs - at.getTime()) / 1_000)), scopes };
}

/** Ends sign-ins with all their tokens, and answers how many there were. It joins the transaction that runs. */
export function endFamilies({ control, now }: Pick<FamilyParts, "control" | "now">, by: FamilyEnd, because: string): Promise<number> {
  return control.transaction(async () => {
    const { db } = control;
    const [column, value] = toCondition(by);
    const ended = await db.updateTable("token_families").set({ ended_at: now().toISOString(), ended_because: because })
      .where(column, "=", value).where("ended_at", "is", null).returning("id").execute();
    // A refresh token stays, so that its return is still known for what it is.
    for (const { id } of ended) await endAccess(db, id);
    return ended.length;
  });
}

/** Ends the access tokens of a sign-in. */
export async function endAccess(db: Control["db"], familyId: string): Promise<void> {
  await db.deleteFrom("tokens").where("family_id", "=", familyId).where("kind", "=", "access").execute();
}

function toCondition(by: FamilyEnd): ["id" | "code_hash" | "connection_id", string] {
  if ("family_id" in by) return ["id", by.family_id];
  return "code_hash" in by ? ["code_hash", by.code_hash] : ["connection_id", by.connection_id];
}
