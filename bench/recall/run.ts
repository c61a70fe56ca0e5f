import type { Connection } from "../client.ts";
import { type CorpusRow, groupOf, type Question } from "./data-set.ts";

/** The product, and each of its two channels alone. */
const MODES = { product: {}, text: { channels: "text" }, vector: { channels: "vector" } } as const;
export type Mode = keyof typeof MODES;
export const MODE_NAMES = Object.keys(MODES) as Mode[];

interface RunLine {
  id: string;
  ranked: string[];
  latency_ms: number;
}
export type Runs = Record<Mode, RunLine[]>;

export interface Stored {
  /** Corpus id by memory id: of rows that became one memory, the first. */
  corpusIds: Map<string, string>;
  joined: number;
  seconds: number;
}

const BATCH = { operations: 500, bytes: 4_000_000 };
const LIMIT = 20;

/** Stores every row in the group of its scope, in the order in which it was said. */
export async function storeCorpus(connection: Connection, corpus: CorpusRow[], onProgress: (stored: number) => void): Promise<Stored> {
  const startedMs = performance.now();
  const stored: Stored = { corpusIds: new Map(), joined: 0, seconds: 0 };
  let done = 0;
  for (const rows of Map.groupBy(corpus, groupOf).values()) {
    for (const batch of inBatches(rows.sort((a, b) => a.seq - b.seq))) {
      await storeBatch(connection, batch, stored);
      onProgress((done += batch.length));
    }
  }
  stored.seconds = (performance.now() - startedMs) / 1_000;
  return stored;
}

async function storeBatch(connection: Connection, rows: CorpusRow[], stored: Stored): Promise<void> {
  const { status, body } = await connection.call("POST", "/v1/batch", { operations: rows.map(toOperation) });
  if (status !== 200) throw new Error(`The batch was answered with ${status}: ${JSON.stringify(body)}`);
  const { results } = body as { results: { status: number; body: { memory?: { id: string }; error?: unknown } }[] };
  for (const [index, row] of rows.entries()) {
    const memoryId = results[index]?.body.memory?.id;
    if (memoryId === undefined) throw new Error(`${row.id} was not stored: ${JSON.stringify(results[index])}`);
    if (stored.corpusIds.has(memoryId)) stored.joined += 1;
    else stored.corpusIds.set(memoryId, row.id);
  }
}

/** In a chat with an assistant the speaker is a role; a person's name is a speaker. */
function toOperation(row: CorpusRow): Record<string, unknown> {
  const { text, session, speaker, timestamp } = row;
  const isRole = speaker === "user" || speaker === "assistant";
  return {
    op: "store", group: groupOf(row), content: text,
    ...(session !== null && { session }),
    ...(timestamp !== null && { occurred_at: timestamp }),
    ...(speaker !== null && (isRole ? { role: speaker } : { speaker })),
  };
}

function* inBatches(rows: CorpusRow[]): Generator<CorpusRow[]> {
  let batch: CorpusRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    const rowBytes = Buffer.byteLength(row.text) + 300;
    if (batch.length > 0 && (batch.length === BATCH.operations || bytes + rowBytes > BATCH.bytes)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(row);
    bytes += rowBytes;
  }
  if (batch.length > 0) yield batch;
}

/** Asks each question once in every mode, one after the other, so that all modes meet the same machine. */
export async function askQuestions(connection: Connection, questions: Question[], corpusIds: Map<string, string>, onProgress: (asked: number) => void): Promise<Runs> {
  const runs: Runs = { product: [], text: [], vector: [] };
  for (const [index, question] of questions.entries()) {
    for (const mode of MODE_NAMES) runs[mode].push(await ask(connection, question, mode, corpusIds));
    onProgress(index + 1);
  }
  return runs;
}

async function ask(connection: Connection, question: Question, mode: Mode, corpusIds: Map<string, string>): Promise<RunLine> {
  const { id, query, asked_at } = question;
  const text = JSON.stringify({ query, group: groupOf(question), limit: LIMIT, ...(asked_at && { asked_at }), ...MODES[mode] });
  const askedMs = performance.now();
  const answer = await connection.request("POST", "/v1/recall", text);
  const latency_ms = performance.now() - askedMs;
  const body = JSON.parse(answer.body.toString()) as { memories: { id: string }[] };
  if (answer.status !== 200) throw new Error(`${id} was answered with ${answer.status}: ${answer.body.toString()}`);
  const ranked = body.memories.map((memory) => corpusIds.get(memory.id) ?? fail(`${id}: recall found ${memory.id}, which was never stored.`));
  return { id, ranked, latency_ms: Math.round(latency_ms * 1_000) / 1_000 };
}

function fail(message: string): never {
  throw new Error(message);
}
