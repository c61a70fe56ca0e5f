import { requireOwnGroup } from "@loci/engine";
import { isId } from "@loci/kit/ids";
import { z } from "zod";
import { guarded, json, type Route } from "../http/route.ts";
import { Relationship } from "../relationships/schemas.ts";
import { IdParam } from "./fields.ts";
import { ForgetReceipt, Memory, MemoryVersion, RecallResult, StoreReceipt, StoreReceipts } from "./memory.ts";
import { pageOf, pageParams, toPageBody } from "./page.ts";
import { ForgetBody, ListQuery, NewMemory, PatchBody, RecallBody, RelatedQuery, RemoveQuery, RestoreBody, StoreBody } from "./schemas.ts";
import { forget as forgetMemories, store as storeMemories } from "./service.ts";

const store = guarded("memories:write", {
  id: "storeMemory", method: "post", path: "/v1/store", tags: ["Memories"], repeat: "with key",
  summary: "Keep a memory, or a conversation",
  description: "Keeps one memory (`content`) or each message of a conversation (`messages`) and says what became of it. What says the same as a memory of the group is merged into it, or ignored. A recall sees it as soon as this has answered.",
  request: { body: StoreBody },
  responses: { 200: json(z.union([StoreReceipt, StoreReceipts]), "What was kept, and why: a receipt for a memory, `results` for messages.") },
}, async ({ workspace, operation, body }) => ({ status: 200, ...(await storeMemories(workspace, operation, body)) }));

const recall = guarded("memories:read", {
  id: "recallMemories", method: "post", path: "/v1/recall", tags: ["Memories"], repeat: "safe",
  summary: "Ask the memory a question",
  description: "Finds the memories that answer a question in plain words, by words and by meaning, the best first. Filters are part of the search, so a filtered recall still answers with as many as asked for.",
  request: { body: RecallBody },
  responses: { 200: json(RecallResult, "The memories that answer best; none is an answer too.") },
}, async ({ workspace, operation, body }) => ({ status: 200, body: await workspace.recall(body, operation) }));

const forget = guarded("memories:delete", {
  id: "forgetMemories", method: "post", path: "/v1/forget", tags: ["Memories"], repeat: "with key",
  summary: "Forget memories",
  description: "Forgets by exactly one of id, ids, group, filter, or meaning (`matching`). Recall stops finding them at once; restore brings them back for 7 days unless `permanent`. `dry_run` only counts.",
  request: { body: ForgetBody },
  intent: ({ body: { permanent, dry_run, group, matching } }) => (permanent && !dry_run ? { action: "data.erased", group: group ?? matching?.group } : null),
  responses: { 200: json(ForgetReceipt, "What was forgotten, or would be.") },
}, async ({ workspace, operation, body }) => ({ status: 200, body: await forgetMemories(workspace, operation, body) }));

const list = guarded("memories:read", {
  id: "listMemories", method: "get", path: "/v1/memories", tags: ["Memories"], repeat: "safe",
  summary: "List memories", description: "A page at a time, the newest first; the pages stay in order while others write.",
  request: { query: ListQuery },
  responses: { 200: json(pageOf("MemoryPage", Memory), "A page of memories.") },
}, async ({ actor, workspace, operation, query: { type: types, tag: tags, ...query } }) => {
  requireOwnGroup(actor.group, query.group, operation);
  const page = await workspace.listMemories({ ...query, types, tags });
  workspace.meter(operation, page.items);
  return { status: 200, body: toPageBody(page) };
});

const create = guarded("memories:write", {
  id: "createMemory", method: "post", path: "/v1/memories", tags: ["Memories"], repeat: "with key",
  summary: "Create a memory", description: "The same as store with one memory; 201 when it is new.",
  request: { body: NewMemory },
  responses: { 200: json(StoreReceipt, "It was there already, and was merged or left as it is."), 201: json(StoreReceipt, "It is new.") },
}, async ({ workspace, operation, body: input }) => {
  const body = await workspace.write({ verb: "store", input }, operation);
  return body.status === "created" ? { status: 201, body } : { status: 200, body };
});

const get = guarded("memories:read", {
  id: "getMemory", method: "get", path: "/v1/memories/{id}", tags: ["Memories"], repeat: "safe",
  summary: "Get a memory", description: "One memory, by its id.",
  request: { params: IdParam },
  responses: { 200: json(Memory, "The memory.") },
}, async ({ workspace, operation, params }) => {
  const body = await workspace.getMemory(params.id);
  workspace.meter(operation, [body]);
  return { status: 200, body };
});

const update = guarded("memories:write", {
  id: "updateMemory", method: "patch", path: "/v1/memories/{id}", tags: ["Memories"], repeat: "with key",
  summary: "Change a memory",
  description: "Changes the fields given; how it was is kept as a version. With `version`, only if nobody has changed it since.",
  request: { params: IdParam, body: PatchBody },
  responses: { 200: json(StoreReceipt, "The memory as it is now.") },
}, async ({ workspace, operation, params: { id }, body: { version, ...patch } }) =>
  ({ status: 200, body: await workspace.write({ verb: "update", id, patch, version }, operation) }));

const remove = guarded("memories:delete", {
  id: "deleteMemory", method: "delete", path: "/v1/memories/{id}", tags: ["Memories"], repeat: "with key",
  summary: "Forget a memory", description: "The same as forget by id.",
  request: { params: IdParam, query: RemoveQuery },
  intent: ({ params: { id }, query: { permanent, dry_run } }) => (permanent && !dry_run && isId("mem", id) ? { action: "data.erased", target: id } : null),
  responses: { 200: json(ForgetReceipt, "What was forgotten, or would be.") },
}, async ({ workspace, operation, params: { id }, query: { dry_run, permanent } }) =>
  ({ status: 200, body: await workspace.write({ verb: "forget", target: { id }, dry_run, permanent }, operation) }));

const MemoryHistory = z.strictObject({
  versions: z.array(MemoryVersion).describe("The newest first, of the last 100; empty for a memory that never changed."),
  next: z.string().nullable().describe("Give it back as `cursor` for older ones; null on the last page."),
}).meta({ id: "MemoryHistory", description: "The earlier versions of a memory." });

const history = guarded("memories:read", {
  id: "listVersions", method: "get", path: "/v1/memories/{id}/history", tags: ["Memories"], repeat: "safe",
  summary: "List the versions of a memory", description: "How the memory looked before each change, the newest first.",
  request: { params: IdParam, query: z.strictObject({ cursor: pageParams.cursor }) },
  responses: { 200: json(MemoryHistory, "Its earlier versions.") },
}, async ({ workspace, operation, params, query }) => {
  const { items, next } = await workspace.listVersions(params.id, query.cursor);
  workspace.meter(operation, [params]);
  return { status: 200, body: { versions: items, next } };
});

const restore = guarded("memories:write", {
  id: "restoreMemory", method: "post", path: "/v1/memories/{id}/restore", tags: ["Memories"], repeat: "with key",
  summary: "Bring back a memory, or a version of it",
  description: "Undoes a forget within 7 days, or (with `version`) makes the memory look as it did then; that too is a new version.",
  request: { params: IdParam, body: RestoreBody.default({}) },
  responses: { 200: json(StoreReceipt, "The memory as it is now.") },
}, async ({ workspace, operation, params: { id }, body: { version } }) =>
  ({ status: 200, body: await workspace.write({ verb: "restore", id, version }, operation) }));

const RelatedMemories = z.strictObject({
  related: z.array(z.strictObject({
    memory: Memory.describe("The memory that was reached."),
    path: z.array(Relationship).describe("The relationships walked to reach it, the first step first."),
  })).describe("The nearest first."),
}).meta({ id: "RelatedMemories", description: "The neighbours of a memory in the graph." });

const related = guarded("relationships:read", {
  id: "listRelated", method: "get", path: "/v1/memories/{id}/related", tags: ["Memories"], repeat: "safe",
  summary: "List the neighbours of a memory", description: "The memories that relationships lead to, and how, up to `depth` steps away.",
  request: { params: IdParam, query: RelatedQuery },
  responses: { 200: json(RelatedMemories, "The neighbours, with the way to each.") },
}, async ({ workspace, operation, params, query: { type: types, ...query } }) => {
  const found = await workspace.listRelated(params.id, { ...query, types });
  workspace.meter(operation, found.map(({ memory }) => memory));
  return { status: 200, body: { related: found } };
});

export const memoryRoutes: Route[] = [store, recall, forget, list, create, get, update, remove, history, restore, related];
