import { empty, guarded, json, type Route } from "../http/route.ts";
import { IdParam } from "../memories/fields.ts";
import { pageOf, toPageBody } from "../memories/page.ts";
import type { Parts } from "../parts.ts";
import { WorkspaceParam } from "../workspaces/schemas.ts";
import { listRequests } from "./requests.ts";
import { ConnectionBody, ConnectionListQuery, ConnectionPatchBody, ConnectionRequest, ConnectionRequestQuery, WorkspaceConnectionListQuery, WorkspaceConnectionParams } from "./schemas.ts";
import { getConnection, listInWorkspace, listOwn, revokeInWorkspace, revokeOwn, updateConnection } from "./service.ts";
import { whoAmI } from "./whoami.ts";

type ConnectionParts = Pick<Parts, "control" | "now" | "memberships" | "stores">;

/** The apps that people let into their memory: `/v1/connections…`, those of a workspace, and `/v1/whoami`. */
export function connectionRoutes(parts: ConnectionParts): Route[] {
  return [list(parts), get(parts), update(parts), revoke(parts), listOwnRequests(parts), listOfWorkspace(parts), revokeOfWorkspace(parts), whoAmI(parts)];
}

const ConnectionPage = pageOf("ConnectionPage", ConnectionBody);

const list = (parts: ConnectionParts): Route => guarded("account", {
  id: "listConnections", method: "get", path: "/v1/connections", tags: ["Connections"], repeat: "safe",
  summary: "List your connected apps", description: "The apps that you let into your workspaces, the newest first, those that were cut off too.",
  request: { query: ConnectionListQuery },
  responses: { 200: json(ConnectionPage, "A page of connections.") },
}, async ({ person, query }) => ({ status: 200, body: toPageBody(await listOwn(parts, person, query)) }));

const get = (parts: ConnectionParts): Route => guarded("account", {
  id: "getConnection", method: "get", path: "/v1/connections/{id}", tags: ["Connections"], repeat: "safe",
  summary: "Get a connected app", description: "One of your own: where it works, what it may do, when it was last used.",
  request: { params: IdParam },
  responses: { 200: json(ConnectionBody, "The connection.") },
}, async ({ person, params: { id } }) => ({ status: 200, body: await getConnection(parts, person, id) }));

const update = (parts: ConnectionParts): Route => guarded("account", {
  id: "updateConnection", method: "patch", path: "/v1/connections/{id}", tags: ["Connections"], repeat: "idempotent",
  summary: "Limit or rename a connected app",
  description: "Lets it only read, binds it to one group, takes scopes away, or gives it another label. It holds from the app's next request on; the app need not sign in again.",
  request: { params: IdParam, body: ConnectionPatchBody },
  responses: { 200: json(ConnectionBody, "The connection as it is now.") },
  faults: [409],
}, async (call) => ({ status: 200, body: await updateConnection(parts, call, call.params.id, call.body) }));

const CUT_OFF = "All its tokens end: its next request is refused, and what it stored stays. It is in the list still, and can be connected anew.";

const revoke = (parts: ConnectionParts): Route => guarded("account", {
  id: "revokeConnection", method: "delete", path: "/v1/connections/{id}", tags: ["Connections"], repeat: "idempotent", whileLeaving: true,
  summary: "Cut off a connected app", description: CUT_OFF,
  request: { params: IdParam },
  responses: { 204: empty("Cut off.") },
}, async (call) => {
  await revokeOwn(parts, call, call.params.id);
  return { status: 204 };
});

const listOwnRequests = (parts: ConnectionParts): Route => guarded("account", {
  id: "listConnectionRequests", method: "get", path: "/v1/connections/{id}/requests", tags: ["Connections"], repeat: "safe",
  summary: "See what a connected app read and wrote",
  description: "A line for each request of the app, the newest first, with the ids of the memories that it was about; the words of none. Kept for 90 days.",
  request: { params: IdParam, query: ConnectionRequestQuery },
  responses: { 200: json(pageOf("ConnectionRequestPage", ConnectionRequest), "A page of requests.") },
}, async ({ person, params: { id }, query }) => ({ status: 200, body: toPageBody(await listRequests(parts, person, id, query)) }));

const listOfWorkspace = (parts: ConnectionParts): Route => guarded("connections:read", {
  id: "listWorkspaceConnections", method: "get", path: "/v1/workspaces/{workspace}/connections", tags: ["Connections"], repeat: "safe",
  summary: "List the connected apps of a workspace", description: "Those of all its members, the newest first: who let which app in, and how far. What each read and wrote, its person alone sees.",
  request: { params: WorkspaceParam, query: WorkspaceConnectionListQuery },
  responses: { 200: json(ConnectionPage, "A page of connections.") },
}, async ({ actor: { workspace_id }, query }) => ({ status: 200, body: toPageBody(await listInWorkspace(parts, workspace_id, query)) }));

const revokeOfWorkspace = (parts: ConnectionParts): Route => guarded("connections:write", {
  id: "revokeWorkspaceConnection", method: "delete", path: "/v1/workspaces/{workspace}/connections/{id}", tags: ["Connections"], repeat: "idempotent",
  summary: "Cut off a member's connected app", description: CUT_OFF,
  request: { params: WorkspaceConnectionParams },
  responses: { 204: empty("Cut off.") },
}, async (call) => {
  await revokeInWorkspace(parts, call, call.params.id);
  return { status: 204 };
});
