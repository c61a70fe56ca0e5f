import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Connection } from "../client.ts";
import { type BenchServer, startServer } from "../server.ts";
import { CrashCheck } from "./check.ts";
import { GROUP } from "./load.ts";
import { CrashRecord, toWord } from "./record.ts";

// A check that cannot fail proves nothing: each test tells it something that is not so.
let server: BenchServer;
let connection: Connection;
let record: CrashRecord;
let words = 0;

beforeAll(async () => {
  server = await startServer();
  connection = new Connection(server);
});
afterAll(async () => {
  connection.close();
  await server.stop();
});
beforeEach(async () => {
  await call("POST", "/v1/store", { content: "something that stays", group: GROUP });
  await call("POST", "/v1/forget", { group: GROUP });
  record = new CrashRecord();
  const { meters } = (await call("GET", "/v1/usage")) as { meters: { api_calls: { total: number } } };
  record.calls.certain = meters.api_calls.total + 1;
});

test("a server that kept its word passes", async () => {
  await store();
  await forget(await store());
  expect(await check()).toEqual([]);
});

test("an acknowledged memory that is gone is called lost", async () => {
  const { id } = await store();
  await call("POST", "/v1/forget", { id });
  record.calls.certain += 1;
  expect(await check()).toContainEqual(expect.stringMatching(`^lost: memory ${id}`));
});

test("a forgotten memory that is there is called back", async () => {
  const { id } = await store();
  record.memories.get(id)!.live = false;
  expect(await check()).toContainEqual(`back: memory ${id} was forgotten and is there`);
});

test("an effect that happened twice is noticed", async () => {
  const { word } = await store();
  await store(word, "and once more");
  expect(await check()).toContainEqual(expect.stringMatching(`^twice: ${word} is in mem_`));
});

test("a memory that recall does not find by its word is noticed", async () => {
  const { id } = await store();
  record.memories.get(id)!.word = toWord(9_999_999);
  expect(await check()).toContainEqual(expect.stringMatching(`^index: ${id} is stored, but recall does not find`));
});

test("a call that was not counted, and one that was counted twice, are noticed", async () => {
  record.calls.certain += 1;
  expect(await check()).toContainEqual(expect.stringMatching("^ledger: .* API calls were counted"));
  record.violations.length = 0;
  record.calls.certain -= 2;
  expect(await check()).toContainEqual(expect.stringMatching("^ledger: .* API calls were counted"));
});

test("a repeat that is answered differently is noticed", async () => {
  await store();
  const [sent] = record.acknowledged;
  record.acknowledged = [{ ...sent!, text: sent!.text.replace("created", "merged") }];
  expect(await check()).toContainEqual(expect.stringMatching("^answer: a repeat of POST /v1/store"));
});

async function check(): Promise<string[]> {
  const checking = new CrashCheck(server, record);
  await checking.checkRound();
  checking.close();
  return record.violations;
}

async function store(word = toWord(words++), more = ""): Promise<{ id: string; word: string }> {
  const sent = { kind: "store", method: "POST", path: "/v1/store", body: JSON.stringify({ content: `The code word is ${word}. ${more}`, group: GROUP }), idempotencyKey: randomUUID(), word, memoryId: null } as const;
  const { status, body } = await connection.request(sent.method, sent.path, sent.body, { "Idempotency-Key": sent.idempotencyKey });
  const text = body.toString();
  const answer = JSON.parse(text) as { memory: { id: string } };
  record.acknowledged.push({ ...sent, status, text });
  record.apply(sent, answer);
  return { id: answer.memory.id, word };
}

async function forget({ id }: { id: string }): Promise<void> {
  await call("POST", "/v1/forget", { id });
  record.apply({ kind: "forget", method: "POST", path: "/v1/forget", body: "", idempotencyKey: null, word: null, memoryId: id }, {});
}

async function call(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await connection.call(method, path, body);
  expect(answer.status).toBe(200);
  return answer.body;
}
