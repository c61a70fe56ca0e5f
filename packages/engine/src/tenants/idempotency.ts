import { createHash } from "node:crypto";
import { AppError } from "@loci/kit/errors";
import { sql, type Kysely, type SqlBool } from "kysely";
import type { Idempotency } from "../workspace.ts";
import type { TenantTables } from "./schema.ts";

/** For so long is an answer kept under its key. */
export const ANSWER_KEPT_HOURS = 48;

/** A hash, for the group's name may be a person's and goes with the group. Keys of a handle that is bound to a group are that group's own: a key of one group never meets another's answers. */
const scopeOf = (bound: string | null): string => (bound === null ? "" : createHash("sha256").update(bound).digest("base64url"));

/** The answer given before under this key, or `null`; the same key for another request is refused. */
export async function findAnswer(db: Kysely<TenantTables>, bound: string | null, { key, fingerprint }: Idempotency): Promise<string | null> {
  const row = await db
    .selectFrom("idempotency").select(["fingerprint", "answer"])
    .where("scope", "=", scopeOf(bound)).where("key", "=", key)
    .executeTakeFirst();
  if (!row) return null;
  if (row.fingerprint !== fingerprint) {
    throw new AppError("idempotency_mismatch", "This Idempotency-Key was used for another request before. Use a new key for each new request.", { param: "Idempotency-Key" });
  }
  if (row.answer === "") {
    throw new AppError("not_found", "The first request under this Idempotency-Key was carried out, and what it made has been erased since.");
  }
  return row.answer;
}

export async function insertAnswer(db: Kysely<TenantTables>, bound: string | null, { key, fingerprint }: Idempotency, answer: string, operationId: string, now: Date): Promise<void> {
  await db
    .insertInto("idempotency")
    .values({ scope: scopeOf(bound), key, fingerprint, answer, operation_id: operationId, created_at: now.toISOString() })
    .execute();
}

const MEMORY_ID = /mem_[0-9a-f]{32}/g;
const ANY_ID = /(?:mem|rel)_[0-9a-f]{32}/g;
/** So many ids the database looks for by itself; for more, one pass over all answers is cheaper. */
const IDS_IN_SQL_MAX = 50;

/** Whether a text names a memory that is not in the store (any more). */
export async function speaksOfErased(db: Kysely<TenantTables>, body: string): Promise<boolean> {
  const ids = [...new Set(body.match(MEMORY_ID) ?? [])];
  for (let from = 0; from < ids.length; from += 1_000) {
    const part = ids.slice(from, from + 1_000);
    const { found } = await db.selectFrom("memories").select((eb) => eb.fn.countAll<number>().as("found")).where("id", "in", part).executeTakeFirstOrThrow();
    if (Number(found) < part.length) return true;
  }
  return false;
}

/** Empties the answers that speak of erased memories or relationships; the record stays, so a repeat still does nothing twice. */
export async function eraseAnswers(db: Kysely<TenantTables>, erasedIds: ReadonlySet<string>): Promise<void> {
  if (erasedIds.size === 0) return;
  if (erasedIds.size <= IDS_IN_SQL_MAX) {
    const mentions = [...erasedIds].map((id) => sql<SqlBool>`${sql.ref("answer")} like ${`%${id}%`}`);
    await db.updateTable("idempotency").set({ answer: "" }).where((eb) => eb.or(mentions)).execute();
    return;
  }
  const rows = await db.selectFrom("idempotency").select(["scope", "key", "answer"]).where("answer", "!=", "").execute();
  for (const { scope, key, answer } of rows) {
    if (!(answer.match(ANY_ID) ?? []).some((id) => erasedIds.has(id))) continue;
    await db.updateTable("idempotency").set({ answer: "" }).where("scope", "=", scope).where("key", "=", key).execute();
  }
}
