import { z } from "zod";
import { listParam } from "../http/query.ts";
import { displayName, GroupName } from "../memories/fields.ts";
import { WireTime } from "../memories/memory.ts";
import { pageParams } from "../memories/page.ts";
import { OAUTH_SCOPES } from "../policy/oauth-scopes.ts";
import { CLIENT_KINDS, CONNECTION_STATES } from "./connection.ts";

const State = listParam(z.enum(CONNECTION_STATES)).optional().describe("Only those in one of these states; repeat it, or separate with commas.");

export const ConnectionListQuery = z.strictObject({
  workspace: z.string().max(100).optional().describe("Only those in this workspace, by its id or slug."),
  state: State,
  ...pageParams,
});

export const WorkspaceConnectionListQuery = z.strictObject({ state: State, ...pageParams });

export const WorkspaceConnectionParams = z.strictObject({
  workspace: z.string().describe("The workspace's id or slug."),
  id: z.string().describe("The connection's id."),
});

const Scopes = z.array(z.enum(OAUTH_SCOPES));

const patchFields = {
  label: displayName(100).optional().describe("What you call it; the memories that it stores from now on name it so."),
  scopes: Scopes.optional().describe("What it keeps of what it may do. More than it holds only a new sign-in of the app can ask for."),
  group: GroupName.nullable().optional().describe("The only group that it sees and writes, or null for all of the workspace."),
  read_only: z.boolean().optional().describe("Whether it may only read, whatever its scopes."),
};

export const ConnectionPatchBody = z.strictObject(patchFields)
  .refine((patch) => Object.keys(patch).length > 0, `Say what to change: at least one of ${Object.keys(patchFields).join(", ")}.`)
  .meta({ id: "ConnectionPatch", description: "The fields to change; what is left out stays as it is.", examples: [{ read_only: true, group: "user:ana" }] });

export const ConnectionBody = z.strictObject({
  id: z.string().describe("The connection's id; memories that it stored name it."),
  label: z.string().describe("What people call it."),
  state: z.enum(CONNECTION_STATES).describe("active, or revoked."),
  client: z.strictObject({
    id: z.string().describe("The app's id, or the URL of the document that describes it."),
    name: z.string().describe("What it calls itself."),
    kind: z.enum(CLIENT_KINDS).describe("registered: it told of itself, and nobody checked that; document: it is described at the URL that is its id; own: it comes with Loci."),
  }).describe("The app."),
  person: z.strictObject({
    id: z.string().describe("Their user id."),
    name: z.string().describe("What they are called."),
  }).describe("Who allowed it, and for whom it acts."),
  workspace: z.strictObject({
    id: z.string().describe("The workspace's id."),
    slug: z.string().describe("Its name in URLs."),
    name: z.string().describe("What people call it."),
  }).describe("Where it works."),
  resource: z.string().describe("The address that it was let in to."),
  scopes: Scopes.describe("What it may do, within what its person may do."),
  group: z.string().nullable().describe("The only group that it sees, or null for all of them."),
  read_only: z.boolean().describe("Whether it may only read, whatever its scopes."),
  created_at: WireTime.describe("When it was first allowed."),
  last_used_at: WireTime.nullable().describe("When it was last used, a minute behind at most; null is never."),
  expires_at: WireTime.nullable().describe("When its sign-in ends at the latest, and it has to ask you anew; null while it is signed out."),
  revoked_at: WireTime.nullable().describe("When it was cut off."),
}).meta({
  id: "Connection",
  description: "What a person allowed an app in a workspace.",
  examples: [{
    id: "con_019aa5d27c4c7d1eb8a3c0d94b1f8e52", label: "Claude", state: "active", client: { id: "cli_019aa5d27c4c7d1eb8a3c0d94b1f8e52", name: "Claude", kind: "registered" },
    person: { id: "usr_019aa5d27c4c7d1eb8a3c0d94b1f8e52", name: "Ada" }, workspace: { id: "wsp_019aa5d27c4c7d1eb8a3c0d94b1f8e52", slug: "acme", name: "Acme" },
    resource: "https://memory.example.com/mcp", scopes: ["memory:read", "memory:write"], group: null, read_only: false, created_at: "2026-11-21T07:00:00.000Z", last_used_at: null, expires_at: "2027-02-19T07:00:00.000Z", revoked_at: null,
  }],
});

export const ConnectionRequestQuery = z.strictObject({ ...pageParams });

export const ConnectionRequest = z.strictObject({
  at: WireTime.describe("When."),
  action: z.string().describe("The operation of this API, by its id: recallMemories."),
  effect: z.enum(["read", "write"]).describe("Whether it read or wrote."),
  memories: z.array(z.string()).describe("The first 200 memories that it was about, by id; those erased since among them."),
  memory_count: z.int().min(0).describe("How many memories it was about."),
  operation_id: z.string().describe("The operation, as versions of memories name it."),
}).meta({
  id: "ConnectionRequest",
  description: "What a connected app did in one request.",
  examples: [{ at: "2026-11-21T07:00:00.000Z", action: "recallMemories", effect: "read", memories: ["mem_019aa5d27c4c7d1eb8a3c0d94b1f8e52"], memory_count: 1, operation_id: "op_019aa5d27c4c7d1eb8a3c0d94b1f8e52" }],
});
