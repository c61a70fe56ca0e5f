import { guarded, json, type Route } from "../http/route.ts";
import { toPageBody } from "../memories/page.ts";
import { listPersonalGuides, toSharedGuides, type GuideParts } from "./guides.ts";
import { GuidesQuery, InstallGuides, WorkspaceGuidesPage } from "./schemas.ts";

/** `/v1/mcp/clients`, `/v1/account/mcp`: how clients are told of this server. */
export function installRoutes(parts: GuideParts): Route[] {
  return [shared(parts), personal(parts)];
}

const shared = ({ config: { publicUrl } }: GuideParts): Route => guarded("open", {
  id: "listMcpClients", method: "get", path: "/v1/mcp/clients", tags: ["MCP"], repeat: "safe",
  summary: "List how clients are told of this server",
  description: "For each known client the links, commands, blocks and steps that add this server, by the address that everybody may use. Who signs in there chooses the workspace.",
  cors: true,
  responses: { 200: json(InstallGuides, "A guide for each client.") },
}, () => ({ status: 200, body: { items: toSharedGuides(publicUrl) } }));

const personal = (parts: GuideParts): Route => guarded("account", {
  id: "listPersonalMcpUrls", method: "get", path: "/v1/account/mcp", tags: ["MCP", "Account"], repeat: "safe",
  summary: "List your personal MCP addresses",
  description: "For each of your workspaces, and each known client, an address of its own and how the client is told of it. The address is no secret; it fixes the workspace, and says which client stored what.",
  request: { query: GuidesQuery },
  responses: { 200: json(WorkspaceGuidesPage, "A page of workspaces, each with a guide for each client.") },
}, async ({ person, query }) => ({ status: 200, body: toPageBody(await listPersonalGuides(parts, person.user_id, query)) }));
