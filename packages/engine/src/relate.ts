import { invalid, notFound } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import { RELATIONSHIP_FAMILIES } from "./memory.ts";
import type { NewRelationship, Relationship } from "./memory.ts";
import { eraseAnswers } from "./tenants/idempotency.ts";
import { findMemoryRow } from "./tenants/memories.ts";
import type { MemoryRow } from "./tenants/memories.ts";
import { findEdge, requireRelationshipRow, toRelationship } from "./tenants/relationships.ts";
import type { WriteContext } from "./write-context.ts";

/** The family of a relationship type; a word that Loci does not know is `custom`. */
const familyOf = (type: string): string =>
  Object.entries(RELATIONSHIP_FAMILIES).find(([, types]) => (types as readonly string[]).includes(type))?.[0] ?? "custom";

/** Draws an edge from one memory to another of the same group; the same edge drawn again takes the new strength and context. */
export async function relateMemories(ctx: WriteContext, input: NewRelationship): Promise<{ relationship: Relationship; status: "created" | "updated" }> {
  const [from, to] = [await requireEnd(ctx, input.from, "from"), await requireEnd(ctx, input.to, "to")];
  if (from.seq === to.seq) throw invalid("to", "A memory cannot be related to itself.");
  if (from.group_id !== to.group_id) throw invalid("to", "Both memories must be in one group: groups are kept apart.");

  const at = ctx.now.toISOString();
  const edge = await findEdge(ctx.db, from.seq, to.seq, input.type);
  if (edge) {
    const changed = { strength: input.strength ?? edge.strength, context: input.context ?? edge.context, updated_at: at };
    await ctx.db.updateTable("relationships").set(changed).where("seq", "=", edge.seq).execute();
    return { relationship: toRelationship({ ...edge, ...changed }), status: "updated" };
  }
  const row = {
    id: newId("rel"), from_seq: from.seq, to_seq: to.seq, type: input.type, family: familyOf(input.type),
    strength: input.strength ?? 0.5, context: input.context ?? null, created_at: at, updated_at: at,
  };
  await ctx.db.insertInto("relationships").values(row).execute();
  return { relationship: toRelationship({ ...row, from_id: from.id, to_id: to.id }), status: "created" };
}

export async function unrelateMemories(ctx: WriteContext, id: string): Promise<{ relationship: Relationship }> {
  const row = await requireRelationshipRow(ctx.db, id, ctx.bound);
  await ctx.db.deleteFrom("relationships").where("id", "=", id).execute();
  await eraseAnswers(ctx.db, new Set([id]));
  ctx.tally.leavesBytes = true;
  return { relationship: toRelationship(row) };
}

async function requireEnd({ db, bound }: WriteContext, id: string, param: "from" | "to"): Promise<MemoryRow> {
  const row = await findMemoryRow(db, id, bound);
  if (!row || row.forgotten_at !== null) {
    const fault = notFound("memory");
    throw Object.assign(fault, { param });
  }
  return row;
}
