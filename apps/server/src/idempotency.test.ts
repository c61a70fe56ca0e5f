import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Connection, openConnections } from "../../../bench/client.ts";
import { type BenchServer, createWorkspace, openDataDir, startServer } from "../../../bench/server.ts";

// The real process over a real port: what is promised here must hold when it is killed.
const { dir: dataDir, remove } = openDataDir("idempotency");
let server: BenchServer;

beforeAll(async () => {
  server = await startServer({ dataDir });
});
afterAll(async () => {
  await server.stop();
  remove();
});

test("a thousand parallel twins of one idempotency key have one effect and the same bytes for all", async () => {
  const [key, group] = [randomUUID(), "twins"];
  const connections = openConnections(server, 1_000);
  await Promise.all(connections.map((connection) => connection.open()));
  const body = JSON.stringify({ content: "Ada keeps bees behind the house.", group });
  const answers = await Promise.all(connections.map((connection) => connection.request("POST", "/v1/store", body, { "Idempotency-Key": key })));
  for (const connection of connections) connection.close();

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.map((answer) => answer.body.toString())).size).toBe(1);
  expect(JSON.parse(answers[0]!.body.toString())).toMatchObject({ status: "created", memory: { version: 1 } });
  expect(await countMemories(group)).toBe(1);
});

test("a thousand parallel twins of one batch have one effect and the same bytes for all", async () => {
  const [key, group] = [randomUUID(), "batch twins"];
  const connections = openConnections(server, 1_000);
  await Promise.all(connections.map((connection) => connection.open()));
  const body = JSON.stringify({ operations: ["one", "two", "three"].map((content) => ({ op: "store", content, group })) });
  const answers = await Promise.all(connections.map((connection) => connection.request("POST", "/v1/batch", body, { "Idempotency-Key": key })));
  for (const connection of connections) connection.close();

  expect(new Set(answers.map((answer) => answer.body.toString())).size).toBe(1);
  expect(await countMemories(group)).toBe(3);
});

test("twins of one idempotency key count as one call", async () => {
  const before = await readCalls();
  const connections = openConnections(server, 50);
  const key = randomUUID();
  const body = JSON.stringify({ content: "Counted once.", group: "counted" });
  await Promise.all(connections.map((connection) => connection.request("POST", "/v1/store", body, { "Idempotency-Key": key })));
  for (const connection of connections) connection.close();
  // One for the store, one for the first look at the usage.
  expect(await readCalls()).toBe(before + 2);
});

test("the same idempotency key with another body is answered 422 and has no effect", async () => {
  const [key, group] = [randomUUID(), "mismatch"];
  const first = await send("POST", "/v1/store", { content: "The first.", group }, key);
  const other = await send("POST", "/v1/store", { content: "Another.", group }, key);
  const elsewhere = await send("POST", "/v1/forget", { group }, key);
  expect(first.status).toBe(200);
  for (const refused of [other, elsewhere]) {
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({ error: { code: "idempotency_mismatch", param: "Idempotency-Key" } });
  }
  expect(await countMemories(group)).toBe(1);
});

test("the same idempotency key in another workspace is another key", async () => {
  const other = await createWorkspace(server, "another");
  const [key, group] = [randomUUID(), "independent"];
  const ours = await send("POST", "/v1/store", { content: "Ours.", group }, key);
  const theirs = await send("POST", "/v1/store", { content: "Theirs.", group }, key, other.key);
  expect(theirs.status).toBe(200);
  expect(theirs.body).toMatchObject({ status: "created", memory: { content: "Theirs." } });
  expect(theirs.body).not.toEqual(ours.body);
  expect(await send("POST", "/v1/store", { content: "Ours.", group }, key)).toEqual(ours);
});

test("after kill -9 between commit and answer the repeat gets the original result, and there is one effect", async () => {
  const group = "between";
  const { key, body, kept } = await killBetweenCommitAndAnswer(group);
  server = await startServer({ dataDir });

  const repeat = await send("POST", "/v1/store", body, key);
  expect(repeat).toEqual({ status: 200, body: JSON.parse(kept) as unknown });
  expect(repeat.body).toMatchObject({ status: "created", memory: { version: 1 } });
  expect(await send("POST", "/v1/store", body, key)).toEqual(repeat);
  expect(await countMemories(group)).toBe(1);
}, 60_000);

/**
 * Sends a store, then keeps the server's request thread busy, so that its answer waits while the writer thread commits; a
 * second reader of the store's file kills the process as soon as it sees the commit. Where an answer got out, again.
 */
async function killBetweenCommitAndAnswer(group: string): Promise<{ key: string; body: unknown; kept: string }> {
  for (let attempt = 1; attempt <= 10; attempt++) {
    const [key, body] = [randomUUID(), { content: `Committed at attempt ${attempt}, and never answered.`, group }];
    await send("POST", "/v1/store", { content: "So that the store's file is there.", group: "other" });
    const files = openStoreFiles();
    const keepBusy = await prepareLongParse();
    const connection = new Connection(server);
    await connection.open();
    const answered = connection.request("POST", "/v1/store", JSON.stringify(body), { "Idempotency-Key": key }).then(() => true, () => false);
    keepBusy();
    const kept = waitForCommit(files, key);
    process.kill(server.pid, "SIGKILL");
    for (const file of files) file.close();
    await server.kill();
    if (!(await answered)) return { key, body, kept };
    server = await startServer({ dataDir });
    await send("POST", "/v1/forget", { group });
  }
  throw new Error("The answer was faster than the kill ten times.");
}

/** A request whose last byte makes the server parse for some tens of milliseconds; calling the result sends that byte. */
async function prepareLongParse(): Promise<() => void> {
  const body = `{"query":"${"\\n".repeat(4_900_000)}"}`;
  const socket = connect(server.port, "127.0.0.1").on("error", () => undefined);
  const head = `POST /v1/recall HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${server.key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  await new Promise<void>((resolve) => void socket.write(head + body.slice(0, -1), () => resolve()));
  // What has left here is still being read there.
  await sleep(200);
  return () => void socket.write(body.slice(-1));
}

function openStoreFiles(): DatabaseSync[] {
  const folder = path.join(dataDir, "stores");
  return readdirSync(folder).filter((name) => name.endsWith(".db")).map((name) => new DatabaseSync(path.join(folder, name), { readOnly: true }));
}

/** Looks without a pause, so that this process reads no answer meanwhile. */
function waitForCommit(files: DatabaseSync[], key: string): string {
  const looks = files.map((file) => file.prepare("select answer from idempotency where key = ?"));
  const untilMs = performance.now() + 5_000;
  while (performance.now() < untilMs) {
    for (const look of looks) {
      const row = look.get(key) as { answer: string } | undefined;
      if (row !== undefined) return row.answer;
    }
  }
  throw new Error("The store was not committed within 5 seconds.");
}

async function send(method: string, url: string, body: unknown, idempotencyKey?: string, key = server.key): Promise<{ status: number; body: unknown }> {
  const connection = new Connection({ port: server.port, key });
  const answer = await connection.call(method, url, body, idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey });
  connection.close();
  return answer;
}

async function countMemories(group: string): Promise<number> {
  const { body } = await send("GET", `/v1/memories?group=${encodeURIComponent(group)}&total=true`, undefined);
  return (body as { total: number }).total;
}

async function readCalls(): Promise<number> {
  const { body } = await send("GET", "/v1/usage", undefined);
  return (body as { meters: { api_calls: { total: number } } }).meters.api_calls.total;
}
