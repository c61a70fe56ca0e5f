import { expect, test } from "vitest";
import { shareTestApp, type TestWorkspace } from "../testing/harness.ts";
import { CONTENT_BYTES_MAX, METADATA_BYTES_MAX } from "./fields.ts";

const app = shareTestApp();

const MISSING = `mem_${"0".repeat(32)}`;

const startWorkspace = (): Promise<TestWorkspace> => app().newWorkspace();

async function storeOne(workspace: TestWorkspace, more: object = {}): Promise<string> {
  const { body } = await workspace.call("POST", "/v1/store", { content: "Ana prefers the window seat.", group: "ana", ...more });
  return body.memory.id as string;
}

test("a stored memory comes back whole, and a recall right after it finds it", async () => {
  const ours = await startWorkspace();
  const sent = {
    content: "Ana moved to Lisbon in May.", group: "ana", type: "fact", title: "Move", tags: ["travel", "home", "travel"], metadata: { trip: "lisbon" },
    importance: 0.9, source: { kind: "api", ref: "ticket/1" }, trust: "agent", session: "s1", speaker: "Ana", role: "user",
    occurred_at: "2026-05-08T11:00:00+02:00", valid_from: "2026-05-01", expires_at: "2099-01-01T00:00:00Z",
  };
  const stored = await ours.call("POST", "/v1/store", sent);
  expect(stored).toMatchObject({ status: 200, body: { status: "created" } });
  expect(stored.body.memory).toMatchObject({
    ...sent, tags: ["travel", "home"], version: 1, source: { kind: "api", ref: "ticket/1", key_id: ours.key_id },
    occurred_at: "2026-05-08T09:00:00.000Z", valid_from: "2026-05-01T00:00:00.000Z", expires_at: "2099-01-01T00:00:00.000Z",
  });

  const recalled = await ours.call("POST", "/v1/recall", { query: "Where did Ana move to?", group: "ana", explain: true });
  expect(recalled.body.memories[0]).toMatchObject(stored.body.memory);
  const { score, explain } = recalled.body.memories[0] as { score: number; explain: Record<string, number> };
  expect(Object.values(explain).reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 9);
});

test("messages become memories of one session in their order, and the same conversation grown by a message adds only that one", async () => {
  const ours = await startWorkspace();
  const messages = [{ role: "user", content: "Book me a window seat." }, { role: "assistant", content: "It is booked." }];
  const first = await ours.call("POST", "/v1/store", { messages, group: "ana" });
  expect(first.body.results.map((result: { status: string }) => result.status)).toEqual(["created", "created"]);
  expect(new Set(first.body.results.map((result: { memory: { session: string } }) => result.memory.session)).size).toBe(1);
  expect(first.body.results[1].memory).toMatchObject({ type: "conversation", role: "assistant", content: "It is booked." });

  const grown = await ours.call("POST", "/v1/store", { messages: [...messages, { role: "tool", content: "Seat 12A." }], group: "ana" });
  expect(grown.body.results.map((result: { status: string }) => result.status)).toEqual(["ignored", "ignored", "created"]);
  expect(grown.body.results[2].memory.role).toBe("other");
  const usage = await ours.call("GET", "/v1/usage");
  expect(usage.body.meters.api_calls.total).toBe(2);
});

test("POST /v1/memories answers 201 for a new memory and 200 for one that was there", async () => {
  const ours = await startWorkspace();
  expect(await ours.call("POST", "/v1/memories", { content: "One." })).toMatchObject({ status: 201, body: { status: "created" } });
  expect(await ours.call("POST", "/v1/memories", { content: "One." })).toMatchObject({ status: 200, body: { status: "ignored" } });
});

test("a memory is read, changed, listed with its versions, forgotten and restored by its id", async () => {
  const ours = await startWorkspace();
  const id = await storeOne(ours);
  expect(await ours.call("GET", `/v1/memories/${id}`)).toMatchObject({ status: 200, body: { id, version: 1 } });

  const changed = await ours.call("PATCH", `/v1/memories/${id}`, { content: "Ana prefers the aisle.", tags: ["seat"], version: 1 });
  expect(changed.body).toMatchObject({ status: "updated", memory: { version: 2, tags: ["seat"] } });
  expect(await ours.call("PATCH", `/v1/memories/${id}`, { importance: 1, version: 1 })).toMatchObject({ status: 409, body: { error: { code: "conflict", param: "version" } } });

  const history = await ours.call("GET", `/v1/memories/${id}/history`);
  expect(history.body.versions).toMatchObject([{ version: 1, memory: { content: "Ana prefers the window seat." } }]);

  const counted = await ours.call("DELETE", `/v1/memories/${id}?dry_run=true`);
  expect(counted.body).toMatchObject({ dry_run: true, forgotten: { memories: 1, versions: 1 } });
  expect((await ours.call("GET", `/v1/memories/${id}`)).status).toBe(200);
  expect(await ours.call("DELETE", `/v1/memories/${id}`)).toMatchObject({ status: 200, body: { forgotten: { memories: 1 } } });
  expect((await ours.call("GET", `/v1/memories/${id}`)).status).toBe(404);
  expect((await ours.call("GET", "/v1/memories?forgotten=true")).body.items).toMatchObject([{ id }]);

  expect(await ours.call("POST", `/v1/memories/${id}/restore`)).toMatchObject({ status: 200, body: { memory: { id } } });
  const back = await ours.call("POST", `/v1/memories/${id}/restore`, { version: 1 });
  expect(back.body.memory).toMatchObject({ content: "Ana prefers the window seat.", version: 3, tags: [] });
});

test("forget takes exactly one of id, ids, group, filter and matching, and tells what it forgot", async () => {
  const ours = await startWorkspace();
  const ids = [];
  for (const n of [1, 2, 3, 4, 5, 6]) ids.push(await storeOne(ours, { content: `Fact number ${n} about trains.`, group: n === 4 ? "bob" : "ana", type: n === 5 ? "task" : "fact" }));
  const forget = async (body: object) => (await ours.call("POST", "/v1/forget", body)).body.forgotten.memories as number;

  expect(await forget({ id: ids[0] })).toBe(1);
  expect(await forget({ ids: [ids[1], ids[2], MISSING] })).toBe(2);
  expect(await forget({ group: "bob" })).toBe(1);
  expect(await forget({ filter: { type: "task" }, permanent: true })).toBe(1);
  expect(await forget({ matching: { query: "trains", group: "ana", min_score: 0, max: 5 }, dry_run: true })).toBe(1);
  expect(await forget({ matching: { query: "trains", group: "ana", min_score: 0, max: 5 } })).toBe(1);
  expect(await forget({ matching: { query: "trains", group: "ana", min_score: 0, max: 5 } })).toBe(0);
  expect((await ours.call("GET", "/v1/memories")).body.items).toEqual([]);
});

test("a list pages without gaps or repeats while others store, in either order, and counts when asked", async () => {
  const ours = await startWorkspace();
  for (let n = 0; n < 5; n++) await storeOne(ours, { content: `Note ${n}` });
  const seen: string[] = [];
  let url = "/v1/memories?limit=2&total=true";
  for (let page = 0; page < 3; page++) {
    const { body } = await ours.call("GET", url);
    seen.push(...body.items.map((memory: { content: string }) => memory.content));
    expect(body.has_more).toBe(body.next !== null);
    await storeOne(ours, { content: `Late ${page}` });
    url = `/v1/memories?limit=2&cursor=${body.next}`;
  }
  expect(seen).toEqual(["Note 4", "Note 3", "Note 2", "Note 1", "Note 0"]);
  const oldest = await ours.call("GET", "/v1/memories?order=oldest&limit=1&total=true");
  expect(oldest.body).toMatchObject({ items: [{ content: "Note 0" }], total: 8 });
});

test("a list filters by group, type, tag, session, text and a JSON filter", async () => {
  const ours = await startWorkspace();
  await storeOne(ours, { content: "Red train", type: "fact", tags: ["a", "b"], session: "s1", importance: 0.9 });
  await storeOne(ours, { content: "Blue bus", type: "task", tags: ["a"], group: "bob" });
  const listed = async (query: string) => (await ours.call("GET", `/v1/memories?${query}`)).body.items.map((memory: { content: string }) => memory.content);

  expect(await listed("group=bob")).toEqual(["Blue bus"]);
  expect(await listed("type=fact,task")).toEqual(["Blue bus", "Red train"]);
  expect(await listed("type=fact&type=error")).toEqual(["Red train"]);
  expect(await listed("tag=a&tag=b")).toEqual(["Red train"]);
  expect(await listed("session=s1")).toEqual(["Red train"]);
  expect(await listed("contains=BLUE")).toEqual(["Blue bus"]);
  expect(await listed(`filter=${encodeURIComponent('{"OR":[{"importance":{"gte":0.8}},{"content":{"contains":"nothing"}}]}')}`)).toEqual(["Red train"]);
});

test("what is at a limit is taken, and one more is refused with the field and what to do", async () => {
  const ours = await startWorkspace();
  const content = "é".repeat(CONTENT_BYTES_MAX / 2);
  expect(await ours.call("POST", "/v1/store", { content })).toMatchObject({ status: 200 });
  expect(await ours.call("POST", "/v1/store", { content: `${content}a` })).toMatchObject({ status: 413, body: { error: { code: "too_large", param: "content" } } });

  const metadata = { text: "x".repeat(METADATA_BYTES_MAX - '{"text":""}'.length) };
  expect(await ours.call("POST", "/v1/store", { content: "m", metadata })).toMatchObject({ status: 200 });
  expect(await ours.call("POST", "/v1/store", { content: "n", metadata: { text: `${metadata.text}x` } })).toMatchObject({ status: 413, body: { error: { code: "too_large", param: "metadata" } } });

  expect((await ours.call("POST", "/v1/recall", { query: "m", limit: 100 })).status).toBe(200);
  expect(await ours.call("POST", "/v1/recall", { query: "m", limit: 101 })).toMatchObject({ status: 400, body: { error: { param: "limit" } } });
  const filter = (values: number) => ({ query: "m", filter: { type: { in: Array.from({ length: values }, (_, n) => `t${n}`) } } });
  expect((await ours.call("POST", "/v1/recall", filter(1_000))).status).toBe(200);
  expect(await ours.call("POST", "/v1/recall", filter(1_001))).toMatchObject({ status: 400, body: { error: { param: "filter.type.in" } } });

  expect((await ours.call("GET", "/v1/memories?limit=200")).status).toBe(200);
  expect(await ours.call("GET", "/v1/memories?limit=201")).toMatchObject({ status: 400, body: { error: { param: "limit" } } });
  expect((await ours.call("POST", "/v1/forget", { ids: Array.from({ length: 1_000 }, () => MISSING) })).status).toBe(200);
  expect(await ours.call("POST", "/v1/forget", { ids: Array.from({ length: 1_001 }, () => MISSING) })).toMatchObject({ status: 400, body: { error: { param: "ids" } } });
});

const BAD_REQUESTS: [method: string, url: string, body: unknown, param: string][] = [
  ["POST", "/v1/store", {}, "content"],
  ["POST", "/v1/store", { content: "   " }, "content"],
  ["POST", "/v1/store", { content: 7 }, "content"],
  ["POST", "/v1/store", { contents: "a" }, "contents"],
  ["POST", "/v1/store", { content: "a", messages: [{ role: "user", content: "b" }] }, "content"],
  ["POST", "/v1/store", { messages: [] }, "messages"],
  ["POST", "/v1/store", { messages: [{ role: "robot", content: "b" }] }, "messages[0].role"],
  ["POST", "/v1/store", { messages: [{ role: "user", content: "b" }], title: "t" }, "title"],
  ["POST", "/v1/store", { content: "a", type: "Big Type" }, "type"],
  ["POST", "/v1/store", { content: "a", group: "" }, "group"],
  ["POST", "/v1/store", { content: "a", group: "line\nbreak" }, "group"],
  ["POST", "/v1/store", { content: "a", group: "ana " }, "group"],
  ["POST", "/v1/store", { content: "a", importance: 1.5 }, "importance"],
  ["POST", "/v1/store", { content: "a", trust: "god" }, "trust"],
  ["POST", "/v1/store", { content: "a", tags: ["ok", 3] }, "tags[1]"],
  ["POST", "/v1/store", { content: "a", source: { key_id: "key_1" } }, "source.key_id"],
  ["POST", "/v1/store", { content: "a", occurred_at: "yesterday" }, "occurred_at"],
  ["POST", "/v1/store", { content: "a", occurred_at: "9999-12-31T23:59:59-10:00" }, "occurred_at"],
  ["POST", "/v1/store", { content: "a", valid_from: "2026-02-01", valid_to: "2026-01-01" }, "valid_to"],
  ["POST", "/v1/store", { content: "a", supersedes: "mem_1" }, "supersedes"],
  ["POST", "/v1/recall", {}, "query"],
  ["POST", "/v1/recall", { query: " " }, "query"],
  ["POST", "/v1/recall", { query: "a", limit: 0 }, "limit"],
  ["POST", "/v1/recall", { query: "a", limit: 2.5 }, "limit"],
  ["POST", "/v1/recall", { query: "a", since: "2026-02-01", until: "2026-01-01" }, "until"],
  ["POST", "/v1/recall", { query: "a", depth: 4 }, "depth"],
  ["POST", "/v1/recall", { query: "a", filter: { importnce: 1 } }, "filter.importnce"],
  ["POST", "/v1/forget", {}, "id"],
  ["POST", "/v1/forget", { id: MISSING, group: "a" }, "group"],
  ["POST", "/v1/forget", { filter: {} }, "filter"],
  ["POST", "/v1/forget", { matching: { query: "a", max: 5 } }, "matching.min_score"],
  ["POST", "/v1/forget", { matching: { query: "a", min_score: 0, max: 101 } }, "matching.max"],
  ["PATCH", `/v1/memories/${MISSING}`, {}, ""],
  ["PATCH", `/v1/memories/${MISSING}`, { content: null }, "content"],
  ["PATCH", `/v1/memories/${MISSING}`, { group: "other" }, "group"],
  ["POST", `/v1/memories/${MISSING}/restore`, { version: 0 }, "version"],
  ["GET", "/v1/memories?limit=0", undefined, "limit"],
  ["GET", "/v1/memories?limt=5", undefined, "limt"],
  ["GET", "/v1/memories?order=best", undefined, "order"],
  ["GET", "/v1/memories?cursor=abc", undefined, "cursor"],
  ["GET", "/v1/memories?filter=%7B", undefined, "filter"],
  ["GET", "/v1/memories?filter=%7B%22tags%22%3A%7B%22gt%22%3A%22a%22%7D%7D", undefined, "filter.tags.gt"],
  ["GET", "/v1/memories?total=perhaps", undefined, "total"],
  ["GET", `/v1/memories/${MISSING}/related?depth=9`, undefined, "depth"],
  ["GET", `/v1/memories/${MISSING}/related?type=causes`, undefined, "type[0]"],
  ["DELETE", `/v1/memories/${MISSING}?permanent=maybe`, undefined, "permanent"],
];

test("every bad request is refused with its field and a sentence", async () => {
  const ours = await startWorkspace();
  for (const [method, url, body, param] of BAD_REQUESTS) {
    const { status, body: answer } = await ours.call(method, url, body);
    const sent = `${method} ${url} ${JSON.stringify(body)}`;
    expect({ sent, status, code: answer.error.code, param: answer.error.param ?? "" }).toEqual({ sent, status: 400, code: "invalid_request", param });
    expect(answer.error.message, sent).toMatch(/[.?]( \(and \d+ more, see details\.faults\))?$/);
  }
});

test("a memory may not replace one of higher trust, nor one of another group", async () => {
  const ours = await startWorkspace();
  const supersedes = await storeOne(ours, { trust: "user" });
  const untrusted = await ours.call("POST", "/v1/store", { content: "Ana hates windows.", group: "ana", trust: "web", supersedes });
  expect(untrusted).toMatchObject({ status: 403, body: { error: { code: "forbidden" } } });
  expect(await ours.call("POST", "/v1/store", { content: "Ana hates windows.", group: "bob", supersedes })).toMatchObject({ status: 400, body: { error: { param: "supersedes" } } });
});

test("a key of one group stores there unasked, and cannot name or see another", async () => {
  const whole = await app().newWorkspace();
  const other = await storeOne(whole, { group: "bob" });
  const bound = await app().newWorkspace(undefined, { workspace: whole.id, group: "ana" });

  expect((await bound.call("POST", "/v1/store", { content: "Mine." })).body.memory.group).toBe("ana");
  expect(await bound.call("POST", "/v1/store", { content: "Mine.", group: "bob" })).toMatchObject({ status: 403, body: { error: { code: "forbidden", param: "group" } } });
  expect((await bound.call("GET", "/v1/memories")).body.items).toMatchObject([{ content: "Mine." }]);
  const foreign = [await bound.call("POST", "/v1/recall", { query: "window seat", group: "bob" }), await bound.call("POST", "/v1/recall", { query: "window seat", group: "nobody" }), await bound.call("GET", "/v1/memories?group=bob"), await bound.call("GET", "/v1/graph?group=bob")];
  for (const { status, body } of foreign) expect([status, body.error]).toMatchObject([403, { code: "forbidden", param: "group", details: { reason: "other_group" } }]);
  expect((await bound.call("POST", "/v1/forget", { group: "bob" })).body.forgotten.memories).toBe(0);
  for (const suffix of ["", "/history", "/related"]) {
    const foreign = await bound.call("GET", `/v1/memories/${other}${suffix}`);
    expect({ ...foreign.body.error, request_id: "" }).toEqual({ ...(await bound.call("GET", `/v1/memories/${MISSING}${suffix}`)).body.error, request_id: "" });
    expect(foreign.status).toBe(404);
  }
});

test("a repeat under one Idempotency-Key has one effect and the same answer, and another body under it is refused", async () => {
  const ours = await startWorkspace();
  const headers = { "idempotency-key": "once" };
  const first = await ours.call("POST", "/v1/forget", { matching: { query: "nothing here", min_score: 0, max: 1 } }, headers);
  await storeOne(ours, { content: "Something about nothing here." });
  expect((await ours.call("POST", "/v1/forget", { matching: { query: "nothing here", min_score: 0, max: 1 } }, headers)).body).toEqual(first.body);
  expect(await ours.call("POST", "/v1/forget", { group: "ana" }, headers)).toMatchObject({ status: 422, body: { error: { code: "idempotency_mismatch" } } });

  const messages = { messages: [{ role: "user", content: "Hello" }, { role: "assistant", content: "Hi" }] };
  const twins = await Promise.all(Array.from({ length: 10 }, () => ours.call("POST", "/v1/store", messages, { "idempotency-key": "talk" })));
  expect(new Set(twins.map((twin) => JSON.stringify(twin.body))).size).toBe(1);
  expect(twins[0]?.body.results).toMatchObject([{ status: "created" }, { status: "created" }]);
  expect((await ours.call("POST", "/v1/store", { content: "Other." }, { "idempotency-key": "talk" })).status).toBe(422);
});
