import { AppError } from "@loci/kit/errors";
import { z } from "zod";
import { guarded, json, type Route } from "../http/route.ts";
import { WireTime } from "../memories/memory.ts";
import type { Parts } from "../parts.ts";
import type { ClientActor, KeyActor } from "../policy/actor.ts";
import { OAUTH_SCOPES } from "../policy/oauth-scopes.ts";
import { PERMISSIONS } from "../policy/permissions.ts";

const WhoAmI = z.strictObject({
  kind: z.enum(["key", "connection"]).describe("An API key, or an app that a person connected."),
  id: z.string().describe("The key's or the connection's id, which stands in logs; it is no secret."),
  name: z.string().describe("What people call it: the key's name, or the connection's label."),
  workspace: z.strictObject({
    id: z.string().describe("The workspace's id."),
    slug: z.string().describe("Its name in URLs."),
    name: z.string().describe("What people call it."),
  }).describe("The workspace that it works in."),
  person: z.strictObject({
    id: z.string().describe("Their user id."),
    name: z.string().describe("What they are called."),
  }).nullable().describe("For whom it acts; null for a key."),
  permissions: z.array(z.enum(PERMISSIONS)).describe("What it may do now."),
  scopes: z.array(z.enum(OAUTH_SCOPES)).nullable().describe("What its token was given, in OAuth's words; null for a key. What it may do is less where the connection was limited, or the person's role allows less."),
  group: z.string().nullable().describe("The only group that it sees, or null for all of them."),
  mode: z.enum(["live", "test"]).describe("A test key works on a store of its own."),
  expires_at: WireTime.nullable().describe("When the key ends, or when the app has to be let in anew at the latest; null is never."),
}).meta({
  id: "WhoAmI",
  description: "Who calls, and what they may do.",
  examples: [{
    kind: "connection", id: "con_019aa5d27c4c7d1eb8a3c0d94b1f8e52", name: "Loci on the command line", workspace: { id: "wsp_019aa5d27c4c7d1eb8a3c0d94b1f8e52", slug: "acme", name: "Acme" },
    person: { id: "usr_019aa5d27c4c7d1eb8a3c0d94b1f8e52", name: "Ada" }, permissions: ["memories:read", "relationships:read", "groups:read", "usage:read"],
    scopes: ["memory:read"], group: null, mode: "live", expires_at: "2027-02-19T07:00:00.000Z",
  }],
});
type WhoAmI = z.input<typeof WhoAmI>;

type Control = Pick<Parts, "control">;

export const whoAmI = (parts: Control): Route => guarded("any program", {
  id: "whoAmI", method: "get", path: "/v1/whoami", tags: ["Keys"], repeat: "safe",
  summary: "Read who calls and what they may do",
  description: "For whatever comes with a key or an access token: the first call of a program that wants to know where it is. It is not counted.",
  responses: { 200: json(WhoAmI, "Who calls.") },
}, async ({ actor }) => ({ status: 200, body: actor.kind === "key" ? await readKey(parts, actor) : await readConnection(parts, actor) }));

const permissionsOf = ({ may }: KeyActor | ClientActor): WhoAmI["permissions"] => PERMISSIONS.filter((permission) => may.has(permission));

async function readKey({ control }: Control, actor: KeyActor): Promise<WhoAmI> {
  const { key_id: id, group, mode } = actor;
  const row = await control.reads.selectFrom("keys").innerJoin("workspaces", "workspaces.id", "keys.workspace_id")
    .select(["keys.name", "keys.expires_at", "workspaces.id as workspace_id", "slug", "workspaces.name as workspace_name"]).where("keys.id", "=", id).executeTakeFirst();
  if (row === undefined) throw gone();
  const workspace = { id: row.workspace_id, slug: row.slug, name: row.workspace_name };
  return { kind: "key", id, name: row.name, workspace, person: null, permissions: permissionsOf(actor), scopes: null, group, mode, expires_at: row.expires_at };
}

async function readConnection({ control }: Control, actor: ClientActor): Promise<WhoAmI> {
  const { connection_id: id, group, mode } = actor;
  const row = await control.reads.selectFrom("connections").innerJoin("workspaces", "workspaces.id", "connections.workspace_id").innerJoin("users", "users.id", "connections.user_id")
    .select(["label", "workspaces.id as workspace_id", "slug", "workspaces.name as workspace_name", "users.id as user_id", "users.name as person_name"])
    .select((row) => row.selectFrom("token_families").whereRef("connection_id", "=", "connections.id").where("ended_at", "is", null).select(({ fn }) => fn.max("expires_at").as("ends")).as("ends_at"))
    .where("connections.id", "=", id).executeTakeFirst();
  if (row === undefined) throw gone();
  const workspace = { id: row.workspace_id, slug: row.slug, name: row.workspace_name };
  const scopes = OAUTH_SCOPES.filter((scope) => actor.scopes.includes(scope));
  return { kind: "connection", id, name: row.label, workspace, person: { id: row.user_id, name: row.person_name }, permissions: permissionsOf(actor), scopes, group, mode, expires_at: row.ends_at };
}

/** What let the caller in a moment ago was ended since. */
const gone = (): AppError => new AppError("unauthenticated", "This key or access token is not valid any more: it was revoked. Sign in again.", { details: { reason: "invalid_token" } });
