import { readCursor, toCursor, toPage, type Page } from "@loci/kit/page";
import type { ControlDb } from "../control/database.ts";
import { toConnection, type Connection, type ConnectionState } from "./connection.ts";

export interface ConnectionListQuery {
  limit: number;
  cursor?: string | undefined;
  state?: readonly ConnectionState[] | undefined;
}

/** Whose connections: a person's own, in one workspace or all of theirs, or those of everybody in a workspace. */
export type Whose = { user_id: string; workspace?: string | undefined } | { workspace_id: string };

function rowsOf(db: ControlDb, whose: Whose) {
  const rows = db.selectFrom("connections").innerJoin("clients", "clients.id", "connections.client_id").innerJoin("workspaces", "workspaces.id", "connections.workspace_id").innerJoin("users", "users.id", "connections.user_id")
    .selectAll("connections").select(["clients.name as client_name", "clients.kind as client_kind", "workspaces.slug", "workspaces.name as workspace_name", "users.name as person_name"])
    .select((row) => row.selectFrom("token_families").whereRef("connection_id", "=", "connections.id").where("ended_at", "is", null).select(({ fn }) => fn.max("expires_at").as("ends")).as("expires_at"));
  if ("workspace_id" in whose) return rows.where("connections.workspace_id", "=", whose.workspace_id);
  const { user_id, workspace } = whose;
  const own = rows.where("connections.user_id", "=", user_id);
  return workspace === undefined ? own : own.where((row) => row.or([row("workspaces.id", "=", workspace), row("workspaces.slug", "=", workspace)]));
}

export async function findConnection(db: ControlDb, whose: Whose, id: string): Promise<Connection | undefined> {
  const row = await rowsOf(db, whose).where("connections.id", "=", id).executeTakeFirst();
  return row === undefined ? undefined : toConnection(row);
}

/** The newest first. */
export async function listRows(db: ControlDb, whose: Whose, { limit, cursor, state }: ConnectionListQuery): Promise<Page<Connection>> {
  let query = rowsOf(db, whose);
  if (cursor !== undefined) query = query.where("connections.id", "<", readCursor(cursor, ["string"])[0]);
  if (state !== undefined && state.length === 1) query = query.where("connections.revoked_at", state[0] === "active" ? "is" : "is not", null);
  return toPage(await query.orderBy("connections.id", "desc").limit(limit + 1).execute(), limit, toConnection, ({ id }) => toCursor(id));
}
