import type { Clock } from "@loci/kit/clock";
import { notFound } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import type { Kysely, Selectable } from "kysely";
import type { ControlTables } from "../control/tables.ts";
import { mintKey } from "./format.ts";
import type { KeyMode } from "../policy/actor.ts";
import { isScope, type Scope } from "../policy/permissions.ts";
import { hashSecret, type Peppers } from "./secrets.ts";

export interface NewKey {
  workspace_id: string;
  name: string;
  scopes: readonly Scope[];
  group: string | null;
  mode: KeyMode;
  /** RFC 3339, or `null` for never. */
  expires_at: string | null;
}

/** A key as it may be shown: without its secret. */
export interface Key extends NewKey {
  id: string;
  /** The beginning, by which people tell keys apart. */
  starts_with: string;
  created_at: string;
  revoked_at: string | null;
  last_used_at: string | null;
}

interface Keeper {
  db: Kysely<ControlTables>;
  now: Clock;
  peppers: Peppers;
}

/** Makes a key; `secret` is the whole key, shown here for the only time. */
export async function createKey({ db, now, peppers }: Keeper, input: NewKey): Promise<Key & { secret: string }> {
  const { handle, secret, text } = mintKey(input.mode);
  const row = {
    id: newId("key"),
    workspace_id: input.workspace_id,
    name: input.name,
    mode: input.mode,
    handle,
    secret_hash: hashSecret(peppers, secret),
    scopes: JSON.stringify(input.scopes),
    group_name: input.group,
    created_at: now().toISOString(),
    expires_at: input.expires_at,
    revoked_at: null,
    last_used_at: null,
    note: null,
    tags: "[]",
    ip_allow: "[]",
    created_by: null,
    replaced_by: null,
  };
  // 62^8 handles: a second key with the same one breaks the index `one_key_per_handle` once in lifetimes.
  await db.insertInto("keys").values(row).execute();
  return { ...toKey(row), secret: text };
}

export async function listKeys(db: Kysely<ControlTables>, workspaceId: string | null): Promise<Key[]> {
  let query = db.selectFrom("keys").selectAll().orderBy("id");
  if (workspaceId !== null) query = query.where("workspace_id", "=", workspaceId);
  return (await query.execute()).map(toKey);
}

/** Ends a key for good; a second time changes nothing. */
export async function revokeKey({ db, now }: Pick<Keeper, "db" | "now">, id: string): Promise<Key> {
  await db.updateTable("keys").set({ revoked_at: now().toISOString() }).where("id", "=", id).where("revoked_at", "is", null).execute();
  const row = await db.selectFrom("keys").selectAll().where("id", "=", id).executeTakeFirst();
  if (row === undefined) throw notFound("key");
  return toKey(row);
}

type KeyRow = Selectable<ControlTables["keys"]>;

/** The scopes in a row; one that this program does not know gives nothing. */
export const readScopes = (text: string): Scope[] => (JSON.parse(text) as string[]).filter(isScope);

function toKey(row: KeyRow): Key {
  const { id, workspace_id, name, mode, handle, scopes, group_name, created_at, expires_at, revoked_at, last_used_at } = row;
  const starts_with = `mk_${mode}_${handle}`;
  return { id, workspace_id, name, mode, starts_with, scopes: readScopes(scopes), group: group_name, created_at, expires_at, revoked_at, last_used_at };
}
