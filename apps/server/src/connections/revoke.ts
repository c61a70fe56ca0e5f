import type { AuditParts } from "../audit/append.ts";
import type { Origin } from "../audit/origin.ts";
import type { ControlDb } from "../control/database.ts";
import { endFamilies } from "../oauth/families.ts";
import { noteConnection } from "./connect.ts";

/** Why a connection ended. */
export type RevokedBecause = "person" | "admin" | "client" | "member_removed" | "member_left";

/**
 * Ends a connection for good, with every token and every code that nobody has used yet, in the transaction that runs: the
 * app's next request is refused. False where it had ended before.
 */
export function revokeConnection(parts: AuditParts, { origin }: { origin: Origin }, id: string, because: RevokedBecause): Promise<boolean> {
  const { control, now } = parts;
  return control.transaction(async () => {
    const { db } = control;
    const ended = await db.updateTable("connections").set({ revoked_at: now().toISOString() })
      .where("id", "=", id).where("revoked_at", "is", null).returning(["id", "user_id", "workspace_id"]).executeTakeFirst();
    if (ended === undefined) return false;
    await endFamilies(parts, { connection_id: id }, because);
    await deleteUnspent(db, id);
    await noteConnection(parts, origin, ended, { action: "connection.revoked", details: { because } });
    return true;
  });
}

/** Takes back the codes that nobody has used yet. */
async function deleteUnspent(db: ControlDb, connectionId: string): Promise<void> {
  for (const table of ["authorization_codes", "device_codes"] as const) await db.deleteFrom(table).where("connection_id", "=", connectionId).where("spent_at", "is", null).execute();
}

/** Ends what somebody connected in a workspace that they are leaving: who comes back connects anew. */
export async function revokeConnectionsOf(parts: AuditParts, asking: { origin: Origin }, whose: { user_id: string; workspace_id: string }, because: RevokedBecause): Promise<void> {
  const live = await parts.control.db.selectFrom("connections").select("id")
    .where("workspace_id", "=", whose.workspace_id).where("user_id", "=", whose.user_id).where("revoked_at", "is", null).execute();
  for (const { id } of live) await revokeConnection(parts, asking, id, because);
}

/** Signs all apps of a person out, those too that are about to come in; what was allowed stays, and each has to be let in once more. */
export function signOutApps({ control, now }: Pick<AuditParts, "control" | "now">, userId: string, because: string): Promise<void> {
  return control.transaction(async () => {
    const { db } = control;
    const live = await db.selectFrom("connections").select("id").where("user_id", "=", userId).where("revoked_at", "is", null).execute();
    for (const { id } of live) {
      await endFamilies({ control, now }, { connection_id: id }, because);
      await deleteUnspent(db, id);
    }
  });
}
