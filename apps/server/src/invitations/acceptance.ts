import { AppError, notFound } from "@loci/kit/errors";
import type { Selectable } from "kysely";
import { appendAudit } from "../audit/append.ts";
import type { Origin } from "../audit/origin.ts";
import type { ControlDb } from "../control/database.ts";
import type { ControlTables } from "../control/tables.ts";
import { findRole } from "../members/standing.ts";
import { requireRoom } from "../plans/room.ts";
import type { GivenRole } from "../policy/roles.ts";
import type { WorkspaceParts } from "../workspaces/teams.ts";
import { stateOf } from "./state.ts";
import { hashToken } from "./token.ts";

interface InvitationShown {
  workspace: string;
  role: GivenRole;
  invited_by: string | null;
  email_hint: string;
  expires_at: string;
}

/** What an open invitation offers, as its token may be shown: the address stays hidden. */
export async function readInvitation({ control, now }: WorkspaceParts, token: string): Promise<InvitationShown> {
  const { role, email, expires_at, workspace, inviter } = requireOpen(await findByToken(control.reads, token), now());
  return { workspace, role: role as GivenRole, invited_by: inviter, email_hint: toHint(email), expires_at };
}

/**
 * Makes a user the member that an invitation promises, in the current transaction; of many at once one wins. The user's
 * address must be proven, or vouched for by this very token. Whatever it throws, nothing was written before.
 */
export function acceptInvitation(parts: WorkspaceParts, origin: Origin, { token, user_id }: { token: string; user_id: string }): Promise<{ workspace_id: string }> {
  const { control, now, config } = parts;
  return control.transaction(async () => {
    const { db } = control;
    const invitation = requireOpen(await findByToken(db, token), now());
    const { id, workspace_id, role } = invitation;
    await requireInvited(db, invitation, user_id);
    await requireRoom({ control, plans: config.plans }, { workspace_id, meter: "seats", count: () => countMembers(db, workspace_id) });
    const at = now().toISOString();
    // The reads above word the refusals; this statement alone decides who was first.
    const spent = await db.updateTable("invitations").set({ accepted_at: at, accepted_by: user_id })
      .where("id", "=", id).where("accepted_at", "is", null).where("revoked_at", "is", null).where("expires_at", ">", at).returning("id").executeTakeFirst();
    if (spent === undefined) throw over("accepted");
    await db.insertInto("members").values({ workspace_id, user_id, role, created_at: at }).execute();
    const who = { ...origin, actor: user_id };
    await appendAudit(parts, who, { chain: workspace_id, action: "invitation.accepted", target: id, details: { user: user_id } });
    await appendAudit(parts, who, { chain: workspace_id, action: "member.joined", target: user_id, details: { role, invitation: id } });
    return { workspace_id };
  });
}

type Found = Selectable<ControlTables["invitations"]> & { workspace: string; delete_after: string | null; inviter: string | null };

const findByToken = (db: ControlDb, token: string): Promise<Found | undefined> =>
  db.selectFrom("invitations").innerJoin("workspaces", "workspaces.id", "invitations.workspace_id").leftJoin("users", "users.id", "invitations.invited_by")
    .selectAll("invitations").select(["workspaces.name as workspace", "workspaces.delete_after", "users.name as inviter"])
    .where("token_hash", "=", hashToken(token)).where("workspaces.deleting_at", "is", null).executeTakeFirst();

const OVER = {
  accepted: "This invitation was used already. If it was you, sign in: the workspace is among yours.",
  expired: "This invitation is over: it held for seven days. Ask for a new one.",
  revoked: "This invitation was taken back, or replaced by a newer one. Look for a newer mail, or ask again.",
};

const over = (reason: keyof typeof OVER): AppError => new AppError("conflict", OVER[reason], { details: { reason } });

function requireOpen(row: Found | undefined, now: Date): Found {
  if (row === undefined) throw notFound("invitation");
  const state = stateOf(row, now);
  if (state !== "open") throw over(state);
  if (row.delete_after !== null) throw new AppError("conflict", "The workspace of this invitation is going to be deleted. Ask who invited you.", { details: { reason: "workspace_leaving" } });
  return row;
}

async function requireInvited(db: ControlDb, { workspace_id, email }: Found, userId: string): Promise<void> {
  const user = await db.selectFrom("users").select("email").where("id", "=", userId).executeTakeFirstOrThrow();
  if (user.email !== email) {
    const message = `This invitation is for ${toHint(email)}, and you are signed in as ${user.email}. Sign in with the address that was invited, or ask for an invitation of yours.`;
    throw new AppError("forbidden", message, { details: { reason: "other_address" } });
  }
  if ((await findRole(db, workspace_id, userId)) === undefined) return;
  throw new AppError("conflict", "You are a member of this workspace already.", { details: { reason: "already_member" } });
}

async function countMembers(db: ControlDb, workspaceId: string): Promise<number> {
  const { count } = await db.selectFrom("members").select(({ fn }) => fn.countAll<number>().as("count")).where("workspace_id", "=", workspaceId).executeTakeFirstOrThrow();
  return count;
}

/** Enough to know one's own address again: `a•••@example.com`. */
const toHint = (email: string): string => email.replace(/^(.).*(?=@)/u, "$1•••");
