import { isId, newId } from "@loci/kit/ids";
import { invalid, notFound } from "@loci/kit/errors";
import { relateMemories } from "./relate.ts";
import { findTwin, insertMemory, toNewRow, toTime } from "./store.ts";
import { openGroup } from "./tenants/groups.ts";
import { findMemoryRow, insertVersion, requireMemoryRow } from "./tenants/memories.ts";
import type { ImportRecord, ImportedMemory, Writes } from "./workspace.ts";
import type { WriteContext } from "./write-context.ts";

type Imported = Writes["import"]["result"];

/** Takes a record as it was elsewhere: ids, times and versions are kept where they are given and free; nothing that is here changes. */
export async function importRecord(ctx: WriteContext, record: ImportRecord): Promise<Imported> {
  switch (record.kind) {
    case "memory": return importMemory(ctx, record.memory);
    case "version": return importVersion(ctx, record);
    case "relationship": return importRelationship(ctx, record.relationship);
  }
}

async function importMemory(ctx: WriteContext, memory: ImportedMemory): Promise<Imported> {
  const { id } = memory;
  if (id !== undefined && !isId("mem", id)) throw invalid("id", "An id of a memory is \"mem_\" and 32 hexadecimal digits. Leave \"id\" out to get a new one.");
  const taken = id === undefined ? undefined : await findMemoryRow(ctx.db, id, null);
  if (taken && (ctx.bound === null || taken.group_name === ctx.bound)) return { id: taken.id, status: "ignored", reason: "A memory with this id is here already." };

  const group = await openGroup(ctx, memory.group);
  const fresh = toNewRow(ctx, memory, group);
  const row = {
    ...fresh,
    // An id that is taken out of sight is not given away: the memory gets a new one.
    id: id === undefined || taken ? newId("mem") : id,
    version: memory.version ?? 1,
    superseded_by: memory.superseded_by ?? null,
    created_at: toTime(memory.created_at) ?? fresh.created_at,
    updated_at: toTime(memory.updated_at ?? memory.created_at) ?? fresh.updated_at,
  };
  const twin = row.superseded_by === null ? await findTwin(ctx, row) : undefined;
  if (twin) return { id: twin.id, status: "ignored", reason: `${twin.id} says the same already.` };
  await insertMemory(ctx, row);
  return { id: row.id, status: "created", reason: "It was not here before." };
}

async function importVersion(ctx: WriteContext, { memory_id, version }: Extract<ImportRecord, { kind: "version" }>): Promise<Imported> {
  const row = await requireMemoryRow(ctx.db, memory_id, ctx.bound);
  const known = await ctx.db.selectFrom("versions").select("seq").where("seq", "=", row.seq).where("version", "=", version.version).executeTakeFirst();
  if (known || version.version >= row.version) return { id: row.id, status: "ignored", reason: "This version is here already." };
  await insertVersion(ctx.db, row.seq, version);
  return { id: row.id, status: "created", reason: "It was not here before." };
}

async function importRelationship(ctx: WriteContext, relationship: Extract<ImportRecord, { kind: "relationship" }>["relationship"]): Promise<Imported> {
  const { id, created_at, updated_at, ...input } = relationship;
  const ends = [await findMemoryRow(ctx.db, input.from, ctx.bound), await findMemoryRow(ctx.db, input.to, ctx.bound)];
  if (ends.includes(undefined)) throw notFound("memory");
  const known = await ctx.db
    .selectFrom("relationships").innerJoin("memories as source", "source.seq", "from_seq").innerJoin("memories as target", "target.seq", "to_seq")
    .select("relationships.id")
    .where("source.id", "=", input.from).where("target.id", "=", input.to).where("relationships.type", "=", input.type)
    .executeTakeFirst();
  if (known) return { id: known.id, status: "ignored", reason: "This relationship is here already." };

  const { relationship: made } = await relateMemories(ctx, input);
  const taken = id === undefined || !isId("rel", id)
    ? true : (await ctx.db.selectFrom("relationships").select("id").where("id", "=", id).executeTakeFirst()) !== undefined;
  const kept = taken ? made.id : (id ?? made.id);
  await ctx.db
    .updateTable("relationships")
    .set({ id: kept, created_at: toTime(created_at) ?? made.created_at, updated_at: toTime(updated_at ?? created_at) ?? made.updated_at })
    .where("id", "=", made.id)
    .execute();
  return { id: kept, status: "created", reason: "It was not here before." };
}
