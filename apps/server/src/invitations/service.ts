import { AppError, notFound } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import { readCursor, toCursor, toPage, type Page } from "@loci/kit/page";
import type { Selectable } from "kysely";
import { appendAudit } from "../audit/append.ts";
import type { Config } from "../config.ts";
import type { ControlDb } from "../control/database.ts";
import type { ControlTables } from "../control/tables.ts";
import type { Outbox } from "../mail/outbox.ts";
import { requireTeam } from "../members/service.ts";
import { requireStanding, type Asking } from "../members/standing.ts";
import { requireRoom } from "../plans/room.ts";
import type { GivenRole } from "../policy/roles.ts";
import type { WorkspaceParts } from "../workspaces/teams.ts";
import { countSeats, requireFewOpen, requirePace } from "./limits.ts";
import { LIFE_MS, stateOf, type InvitationState } from "./state.ts";
import { mintToken, toAcceptUrl } from "./token.ts";

export interface InvitationParts extends WorkspaceParts {
  outbox: Outbox;
  config: Pick<Config, "publicUrl" | "mail" | "plans">;
}

type InvitationRow = Selectable<ControlTables["invitations"]>;

interface InvitationView extends Pick<InvitationRow, "id" | "email" | "created_at" | "expires_at" | "accepted_at" | "accepted_by" | "revoked_at"> {
  role: GivenRole;
  state: InvitationState;
  invited_by: { id: string; name: string } | null;
}

/** Invites an address; an invitation of it that is still open ends. `url` is the link, where no mail takes it there. */
export function createInvitation(parts: InvitationParts, { actor, origin }: Asking, { email, role }: { email: string; role: GivenRole }): Promise<InvitationView & { url: string | null }> {
  const { control, now, config, outbox } = parts;
  const { token, token_hash } = mintToken();
  const url = toAcceptUrl(config.publicUrl, token);
  return control.transaction(async () => {
    const { db } = control;
    const { workspace, member: { person } } = await requireStanding(control, actor, "invitations:write");
    const { id: workspace_id } = workspace;
    requireTeam(workspace, "A personal workspace has one member. Make a team, POST /v1/workspaces, and invite people there.");
    await requireNoMember(db, workspace_id, email);
    await requirePace(parts, { workspace_id, email, invited_by: person.user_id });
    const at = now();
    const row: InvitationRow = {
      id: newId("inv"), workspace_id, email, role, token_hash, invited_by: person.user_id, created_at: at.toISOString(), expires_at: new Date(at.getTime() + LIFE_MS).toISOString(),
      accepted_at: null, accepted_by: null, revoked_at: null,
    };
    await replaceOpen(parts, { actor, origin }, row);
    await requireFewOpen(parts, workspace_id);
    await requireRoom({ control, plans: config.plans }, { workspace_id, meter: "seats", count: () => countSeats(parts, workspace_id) });
    await db.insertInto("invitations").values(row).execute();
    await appendAudit(parts, origin, { chain: workspace_id, action: "invitation.created", target: row.id, details: { role } });
    const inviter = person.name === "" ? person.email : person.name;
    await outbox.put({ to: email, template: "invitation", workspace: workspace.name, role, invited_by: inviter, url });
    return { ...toView({ ...row, inviter: person.name }, at), url: config.mail === null ? url : null };
  });
}

/** The newest first. */
export async function listInvitations({ control, now }: WorkspaceParts, workspaceId: string, { state, limit, cursor }: { state?: InvitationState | undefined; limit: number; cursor?: string | undefined }): Promise<Page<InvitationView>> {
  const at = now();
  let query = control.reads.selectFrom("invitations").leftJoin("users", "users.id", "invitations.invited_by").selectAll("invitations").select("users.name as inviter").where("workspace_id", "=", workspaceId);
  if (state === "accepted") query = query.where("accepted_at", "is not", null);
  else if (state !== undefined) query = query.where("accepted_at", "is", null).where("revoked_at", state === "revoked" ? "is not" : "is", null);
  if (state === "open") query = query.where("expires_at", ">", at.toISOString());
  if (state === "expired") query = query.where("expires_at", "<=", at.toISOString());
  if (cursor !== undefined) query = query.where("invitations.id", "<", readCursor(cursor, ["string"])[0]);
  return toPage(await query.orderBy("invitations.id", "desc").limit(limit + 1).execute(), limit, (row) => toView(row, at), ({ id }) => toCursor(id));
}

/** Takes an invitation back; what is over already stays as it is. */
export function revokeInvitation({ control, now }: WorkspaceParts, { actor, origin }: Asking, id: string): Promise<void> {
  return control.transaction(async () => {
    const { db } = control;
    const { workspace } = await requireStanding(control, actor, "invitations:write");
    const row = await db.selectFrom("invitations").selectAll().where("id", "=", id).where("workspace_id", "=", workspace.id).executeTakeFirst();
    if (row === undefined) throw notFound("invitation");
    if (row.accepted_at !== null) throw new AppError("conflict", "This invitation was accepted already. Remove the member instead.", { details: { reason: "accepted", user_id: row.accepted_by } });
    if (row.revoked_at !== null) return;
    await db.updateTable("invitations").set({ revoked_at: now().toISOString() }).where("id", "=", id).execute();
    await appendAudit({ control, now }, origin, { chain: workspace.id, action: "invitation.revoked", target: id });
  });
}

async function replaceOpen({ control, now }: WorkspaceParts, { origin }: Asking, { id, workspace_id, email }: InvitationRow): Promise<void> {
  const replaced = await control.db.updateTable("invitations").set({ revoked_at: now().toISOString() })
    .where("workspace_id", "=", workspace_id).where("email", "=", email).where("accepted_at", "is", null).where("revoked_at", "is", null).returning("id").executeTakeFirst();
  if (replaced === undefined) return;
  await appendAudit({ control, now }, origin, { chain: workspace_id, action: "invitation.revoked", target: replaced.id, details: { replaced_by: id } });
}

async function requireNoMember(db: ControlDb, workspaceId: string, email: string): Promise<void> {
  const row = await db.selectFrom("members").innerJoin("users", "users.id", "members.user_id").select("users.id").where("workspace_id", "=", workspaceId).where("email", "=", email).executeTakeFirst();
  if (row !== undefined) throw new AppError("conflict", "This person is a member already. Change their role instead.", { param: "email", details: { reason: "already_member", user_id: row.id } });
}

function toView(row: InvitationRow & { inviter: string | null }, now: Date): InvitationView {
  const { id, email, role, invited_by, inviter, created_at, expires_at, accepted_at, accepted_by, revoked_at } = row;
  return {
    id, email, role: role as GivenRole, state: stateOf(row, now), invited_by: invited_by === null || inviter === null ? null : { id: invited_by, name: inviter },
    created_at, expires_at, accepted_at, accepted_by, revoked_at,
  };
}
