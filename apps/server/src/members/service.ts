import { AppError, notFound } from "@loci/kit/errors";
import { readCursor, toCursor, toPage, type Page } from "@loci/kit/page";
import { appendAudit } from "../audit/append.ts";
import type { Origin } from "../audit/origin.ts";
import { revokeConnectionsOf } from "../connections/revoke.ts";
import type { Control, ControlDb } from "../control/database.ts";
import type { GivenRole, Role } from "../policy/roles.ts";
import type { WorkspaceRecord } from "../workspaces/service.ts";
import { readWorkspaceAs, type WorkspaceParts, type WorkspaceView } from "../workspaces/teams.ts";
import { findRole, requireStanding, type Asking } from "./standing.ts";

type MemberParts = Pick<WorkspaceParts, "control" | "now">;

interface MemberView {
  id: string;
  name: string;
  email: string;
  role: Role;
  since: string;
}

const readMembers = (db: ControlDb, workspaceId: string) =>
  db.selectFrom("members").innerJoin("users", "users.id", "members.user_id")
    .select(["users.id", "users.name", "users.email", "members.role", "members.created_at as since"]).where("members.workspace_id", "=", workspaceId);

/** By user id, that is by the age of their accounts. */
export async function listMembers({ reads }: Control, workspaceId: string, { limit, cursor }: { limit: number; cursor?: string | undefined }): Promise<Page<MemberView>> {
  let query = readMembers(reads, workspaceId);
  if (cursor !== undefined) query = query.where("users.id", ">", readCursor(cursor, ["string"])[0]);
  return toPage(await query.orderBy("users.id").limit(limit + 1).execute(), limit, (member) => member, ({ id }) => toCursor(id));
}

/** Gives a member another role. The owner's is changed by `transferWorkspace` alone. */
export function changeRole({ control, now }: MemberParts, { actor, origin }: Asking, userId: string, role: GivenRole): Promise<MemberView> {
  return control.transaction(async () => {
    const { db } = control;
    const { workspace } = await requireStanding(control, actor, "members:write");
    const before = await requireTouchable(db, workspace.id, userId);
    if (before !== role) {
      await setRole(db, workspace.id, userId, role);
      await appendAudit({ control, now }, origin, { chain: workspace.id, action: "member.role_changed", target: userId, details: { from: before, to: role } });
    }
    return readMembers(db, workspace.id).where("users.id", "=", userId).executeTakeFirstOrThrow();
  });
}

/** Ends a membership; at the next request the workspace does not exist for them. */
export function removeMember({ control, now }: MemberParts, { actor, origin }: Asking, userId: string): Promise<void> {
  return control.transaction(async () => {
    const { workspace } = await requireStanding(control, actor, "members:write");
    const role = await requireTouchable(control.db, workspace.id, userId);
    await deleteMember(control.db, workspace.id, userId);
    await revokeConnectionsOf({ control, now }, { origin }, { user_id: userId, workspace_id: workspace.id }, "member_removed");
    await appendAudit({ control, now }, origin, { chain: workspace.id, action: "member.removed", target: userId, details: { role } });
  });
}

export function leaveWorkspace({ control, now }: MemberParts, { actor, origin }: Asking): Promise<void> {
  return control.transaction(async () => {
    const { workspace, role, member } = await requireStanding(control, actor, "workspace:leave");
    requireTeam(workspace, "Nobody leaves a personal workspace: it goes with its account.");
    if (role === "owner") {
      const way = "Hand the workspace to another member first, POST /v1/workspaces/{workspace}/transfer, or delete it.";
      throw new AppError("conflict", `You own this workspace. ${way}`, { details: { reason: "owner" } });
    }
    const { user_id } = member.person;
    await deleteMember(control.db, workspace.id, user_id);
    await revokeConnectionsOf({ control, now }, { origin }, { user_id, workspace_id: workspace.id }, "member_left");
    await appendAudit({ control, now }, origin, { chain: workspace.id, action: "member.left", target: user_id, details: { role } });
  });
}

/** Makes another member the owner, and the caller an admin. */
export function transferWorkspace(parts: WorkspaceParts, { actor, origin }: Asking, userId: string): Promise<WorkspaceView> {
  const { control } = parts;
  return control.transaction(async () => {
    const { workspace, member } = await requireStanding(control, actor, "workspace:transfer");
    await handOver(parts, origin, workspace, userId);
    return readWorkspaceAs(parts, workspace.id, member.person.user_id);
  });
}

/**
 * Makes another member the owner, and the owner an admin, in the transaction that runs; who may ask for it is the caller's
 * business. The index `one_owner_per_workspace` holds it. Answers with the owner until now, `null` where there was none.
 */
export async function handOver({ control, now }: MemberParts, origin: Origin, workspace: Pick<WorkspaceRecord, "id" | "kind">, userId: string): Promise<string | null> {
  const { db } = control;
  const { id } = workspace;
  requireTeam(workspace, "A personal workspace stays with its account. Make a team, and export and import what shall go there.");
  const role = await findRole(db, id, userId);
  if (role === undefined) throw notFound("member");
  if (role === "owner") throw new AppError("conflict", "This member owns the workspace already. Name another member.", { param: "user_id", details: { reason: "owner" } });
  await requireStaying(db, userId);
  const owner = await db.selectFrom("members").select("user_id").where("workspace_id", "=", id).where("role", "=", "owner").executeTakeFirst();
  const from = owner?.user_id ?? null;
  if (from !== null) await setRole(db, id, from, "admin");
  await setRole(db, id, userId, "owner");
  await appendAudit({ control, now }, origin, { chain: id, action: "workspace.transferred", target: userId, details: { from } });
  return from;
}

/** Throws for what a personal workspace cannot have done to it. */
export function requireTeam({ kind }: { kind: "personal" | "team" }, message: string): void {
  if (kind === "personal") throw new AppError("conflict", message, { details: { reason: "personal_workspace" } });
}

const deleteMember = (db: ControlDb, workspaceId: string, userId: string) =>
  db.deleteFrom("members").where("workspace_id", "=", workspaceId).where("user_id", "=", userId).execute();

const setRole = (db: ControlDb, workspaceId: string, userId: string, role: Role) =>
  db.updateTable("members").set({ role }).where("workspace_id", "=", workspaceId).where("user_id", "=", userId).execute();

/** The role of a member who is there and is not the owner. */
async function requireTouchable(db: ControlDb, workspaceId: string, userId: string): Promise<Role> {
  const role = await findRole(db, workspaceId, userId);
  if (role === undefined) throw notFound("member");
  if (role !== "owner") return role;
  throw new AppError("forbidden", "The owner keeps their role until they hand the workspace to another member: POST /v1/workspaces/{workspace}/transfer.", { details: { reason: "owner" } });
}

/** A workspace is not handed to an account that is about to be gone. */
async function requireStaying(db: ControlDb, userId: string): Promise<void> {
  const { disabled_at, delete_after } = await db.selectFrom("users").select(["disabled_at", "delete_after"]).where("id", "=", userId).executeTakeFirstOrThrow();
  if (disabled_at === null && delete_after === null) return;
  throw new AppError("conflict", "This member's account is about to be deleted, or is disabled. Name another member.", { param: "user_id", details: { reason: "account_leaving" } });
}
