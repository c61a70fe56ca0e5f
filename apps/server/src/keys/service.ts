import { DAY_MS, HOUR_MS, type Clock } from "@loci/kit/clock";
import { AppError, invalid, notFound } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import type { Page } from "@loci/kit/page";
import { appendAudit } from "../audit/append.ts";
import type { Origin } from "../audit/origin.ts";
import type { Control } from "../control/database.ts";
import type { Catalogue } from "../plans/catalogue.ts";
import { requireRoom } from "../plans/room.ts";
import type { Actor } from "../policy/actor.ts";
import type { Scope } from "../policy/permissions.ts";
import { readBounds, requireNotAbove, requireWithin, type Bounds } from "./bounds.ts";
import { mintKey } from "./format.ts";
import { stateOf, termsOf, toKey, type Key, type KeyRow, type KeyTerms } from "./key.ts";
import { hashSecret, type Peppers } from "./secrets.ts";
import { countWorkingKeys, findRow, listRows, type KeyListQuery } from "./store.ts";

/** The suggested life of a key, taken when nobody says another. */
export const DEFAULT_LIFE_DAYS = 90;

export interface Keeper {
  control: Control;
  now: Clock;
  peppers: Peppers;
}

/** What the keys of a server are kept with. */
export interface KeyParts extends Keeper {
  config: { plans: Catalogue };
}

export interface Caller {
  actor: Actor;
  origin: Origin;
}

export interface NewKey extends Partial<Pick<KeyTerms, "ip_allow">>, Omit<KeyTerms, "ip_allow"> {
  workspace_id: string;
  name: string;
  note?: string | null;
  tags?: readonly string[];
}

/** `secret` is the whole key, shown for the only time. */
export type CreatedKey = Key & { secret: string };

/** Makes a key as it is asked for, in the transaction that runs. Who asks, and for how much, was looked at before. */
export function createKey({ control, now, peppers }: Keeper, origin: Origin, input: NewKey): Promise<CreatedKey> {
  const { handle, secret, text } = mintKey(input.mode);
  const { workspace_id, name, mode, scopes, group, expires_at, note = null, tags = [], ip_allow = [] } = input;
  const row: KeyRow = {
    id: newId("key"), workspace_id, name, mode, handle, secret_hash: hashSecret(peppers, secret), scopes: JSON.stringify(scopes), group_name: group, created_at: now().toISOString(), expires_at,
    revoked_at: null, last_used_at: null, note, tags: JSON.stringify(tags), ip_allow: JSON.stringify(ip_allow), created_by: origin.actor === "system" ? null : origin.actor, replaced_by: null,
  };
  return control.transaction(async () => {
    // 62^8 handles: a second key with the same one breaks the index `one_key_per_handle` once in lifetimes.
    await control.db.insertInto("keys").values(row).execute();
    const details = { name, mode, scopes: [...scopes], bound_to_group: group !== null, expires_at, ip_allow: [...ip_allow] };
    await appendAudit({ control, now }, origin, { chain: workspace_id, action: "key.created", target: row.id, details });
    return { ...toKey(row, now()), secret: text };
  });
}

export interface WantedKey {
  name: string;
  /** `all` is everything that the caller can give. */
  scopes: readonly Scope[] | "all";
  group?: string | undefined;
  mode?: KeyTerms["mode"] | undefined;
  /** `null` is never. */
  expires_at?: string | null | undefined;
  ip_allow?: readonly string[] | undefined;
  note?: string | null | undefined;
  tags?: readonly string[] | undefined;
}

/** Makes a key for a caller: within what they may themselves, and within what the plan holds. */
export function grantKey(parts: KeyParts, { actor, origin }: Caller, wanted: WantedKey): Promise<CreatedKey> {
  const { control, now, config: { plans } } = parts;
  return control.transaction(async () => {
    const bounds = await readBounds(parts, actor);
    const terms = toTerms(bounds, wanted, now());
    requireFuture(terms.expires_at, now());
    requireWithin(bounds, terms);
    const { workspace_id } = actor;
    await requireRoom({ control, plans }, { workspace_id, meter: "api_keys", count: () => countWorkingKeys(control.db, workspace_id, terms.mode, now()) });
    const { id, secret } = await createKey(parts, origin, { workspace_id, name: wanted.name, ...terms, note: wanted.note ?? null, tags: wanted.tags ?? [] });
    return { ...(await getKey(parts, actor, id)), secret };
  });
}

/** What is not said is as narrow as the caller itself, and no wider than it need be. */
function toTerms(bounds: Bounds, { scopes, group, mode, expires_at, ip_allow }: WantedKey, now: Date): KeyTerms {
  const suggested = new Date(now.getTime() + DEFAULT_LIFE_DAYS * DAY_MS).toISOString();
  return {
    scopes: scopes === "all" ? bounds.scopes : scopes,
    group: group ?? bounds.group,
    mode: mode ?? bounds.mode ?? "live",
    expires_at: expires_at === undefined ? earlier(suggested, bounds.expires_at) : expires_at,
    ip_allow: ip_allow ?? bounds.ip_allow,
  };
}

const earlier = (time: string, other: string | null): string => (other !== null && other < time ? other : time);

function requireFuture(expires_at: string | null, now: Date): void {
  if (expires_at !== null && expires_at <= now.toISOString()) throw invalid("expires_at", "`expires_at` must be a time to come.");
}

export type KeyPatch = { [Field in keyof Pick<WantedKey, "name" | "note" | "tags" | "ip_allow" | "expires_at" | "scopes">]?: WantedKey[Field] | undefined };

/** Changes a key that works: neither it as it is nor as it shall be may exceed the caller. */
export function updateKey(parts: KeyParts, { actor, origin }: Caller, id: string, patch: KeyPatch): Promise<Key> {
  const { control, now } = parts;
  return control.transaction(async () => {
    const { row, bounds } = await readChangeable(parts, actor, id);
    const { scopes, expires_at, ip_allow } = patch;
    const terms = termsOf(row);
    const next: KeyTerms = {
      ...terms,
      ...(scopes !== undefined && { scopes: scopes === "all" ? bounds.scopes : scopes }),
      ...(expires_at !== undefined && { expires_at }),
      ...(ip_allow !== undefined && { ip_allow }),
    };
    if (expires_at !== undefined) requireFuture(expires_at, now());
    requireWithin(bounds, next);
    const { name = row.name, note = row.note, tags } = patch;
    const changed = { name, note, tags: tags === undefined ? row.tags : JSON.stringify(tags), scopes: JSON.stringify(next.scopes), expires_at: next.expires_at, ip_allow: JSON.stringify(next.ip_allow) };
    await control.db.updateTable("keys").set(changed).where("id", "=", id).execute();
    const details = { fields: Object.keys(patch).toSorted(), scopes: [...next.scopes], expires_at: next.expires_at, ip_allow: [...next.ip_allow] };
    await appendAudit({ control, now }, origin, { chain: row.workspace_id, action: "key.updated", target: id, details });
    return getKey(parts, actor, id);
  });
}

export interface Rotation {
  grace_hours: number;
  /** The end of the new key; as the old one's unless said. */
  expires_at?: string | null | undefined;
}

/** Puts a new key on the same terms in the place of one that works; the old one works on for the grace. */
export function rotateKey(parts: KeyParts, { actor, origin }: Caller, id: string, { grace_hours, expires_at }: Rotation): Promise<CreatedKey & { replaces: Key }> {
  const { control, now } = parts;
  return control.transaction(async () => {
    const { row, bounds } = await readChangeable(parts, actor, id);
    const terms = { ...termsOf(row), ...(expires_at !== undefined && { expires_at }) };
    requireFuture(terms.expires_at, now());
    requireWithin(bounds, terms);
    const { workspace_id, name, note } = row;
    const made = await createKey(parts, origin, { workspace_id, name, note, tags: JSON.parse(row.tags) as string[], ...terms });
    const endsAt = earlier(new Date(now().getTime() + grace_hours * HOUR_MS).toISOString(), row.expires_at);
    await control.db.updateTable("keys").set({ replaced_by: made.id, expires_at: endsAt }).where("id", "=", id).execute();
    await appendAudit({ control, now }, origin, { chain: workspace_id, action: "key.rotated", target: id, details: { replaced_by: made.id, works_until: endsAt } });
    return { ...(await getKey(parts, actor, made.id)), secret: made.secret, replaces: await getKey(parts, actor, id) };
  });
}

/** The row of a key that works and that the caller may change: it can do nothing that they cannot. */
async function readChangeable(parts: KeyParts, actor: Actor, id: string): Promise<{ row: KeyRow; bounds: Bounds }> {
  const row = await findRow(parts.control.db, actor, id);
  if (row === undefined) throw notFound("key");
  const bounds = await readBounds(parts, actor);
  requireNotAbove(bounds, termsOf(row));
  const state = stateOf(row, parts.now());
  if (state === "active" || state === "expiring") return { row, bounds };
  const why = state === "rotating" ? `${row.replaced_by ?? "another"} took its place` : `it is ${state}`;
  throw new AppError("conflict", `This key cannot be changed any more: ${why}.`, { details: { reason: `key_${state}`, replaced_by: row.replaced_by } });
}

/** Ends a key of the caller's for good, at once; a second time changes nothing. */
export function endKey(parts: Keeper, { actor, origin }: Caller, id: string): Promise<void> {
  return parts.control.transaction(async () => {
    if ((await findRow(parts.control.db, actor, id)) === undefined) throw notFound("key");
    await readBounds(parts, actor);
    await revokeKey(parts, origin, id);
  });
}

/** Ends a key for good, whosever it is; a second time changes nothing. */
export function revokeKey({ control, now }: Pick<Keeper, "control" | "now">, origin: Origin, id: string, leak?: { url: string | null; type: string }): Promise<Key> {
  return control.transaction(async () => {
    const ended = await control.db.updateTable("keys").set({ revoked_at: now().toISOString() }).where("id", "=", id).where("revoked_at", "is", null).returning("workspace_id").executeTakeFirst();
    if (ended !== undefined) {
      const entry = leak === undefined ? { action: "key.revoked" as const } : { action: "key.leaked" as const, details: { ...leak } };
      await appendAudit({ control, now }, origin, { chain: ended.workspace_id, target: id, ...entry });
    }
    const row = await control.db.selectFrom("keys").selectAll().where("id", "=", id).executeTakeFirst();
    if (row === undefined) throw notFound("key");
    return toKey(row, now());
  });
}

export async function getKey({ control, now }: Pick<Keeper, "control" | "now">, actor: Actor, id: string): Promise<Key> {
  const row = await findRow(control.db, actor, id);
  if (row === undefined) throw notFound("key");
  return toKey(row, now());
}

/** A caller's keys, the newest first. */
export const listKeys = ({ control, now }: Pick<Keeper, "control" | "now">, actor: Actor, query: KeyListQuery): Promise<Page<Key>> =>
  listRows(control.reads, actor, query, now());

/** Every key of a workspace, or of all of them: for the operator. */
export async function listAllKeys({ control, now }: Pick<Keeper, "control" | "now">, workspaceId: string | null): Promise<Key[]> {
  let query = control.db.selectFrom("keys").selectAll().orderBy("id");
  if (workspaceId !== null) query = query.where("workspace_id", "=", workspaceId);
  return (await query.execute()).map((row) => toKey(row, now()));
}
