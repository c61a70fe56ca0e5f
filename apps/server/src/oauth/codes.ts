import { createHash, timingSafeEqual } from "node:crypto";
import type { Selectable } from "kysely";
import type { Origin } from "../audit/origin.ts";
import { noteConnection } from "../connections/connect.ts";
import { isLive } from "../connections/live.ts";
import { hashesOfToken, hashToken, mintToken, TOKEN_LIFE_MS } from "../connections/tokens.ts";
import type { ControlTables } from "../control/tables.ts";
import { OAuthError } from "./errors.ts";
import { endFamilies, openFamily, type FamilyParts, type IssuedTokens } from "./families.ts";

type CodeRow = Selectable<ControlTables["authorization_codes"]>;

/** What was allowed, and what the code is held to. */
export type NewCode = Pick<CodeRow, "connection_id" | "client_id" | "redirect_uri" | "challenge" | "scopes" | "resource">;

/** What a client shows beside a code. */
export interface CodeProof {
  client_id: string;
  redirect_uri: string;
  verifier: string;
  /** Named again, or `null` for the one that was authorised. */
  resource: string | null;
}

/** A code for what a person has allowed. It joins the transaction that runs. */
export async function createCode({ control, peppers, now }: FamilyParts, { connection_id, client_id, redirect_uri, challenge, scopes, resource }: NewCode): Promise<string> {
  const code = mintToken("code");
  const expires_at = new Date(now().getTime() + TOKEN_LIFE_MS.code).toISOString();
  await control.db.insertInto("authorization_codes").values({ code_hash: hashToken(peppers, code), connection_id, client_id, redirect_uri, challenge, scopes, resource, expires_at, spent_at: null }).execute();
  return code;
}

/**
 * Turns a code into tokens, once. It is checked before it is spent, so that who does not hold the verifier cannot use it
 * up; one that comes a second time ends what it has issued.
 */
export async function spendCode(parts: FamilyParts, { origin }: { origin: Origin }, code: string, proof: CodeProof): Promise<IssuedTokens> {
  // What a replay ends must stay ended, so the refusal comes out of the transaction instead of breaking it off.
  const outcome = await parts.control.transaction(async () => {
    const row = await findCode(parts, code);
    if (row === undefined) return refused("This code is not known.");
    if (row.spent_at !== null) return endReplayed(parts, origin, row);
    return checkProof(row, proof, parts.now()) ?? spend(parts, origin, row);
  });
  if (outcome instanceof OAuthError) throw outcome;
  return outcome;
}

const refused = (message: string): OAuthError => new OAuthError("invalid_grant", message);

const findCode = ({ control: { db }, peppers }: FamilyParts, code: string): Promise<CodeRow | undefined> =>
  db.selectFrom("authorization_codes").selectAll().where("code_hash", "in", hashesOfToken(peppers, code)).executeTakeFirst();

function checkProof(row: CodeRow, { client_id, redirect_uri, verifier, resource }: CodeProof, now: Date): OAuthError | null {
  if (row.expires_at <= now.toISOString()) return refused("This code is too old: it holds for a minute. Start again.");
  if (row.client_id !== client_id) return refused("This code belongs to another client.");
  if (row.redirect_uri !== redirect_uri) return refused("redirect_uri is not the one of the authorization request.");
  if (!fits(row.challenge, verifier)) return refused("code_verifier does not fit the code_challenge of the authorization request.");
  if (resource !== null && resource !== row.resource) return new OAuthError("invalid_target", `This code is for ${row.resource}.`);
  return null;
}

/** RFC 7636 4.6, S256. */
function fits(challenge: string, verifier: string): boolean {
  const made = createHash("sha256").update(verifier).digest();
  const asked = Buffer.from(challenge, "base64url");
  return made.length === asked.length && timingSafeEqual(made, asked);
}

async function spend(parts: FamilyParts, origin: Origin, row: CodeRow): Promise<IssuedTokens | OAuthError> {
  const { control: { db }, now } = parts;
  const { code_hash, connection_id, scopes, resource } = row;
  if (!(await isLive(db, connection_id))) return refused("What this code stands for was revoked.");
  const { numUpdatedRows } = await db.updateTable("authorization_codes").set({ spent_at: now().toISOString() }).where("code_hash", "=", code_hash).where("spent_at", "is", null).executeTakeFirstOrThrow();
  // Somebody else was first, since it was read.
  if (numUpdatedRows !== 1n) return endReplayed(parts, origin, row);
  return openFamily(parts, { connection_id, code_hash, scopes, resource });
}

async function endReplayed(parts: FamilyParts, origin: Origin, { code_hash, connection_id }: CodeRow): Promise<OAuthError> {
  const { control: { db } } = parts;
  const ended = await endFamilies(parts, { code_hash }, "code_replayed");
  const connection = await db.selectFrom("connections").select(["id", "user_id", "workspace_id"]).where("id", "=", connection_id).executeTakeFirst();
  if (ended > 0 && connection !== undefined) await noteConnection(parts, origin, connection, { action: "code.replayed", details: { ended } });
  return refused("This code was used before; what it issued has been revoked.");
}
