import { DAY_MS, HOUR_MS } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import type { Kysely } from "kysely";
import { RESTORABLE_DAYS, eraseRows, hideRows, selectDoomed } from "../forget.ts";
import { dropOldAccesses, findAccessesDue } from "./accesses.ts";
import { ANSWER_KEPT_HOURS } from "./idempotency.ts";
import type { TenantTables } from "./schema.ts";
import { CommandTally } from "./tally.ts";
import type { Transaction } from "./transaction.ts";
import type { StoreState, Work } from "./work.ts";

/** Entries in one segment: 1,000 of them load some ten times faster from one BLOB than from rows of their own (STACK.md B). */
export const SEGMENT_ENTRIES = 1_000;

/** Rows that one sweep takes on, so that no write waits long behind it; what is left is due at once again. */
const SWEEP_ROWS_MAX = 500;

/** What this store has to do by itself, and when. */
export async function inspectStore(db: Kysely<TenantTables>, model: string): Promise<StoreState> {
  const { forgotten } = await db.selectFrom("memories").select((eb) => eb.fn.min("forgotten_at").as("forgotten")).where("forgotten_at", "is not", null).executeTakeFirstOrThrow();
  const { expires } = await db
    .selectFrom("memories").select((eb) => eb.fn.min("expires_at").as("expires"))
    .where("expires_at", "is not", null).where("forgotten_at", "is", null)
    .executeTakeFirstOrThrow();
  const { waiting } = await selectWaiting(db, model).select((eb) => eb.fn.countAll<number>().as("waiting")).executeTakeFirstOrThrow();

  const { kept } = await db.selectFrom("idempotency").select((eb) => eb.fn.min("created_at").as("kept")).executeTakeFirstOrThrow();
  const dues = [
    kept && new Date(Date.parse(kept) + ANSWER_KEPT_HOURS * HOUR_MS).toISOString(),
    forgotten && new Date(Date.parse(forgotten) + RESTORABLE_DAYS * DAY_MS).toISOString(),
    expires,
    await findAccessesDue(db),
  ].filter((due) => due !== null);
  return { next_due: dues.sort()[0] ?? null, waiting: Number(waiting) };
}

/** Entries that have no vector, or one of another embedder. */
export const selectWaiting = (db: Kysely<TenantTables>, model: string) =>
  db.selectFrom("index_entries").where((eb) => eb.or([eb("model", "is", null), eb("model", "<", model), eb("model", ">", model)]));

/** Erases what was forgotten long enough ago, forgets what has expired, drops answers that nobody will repeat, and old lines of the log. */
export async function sweepStore(transaction: Transaction): Promise<void> {
  const { db, now } = transaction;
  const tally = new CommandTally();
  const operation = { id: newId("op") };
  const ctx = transaction.contextFor(operation, null, tally);

  const purgeBefore = new Date(now.getTime() - RESTORABLE_DAYS * DAY_MS).toISOString();
  const purged = await selectDoomed(ctx).where("forgotten_at", "<=", purgeBefore).limit(SWEEP_ROWS_MAX).execute();
  if (purged.length > 0) await eraseRows(ctx, purged, false);

  const expired = await selectDoomed(ctx)
    .where("forgotten_at", "is", null).where("expires_at", "<=", now.toISOString())
    .limit(SWEEP_ROWS_MAX).execute();
  if (expired.length > 0) await hideRows(ctx, expired);

  const answersBefore = new Date(now.getTime() - ANSWER_KEPT_HOURS * HOUR_MS).toISOString();
  await db.deleteFrom("idempotency").where("created_at", "<=", answersBefore).execute();
  await dropOldAccesses(db, now, SWEEP_ROWS_MAX);
  transaction.chargeOwn(operation, tally);
}

/** Puts vectors that came later into their entries; a memory that has changed meanwhile waits for its next turn. */
export async function writeVectors(transaction: Transaction, { model, dimensions, vectors }: Extract<Work, { kind: "vectors" }>): Promise<{ written: number }> {
  const { db, indexer } = transaction;
  if (model !== indexer.model) return { written: 0 };
  const tally = new CommandTally();
  let written = 0;
  for (const { seq, change, vector } of vectors) {
    const row = await db
      .selectFrom("memories").innerJoin("index_entries", (join) => join.onRef("index_entries.group_id", "=", "memories.group_id").onRef("index_entries.seq", "=", "memories.seq"))
      .select(["index_entries.entry", "memories.group_id"])
      .where("memories.seq", "=", seq).where("memories.change", "=", change)
      .executeTakeFirst();
    if (!row) continue;
    const stamp = transaction.nextChange();
    await db.updateTable("index_entries").set({ entry: indexer.withVectors(row.entry, vector, dimensions), model }).where("group_id", "=", row.group_id).where("seq", "=", seq).execute();
    await db.updateTable("memories").set({ change: stamp }).where("seq", "=", seq).execute();
    await db.deleteFrom("segments").where("group_id", "=", row.group_id).where("first_seq", "<=", seq).where("last_seq", ">=", seq).execute();
    tally.touchGroup(row.group_id, stamp, 0, 0);
    written += 1;
  }
  transaction.addTally(tally);
  return { written };
}

/** Packs the entries of a group that are in no segment yet, up to 1,000 at a time; fewer than that stay rows. */
export async function packGroup(db: Kysely<TenantTables>, groupId: number, model: string): Promise<{ packed: number }> {
  const segments = await db.selectFrom("segments").select(["first_seq", "last_seq"]).where("group_id", "=", groupId).orderBy("first_seq").execute();
  const gaps = [...toGaps(segments)];
  for (const { after, before } of gaps) {
    const rows = await db
      .selectFrom("index_entries").select(["seq", "entry", "model"])
      .where("group_id", "=", groupId).where("seq", ">", after).where("seq", "<", before)
      .orderBy("seq").limit(SEGMENT_ENTRIES).execute();
    const [first, last] = [rows[0], rows.at(-1)];
    // A hole that a change tore into the packed part is closed whatever its size; the growing end waits until it is full.
    if (!first || !last || (before === Number.MAX_SAFE_INTEGER && rows.length < SEGMENT_ENTRIES) || rows.some((row) => row.model !== model)) continue;
    await db
      .insertInto("segments")
      .values({ group_id: groupId, first_seq: first.seq, last_seq: last.seq, model, entries: Buffer.concat(rows.map((row) => row.entry)) })
      .execute();
    return { packed: rows.length };
  }
  return { packed: 0 };
}

/** The stretches of seqs that no segment covers. */
export function* toGaps(segments: { first_seq: number; last_seq: number }[]): Generator<{ after: number; before: number }> {
  let after = 0;
  for (const { first_seq, last_seq } of segments) {
    if (first_seq > after + 1) yield { after, before: first_seq };
    after = last_seq;
  }
  yield { after, before: Number.MAX_SAFE_INTEGER };
}
