import type { Accounts } from "../accounts/accounts.ts";
import { empty, guarded, json, type Route } from "../http/route.ts";
import { pageOf, toPageBody } from "../memories/page.ts";
import { Workspace, WorkspaceParam } from "../workspaces/schemas.ts";
import { readWorkspaceAs } from "../workspaces/teams.ts";
import { acceptInvitation, readInvitation } from "./acceptance.ts";
import { CreatedInvitation, Invitation, InvitationListQuery, InvitationParams, InvitationShown, InvitationToken, NewInvitation } from "./schemas.ts";
import { createInvitation, listInvitations, revokeInvitation, type InvitationParts } from "./service.ts";

interface RouteParts extends InvitationParts {
  accounts: Pick<Accounts, "limits">;
}

/** `/v1/workspaces/{workspace}/invitations…` for who invites, `/v1/invitations/…` for who is invited. */
export function invitationRoutes(parts: RouteParts): Route[] {
  return [list(parts), create(parts), revoke(parts), read(parts), accept(parts)];
}

const list = (parts: InvitationParts): Route => guarded("invitations:read", {
  id: "listInvitations", method: "get", path: "/v1/workspaces/{workspace}/invitations", tags: ["Workspaces"], repeat: "safe",
  summary: "List the invitations", description: "What became of each, the newest first, a page at a time. Their links are not shown again.",
  request: { params: WorkspaceParam, query: InvitationListQuery },
  responses: { 200: json(pageOf("InvitationPage", Invitation), "A page of invitations.") },
}, async ({ actor, query }) => ({ status: 200, body: toPageBody(await listInvitations(parts, actor.workspace_id, query)) }));

const create = (parts: InvitationParts): Route => guarded("invitations:write", {
  id: "createInvitation", method: "post", path: "/v1/workspaces/{workspace}/invitations", tags: ["Workspaces"], repeat: "with key",
  summary: "Invite somebody",
  description: "Mails a link that works once, for seven days, and only for an account with this address; who has none signs up with it. An open invitation of the same address ends. Where the instance sends no mail, the answer holds the link.",
  request: { params: WorkspaceParam, body: NewInvitation },
  responses: { 201: json(CreatedInvitation, "The invitation.") },
  faults: [402, 429],
}, async (call) => ({ status: 201, body: await createInvitation(parts, call, call.body) }));

const revoke = (parts: InvitationParts): Route => guarded("invitations:write", {
  id: "revokeInvitation", method: "delete", path: "/v1/workspaces/{workspace}/invitations/{id}", tags: ["Workspaces"], repeat: "idempotent",
  summary: "Take an invitation back", description: "Its link works no more. One that was accepted cannot be taken back: remove the member.",
  request: { params: InvitationParams },
  responses: { 204: empty("Revoked.") },
  faults: [409],
}, async (call) => {
  await revokeInvitation(parts, call, call.params.id);
  return { status: 204 };
});

const read = (parts: RouteParts): Route => guarded("open", {
  id: "readInvitation", method: "post", path: "/v1/invitations/read", tags: ["Workspaces"], repeat: "safe",
  summary: "Look at an invitation", description: "What the link offers, for who holds it; nothing is spent. The token stands in the body, so that it reaches no log.",
  request: { body: InvitationToken },
  responses: { 200: json(InvitationShown, "What it offers.") },
  faults: [404, 409, 429],
}, async ({ origin, body: { token } }) => ({ status: 200, body: await parts.accounts.limits.guess([["fails_per_address", origin.address]], () => readInvitation(parts, token)) }));

const accept = (parts: RouteParts): Route => guarded("account", {
  id: "acceptInvitation", method: "post", path: "/v1/invitations/accept", tags: ["Workspaces"], repeat: "with key",
  summary: "Accept an invitation", description: "Makes you a member. It works once, and only for an account with the address that was invited.",
  request: { body: InvitationToken },
  responses: { 200: json(Workspace, "The workspace that is now among yours.") },
  faults: [402, 404, 429],
}, async ({ person: { user_id }, origin, body: { token } }) => {
  const { workspace_id } = await parts.accounts.limits.guess([["fails_per_address", origin.address]], () => acceptInvitation(parts, origin, { token, user_id }));
  return { status: 200, body: await readWorkspaceAs(parts, workspace_id, user_id) };
});
