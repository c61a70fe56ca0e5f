import { AppError } from "@loci/kit/errors";
import type { Control } from "../control/database.ts";
import type { MemberActor } from "../policy/actor.ts";
import { permissionsFor, type OAuthScope } from "../policy/oauth-scopes.ts";
import { permissionsOf } from "../policy/permissions.ts";
import type { Role } from "../policy/roles.ts";

/** Throws unless an app can be let into this workspace by this member, with these scopes. */
export function requireUse({ role, leaving_at }: MemberActor, scopes: readonly OAuthScope[]): void {
  if (leaving_at !== null) throw new AppError("forbidden", "This workspace is going to be deleted, so no app can be connected to it.", { details: { reason: "workspace_leaving" } });
  if (!canGive(role, scopes)) throw new AppError("forbidden", `As ${role} of this workspace you may do none of that yourself, so you cannot allow it to an app either.`, { details: { reason: "role" } });
}

/** Whether a person of this role could do themselves what at least one of the scopes is for. */
const canGive = (role: Role, scopes: readonly OAuthScope[]): boolean => scopes.some((scope) => permissionsFor([scope], { readOnly: false }).isSubsetOf(permissionsOf(role)));

export interface OfferedWorkspace {
  id: string;
  slug: string;
  name: string;
}

/** The workspaces that an app could work in with these scopes: the personal one first, then by age; but before all one that is in use, while the personal one never was. */
export async function listOffered({ control }: { control: Control }, { user_id }: { user_id: string }, scopes: readonly OAuthScope[]): Promise<OfferedWorkspace[]> {
  const rows = await control.reads.selectFrom("members").innerJoin("workspaces", "workspaces.id", "members.workspace_id").leftJoin("stores", "stores.id", "workspaces.id")
    .select(["workspaces.id", "workspaces.slug", "workspaces.name", "workspaces.kind", "members.role", "stores.id as store"])
    .where("members.user_id", "=", user_id).where("workspaces.deleting_at", "is", null).where("workspaces.delete_after", "is", null).orderBy("workspaces.id").execute();
  const usable = rows.filter(({ role }) => canGive(role, scopes)).toSorted((a, b) => Number(b.kind === "personal") - Number(a.kind === "personal"));
  const first = usable[0]?.store === null ? (usable.find(({ store }) => store !== null) ?? usable[0]) : usable[0];
  return usable.toSorted((a, b) => Number(b === first) - Number(a === first)).map(({ id, slug, name }) => ({ id, slug, name }));
}

/** How far an app may reach, whatever its scopes. */
export interface Limits {
  /** The only group that it sees, or `null` for all of the workspace. */
  group: string | null;
  read_only: boolean;
}

/** A workspace, with the limits that an app has in it already. */
export interface LimitedWorkspace extends OfferedWorkspace {
  limits: Limits | null;
}

/** The workspaces with what this person limited this app to in each, where it is connected and limited: no consent lifts that. */
export async function withLimits({ control }: { control: Control }, whose: { user_id: string; client_id: string; resource: string }, offered: readonly OfferedWorkspace[]): Promise<LimitedWorkspace[]> {
  const rows = await control.db.selectFrom("connections").select(["workspace_id", "group_name", "read_only"])
    .where("user_id", "=", whose.user_id).where("client_id", "=", whose.client_id).where("resource", "=", whose.resource).where("revoked_at", "is", null).execute();
  const limits = new Map(rows.filter((row) => row.group_name !== null || row.read_only === 1).map((row) => [row.workspace_id, { group: row.group_name, read_only: row.read_only === 1 }]));
  return offered.map((workspace) => ({ ...workspace, limits: limits.get(workspace.id) ?? null }));
}
