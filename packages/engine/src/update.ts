import { AppError, invalid, notFound } from "@loci/kit/errors";
import { fingerprintOf } from "./fingerprint.ts";
import type { MemoryPatch, StoreReceipt, Trust } from "./memory.ts";
import { findTwin, insertMemoryAgain, isLessTrusted, replaceRow, toHeldTrust, toTime } from "./store.ts";
import { findMemoryRow, findVersion, requireMemoryRow, toMemory } from "./tenants/memories.ts";
import type { MemoryRow } from "./tenants/memories.ts";
import type { WriteContext } from "./write-context.ts";

/** Changes the named fields and keeps how the memory looked before as a version. */
export async function updateMemory(ctx: WriteContext, id: string, patch: MemoryPatch, version: number | undefined): Promise<StoreReceipt> {
  const before = await requireMemoryRow(ctx.db, id, ctx.bound);
  if (version !== undefined && version !== before.version) {
    throw new AppError("conflict", `This memory is at version ${before.version}, not ${version}: somebody changed it meanwhile. Read it again, then repeat the change.`, {
      param: "version", details: { version: before.version },
    });
  }
  requireAsTrusted(ctx, before, patch);
  return applyPatch(ctx, before, patch, "The named fields were changed; the version before is in its history.");
}

/** Other words may not come from who is trusted less: they could say the opposite, and what was said before would be out of sight. Nor may an app make way for them first. */
function requireAsTrusted(ctx: WriteContext, { content, trust }: MemoryRow, patch: MemoryPatch): void {
  const { trust_max } = ctx.operation;
  if (trust_max !== undefined && isLessTrusted(trust_max, trust) && patch.trust !== undefined && isLessTrusted(patch.trust, trust)) {
    throw new AppError("forbidden", `This memory has the trust "${trust}", and an app cannot take that away. Leave \`trust\` out, or store a new memory that says what changed.`, { param: "trust", details: { reason: "trust" } });
  }
  if (patch.content === undefined || patch.content === content) return;
  const offered = toHeldTrust(ctx, patch.trust ?? (trust as Trust));
  if (!isLessTrusted(offered, trust)) return;
  throw new AppError("forbidden", `The text of this memory has the trust "${trust}", and text of the trust "${offered}" may not replace it. Store a new memory that says what changed, and leave this one as it is.`, { param: "content", details: { reason: "trust" } });
}

/** Brings back a forgotten memory, or how a memory looked at an earlier version. */
export async function restoreMemory(ctx: WriteContext, id: string, version: number | undefined): Promise<StoreReceipt> {
  const row = await findMemoryRow(ctx.db, id, ctx.bound);
  if (!row) throw notFound("memory");
  const live = row.forgotten_at === null ? row : await unforget(ctx, row);
  if (version === undefined || version === live.version) {
    if (row.forgotten_at === null) return { memory: toMemory(live), status: "ignored", reason: "It was not forgotten." };
    const reason = row.expires_at === live.expires_at ? "It was forgotten, and is back." : "It had expired, and is back for good: its expiry was taken away.";
    return { memory: toMemory(live), status: "updated", reason };
  }

  const kept = await findVersion(ctx.db, live.seq, version);
  if (!kept) throw new AppError("not_found", "There is no such version of this memory. Its history lists those that are kept.", { param: "version" });
  const { content, type, tags, metadata, importance, trust } = kept.memory;
  const { title = null, session = null, speaker = null, role = null, occurred_at = null, valid_from = null, valid_to = null, expires_at = null } = kept.memory;
  return applyPatch(
    ctx, live,
    { content, type, tags, metadata, importance, trust, title, session, speaker, role, occurred_at, valid_from, valid_to, expires_at },
    `It looks as it did at version ${version} again.`,
    kept.memory.superseded_by ?? null,
  );
}

async function applyPatch(ctx: WriteContext, before: MemoryRow, patch: MemoryPatch, reason: string, supersededBy = before.superseded_by): Promise<StoreReceipt> {
  const changed = { ...hold(ctx, before, toPatchedRow(before, patch)), superseded_by: supersededBy };
  if (changed.content.trim() === "") throw invalid("content", "A memory needs some text: \"content\" is empty or only white space. To remove the memory, forget it.");
  if (JSON.stringify(changed) === JSON.stringify(before)) {
    return { memory: toMemory(before), status: "ignored", reason: "Nothing in the request differs from what is stored." };
  }
  if (changed.superseded_by === null) await requireNoTwin(ctx, changed);
  return { memory: toMemory(await replaceRow(ctx, before, changed)), status: "updated", reason };
}

/** Other words are their writer's, and so is more trust than there was. */
function hold(ctx: WriteContext, before: MemoryRow, row: MemoryRow): MemoryRow {
  const isTheirs = row.content !== before.content || isLessTrusted(before.trust, row.trust);
  return isTheirs ? { ...row, trust: toHeldTrust(ctx, row.trust as Trust) } : row;
}

function toPatchedRow(before: MemoryRow, patch: MemoryPatch): MemoryRow {
  const pick = <Value>(given: Value | undefined, kept: Value): Value => (given === undefined ? kept : given);
  const pickTime = (given: string | null | undefined, kept: string | null) => (given === undefined ? kept : toTime(given));
  const row: MemoryRow = {
    ...before,
    content: pick(patch.content, before.content),
    type: pick(patch.type, before.type),
    title: pick(patch.title, before.title),
    tags: patch.tags === undefined ? before.tags : JSON.stringify([...new Set(patch.tags)]),
    metadata: patch.metadata === undefined ? before.metadata : JSON.stringify(patch.metadata),
    importance: pick(patch.importance, before.importance),
    trust: pick(patch.trust, before.trust),
    session: pick(patch.session, before.session),
    speaker: pick(patch.speaker, before.speaker),
    role: pick(patch.role, before.role),
    occurred_at: pickTime(patch.occurred_at, before.occurred_at),
    valid_from: pickTime(patch.valid_from, before.valid_from),
    valid_to: pickTime(patch.valid_to, before.valid_to),
    expires_at: pickTime(patch.expires_at, before.expires_at),
  };
  return { ...row, fingerprint: fingerprintOf(row) };
}

async function requireNoTwin(ctx: WriteContext, row: MemoryRow): Promise<void> {
  const twin = await findTwin(ctx, row);
  if (!twin || twin.seq === row.seq) return;
  throw new AppError("conflict", `Another memory of this group says this already (${twin.id}). Change or forget that one.`, {
    param: "content", details: { memory: twin.id },
  });
}

async function unforget(ctx: WriteContext, row: MemoryRow): Promise<MemoryRow> {
  const at = ctx.now.toISOString();
  const expires_at = row.expires_at !== null && row.expires_at <= at ? null : row.expires_at;
  const back: MemoryRow = { ...row, forgotten_at: null, expires_at, change: ctx.nextChange(), updated_at: at };
  if (back.superseded_by === null) await requireNoTwin(ctx, back);
  await insertMemoryAgain(ctx, back);
  return back;
}
