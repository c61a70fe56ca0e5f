import { sql, type Kysely } from "kysely";
import { toEmbeddedText } from "../indexer.ts";
import type { WriteContext } from "../write-context.ts";
import { toMemory, type MemoryRow } from "./memories.ts";
import type { TenantTables } from "./schema.ts";

export async function insertIndexEntry({ db, indexer }: WriteContext, row: MemoryRow): Promise<void> {
  const { entry, model } = indexer.index(toMemory(row), row);
  await sql`insert into index_entries (seq, group_id, model, entry) values (${row.seq}, ${row.group_id}, ${model}, ${entry})`.execute(db);
}

/** The entry of a memory that comes back, whose seq may lie inside a segment that was packed without it. */
export async function restoreIndexEntry(ctx: WriteContext, row: MemoryRow): Promise<void> {
  await deleteSegmentsOf(ctx.db, row.group_id, [row.seq]);
  await insertIndexEntry(ctx, row);
}

/** Embeds again only when the words have changed. */
export async function replaceIndexEntry(ctx: WriteContext, before: MemoryRow, row: MemoryRow): Promise<void> {
  const { db, indexer } = ctx;
  await deleteSegmentsOf(db, row.group_id, [row.seq]);
  const old = await db.selectFrom("index_entries").select("entry").where("group_id", "=", row.group_id).where("seq", "=", row.seq).executeTakeFirst();
  if (old && hasSameWords(before, row)) {
    await db.updateTable("index_entries").set({ entry: indexer.refresh(old.entry, toMemory(row)) }).where("group_id", "=", row.group_id).where("seq", "=", row.seq).execute();
    return;
  }
  if (old) await db.deleteFrom("index_entries").where("group_id", "=", row.group_id).where("seq", "=", row.seq).execute();
  await insertIndexEntry(ctx, row);
  ctx.tally.count("embeddings", 1);
}

/** Whether the vector still stands for the memory; its terms are made anew in any case. */
const hasSameWords = (a: MemoryRow, b: MemoryRow): boolean => toEmbeddedText(toMemory(a)) === toEmbeddedText(toMemory(b));

/** The entries leave at once; the memories themselves may stay a while, to be restored. */
export async function deleteIndexEntries(db: Kysely<TenantTables>, groupId: number, seqs: number[]): Promise<void> {
  await db.deleteFrom("index_entries").where("group_id", "=", groupId).where("seq", "in", seqs).execute();
  await deleteSegmentsOf(db, groupId, seqs);
}

/** A segment holds copies of its members' entries, so it goes when one of them changes. */
async function deleteSegmentsOf(db: Kysely<TenantTables>, groupId: number, seqs: number[]): Promise<void> {
  const segments = await db.selectFrom("segments").select(["first_seq", "last_seq"]).where("group_id", "=", groupId).execute();
  const stale = segments.filter(({ first_seq, last_seq }) => seqs.some((seq) => seq >= first_seq && seq <= last_seq));
  if (stale.length === 0) return;
  await db.deleteFrom("segments").where("group_id", "=", groupId).where("first_seq", "in", stale.map((segment) => segment.first_seq)).execute();
}
