import type { AuditParts } from "../audit/append.ts";
import type { Origin } from "../audit/origin.ts";
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
    for (const table of ["authorization_codes", "device_codes"] as const) await db.deleteFrom(table).where("connection_id", "=", id).where("spent_at", "is", null).execute();
    await noteConnection(parts, origin, ended, { action: "connection.revoked", details: { because } });
    return true;
  });
}

/** Ends what somebody connected in a workspace that they are leaving: who comes back connects anew. */
export async function revokeConnectionsOf(parts: AuditParts, asking: { origin: Origin }, whose: { user_id: string; workspace_id: string }, because: RevokedBecause): Promise<void> {
  const live = await parts.control.db.selectFrom("connections").select("id")
    .where("workspace_id", "=", whose.workspace_id).where("user_id", "=", whose.user_id).where("revoked_at", "is", null).execute();
  for (const { id } of live) await revokeConnection(parts, asking, id, because);
}

/** Signs all apps of a person out; what was allowed stays, and each has to be let in once more. */
export async function signOutApps({ control, now }: AuditParts, userId: string, because: string): Promise<void> {
  const live = await control.db.selectFrom("connections").select("id").where("user_id", "=", userId).where("revoked_at", "is", null).execute();
  for (const { id } of live) await endFamilies({ control, now }, { connection_id: id }, because);
}
