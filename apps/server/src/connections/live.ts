import type { ControlDb } from "../control/database.ts";

/**
 * The connections that work now: neither they nor the workspace nor the account ended, and the person is a member, with
 * the role that they have now and not what they had when they allowed it.
 */
export const liveConnections = (db: ControlDb) =>
  db.selectFrom("connections")
    .innerJoin("workspaces", "workspaces.id", "connections.workspace_id")
    .innerJoin("users", "users.id", "connections.user_id")
    .innerJoin("members", (join) => join.onRef("members.workspace_id", "=", "connections.workspace_id").onRef("members.user_id", "=", "connections.user_id"))
    .where("connections.revoked_at", "is", null)
    .where("workspaces.deleting_at", "is", null).where("users.disabled_at", "is", null).where("users.deleting_at", "is", null);

/** Whether what was issued for a connection can still be turned into tokens. */
export async function isLive(db: ControlDb, id: string): Promise<boolean> {
  return (await liveConnections(db).select("connections.id").where("connections.id", "=", id).executeTakeFirst()) !== undefined;
}
