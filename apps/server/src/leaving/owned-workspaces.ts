import type { Clock } from "@loci/kit/clock";
import { appendAudit } from "../audit/append.ts";
import { SYSTEM } from "../audit/origin.ts";
import type { Control, ControlDb } from "../control/database.ts";
import { ROLES } from "../policy/roles.ts";

export interface OwnedTeam {
  id: string;
  slug: string;
  name: string;
  /** Everybody in it but its owner. */
  other_members: number;
}

/** The teams of which somebody is the owner, but for those that are being deleted already. */
export async function listOwnedTeams(db: ControlDb, userId: string): Promise<OwnedTeam[]> {
  const rows = await db.selectFrom("members as own").innerJoin("workspaces", "workspaces.id", "own.workspace_id")
    .select(["workspaces.id", "slug", "name"])
    .select((row) => row.selectFrom("members").whereRef("members.workspace_id", "=", "workspaces.id").select(({ fn }) => fn.countAll<number>().as("members")).$castTo<{ members: number }>().as("members"))
    .where("own.user_id", "=", userId).where("own.role", "=", "owner").where("kind", "=", "team").where("delete_after", "is", null).where("deleting_at", "is", null)
    .orderBy("workspaces.id").$castTo<{ id: string; slug: string; name: string; members: number }>().execute();
  return rows.map(({ members, ...team }) => ({ ...team, other_members: Number(members) - 1 }));
}

/**
 * Settles what an account that is erased still owns: its personal workspace and teams without anybody else, or that were
 * to be deleted anyway, are erased with it; a team that it came to own meanwhile goes to the member who may the most.
 */
export async function settleOwned(parts: { control: Control; now: Clock }, userId: string): Promise<void> {
  const { db } = parts.control;
  const deleting_at = parts.now().toISOString();
  for (const { id, other_members } of await listOwnedTeams(db, userId)) {
    if (other_members > 0) await handOver(parts, id, userId);
  }
  const owned = db.selectFrom("members").select("workspace_id").where("user_id", "=", userId).where("role", "=", "owner");
  await db.updateTable("workspaces").set({ deleting_at }).where("deleting_at", "is", null)
    .where((or) => or.or([or("personal_user_id", "=", userId), or("id", "in", owned)])).execute();
}

async function handOver(parts: { control: Control; now: Clock }, workspaceId: string, from: string): Promise<void> {
  const { db } = parts.control;
  const others = await db.selectFrom("members").select(["user_id", "role", "created_at"]).where("workspace_id", "=", workspaceId).where("user_id", "!=", from).orderBy("created_at").execute();
  const [heir] = others.toSorted((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role));
  if (heir === undefined) return;
  const inWorkspace = db.updateTable("members").where("workspace_id", "=", workspaceId);
  await inWorkspace.set({ role: "admin" }).where("user_id", "=", from).execute();
  await inWorkspace.set({ role: "owner" }).where("user_id", "=", heir.user_id).execute();
  await appendAudit(parts, SYSTEM, { chain: workspaceId, action: "workspace.transferred", target: heir.user_id, details: { from, reason: "account_deleted" } });
}

/** The workspaces that go with an account. */
export async function listErased(db: ControlDb, userId: string): Promise<string[]> {
  const owned = db.selectFrom("members").select("workspace_id").where("user_id", "=", userId).where("role", "=", "owner");
  const rows = await db.selectFrom("workspaces").select("id").where("deleting_at", "is not", null)
    .where((or) => or.or([or("personal_user_id", "=", userId), or("id", "in", owned)])).execute();
  return rows.map(({ id }) => id);
}

/** Ends the memberships of an account in the workspaces of others. */
export async function endMemberships(parts: { control: Control; now: Clock }, userId: string): Promise<void> {
  const ended = await parts.control.db.deleteFrom("members").where("user_id", "=", userId).where("role", "!=", "owner").returning(["workspace_id", "role"]).execute();
  for (const { workspace_id, role } of ended) {
    await appendAudit(parts, SYSTEM, { chain: workspace_id, action: "member.left", target: userId, details: { role, reason: "account_deleted" } });
  }
}
