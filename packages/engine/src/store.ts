import { AppError, invalid, notFound } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import { fingerprintOf } from "./fingerprint.ts";
import { MEMORY_LIMITS, ROLES, TRUST_LEVELS } from "./memory.ts";
import type { NewMemory, Role, Source, StoreReceipt, Trust } from "./memory.ts";
import { insertIndexEntry, replaceIndexEntry, restoreIndexEntry } from "./tenants/entries.ts";
import { openGroup } from "./tenants/groups.ts";
import { countMemoryBytes, findLiveRow, findMemoryRow, insertMemoryRow, insertVersion, toMemory, updateMemoryRow } from "./tenants/memories.ts";
import type { MemoryRow } from "./tenants/memories.ts";
import type { GroupRow } from "./tenants/schema.ts";
import type { WriteContext } from "./write-context.ts";

/** Keeps a memory: created, or merged into the one that says the same, or ignored because that one says it all. */
export async function storeMemory(ctx: WriteContext, input: NewMemory): Promise<StoreReceipt> {
  const group = await openGroup(ctx, input.group);
  const row = toNewRow(ctx, input, group);

  const twin = await findTwin(ctx, row);
  const replaced = input.supersedes === undefined || input.supersedes === twin?.id ? null : await requireReplaceable(ctx, input.supersedes, row);
  if (twin) {
    if (replaced) await supersede(ctx, replaced, twin);
    return mergeInto(ctx, twin, row);
  }
  await insertMemory(ctx, row);
  if (replaced) await supersede(ctx, replaced, row);

  const reason = replaced ? `It is new, and stands in for ${replaced.id} from now on.` : "It is new in its group.";
  return { memory: toMemory(row), status: "created", reason };
}

/** Writes a row that is known to be new, with its index entry, and counts it. */
export async function insertMemory(ctx: WriteContext, row: MemoryRow): Promise<void> {
  await insertMemoryRow(ctx.db, row);
  await insertIndexEntry(ctx, row);
  ctx.tally.memories.add(row.id);
  ctx.tally.touchGroup(row.group_id, row.change, 1, row.bytes);
  ctx.tally.count("embeddings", 1);
}

/** Makes a forgotten row live again: its entry is made anew, for it left the index when it was forgotten. */
export async function insertMemoryAgain(ctx: WriteContext, row: MemoryRow): Promise<void> {
  await updateMemoryRow(ctx.db, row);
  await restoreIndexEntry(ctx, row);
  ctx.tally.memories.add(row.id);
  ctx.tally.touchGroup(row.group_id, row.change, 1, row.bytes);
  ctx.tally.count("embeddings", 1);
}

/** The live memory that says the same in this group. */
export const findTwin = ({ db }: WriteContext, { group_id, fingerprint }: MemoryRow): Promise<MemoryRow | undefined> =>
  findLiveRow(db, group_id, fingerprint);

/** Keeps how a memory looked before, then writes how it looks now. */
export async function replaceRow(ctx: WriteContext, before: MemoryRow, after: MemoryRow): Promise<MemoryRow> {
  const at = ctx.now.toISOString();
  const row = { ...after, version: before.version + 1, change: ctx.nextChange(), updated_at: at, bytes: countMemoryBytes(after) };
  await insertVersion(ctx.db, row.seq, { version: before.version, operation_id: ctx.operation.id, replaced_at: at, memory: toMemory(before) });
  await updateMemoryRow(ctx.db, row);
  await replaceIndexEntry(ctx, before, row);
  ctx.tally.memories.add(row.id);
  ctx.tally.touchGroup(row.group_id, row.change, 0, row.bytes - before.bytes);
  return row;
}

export function toNewRow(ctx: WriteContext, input: NewMemory, group: GroupRow): MemoryRow {
  const at = ctx.now.toISOString();
  const change = ctx.nextChange();
  const { content } = input;
  if (content.trim() === "") throw invalid("content", "A memory needs some text: \"content\" is empty or only white space.");

  const role = input.role ?? toRole(input.speaker);
  const said = { content, session: input.session ?? null, speaker: input.speaker ?? null, role, occurred_at: toTime(input.occurred_at) };
  const row = {
    ...said,
    seq: change, change, id: newId("mem"), group_id: group.id, group_name: group.name,
    type: input.type ?? "general",
    title: input.title ?? null,
    tags: JSON.stringify([...new Set(input.tags)]),
    metadata: JSON.stringify(input.metadata ?? {}),
    importance: input.importance ?? 0.5,
    source: JSON.stringify(toSource(ctx, input.source)),
    // What a tool or a system prompt says is not the user's word.
    trust: toHeldTrust(ctx, input.trust ?? (role === "assistant" || role === "other" ? "agent" : "user")),
    valid_from: toTime(input.valid_from), valid_to: toTime(input.valid_to), expires_at: toTime(input.expires_at),
    version: 1, supersedes: input.supersedes ?? null, superseded_by: null, forgotten_at: null,
    fingerprint: fingerprintOf(said), bytes: 0, created_at: at, updated_at: at,
  };
  return { ...row, bytes: countMemoryBytes(row) };
}

/** Who calls the speaker "user" or "assistant" has named a role. */
const toRole = (speaker: string | undefined): Role | null => ROLES.find((role) => role !== "other" && role === speaker?.toLowerCase()) ?? null;

/** Times are kept in one spelling, so that they sort as text. */
export const toTime = (time: string | null | undefined): string | null =>
  time === undefined || time === null ? null : new Date(time).toISOString();

function toSource({ operation }: WriteContext, given: Partial<Source> | undefined): Source {
  // Which key or connection wrote it is ours to say; a connection's client is the one that its person agreed to.
  const { key_id, connection_id } = operation;
  const client = connection_id === undefined ? (given?.client ?? operation.client) : operation.client;
  return {
    kind: operation.source_kind ?? given?.kind ?? "api",
    ...(client !== undefined && { client }),
    ...(given?.ref !== undefined && { ref: given.ref }),
    ...(key_id !== undefined && { key_id }),
    ...(connection_id !== undefined && { connection_id }),
  };
}

/** As trusted as it says, and no more than its writer may be. */
export const toHeldTrust = ({ operation: { trust_max } }: WriteContext, trust: Trust): Trust =>
  trust_max !== undefined && isLessTrusted(trust_max, trust) ? trust_max : trust;

export const isLessTrusted = (a: string, b: string): boolean =>
  TRUST_LEVELS.indexOf(a as Trust) < TRUST_LEVELS.indexOf(b as Trust);

/** What the incoming memory adds is kept; a less trusted one adds nothing, for it could poison what is there. The first source stays. */
async function mergeInto(ctx: WriteContext, twin: MemoryRow, incoming: MemoryRow): Promise<StoreReceipt> {
  const said = twin.content === incoming.content ? "It has this content already" : "It says the same but for case, spacing, articles or punctuation";
  if (isLessTrusted(incoming.trust, twin.trust)) {
    return { memory: toMemory(twin), status: "ignored", reason: `${said}, and comes from a more trusted source: nothing was taken over.` };
  }
  const [ours, theirs] = [JSON.parse(twin.metadata) as object, JSON.parse(incoming.metadata) as object];
  const merged: MemoryRow = {
    ...twin,
    type: twin.type === "general" ? incoming.type : twin.type,
    title: incoming.title ?? twin.title,
    tags: JSON.stringify([...new Set([...(JSON.parse(twin.tags) as string[]), ...(JSON.parse(incoming.tags) as string[])])]),
    metadata: JSON.stringify({ ...ours, ...theirs }),
    importance: Math.max(twin.importance, incoming.importance),
    trust: incoming.trust,
    valid_from: twin.valid_from ?? incoming.valid_from,
    valid_to: twin.valid_to ?? incoming.valid_to,
    // Said again without an end, it has none; otherwise the later end counts.
    expires_at: twin.expires_at === null || incoming.expires_at === null ? null : [twin.expires_at, incoming.expires_at].sort()[1] ?? null,
  };

  if (JSON.stringify(merged) === JSON.stringify(twin)) return { memory: toMemory(twin), status: "ignored", reason: `${said}, and nothing was new.` };
  requireWithinLimits(twin, merged);
  const row = await replaceRow(ctx, twin, merged);
  return { memory: toMemory(row), status: "merged", reason: `${said}; what was new was added to it.` };
}

/** Each part was within its limit; together they may not be. */
function requireWithinLimits({ id }: MemoryRow, { metadata, tags }: MemoryRow): void {
  const advice = `This says the same as ${id}, and together they would have`;
  if (Buffer.byteLength(metadata) > MEMORY_LIMITS.metadata_bytes) {
    throw new AppError("too_large", `${advice} more than 16 KB of metadata. Send less, or change ${id}.`, { param: "metadata" });
  }
  if ((JSON.parse(tags) as string[]).length > MEMORY_LIMITS.tags) throw invalid("tags", `${advice} more than ${MEMORY_LIMITS.tags} tags. Send fewer, or change ${id}.`);
}

async function requireReplaceable({ db, bound }: WriteContext, id: string, by: MemoryRow): Promise<MemoryRow> {
  const row = await findMemoryRow(db, id, bound);
  if (!row || row.forgotten_at !== null) throw new AppError("not_found", notFound("memory").message, { param: "supersedes" });
  if (row.group_id !== by.group_id) throw invalid("supersedes", "A memory can only stand in for one of its own group.");
  const successor = row.superseded_by === null ? undefined : await findMemoryRow(db, row.superseded_by, bound);
  if (successor && successor.forgotten_at === null) {
    throw new AppError("conflict", `${id} has been superseded already, by ${row.superseded_by}. Supersede that one.`, { param: "supersedes" });
  }
  if (isLessTrusted(by.trust, row.trust)) {
    throw new AppError("forbidden", `A memory of trust "${by.trust}" may not supersede one of trust "${row.trust}".`, { param: "trust" });
  }
  return row;
}

async function supersede(ctx: WriteContext, old: MemoryRow, by: MemoryRow): Promise<void> {
  await replaceRow(ctx, old, { ...old, superseded_by: by.id, valid_to: old.valid_to ?? by.valid_from ?? by.occurred_at ?? ctx.now.toISOString() });
}

