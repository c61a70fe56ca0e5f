import { expect, test } from "vitest";
import { shareTestApp, type TestWorkspace } from "../testing/harness.ts";

const app = shareTestApp();

interface Result {
  status: number;
  // oxlint-disable-next-line no-explicit-any
  body: any;
}

const MISSING = `mem_${"0".repeat(32)}`;

async function runBatch(workspace: TestWorkspace, operations: unknown[], headers?: Record<string, string>): Promise<Result[]> {
  const { status, body } = await workspace.call("POST", "/v1/batch", { operations }, headers);
  expect(status).toBe(200);
  return body.results as Result[];
}

test("operations of every kind answer in their order as their own calls would, and a recall sees the writes before it", async () => {
  const ours = await app().newWorkspace();
  const stored = await runBatch(ours, [
    { op: "store", content: "The pump leaks.", group: "plant" },
    { op: "store", messages: [{ role: "user", content: "It drips." }, { role: "assistant", content: "I see." }], group: "plant" },
    { op: "recall", query: "pump leaks", group: "plant", limit: 1 },
    { op: "store", content: "Tighten the valve.", group: "plant" },
  ]);
  expect(stored.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(stored[1]?.body.results).toHaveLength(2);
  const from = stored[3]?.body.memory.id as string;
  const to = stored[0]?.body.memory.id as string;
  expect(stored[2]?.body.memories).toMatchObject([{ id: to }]);

  const results = await runBatch(ours, [
    { op: "relate", from, to, type: "SOLVES" },
    { op: "relate", from, to, type: "SOLVES", strength: 1 },
    { op: "update", id: to, content: "The big pump leaks.", version: 1 },
    { op: "forget", filter: { type: "conversation" }, dry_run: true },
    { op: "forget", matching: { query: "valve", group: "plant", min_score: 0, max: 1 } },
    { op: "recall", query: "valve", group: "plant" },
  ]);
  expect(results.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200, 200]);
  expect(results[2]?.body).toMatchObject({ status: "updated", memory: { version: 2 } });
  expect(results[3]?.body).toMatchObject({ dry_run: true, forgotten: { memories: 2 } });
  expect(results[4]?.body).toMatchObject({ forgotten: { memories: 1, relationships: 1 } });
  expect(results[5]?.body.memories.map((memory: { id: string }) => memory.id)).not.toContain(from);
});

test("a bad operation fails alone, with its place in the batch as param", async () => {
  const ours = await app().newWorkspace();
  const results = await runBatch(ours, [
    { op: "store", content: "Good." },
    { op: "stor", content: "x" },
    null,
    { op: "store", content: "x", typo: 1 },
    { op: "store", content: "x".repeat(1_048_577) },
    { op: "update", id: MISSING, importance: 1 },
    { op: "recall", query: "x", filter: { AND: [{ importance: "high" }] } },
    { op: "relate", from: MISSING, to: MISSING, type: "CAUSES" },
    { op: "store", content: "Good too." },
  ]);
  expect(results.map(({ status, body }) => [status, body.error?.code, body.error?.param])).toEqual([
    [200, undefined, undefined],
    [400, "invalid_request", "operations[1].op"],
    [400, "invalid_request", "operations[2]"],
    [400, "invalid_request", "operations[3].typo"],
    [413, "too_large", "operations[4].content"],
    [404, "not_found", "operations[5]"],
    [400, "invalid_request", "operations[6].filter.AND[0].importance"],
    [400, "invalid_request", "operations[7].to"],
    [200, undefined, undefined],
  ]);
  expect(results[1]?.body.error.message).toContain('Did you mean "store"?');
  expect((await ours.call("GET", "/v1/memories")).body.items).toHaveLength(2);
});

test("1,000 operations are run and each counts as a call; one more, or none, is refused", async () => {
  const ours = await app().newWorkspace();
  const operations = Array.from({ length: 1_000 }, (_, n) => ({ op: "store", content: `Note ${n}` }));
  const results = await runBatch(ours, operations);
  expect(results.every(({ body }) => body.status === "created")).toBe(true);
  expect((await ours.call("GET", "/v1/usage")).body.meters).toMatchObject({ api_calls: { total: 1_000 }, memories: { total: 1_000 } });

  for (const refused of [[...operations, operations[0]], []]) {
    expect(await ours.call("POST", "/v1/batch", { operations: refused })).toMatchObject({ status: 400, body: { error: { param: "operations" } } });
  }
  expect(await ours.call("POST", "/v1/batch", {})).toMatchObject({ status: 400, body: { error: { param: "operations" } } });
});

test("every operation counts as one call: also a conversation of many messages, never one that failed", async () => {
  const ours = await app().newWorkspace();
  await runBatch(ours, [
    { op: "store", messages: [{ role: "user", content: "One" }, { role: "user", content: "Two" }, { role: "user", content: "Three" }] },
    { op: "store", content: "Four" },
    { op: "recall", query: "one" },
    { op: "recall", query: "two" },
    { op: "store" },
  ]);
  expect((await ours.call("GET", "/v1/usage")).body.meters).toMatchObject({ api_calls: { total: 4 }, searches: { total: 2 } });
});

test("a key that may only write learns nothing from the kept answer to a batch of one that may read", async () => {
  const ours = await app().newWorkspace();
  await ours.call("POST", "/v1/store", { content: "The canary sings." });
  const writer = await app().newWorkspace(["memories:write"], { workspace: ours.id });
  const ask = (caller: TestWorkspace) => caller.call("POST", "/v1/batch", { operations: [{ op: "recall", query: "canary" }] }, { "idempotency-key": "same" });
  const first = await ask(ours);
  expect(JSON.stringify(first.body)).toContain("canary sings");
  expect(await ask(writer)).toMatchObject({ status: 422, body: { error: { code: "idempotency_mismatch" } } });
  const twin = await app().newWorkspace(undefined, { workspace: ours.id });
  expect((await ask(twin)).body).toEqual(first.body);
});

test("parallel twins of one Idempotency-Key have one effect and the same bytes, and another body is refused", async () => {
  const ours = await app().newWorkspace();
  const operations = [
    { op: "store", content: "Once." },
    { op: "recall", query: "once" },
    { op: "store", content: "Twice." },
    { op: "forget", matching: { query: "once", min_score: 0, max: 1 } },
    { op: "bad" },
  ];
  const headers = { "idempotency-key": "twins" };
  const twins = await Promise.all(Array.from({ length: 20 }, () => ours.call("POST", "/v1/batch", { operations }, headers)));
  expect(new Set(twins.map((twin) => JSON.stringify(twin.body))).size).toBe(1);
  expect(twins[0]?.body.results.map(({ status }: Result) => status)).toEqual([200, 200, 200, 200, 400]);
  expect((await ours.call("GET", "/v1/memories")).body.items).toHaveLength(1);
  expect((await ours.call("GET", "/v1/memories?forgotten=true")).body.items).toHaveLength(1);
  const late = await ours.call("POST", "/v1/batch", { operations }, headers);
  expect(late.body).toEqual(twins[0]?.body);
  expect(await ours.call("POST", "/v1/batch", { operations: operations.slice(1) }, headers)).toMatchObject({ status: 422 });
});

test("each operation needs the scope of its own call", async () => {
  const reader = await app().newWorkspace(["memories:read"]);
  const results = await runBatch(reader, [
    { op: "recall", query: "x" },
    { op: "store", content: "x" },
    { op: "forget", group: "x" },
    { op: "update", id: MISSING, importance: 1 },
    { op: "relate", from: MISSING, to: MISSING, type: "CAUSES" },
  ]);
  expect(results.map(({ status }) => status)).toEqual([200, 403, 403, 403, 403]);
  expect(results[1]?.body.error).toMatchObject({ code: "forbidden", param: "operations[1]", details: { scope: "memories:write" } });
});

test("a key of one group stays in it in a batch too", async () => {
  const whole = await app().newWorkspace();
  const foreign = (await whole.call("POST", "/v1/store", { content: "Of Bob.", group: "bob" })).body.memory.id as string;
  const bound = await app().newWorkspace(undefined, { workspace: whole.id, group: "ana" });
  const results = await runBatch(bound, [
    { op: "store", content: "x", group: "bob" },
    { op: "update", id: foreign, importance: 1 },
    { op: "forget", id: foreign },
    { op: "recall", query: "Bob" },
    { op: "store", content: "Of Ana." },
  ]);
  expect(results.map(({ status }) => status)).toEqual([403, 404, 404, 200, 200]);
  expect(results[3]?.body.memories).toEqual([]);
});

test("answers that grow beyond what one batch may hold are refused for the operations after them, which are not run", async () => {
  const ours = await app().newWorkspace();
  const id = (await ours.call("POST", "/v1/store", { content: `large ${"x".repeat(1_000_000)}` })).body.memory.id as string;
  const updates = Array.from({ length: 120 }, (_, n) => ({ op: "update", id, importance: n / 200 }));
  const written = await runBatch(ours, updates);
  expect(written.filter(({ status }) => status === 200)).toHaveLength(50);
  expect(written.at(-1)).toMatchObject({ status: 413, body: { error: { code: "too_large", param: "operations[119]" } } });
  expect((await ours.call("GET", `/v1/memories/${id}`)).body.importance).toBe(49 / 200);

  const read = await runBatch(ours, Array.from({ length: 40 }, () => ({ op: "recall", query: "large" })));
  expect(read.filter(({ status }) => status === 200)).toHaveLength(32);
});
