import { z } from "zod";
import { flagParam } from "../http/query.ts";
import { guarded, json, type Route } from "../http/route.ts";
import { ForgetReceipt, WireTime } from "../memories/memory.ts";
import { pageOf, pageParams, toPageBody } from "../memories/page.ts";

const Group = z.strictObject({
  name: z.string().describe("The name, as memories give it."),
  memories: z.int().min(0).describe("Live memories in it."),
  storage_bytes: z.int().min(0).describe("What they take, in bytes."),
  created_at: WireTime.describe("When its first memory came."),
  updated_at: WireTime.describe("When anything in it last changed."),
}).meta({
  id: "Group",
  description: "An end user, a project, an agent: the unit of isolation inside a workspace.",
  examples: [{ name: "user:ana", memories: 42, storage_bytes: 18_204, created_at: "2026-11-21T07:00:00.000Z", updated_at: "2026-11-21T07:00:00.000Z" }],
});

const NameParam = z.strictObject({ name: z.string().describe("The group's name, percent-encoded.") });

const GroupListQuery = z.strictObject({
  prefix: z.string().min(1).max(200).optional().describe("Only groups whose name begins with this."),
  ...pageParams,
});

const EraseQuery = z.strictObject({ dry_run: flagParam().default(false).describe("Only count what would be erased.") });

const list = guarded("groups:read", {
  id: "listGroups", method: "get", path: "/v1/groups", tags: ["Groups"], repeat: "safe",
  summary: "List groups", description: "With their counts, by name, a page at a time.",
  request: { query: GroupListQuery },
  responses: { 200: json(pageOf("GroupPage", Group), "A page of groups.") },
}, async ({ workspace, operation, query }) => {
  const page = await workspace.listGroups(query);
  workspace.meter(operation);
  return { status: 200, body: toPageBody(page) };
});

const get = guarded("groups:read", {
  id: "getGroup", method: "get", path: "/v1/groups/{name}", tags: ["Groups"], repeat: "safe",
  summary: "Get a group", description: "One group with its counts.",
  request: { params: NameParam },
  responses: { 200: json(Group, "The group.") },
}, async ({ workspace, operation, params }) => {
  const body = await workspace.getGroup(params.name);
  workspace.meter(operation);
  return { status: 200, body };
});

const erase = guarded("groups:delete", {
  id: "deleteGroup", method: "delete", path: "/v1/groups/{name}", tags: ["Groups"], repeat: "with key",
  summary: "Erase a group",
  description: "Erases everything of an end user at once and for good: texts, vectors, index, versions, relationships. There is no undo; count first with `dry_run`.",
  request: { params: NameParam, query: EraseQuery },
  intent: ({ params: { name }, query: { dry_run } }) => (dry_run ? null : { action: "group.erased", group: name }),
  responses: { 200: json(ForgetReceipt, "What was erased, or would be.") },
}, async ({ workspace, operation, params: { name }, query: { dry_run } }) =>
  ({ status: 200, body: await workspace.write({ verb: "erase_group", name, dry_run }, operation) }));

export const groupRoutes: Route[] = [list, get, erase];
