import { guarded, json, type Route } from "../http/route.ts";
import { pageOf, toPageBody } from "../memories/page.ts";
import { deleteWorkspace, restoreWorkspace, type DeletionParts } from "./deletion.ts";
import { DeletionQuery, NewWorkspace, Workspace, WorkspaceChange, WorkspaceDeletion, WorkspaceListQuery, WorkspaceParam } from "./schemas.ts";
import { createTeam, listOwnWorkspaces, readWorkspace, updateWorkspace } from "./teams.ts";

/** `/v1/workspaces…`: what memories, keys and members belong to. */
export function workspaceRoutes(parts: DeletionParts): Route[] {
  return [list(parts), create(parts), read(parts), update(parts), remove(parts), restore(parts)];
}

const list = (parts: DeletionParts): Route => guarded("account", {
  id: "listWorkspaces", method: "get", path: "/v1/workspaces", tags: ["Workspaces"], repeat: "safe",
  summary: "List your workspaces", description: "Those that you are a member of: the personal one first, then by age, a page at a time.",
  request: { query: WorkspaceListQuery },
  responses: { 200: json(pageOf("WorkspacePage", Workspace), "A page of workspaces.") },
}, async ({ person, query }) => ({ status: 200, body: toPageBody(await listOwnWorkspaces(parts, person.user_id, query)) }));

const create = (parts: DeletionParts): Route => guarded("account", {
  id: "createWorkspace", method: "post", path: "/v1/workspaces", tags: ["Workspaces"], repeat: "with key",
  summary: "Make a team workspace", description: "You become its owner. Invite others with `createInvitation`.",
  request: { body: NewWorkspace },
  responses: { 201: json(Workspace, "The workspace.") },
}, async (call) => ({ status: 201, body: await createTeam(parts, call, call.body) }));

const read = (parts: DeletionParts): Route => guarded("workspace:read", {
  id: "getWorkspace", method: "get", path: "/v1/workspaces/{workspace}", tags: ["Workspaces"], repeat: "safe",
  summary: "Get a workspace", description: "Its name, plan, state and counts. Works with a key of the workspace too.",
  request: { params: WorkspaceParam },
  responses: { 200: json(Workspace, "The workspace.") },
}, async ({ actor }) => ({ status: 200, body: await readWorkspace(parts, actor) }));

const update = (parts: DeletionParts): Route => guarded("workspace:write", {
  id: "updateWorkspace", method: "patch", path: "/v1/workspaces/{workspace}", tags: ["Workspaces"], repeat: "idempotent",
  summary: "Rename a workspace", description: "Changes the name, the slug, or both. The old slug is free at once; the id stays.",
  request: { params: WorkspaceParam, body: WorkspaceChange },
  responses: { 200: json(Workspace, "The workspace.") },
  faults: [409],
}, async (call) => ({ status: 200, body: await updateWorkspace(parts, call, call.body) }));

const remove = (parts: DeletionParts): Route => guarded("workspace:delete", {
  id: "deleteWorkspace", method: "delete", path: "/v1/workspaces/{workspace}", tags: ["Workspaces"], repeat: "idempotent",
  summary: "Delete a team workspace",
  description: "It stops at once: all that still works is reading it, exporting its memories, and undoing this. After 30 days, or with `now=true` at once, everything of it is erased for good. Its members are told by mail.",
  request: { params: WorkspaceParam, query: DeletionQuery },
  responses: { 200: json(WorkspaceDeletion, "What becomes of it.") },
  faults: [409],
}, async (call) => ({ status: 200, body: await deleteWorkspace(parts, call, { atOnce: call.query.now }) }));

const restore = (parts: DeletionParts): Route => guarded("workspace:delete", {
  id: "restoreWorkspace", method: "post", path: "/v1/workspaces/{workspace}/restore", tags: ["Workspaces"], repeat: "idempotent",
  summary: "Undo the deletion of a workspace", description: "Within its 30 days: keys and members go on as before. A workspace that nobody deleted stays as it is.",
  request: { params: WorkspaceParam },
  responses: { 200: json(Workspace, "The workspace.") },
  faults: [409],
}, async (call) => ({ status: 200, body: await restoreWorkspace(parts, call) }));
