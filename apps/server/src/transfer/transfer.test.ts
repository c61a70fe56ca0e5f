import { expect, test } from "vitest";
import { shareTestApp, type TestWorkspace } from "../testing/harness.ts";
import { FILE_RECORDS_MAX } from "./file.ts";

const app = shareTestApp();

const NDJSON = { "content-type": "application/x-ndjson" };

interface Line {
  kind: string;
  // oxlint-disable-next-line no-explicit-any
  [field: string]: any;
}

async function exportLines(workspace: TestWorkspace, body?: object): Promise<Line[]> {
  const { status, headers, body: text } = await workspace.call("POST", "/v1/export", body);
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("application/x-ndjson");
  return (text as string).trimEnd().split("\n").map((line) => JSON.parse(line) as Line);
}

const toFile = (lines: unknown[]): string => lines.map((line) => JSON.stringify(line)).join("\n");
const importText = (workspace: TestWorkspace, text: string, query = "") => workspace.call("POST", `/v1/import${query}`, text, NDJSON);

/** A workspace with every kind of record in it. */
async function fill(workspace: TestWorkspace): Promise<void> {
  const store = async (more: object) => (await workspace.call("POST", "/v1/store", more)).body.memory.id as string;
  const first = await store({ content: "The pump leaks.\nBadly: \"drip\" 😀", group: "plant", title: "Pump", tags: ["a"], metadata: { deep: { n: [1, null] } }, occurred_at: "2026-03-01", session: "s", speaker: "Ana", role: "user", trust: "agent" });
  await workspace.call("PATCH", `/v1/memories/${first}`, { importance: 0.9, content: "The big pump leaks." });
  await workspace.call("PATCH", `/v1/memories/${first}`, { tags: ["b"] });
  const second = await store({ content: "Tighten the valve.", group: "plant", type: "solution", valid_to: "2027-01-01", expires_at: "2099-01-01" });
  await store({ content: "Replace the valve.", group: "plant", type: "solution", supersedes: second });
  const third = await store({ content: "Ana likes tea.", group: "ana" });
  await workspace.call("POST", "/v1/relationships", { from: second, to: first, type: "SOLVES", strength: 0.8, context: "since March" });
  const forgotten = await store({ content: "A secret.", group: "ana" });
  await workspace.call("POST", "/v1/relationships", { from: forgotten, to: third, type: "RELATED_TO" });
  await workspace.call("DELETE", `/v1/memories/${forgotten}`);
}

test("an export taken into an empty workspace is the same export, and a second import changes nothing", async () => {
  const [ours, theirs] = [await app().newWorkspace(), await app().newWorkspace()];
  await fill(ours);
  const exported = await exportLines(ours);
  expect(exported[0]).toMatchObject({ kind: "header", format: "loci", version: 1, exported_at: expect.stringMatching(/Z$/) });
  expect(exported.map((line) => line.kind)).toEqual(["header", "memory", "version", "version", "memory", "version", "memory", "memory", "relationship"]);

  const file = toFile(exported);
  const taken = await importText(theirs, file);
  expect(taken.body).toEqual({
    format: "loci",
    imported: { memories: 4, versions: 3, relationships: 1 },
    unchanged: { memories: 0, versions: 0, relationships: 0 },
    skipped: [],
  });
  // Which key wrote a memory is never taken from a file.
  const withoutKeys = (lines: unknown[]) => JSON.parse(JSON.stringify(lines).replaceAll(/,?"key_id":"[^"]*"/g, "")) as unknown[];
  expect(withoutKeys((await exportLines(theirs)).slice(1))).toEqual(withoutKeys(exported.slice(1)));

  const again = await importText(theirs, file);
  expect(again.body).toMatchObject({ imported: { memories: 0, versions: 0, relationships: 0 }, unchanged: { memories: 4, versions: 3, relationships: 1 }, skipped: [] });
  expect((await importText(ours, file)).body).toMatchObject({ imported: { memories: 0, versions: 0, relationships: 0 }, skipped: [] });
  expect(withoutKeys((await exportLines(theirs)).slice(1))).toEqual(withoutKeys(exported.slice(1)));
  expect((await theirs.call("POST", "/v1/recall", { query: "valve" })).body.memories[0].content).toBe("Replace the valve.");
});

test("an export of one group holds that group alone", async () => {
  const ours = await app().newWorkspace();
  await fill(ours);
  expect((await exportLines(ours, { group: "ana" })).slice(1)).toMatchObject([{ kind: "memory", memory: { group: "ana" } }]);
  expect(await exportLines(ours, { group: "nobody" })).toHaveLength(1);
  const bound = await app().newWorkspace(undefined, { workspace: ours.id, group: "ana" });
  expect((await exportLines(bound)).slice(1)).toMatchObject([{ memory: { group: "ana" } }]);
  expect(await bound.call("POST", "/v1/export", { group: "plant" })).toMatchObject({ status: 403, body: { error: { param: "group", details: { reason: "other_group" } } } });
});

test("a file that came in parts keeps its relationships, and one that meets the same memory under another id joins it", async () => {
  const [ours, theirs] = [await app().newWorkspace(), await app().newWorkspace()];
  await fill(ours);
  const exported = await exportLines(ours);
  const known = (await theirs.call("POST", "/v1/store", { content: "Ana likes tea.", group: "ana" })).body.memory.id as string;

  const [head, tail] = [exported.filter((line) => line.kind !== "relationship"), exported.filter((line) => line.kind === "relationship")];
  expect((await importText(theirs, toFile(head))).body).toMatchObject({ imported: { memories: 3, versions: 3 }, unchanged: { memories: 1 } });
  expect((await importText(theirs, toFile(tail), "?format=loci")).body).toMatchObject({ imported: { relationships: 1 }, skipped: [] });
  expect((await theirs.call("GET", "/v1/memories?group=ana")).body.items).toMatchObject([{ id: known }]);
});

test("every line that cannot be taken is named with the reason, and the others are taken", async () => {
  const ours = await app().newWorkspace();
  const mem = (digit: string) => `mem_${digit.repeat(32)}`;
  const { body, status } = await importText(ours, [
    '{"kind":"header","format":"loci","version":1}',
    '{"kind":"memory","memory":{"content":"Good."}}',
    "",
    "not json",
    '{"kind":"memory","memory":{"content":"Bad.","colour":"red"}}',
    '{"kind":"memory","memory":{"content":"","group":"x"}}',
    '{"kind":"poem"}',
    `{"kind":"relationship","relationship":{"from":"${mem("1")}","to":"${mem("2")}","type":"CAUSES"}}`,
    `{"kind":"version","memory_id":"${mem("1")}","version":{"version":1}}`,
    '{"kind":"memory","memory":{"content":"Half \\ud800."}}',
    '{"kind":"memory","memory":{"content":"Late.","created_at":"yesterday"}}',
  ].join("\n"));
  expect(status).toBe(200);
  expect(body.imported).toEqual({ memories: 1, versions: 0, relationships: 0 });
  expect(body.skipped.map(({ line }: { line: number }) => line)).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
  const reasons = body.skipped.map(({ reason }: { reason: string }) => reason) as string[];
  expect(reasons[0]).toMatch(/^The line is not valid JSON/);
  expect(reasons[1]).toContain("`memory.colour` is not a field here");
  expect(reasons[4]).toBe(`It joins ${mem("1")} and ${mem("2")}, of which at least one is not here.`);
});

test("the memory file of the MCP reference server comes in with its relations, in parts and twice", async () => {
  const ours = await app().newWorkspace();
  const entities = [
    { type: "entity", name: "Ana Silva", entityType: "person", observations: ["Lives in Lisbon", "Prefers the window seat"] },
    { type: "entity", name: "TAP", entityType: "Airline Company", observations: [] },
  ];
  const relation = { type: "relation", from: "Ana Silva", to: "TAP", relationType: "flies with" };
  const file = toFile([...entities, relation, { ...relation, to: "Nobody" }, { ...relation, to: "Ana Silva" }]);
  const taken = await importText(ours, file, "?group=ana");
  expect(taken.body).toMatchObject({ format: "mcp", imported: { memories: 2, relationships: 1 } });
  expect(taken.body.skipped.map(({ line }: { line: number }) => line)).toEqual([4, 5]);

  const { memories } = (await ours.call("POST", "/v1/recall", { query: "window seat", group: "ana", limit: 1 })).body;
  expect(memories[0]).toMatchObject({ title: "Ana Silva", type: "person", content: "Ana Silva\nLives in Lisbon\nPrefers the window seat", trust: "agent", source: { kind: "import", client: "mcp", ref: "Ana Silva" } });
  const { related } = (await ours.call("GET", `/v1/memories/${memories[0].id}/related`)).body;
  expect(related).toMatchObject([{ memory: { title: "TAP", type: "airline_company" }, path: [{ type: "FLIES_WITH", context: "flies with" }] }]);

  expect((await importText(ours, file, "?group=ana")).body).toMatchObject({ imported: { memories: 0, relationships: 0 }, unchanged: { memories: 2, relationships: 1 } });
  const graph = JSON.stringify({ entities, relations: [{ from: "TAP", to: "Ana Silva", relationType: "carries" }] }, null, 2);
  expect((await importText(ours, graph, "?group=ana")).body).toMatchObject({ imported: { memories: 0, relationships: 1 }, unchanged: { memories: 2 }, skipped: [] });
  expect((await importText(ours, toFile([{ ...relation, relationType: "likes" }]), "?group=ana")).body).toMatchObject({ imported: { relationships: 1 }, skipped: [] });
});

test.each([
  ["a list under results", (items: unknown[]) => JSON.stringify({ results: items, relations: [{ source: "ana", relationship: "likes", target: "tea" }] }, null, 1)],
  ["a bare list", (items: unknown[]) => JSON.stringify(items)],
  ["lines", (items: unknown[]) => toFile(items)],
])("a mem0 export as %s comes in with users as groups and all of its fields, twice without change", async (_, toText) => {
  const ours = await app().newWorkspace();
  const items = [
    { id: "9d1e", memory: "Likes tea", user_id: "ana", agent_id: "bot", run_id: "r1", hash: "h", metadata: { a: 1 }, categories: ["food"], created_at: "2025-07-01T10:00:00.123456-07:00", updated_at: null, score: 0.3 },
    { id: "9d1f", memory: "Has a cat", userId: "bob", createdAt: "2025-07-02T10:00:00.5", expirationDate: "2099-01-01" },
    { id: "9d20", memory: "Agent note", agent_id: "bot", created_at: 1_751_364_000 },
    { id: "9d21", event: "DELETE" },
    { id: "9d22", memory: "Odd time", created_at: "soon" },
  ];
  const taken = await importText(ours, toText(items));
  expect(taken.body).toMatchObject({ format: "mem0", imported: { memories: 3, versions: 0, relationships: 0 } });
  expect(taken.body.skipped.slice(0, 2)).toMatchObject([{ line: 4, reason: expect.stringContaining("no text") }, { line: 5, reason: expect.stringContaining('"soon"') }]);

  const ana = (await ours.call("GET", "/v1/memories?group=ana")).body.items[0];
  expect(ana).toMatchObject({
    content: "Likes tea", type: "fact", session: "r1", tags: ["food"], metadata: { a: 1, agent_id: "bot" }, trust: "agent", source: { kind: "import", client: "mem0", ref: "9d1e" },
    created_at: "2025-07-01T17:00:00.123Z", occurred_at: "2025-07-01T17:00:00.123Z",
  });
  expect((await ours.call("GET", "/v1/memories?group=bob")).body.items[0]).toMatchObject({ created_at: "2025-07-02T10:00:00.500Z", expires_at: "2099-01-01T00:00:00.000Z" });
  expect((await ours.call("GET", "/v1/memories?group=bot")).body.items[0]).toMatchObject({ created_at: "2025-07-01T10:00:00.000Z" });
  expect((await importText(ours, toText(items))).body).toMatchObject({ imported: { memories: 0 }, unchanged: { memories: 3 } });
});

test("an import counts as one call, and a repeat under its Idempotency-Key answers the same", async () => {
  const ours = await app().newWorkspace();
  const file = toFile(Array.from({ length: 1_200 }, (_, n) => ({ kind: "memory", memory: { content: `Note ${n}` } })));
  const headers = { ...NDJSON, "idempotency-key": "one" };
  const [first, second] = await Promise.all([ours.call("POST", "/v1/import", file, headers), ours.call("POST", "/v1/import", file, headers)]);
  expect(first.body).toMatchObject({ imported: { memories: 1_200 } });
  expect(second.body).toEqual(first.body);
  expect((await ours.call("POST", "/v1/import", `${file}\n{}`, headers)).status).toBe(422);
  expect((await ours.call("GET", "/v1/usage")).body.meters).toMatchObject({ api_calls: { total: 1 }, memories: { total: 1_200 } });
});

test("a key of one group takes in what belongs there, and is told of the rest", async () => {
  const bound = await app().newWorkspace(undefined, { group: "ana" });
  const file = toFile([{ kind: "memory", memory: { content: "Mine.", group: "ana" } }, { kind: "memory", memory: { content: "Yours.", group: "bob" } }]);
  const { body } = await importText(bound, file);
  expect(body).toMatchObject({ imported: { memories: 1 }, skipped: [{ line: 2, reason: expect.stringContaining('bound to the group "ana"') }] });
  expect((await importText(bound, file, "?group=ana")).body).toMatchObject({ imported: { memories: 1 }, unchanged: { memories: 1 }, skipped: [] });
});

test("a file that is none is refused with what to do", async () => {
  const ours = await app().newWorkspace();
  const refused: [string, string, string, number, string][] = [
    ["", "", "application/x-ndjson", 400, "empty"],
    ["\n \n", "", "application/x-ndjson", 400, "empty"],
    ['{"a":1}', "", "application/json", 400, "format=loci"],
    ['{"kind":"header","format":"loci","version":2}\n{"kind":"memory","memory":{"content":"x"}}', "", "application/x-ndjson", 400, "version 2"],
    ["[1,2", "", "application/json", 400, "not valid JSON"],
    [JSON.stringify(Array.from({ length: 10_001 }, () => ({ memory: "x" }))), "", "application/json", 400, "JSON Lines"],
    ["a,b", "?format=csv", "application/x-ndjson", 400, "must be one of"],
    ["a,b", "", "text/csv", 400, "Content-Type"],
    ["{}\n".repeat(FILE_RECORDS_MAX + 1), "?format=loci", "application/x-ndjson", 413, "Split the file"],
    ["x".repeat(10 * 1024 * 1024 + 1), "", "application/x-ndjson", 413, "parts"],
  ];
  for (const [text, query, type, status, message] of refused) {
    const answer = await ours.call("POST", `/v1/import${query}`, text, { "content-type": type });
    expect({ text: text.slice(0, 20), status: answer.status }).toEqual({ text: text.slice(0, 20), status });
    expect(answer.body.error.message).toContain(message);
  }
  expect(await ours.call("POST", "/v1/export", { groups: "x" })).toMatchObject({ status: 400, body: { error: { param: "groups" } } });
});
