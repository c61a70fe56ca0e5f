import { empty, guarded, json, type Route } from "../http/route.ts";
import { pageOf, toPageBody } from "../memories/page.ts";
import { Workspace, WorkspaceParam } from "../workspaces/schemas.ts";
import type { WorkspaceParts } from "../workspaces/teams.ts";
import { Member, MemberChange, MemberListQuery, MemberParams, Transfer } from "./schemas.ts";
import { changeRole, leaveWorkspace, listMembers, removeMember, transferWorkspace } from "./service.ts";

/** The people of a workspace: `/v1/workspaces/{workspace}/members…`, leaving and handing over. */
export function memberRoutes(parts: WorkspaceParts): Route[] {
  return [list(parts), change(parts), remove(parts), leave(parts), transfer(parts)];
}

const list = ({ control }: WorkspaceParts): Route => guarded("members:read", {
  id: "listMembers", method: "get", path: "/v1/workspaces/{workspace}/members", tags: ["Workspaces"], repeat: "safe",
  summary: "List the members", description: "Who is in the workspace, and as what, a page at a time.",
  request: { params: WorkspaceParam, query: MemberListQuery },
  responses: { 200: json(pageOf("MemberPage", Member), "A page of members.") },
}, async ({ actor, query }) => ({ status: 200, body: toPageBody(await listMembers(control, actor.workspace_id, query)) }));

const change = (parts: WorkspaceParts): Route => guarded("members:write", {
  id: "updateMember", method: "patch", path: "/v1/workspaces/{workspace}/members/{user}", tags: ["Workspaces"], repeat: "idempotent",
  summary: "Change a member's role",
  description: "Holds from the member's next request on. The owner's role cannot be changed, only handed over: see `transferWorkspace`.",
  request: { params: MemberParams, body: MemberChange },
  responses: { 200: json(Member, "The member.") },
}, async (call) => ({ status: 200, body: await changeRole(parts, call, call.params.user, call.body.role) }));

const remove = (parts: WorkspaceParts): Route => guarded("members:write", {
  id: "removeMember", method: "delete", path: "/v1/workspaces/{workspace}/members/{user}", tags: ["Workspaces"], repeat: "idempotent",
  summary: "Remove a member",
  description: "From their next request on the workspace does not exist for them. API keys belong to the workspace and go on working: rotate those that they have seen.",
  request: { params: MemberParams },
  responses: { 204: empty("Removed.") },
}, async (call) => {
  await removeMember(parts, call, call.params.user);
  return { status: 204 };
});

const leave = (parts: WorkspaceParts): Route => guarded("workspace:leave", {
  id: "leaveWorkspace", method: "post", path: "/v1/workspaces/{workspace}/leave", tags: ["Workspaces"], repeat: "idempotent",
  summary: "Leave a workspace", description: "The owner hands it over first; a personal workspace cannot be left.",
  request: { params: WorkspaceParam },
  responses: { 204: empty("Left.") },
  faults: [409],
}, async (call) => {
  await leaveWorkspace(parts, call);
  return { status: 204 };
});

const transfer = (parts: WorkspaceParts): Route => guarded("workspace:transfer", {
  id: "transferWorkspace", method: "post", path: "/v1/workspaces/{workspace}/transfer", tags: ["Workspaces"], repeat: "with key",
  summary: "Hand a workspace over", description: "Makes another member the owner; the owner until now becomes admin. There is always exactly one.",
  request: { params: WorkspaceParam, body: Transfer },
  responses: { 200: json(Workspace, "The workspace, with the caller's new role.") },
}, async (call) => ({ status: 200, body: await transferWorkspace(parts, call, call.body.user_id) }));
