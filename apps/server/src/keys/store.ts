import { readCursor, toCursor, toPage, type Page } from "@loci/kit/page";
import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from "kysely";
import type { ControlDb } from "../control/database.ts";
import type { ControlTables } from "../control/tables.ts";
import type { Actor, KeyMode } from "../policy/actor.ts";
import { toExpiringUntil, toKey, type Key, type KeyState, type ListedRow } from "./key.ts";

export interface KeyListQuery {
  limit: number;
  cursor?: string | undefined;
  state?: readonly KeyState[] | undefined;
}

/** The keys that a caller can know of: a member those of the workspace, a key those of its own mode and group. */
const rowsOf = (db: ControlDb, actor: Actor) =>
  db.selectFrom("keys")
    .leftJoin("users", "users.id", "keys.created_by").leftJoin("keys as makers", "makers.id", "keys.created_by")
    .selectAll("keys")
    // A key learns no person's name: it cannot list members either.
    .$if(actor.kind === "member", (rows) => rows.select(({ fn }) => fn.coalesce("users.name", "makers.name").as("maker_name")))
    .where("keys.workspace_id", "=", actor.workspace_id)
    .$if(actor.kind !== "member", (rows) => rows.where("keys.mode", "=", actor.mode))
    .$if(actor.group !== null, (rows) => rows.where("keys.group_name", "=", actor.group));

export const findRow = (db: ControlDb, actor: Actor, id: string): Promise<ListedRow | undefined> => rowsOf(db, actor).where("keys.id", "=", id).executeTakeFirst();

export async function listRows(db: ControlDb, actor: Actor, { limit, cursor, state }: KeyListQuery, now: Date): Promise<Page<Key>> {
  let query = rowsOf(db, actor);
  if (cursor !== undefined) query = query.where("keys.id", "<", readCursor(cursor, ["string"])[0]);
  if (state !== undefined) query = query.where((key) => key.or(state.map((wanted) => isIn(key, wanted, now))));
  const rows: ListedRow[] = await query.orderBy("keys.id", "desc").limit(limit + 1).execute();
  return toPage(rows, limit, (row) => toKey(row, now), ({ id }) => toCursor(id));
}

type KeyColumns = ExpressionBuilder<ControlTables, "keys">;

/** The state as SQL; `stateOf` is the same for a row. */
function isIn(key: KeyColumns, state: KeyState, now: Date): ExpressionWrapper<ControlTables, "keys", SqlBool> {
  const at = now.toISOString();
  if (state === "revoked") return key("keys.revoked_at", "is not", null);
  if (state === "expired") return key.and([key("keys.revoked_at", "is", null), key("keys.expires_at", "<=", at)]);
  const works = key.and([key("keys.revoked_at", "is", null), key.or([key("keys.expires_at", "is", null), key("keys.expires_at", ">", at)])]);
  if (state === "rotating") return key.and([works, key("keys.replaced_by", "is not", null)]);
  const stays = key.and([works, key("keys.replaced_by", "is", null)]);
  if (state === "expiring") return key.and([stays, key("keys.expires_at", "<=", toExpiringUntil(now))]);
  return key.and([stays, key.or([key("keys.expires_at", "is", null), key("keys.expires_at", ">", toExpiringUntil(now))])]);
}

/** How many keys of a mode work and are not on their way out: what a plan limits. */
export async function countWorkingKeys(db: ControlDb, workspaceId: string, mode: KeyMode, now: Date): Promise<number> {
  const { count } = await db.selectFrom("keys").select(({ fn }) => fn.countAll<number>().as("count"))
    .where("keys.workspace_id", "=", workspaceId).where("mode", "=", mode)
    .where((key) => key.or([isIn(key, "active", now), isIn(key, "expiring", now)])).executeTakeFirstOrThrow();
  return Number(count);
}
