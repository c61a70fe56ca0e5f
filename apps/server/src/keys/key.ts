import { DAY_MS } from "@loci/kit/clock";
import type { Selectable } from "kysely";
import type { ControlTables } from "../control/tables.ts";
import type { KeyMode } from "../policy/actor.ts";
import { isScope, type Scope } from "../policy/permissions.ts";

/** Where a key stands: it works (active, expiring soon, or rotating out because another took its place), or no more. */
export const KEY_STATES = ["active", "expiring", "rotating", "expired", "revoked"] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** So long before its end a key is called `expiring`. */
export const EXPIRING_DAYS = 14;
/** So long without use a key gets a hint. */
export const UNUSED_DAYS = 30;

/** What a key is bound to. */
export interface KeyTerms {
  scopes: readonly Scope[];
  /** The only group that it sees, or `null` for all of them. */
  group: string | null;
  mode: KeyMode;
  /** RFC 3339, or `null` for never. */
  expires_at: string | null;
  /** Addresses and CIDR blocks that it may be used from; empty is anywhere. */
  ip_allow: readonly string[];
}

/** A key as it may be shown: without its secret. */
export interface Key extends KeyTerms {
  id: string;
  workspace_id: string;
  name: string;
  /** The beginning, by which people tell keys apart. */
  starts_with: string;
  state: KeyState;
  created_at: string;
  /** The person or key that made it; `null` when it was the operator. */
  created_by: { id: string; name: string | null } | null;
  /** A minute behind at most. */
  last_used_at: string | null;
  revoked_at: string | null;
  /** The key that took its place at a rotation. */
  replaced_by: string | null;
  note: string | null;
  tags: string[];
  /** What its owner should look at. */
  hint: string | null;
}

export type KeyRow = Selectable<ControlTables["keys"]>;
/** A row with the name of who made the key, where the caller may know it. */
export type ListedRow = KeyRow & { maker_name?: string | null };

/** The scopes in a row; one that this program does not know gives nothing. */
export const readScopes = (text: string): Scope[] => (JSON.parse(text) as string[]).filter(isScope);

export const termsOf = ({ scopes, group_name, mode, expires_at, ip_allow }: KeyRow): KeyTerms => ({
  scopes: readScopes(scopes), group: group_name, mode, expires_at, ip_allow: JSON.parse(ip_allow) as string[],
});

export function stateOf({ revoked_at, replaced_by, expires_at }: Pick<KeyRow, "revoked_at" | "replaced_by" | "expires_at">, now: Date): KeyState {
  if (revoked_at !== null) return "revoked";
  if (expires_at !== null && expires_at <= now.toISOString()) return "expired";
  if (replaced_by !== null) return "rotating";
  return expires_at !== null && expires_at <= toExpiringUntil(now) ? "expiring" : "active";
}

/** The time up to which a key's end is near. */
export const toExpiringUntil = (now: Date): string => new Date(now.getTime() + EXPIRING_DAYS * DAY_MS).toISOString();

export function toKey(row: ListedRow, now: Date): Key {
  const { id, workspace_id, name, mode, handle, created_at, created_by, last_used_at, revoked_at, replaced_by, note, tags } = row;
  return {
    id, workspace_id, name, starts_with: `mk_${mode}_${handle}`, state: stateOf(row, now), ...termsOf(row),
    created_at, created_by: created_by === null ? null : { id: created_by, name: row.maker_name ?? null },
    last_used_at, revoked_at, replaced_by, note, tags: JSON.parse(tags) as string[], hint: toHint(row, now),
  };
}

function toHint(row: KeyRow, now: Date): string | null {
  const state = stateOf(row, now);
  if (state === "revoked" || state === "expired") return null;
  const unusedDays = Math.floor((now.getTime() - Date.parse(row.last_used_at ?? row.created_at)) / DAY_MS);
  if (unusedDays < UNUSED_DAYS) return null;
  return `Not used for ${unusedDays} days. Revoke it if nothing needs it any more.`;
}
