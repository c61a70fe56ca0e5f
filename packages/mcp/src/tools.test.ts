import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { shareTestApp } from "../../../apps/server/src/testing/harness.ts";
import { TOOL_LIST } from "./list.ts";
import { TOOLS, toolOf } from "./table.ts";
import { openMemory, type Answer, type OpenMemory } from "./testing/open-memory.ts";

const app = shareTestApp();
const ajv = new Ajv2020({ strict: true });

/** Runs a tool and holds its answer against the schema that it promises, and its calls against its routes. */
async function run(memory: OpenMemory, name: string, args: Record<string, unknown> = {}): Promise<Answer> {
  memory.called.length = 0;
  const answer = await memory.call(name, args);
  expect({ failed: answer.failed, text: answer.text }).toEqual({ failed: false, text: expect.any(String) });
  const listed = [...TOOL_LIST.full, ...TOOL_LIST.minimal].find((tool) => tool.name === name);
  expect(ajv.validate((listed?.outputSchema ?? false) as object | boolean, answer.data), `${name}: ${ajv.errorsText()}`).toBe(true);
  const tool = [...TOOLS.full, ...TOOLS.minimal].find((tool) => tool.name === name);
  expect(tool?.output.strict().safeParse(answer.data).error, name).toBeUndefined();
  expect(memory.called.filter((route) => !toolOf(name)?.routes.includes(route))).toEqual([]);
  expect(answer.text).not.toBe("");
  return answer;
}

test("what is stored is recalled, with who stands behind it", async () => {
  const memory = await openMemory(app());
  const stored = await run(memory, "store_memory", { content: "Ana prefers the window seat.", group: "user:ana", type: "preference", tags: ["travel"], importance: 0.9, occurred_at: "2026-05-08" });
  expect(stored.data).toEqual({ id: expect.stringMatching(/^mem_/), status: "created", reason: expect.any(String) });
  expect(stored.text).toBe(`created ${stored.data.id}: ${stored.data.reason}`);

  const { data, text } = await run(memory, "recall_memories", { query: "Where does Ana like to sit?" });
  expect(data.memories).toEqual([{
    id: stored.data.id, content: "Ana prefers the window seat.", type: "preference", group: "user:ana", tags: ["travel"], trust: "agent", source: "mcp/test",
    created_at: expect.any(String), occurred_at: "2026-05-08T00:00:00.000Z", score: expect.any(Number),
  }]);
  expect(text).toContain(`[${stored.data.id} 2026-05-08 preference group=user:ana tags=travel trust=agent source=mcp/test] Ana prefers the window seat.`);
});

test("a model stands behind what it writes, never the person, and may only say that it trusts less", async () => {
  const memory = await openMemory(app());
  const minimal = await openMemory(app(), { profile: "minimal" }, memory.workspace);
  const trusts = [
    await run(memory, "store_memory", { content: "The user likes tea." }),
    await run(memory, "store_memory", { content: "A page says that the office moves.", trust: "web" }),
    await run(minimal, "add_memory", { content: "The user plays chess." }),
  ].map(async ({ data: { id } }) => (await memory.workspace.call("GET", `/v1/memories/${id}`)).body.trust);
  expect(await Promise.all(trusts)).toEqual(["agent", "web", "agent"]);
  expect(await memory.call("store_memory", { content: "x", trust: "user" })).toMatchObject({ failed: true, error: { code: "invalid_request" } });

  const { body: { memory: { id } } } = await memory.workspace.call("POST", "/v1/store", { content: "The door code changes on Monday.", trust: "user" });
  await run(memory, "update_memory", { id, tags: ["door"] });
  expect((await memory.workspace.call("GET", `/v1/memories/${id}`)).body.trust).toBe("user");
});

test("a model's new words replace its own and those of the web, never those of the user, and it is told what to do instead", async () => {
  const memory = await openMemory(app());
  const update = (id: string) => memory.call("update_memory", { id, content: "The door code changes on Tuesday." });
  const stored = async (trust: string) => (await memory.workspace.call("POST", "/v1/store", { content: "The door code changes on Monday.", trust, group: trust })).body.memory.id as string;
  const [users, agents] = [await stored("user"), await stored("agent")];
  const refused = await update(users);
  expect(refused).toMatchObject({ failed: true, error: { code: "forbidden", param: "content", details: { reason: "trust" } } });
  expect(refused.text).toContain("Store a new memory that says what changed");
  expect((await memory.workspace.call("GET", `/v1/memories/${users}`)).body).toMatchObject({ content: "The door code changes on Monday.", trust: "user", version: 1 });
  expect((await update(agents)).failed).toBe(false);
  expect((await memory.workspace.call("GET", `/v1/memories/${agents}`)).body).toMatchObject({ content: "The door code changes on Tuesday.", trust: "agent" });
});

test("what somebody said in a conversation comes with who said it", async () => {
  const memory = await openMemory(app());
  const messages = [{ role: "user", speaker: "Ana Díaz", content: "I moved to Lisbon." }, { role: "assistant", content: "How is the weather there?" }];
  await memory.workspace.call("POST", "/v1/store", { messages, session: "chat-1" });
  const { data, text } = await run(memory, "list_memories");
  expect(data.memories.map(({ speaker, trust }: { speaker: string; trust: string }) => [speaker, trust])).toEqual([["assistant", "agent"], ["Ana Díaz", "user"]]);
  expect(text).toContain('by="Ana Díaz" trust=user');
});

test("the same thing stored twice is one memory, and the answer says so", async () => {
  const memory = await openMemory(app());
  const first = await run(memory, "store_memory", { content: "The build runs at noon." });
  const second = await run(memory, "store_memory", { content: "The build runs at noon." });
  expect(second.data).toMatchObject({ id: first.data.id, status: "ignored" });
  expect(second.text).toBe(`known already as ${first.data.id}: It has this content already, and nothing was new.`);
});

test("recall looks in one group when asked, in all otherwise, and narrows by type and time", async () => {
  const memory = await openMemory(app());
  await run(memory, "store_memory", { content: "The site is built with Astro.", group: "project:web", type: "technology", occurred_at: "2026-01-10" });
  await run(memory, "store_memory", { content: "The app is built with Flutter.", group: "project:app", type: "fact", occurred_at: "2026-03-10" });
  const find = async (args: object) => (await run(memory, "recall_memories", { query: "What is it built with?", ...args })).data.memories.map((found: { group: string }) => found.group).sort();
  expect(await find({})).toEqual(["project:app", "project:web"]);
  expect(await find({ group: "project:web" })).toEqual(["project:web"]);
  expect(await find({ types: ["fact"] })).toEqual(["project:app"]);
  expect(await find({ since: "2026-02-01" })).toEqual(["project:app"]);
  expect(await find({ until: "2026-02-01" })).toEqual(["project:web"]);
  expect(await find({ limit: 1 })).toHaveLength(1);
});

test("nothing found is an answer, not an error", async () => {
  const memory = await openMemory(app());
  expect(await run(memory, "recall_memories", { query: "anything" })).toMatchObject({ data: { memories: [] }, text: "Nothing is known about this." });
  expect(await run(memory, "list_memories")).toMatchObject({ data: { memories: [] }, text: "No memories." });
  expect(await run(memory, "list_groups")).toMatchObject({ data: { groups: [] }, text: "No groups yet." });
});

test("lists page to their end without a memory or a group twice, and only a page that goes on has next", async () => {
  const memory = await openMemory(app());
  const operations = Array.from({ length: 25 }, (_, index) => ({ op: "store", content: `Fact number ${index}.`, group: `group:${index}`, ...(index % 5 === 0 && { tags: ["fifth"], type: "fact" }) }));
  await memory.workspace.call("POST", "/v1/batch", { operations });
  for (const [name, field, key] of [["list_memories", "memories", "id"], ["list_groups", "groups", "name"]] as const) {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { data, text } = await run(memory, name, { limit: 10, ...(cursor !== undefined && { cursor }) });
      seen.push(...data[field].map((item: Record<string, string>) => item[key]));
      cursor = data.next;
      expect(text.includes(`call again with cursor ${cursor}`)).toBe(cursor !== undefined);
    } while (cursor !== undefined);
    expect([seen.length, new Set(seen).size]).toEqual([25, 25]);
  }
  expect((await run(memory, "list_memories", { tags: ["fifth"], types: ["fact"] })).data.memories).toHaveLength(5);
  expect((await run(memory, "list_memories", { group: "group:3" })).data.memories).toHaveLength(1);
  expect((await run(memory, "list_groups", { prefix: "group:2" })).data.groups).toHaveLength(6);
});

test("an answer stays small whatever the memories hold, and the first of them get the room", async () => {
  const memory = await openMemory(app());
  const operations = Array.from({ length: 60 }, (_, index) => ({ op: "store", content: `${index} ${"word ".repeat(2_000)}` }));
  await memory.workspace.call("POST", "/v1/batch", { operations });
  const { data, text } = await run(memory, "list_memories", { limit: 60 });
  const lengths = data.memories.map((item: { content: string }) => item.content.length);
  expect(lengths.slice(0, 5)).toEqual([4_000, 4_000, 4_000, 4_000, 4_000]);
  expect(Math.min(...lengths)).toBe(200);
  expect(lengths.reduce((sum: number, length: number) => sum + length, 0)).toBeLessThanOrEqual(40_000);
  expect(data.memories[0].cut_chars).toBe(`59 ${"word ".repeat(2_000)}`.length - 4_000);
  expect(text.length).toBeLessThan(60_000);
});

test("a long memory is read whole, part by part", async () => {
  const memory = await openMemory(app());
  const content = `Begin. ${"😀".repeat(20_000)}${"0123456789".repeat(2_000)} End.`;
  const { data: { id } } = await run(memory, "store_memory", { content });
  let text = "";
  let offset: number | undefined = 0;
  while (offset !== undefined) {
    const { data }: Answer = await run(memory, "get_memory", { id, offset });
    text += data.memory.content;
    offset = data.next_offset;
  }
  expect(text).toBe(content);
  expect((await run(memory, "get_memory", { id, offset: 1_000_000 })).data).toMatchObject({ memory: { content: "" } });
});

test("an update keeps what it does not name and says what became of it", async () => {
  const memory = await openMemory(app());
  const { data: { id } } = await run(memory, "store_memory", { content: "Write the report.", type: "task", tags: ["work"] });
  expect((await run(memory, "update_memory", { id, tags: ["work", "done"] })).data).toMatchObject({ id, status: "updated" });
  const { data } = await run(memory, "get_memory", { id });
  expect(data.memory).toMatchObject({ content: "Write the report.", type: "task", tags: ["work", "done"] });
  // Weeks later it comes again, and must not be lost as known.
  expect((await run(memory, "store_memory", { content: "Write the report.", type: "task" })).text).toContain("has the tag done: if it is open again");
  expect((await memory.workspace.call("GET", `/v1/memories/${id}/history`)).body.versions).toHaveLength(1);
});

test("forgetting takes exactly what is named, a dry run nothing, and it can be undone", async () => {
  const memory = await openMemory(app());
  const ids: string[] = [];
  for (const content of ["One.", "Two.", "Three."]) ids.push((await run(memory, "store_memory", { content, group: "user:bob" })).data.id);
  await run(memory, "store_memory", { content: "Stays.", group: "user:ana" });
  const dry = await run(memory, "forget_memories", { group: "user:bob", dry_run: true });
  expect(dry).toMatchObject({ data: { forgotten: 3, dry_run: true }, text: "3 memories would be forgotten. Nothing has changed." });
  const one = await run(memory, "forget_memories", { ids: [ids[0]] });
  expect(one.data).toEqual({ forgotten: 1, dry_run: false, restorable_until: expect.any(String) });
  expect(one.text).toContain("1 memory forgotten; the user can restore until ");
  expect((await run(memory, "forget_memories", { group: "user:bob" })).data.forgotten).toBe(2);
  expect((await run(memory, "forget_memories", { ids })).text).toBe("Nothing matches: no memory was forgotten.");
  expect((await run(memory, "list_memories")).data.memories.map((item: { content: string }) => item.content)).toEqual(["Stays."]);
  expect((await memory.workspace.call("POST", `/v1/memories/${ids[0]}/restore`, {})).status).toBe(200);
});

test("related memories come with the way that leads to them", async () => {
  const memory = await openMemory(app());
  const [bug, fix, cause] = await Promise.all(["The cache is stale.", "Purge the cache.", "The clock drifts."].map(async (content) => (await run(memory, "store_memory", { content })).data.id as string));
  const link = await run(memory, "relate_memories", { from: fix, to: bug, type: "SOLVES", context: "Until the next deploy." });
  expect(link.data).toEqual({ id: expect.stringMatching(/^rel_/), status: "created" });
  expect((await run(memory, "relate_memories", { from: fix, to: bug, type: "SOLVES", context: "Always." })).data).toEqual({ id: link.data.id, status: "updated" });
  await run(memory, "relate_memories", { from: cause, to: bug, type: "CAUSES" });
  const near = await run(memory, "get_related_memories", { id: fix });
  expect(near.data.memories).toMatchObject([{ id: bug, path: "-SOLVES->" }]);
  expect(near.text).toContain(" -SOLVES->] The cache is stale.");
  const far = await run(memory, "get_related_memories", { id: fix, depth: 2 });
  expect(far.data.memories.map(({ id, path }: { id: string; path: string }) => [id, path])).toEqual([[bug, "-SOLVES->"], [cause, "-SOLVES-> <-CAUSES-"]]);
  expect((await run(memory, "get_related_memories", { id: fix, types: ["CAUSES"] })).text).toBe("Nothing is linked to it.");
});

test("the minimal profile adds, searches, lists and deletes, and has nothing else", async () => {
  const memory = await openMemory(app(), { profile: "minimal" });
  const { data: { id } } = await run(memory, "add_memory", { content: "Ana prefers the window seat.", group: "user:ana" });
  expect((await run(memory, "search_memories", { query: "seat", limit: 3 })).data.memories).toMatchObject([{ id }]);
  expect((await run(memory, "list_memories")).data.memories).toMatchObject([{ id }]);
  expect((await run(memory, "delete_memories", { ids: [id] })).data).toMatchObject({ forgotten: 1, dry_run: false });
  await expect(memory.call("get_memory", { id })).rejects.toThrow("There are: add_memory, search_memories, list_memories, delete_memories.");
  expect(await memory.call("delete_memories", { group: "user:ana" })).toMatchObject({ failed: true });
});
