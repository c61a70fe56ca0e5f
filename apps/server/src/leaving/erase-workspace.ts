import { appendAudit } from "../audit/append.ts";
import { sealOffChain } from "../audit/erase.ts";
import { SYSTEM } from "../audit/origin.ts";
import type { Parts } from "../parts.ts";
import { deleteJobsAbout, deleteKeptAnswers } from "./traces.ts";

export type EraseParts = Pick<Parts, "control" | "now" | "sealer" | "stores">;

/**
 * Erases a workspace whose time has come: keys, stores, rows, audit chain. What was done stands in the rows, so it may be
 * killed anywhere and run again; of a workspace that is gone it removes what a crash may have left.
 */
export async function eraseWorkspace(parts: EraseParts, id: string): Promise<void> {
  if (!(await beginErasing(parts, id))) return;
  await parts.stores.erase(id);
  await eraseRows(parts, id);
  await endErasing(parts, id);
}

/** False where somebody has undone it, or it is too early. */
async function beginErasing({ control, now }: EraseParts, id: string): Promise<boolean> {
  const at = now().toISOString();
  return control.transaction(async () => {
    const workspace = await control.db.selectFrom("workspaces").select(["delete_after", "deleting_at"]).where("id", "=", id).executeTakeFirst();
    if (workspace === undefined || workspace.deleting_at !== null) return true;
    if (workspace.delete_after === null || workspace.delete_after > at) return false;
    await control.db.updateTable("workspaces").set({ deleting_at: at }).where("id", "=", id).execute();
    return true;
  });
}

async function eraseRows(parts: EraseParts, id: string): Promise<void> {
  const { control } = parts;
  await control.transaction(async () => {
    const { db } = control;
    for (const table of ["keys", "connections"] as const) await db.deleteFrom(table).where("workspace_id", "=", id).execute();
    // The workspace's name went out with them; one that waits still is another's or is sent in a moment.
    await db.deleteFrom("mails").where("template", "=", "invitation").where("status", "!=", "waiting")
      .where("recipient", "in", db.selectFrom("invitations").select("email").where("workspace_id", "=", id)).execute();
    await db.deleteFrom("invitations").where("workspace_id", "=", id).execute();
    await deleteKeptAnswers(db, { workspace_id: id });
  });
  await deleteJobsAbout(parts, [id]);
}

async function endErasing(parts: EraseParts, id: string): Promise<void> {
  const { control } = parts;
  const left = await control.db.selectFrom("workspaces").select("id").where("id", "=", id).executeTakeFirst();
  if (left !== undefined) await sealOffChain(parts, id);
  await control.transaction(async () => {
    // Its members go with it: until then they say whose it was.
    const gone = await control.db.deleteFrom("workspaces").where("id", "=", id).returning("kind").executeTakeFirst();
    if (gone !== undefined) await appendAudit(parts, SYSTEM, { chain: "instance", action: "workspace.deleted", target: id, details: { kind: gone.kind } });
  });
  await emptyLog(parts);
}

/** Takes the bytes of what was erased out of the log as well; who reads the file beside us makes the job come again. */
export async function emptyLog({ control }: Pick<EraseParts, "control">): Promise<void> {
  if (!(await control.rewrite())) throw new Error("Another program reads the control database, so its log still holds what was erased.");
}
