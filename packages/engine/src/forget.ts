import { DAY_MS } from "@loci/kit/clock";
import { invalid, notFound } from "@loci/kit/errors";
import { toFilterSql } from "./filter-sql.ts";
import { deleteIndexEntries } from "./tenants/entries.ts";
import { eraseAnswers } from "./tenants/idempotency.ts";
import { findLiveRow, selectMemories } from "./tenants/memories.ts";
import { replaceRow } from "./store.ts";
import type { ForgetReceipt, ForgetTarget } from "./workspace.ts";
import type { WriteContext } from "./write-context.ts";

/** For so long can a forgotten memory be restored. */
export const RESTORABLE_DAYS = 7;

const ROWS_PER_STATEMENT = 1_000;

interface Doomed {
  seq: number;
  id: string;
  group_id: number;
  group_name: string;
  bytes: number;
  forgotten_at: string | null;
}

/**
 * Forgets what the target names. It leaves recall at once; unless `permanent`, the text can be restored for 7 days and is
 * then erased. With a single `id`, a memory that is not there is an error; a list or a filter forgets what it finds.
 */
export async function forgetMemories(ctx: WriteContext, target: ForgetTarget, { dry_run, permanent }: { dry_run: boolean; permanent: boolean }): Promise<ForgetReceipt> {
  const doomed = await listTargets(ctx, target, permanent);
  if (target.id !== undefined && doomed.length === 0) throw notFound("memory");
  if (permanent) return eraseRows(ctx, doomed, dry_run);

  const forgotten = await countForgotten(ctx, doomed);
  if (!dry_run) await hideRows(ctx, doomed);
  return { forgotten, dry_run, restorable_until: new Date(ctx.now.getTime() + RESTORABLE_DAYS * DAY_MS).toISOString() };
}

/** Erases a group and all that was ever in it, restorable or not: an end user is gone. */
export async function eraseGroup(ctx: WriteContext, name: string, dryRun: boolean): Promise<ForgetReceipt> {
  if (ctx.bound !== null && name !== ctx.bound) throw notFound("group");
  const group = await ctx.db.selectFrom("groups").select("id").where("name", "=", name).executeTakeFirst();
  if (!group) throw notFound("group");

  const doomed = await selectDoomed(ctx).where("memories.group_id", "=", group.id).execute();
  const receipt = await eraseRows(ctx, doomed, dryRun);
  if (!dryRun) {
    ctx.tally.markErased(group.id, ctx.nextChange());
    await ctx.db.deleteFrom("groups").where("id", "=", group.id).execute();
  }
  return receipt;
}

/** Takes live memories out of recall and lists; what they counted for is given back. */
export async function hideRows(ctx: WriteContext, doomed: Doomed[]): Promise<void> {
  for (const { id } of doomed) ctx.tally.memories.add(id);
  for (const [groupId, rows] of byGroup(doomed)) {
    const change = ctx.nextChange();
    for (const part of inParts(rows)) {
      const seqs = part.map((row) => row.seq);
      await ctx.db.updateTable("memories").set({ forgotten_at: ctx.now.toISOString(), change }).where("seq", "in", seqs).execute();
      await deleteIndexEntries(ctx.db, groupId, seqs);
    }
    ctx.tally.touchGroup(groupId, change, -rows.length, -sumBytes(rows));
  }
}

/** Deletes rows for good: text, versions, index entries, relationships, and the answers kept for repeats. */
export async function eraseRows(ctx: WriteContext, doomed: Doomed[], dryRun: boolean): Promise<ForgetReceipt> {
  const forgotten = await countForgotten(ctx, doomed);
  if (!dryRun) {
    for (const { id } of doomed) ctx.tally.memories.add(id);
    for (const [groupId, rows] of byGroup(doomed)) {
      const change = ctx.nextChange();
      for (const part of inParts(rows)) {
        const seqs = part.map((row) => row.seq);
        await deleteIndexEntries(ctx.db, groupId, seqs);
        await ctx.db.deleteFrom("memories").where("seq", "in", seqs).execute();
      }
      const live = rows.filter((row) => row.forgotten_at === null);
      ctx.tally.touchGroup(groupId, change, -live.length, -sumBytes(live));
      ctx.tally.markErased(groupId, change);
    }
    const ids = doomed.map((row) => row.id);
    await bringBackSuperseded(ctx, ids);
    await eraseAnswers(ctx.db, new Set(ids));
  }
  return { forgotten, dry_run: dryRun, restorable_until: null };
}

/** What an erased memory stood in for is itself again, unless its words live on in another. */
async function bringBackSuperseded(ctx: WriteContext, erasedIds: string[]): Promise<void> {
  for (const part of inParts(erasedIds)) {
    for (const row of await selectMemories(ctx.db).where("superseded_by", "in", part).execute()) {
      if (row.forgotten_at === null && (await findLiveRow(ctx.db, row.group_id, row.fingerprint)) === undefined) {
        await replaceRow(ctx, row, { ...row, superseded_by: null, valid_to: null });
      }
    }
  }
}

export const selectDoomed = ({ db }: WriteContext) =>
  db
    .selectFrom("memories").innerJoin("groups", "groups.id", "memories.group_id")
    .select(["seq", "memories.id", "group_id", "groups.name as group_name", "bytes", "forgotten_at"]);

/** What is restorable can still be erased for good; otherwise only what is live can be forgotten. */
async function listTargets(ctx: WriteContext, target: ForgetTarget, permanent: boolean): Promise<Doomed[]> {
  const named = [target.id, target.ids, target.group, target.filter].filter((part) => part !== undefined);
  if (named.length !== 1) throw invalid("id", "Say what to forget by exactly one of \"id\", \"ids\", \"group\" or \"filter\".");

  let rows = selectDoomed(ctx);
  if (!permanent) rows = rows.where("forgotten_at", "is", null);
  if (ctx.bound !== null) rows = rows.where("groups.name", "=", ctx.bound);
  if (target.id !== undefined) return rows.where("memories.id", "=", target.id).execute();
  if (target.ids !== undefined) return target.ids.length === 0 ? [] : rows.where("memories.id", "in", target.ids).execute();
  if (target.group !== undefined) return rows.where("groups.name", "=", target.group).execute();
  const { filter } = target;
  if (filter === undefined) return [];
  const found = await selectMemories(ctx.db).clearSelect().select("seq").where(toFilterSql(filter)).execute();
  const matching = new Set(found.map((row) => row.seq));
  return (await rows.execute()).filter((row) => matching.has(row.seq));
}

async function countForgotten({ db }: WriteContext, doomed: Doomed[]): Promise<ForgetReceipt["forgotten"]> {
  let [relationships, versions] = [new Set<string>(), 0];
  for (const part of inParts(doomed)) {
    const seqs = part.map((row) => row.seq);
    const edges = await db.selectFrom("relationships").select("id").where((eb) => eb.or([eb("from_seq", "in", seqs), eb("to_seq", "in", seqs)])).execute();
    for (const { id } of edges) relationships = relationships.add(id);
    const { count } = await db.selectFrom("versions").select((eb) => eb.fn.countAll<number>().as("count")).where("seq", "in", seqs).executeTakeFirstOrThrow();
    versions += Number(count);
  }
  return { memories: doomed.length, relationships: relationships.size, versions };
}

const sumBytes = (rows: Doomed[]): number => rows.reduce((sum, row) => sum + row.bytes, 0);

function byGroup(rows: Doomed[]): Map<number, Doomed[]> {
  return Map.groupBy(rows, (row) => row.group_id);
}

function* inParts<Row>(rows: Row[]): Generator<Row[]> {
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) yield rows.slice(from, from + ROWS_PER_STATEMENT);
}
