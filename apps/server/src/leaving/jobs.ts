import { z } from "zod";
import { eraseAccount, ERASE_ACCOUNT, type EraseAccountParts } from "./erase-account.ts";
import { eraseWorkspace } from "./erase-workspace.ts";

const ERASE_WORKSPACE = "workspace.erase";

/** Says how workspaces and accounts are erased. */
export function registerErasures(parts: EraseAccountParts): void {
  parts.jobs.register(ERASE_WORKSPACE, { payload: z.strictObject({ workspace_id: z.string() }), run: ({ workspace_id }) => eraseWorkspace(parts, workspace_id) });
  parts.jobs.register(ERASE_ACCOUNT, { payload: z.strictObject({ user_id: z.string() }), run: ({ user_id }) => eraseAccount(parts, user_id) });
}

/** Has everything erased whose grace is over, or whose erasure was begun and given up; answers how many those are. */
export async function enqueueErasures({ control, jobs, now }: EraseAccountParts): Promise<number> {
  const at = now().toISOString();
  const accounts = await control.db.selectFrom("users").select("id").where((due) => due.or([due("delete_after", "<=", at), due("deleting_at", "is not", null)])).execute();
  for (const { id } of accounts) await jobs.enqueue(ERASE_ACCOUNT, { user_id: id }, { uniqueKey: id });
  // Personal ones go with their account.
  const workspaces = await control.db.selectFrom("workspaces").select("id").where("kind", "=", "team")
    .where((due) => due.or([due("delete_after", "<=", at), due("deleting_at", "is not", null)])).execute();
  for (const { id } of workspaces) await jobs.enqueue(ERASE_WORKSPACE, { workspace_id: id }, { uniqueKey: id });
  return accounts.length + workspaces.length;
}
