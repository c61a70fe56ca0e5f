import { DAY_MS } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import { appendAudit } from "../audit/append.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { Outbox } from "../mail/outbox.ts";
import type { MailContent } from "../mail/templates.ts";
import { requireTeam } from "../members/service.ts";
import { requireStanding, type Asking } from "../members/standing.ts";
import { readWorkspaceAs, type WorkspaceParts, type WorkspaceView } from "./teams.ts";

export interface DeletionParts extends WorkspaceParts {
  jobs: Jobs;
  outbox: Outbox;
}

/** The grace in which the deletion of a workspace can be undone. */
const GRACE_MS = 30 * DAY_MS;

/** The job that erases a workspace: its keys, its stores, its rows. */
const ERASE = "workspace.erase";

export interface WorkspaceDeletion {
  id: string;
  delete_after: string;
  erasing: boolean;
}

/** Stops a team workspace: it is erased in 30 days, or at once. Members are told. Asked again, it changes nothing. */
export function deleteWorkspace(parts: DeletionParts, { actor, origin }: Asking, { atOnce }: { atOnce: boolean }): Promise<WorkspaceDeletion> {
  const { control, now, jobs } = parts;
  return control.transaction(async () => {
    const { workspace } = await requireStanding(control, actor, "workspace:delete");
    requireTeam(workspace, "A personal workspace is deleted with its account: DELETE /v1/account.");
    const { id } = workspace;
    if (workspace.delete_after !== null && !atOnce) return { id, delete_after: workspace.delete_after, erasing: false };
    const at = now();
    const delete_after = new Date(at.getTime() + (atOnce ? 0 : GRACE_MS)).toISOString();
    await control.db.updateTable("workspaces").set({ delete_after, deleting_at: atOnce ? at.toISOString() : null }).where("id", "=", id).execute();
    await appendAudit(parts, origin, { chain: id, action: "workspace.deletion_requested", target: id, details: { delete_after, at_once: atOnce } });
    await tellMembers(parts, id, atOnce ? { template: "workspace_deleted", workspace: workspace.name } : { template: "workspace_deletion", workspace: workspace.name, delete_after: toWords(delete_after) });
    if (atOnce) await jobs.enqueue(ERASE, { workspace_id: id }, { uniqueKey: id });
    return { id, delete_after, erasing: atOnce };
  });
}

/** Undoes a deletion within its grace; keys and members go on as before. */
export function restoreWorkspace(parts: DeletionParts, { actor, origin }: Asking): Promise<WorkspaceView> {
  const { control, now } = parts;
  return control.transaction(async () => {
    const { workspace, member } = await requireStanding(control, actor, "workspace:delete");
    requireTeam(workspace, "A personal workspace is kept with its account: POST /v1/account/restore.");
    const { id, delete_after } = workspace;
    if (delete_after !== null) {
      if (delete_after <= now().toISOString()) throw new AppError("conflict", "The 30 days are over: this workspace is about to be erased.", { details: { reason: "grace_over" } });
      await control.db.updateTable("workspaces").set({ delete_after: null }).where("id", "=", id).execute();
      await appendAudit(parts, origin, { chain: id, action: "workspace.deletion_undone", target: id });
      await tellMembers(parts, id, { template: "workspace_kept", workspace: workspace.name });
    }
    return readWorkspaceAs(parts, id, member.person.user_id);
  });
}

async function tellMembers({ control, outbox }: DeletionParts, id: string, content: MailContent): Promise<void> {
  const members = await control.db.selectFrom("members").innerJoin("users", "users.id", "members.user_id").select("email").where("workspace_id", "=", id).execute();
  for (const { email } of members) await outbox.put({ to: email, ...content });
}

const toWords = (time: string): string => `${time.slice(0, 16).replace("T", " ")} UTC`;
