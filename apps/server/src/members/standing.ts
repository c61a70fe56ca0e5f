import { notFound } from "@loci/kit/errors";
import type { Origin } from "../audit/origin.ts";
import type { Control } from "../control/database.ts";
import { requireGranted, type Actor, type MemberActor } from "../policy/actor.ts";
import { permissionsOf, type Permission } from "../policy/permissions.ts";
import type { Role } from "../policy/roles.ts";
import type { WorkspaceRecord } from "../workspaces/service.ts";

/** Who asks, and from where. */
export interface Asking {
  actor: Actor;
  origin: Origin;
}

interface Standing {
  member: MemberActor;
  role: Role;
  workspace: WorkspaceRecord;
}

/**
 * What the caller is in the workspace, read in the transaction that is about to change it: between the request's
 * admission and now they may have been removed, or given another role. Throws unless they still may.
 */
export async function requireStanding({ db }: Control, actor: Actor, permission: Permission): Promise<Standing> {
  if (actor.kind !== "member") throw new TypeError(`${permission} is no scope of keys.`);
  const { workspace_id, person } = actor;
  const workspace = await db.selectFrom("workspaces").selectAll().where("id", "=", workspace_id).where("deleting_at", "is", null).executeTakeFirst();
  const role = await findRole(db, workspace_id, person.user_id);
  if (workspace === undefined || role === undefined) throw notFound("workspace");
  const member: MemberActor = { ...actor, role, may: permissionsOf(role), leaving_at: workspace.delete_after };
  requireGranted(member, permission);
  return { member, role, workspace };
}

/** What a user is in a workspace. */
export async function findRole(db: Control["db"], workspaceId: string, userId: string): Promise<Role | undefined> {
  const row = await db.selectFrom("members").select("role").where("workspace_id", "=", workspaceId).where("user_id", "=", userId).executeTakeFirst();
  return row?.role;
}
