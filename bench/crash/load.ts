import { randomUUID } from "node:crypto";
import { type Connection, ConnectionLost, openConnections } from "../client.ts";
import type { TextSource } from "../load/texts.ts";
import type { BenchServer } from "../server.ts";
import type { Acknowledged, CrashRecord, Kind, Sent } from "./record.ts";
import { toWord } from "./record.ts";

export const GROUP = "crash";
const CONNECTIONS = 32;
/** Some 330 requests a second, four of five of them stores. */
const EVERY_MS = 3;

/** In turn: mostly stores, some without a key, some of all else; "repeat" sends an acknowledged request again. */
const TURN: (Kind | "store without key" | "repeat")[] = [
  "store", "store", "store", "forget", "store", "store", "store without key", "store", "update", "store",
  "store", "store", "relate", "store", "store", "recall", "store", "store without key", "repeat", "store",
];

/** Sends requests until the server is gone, and writes down what was acknowledged and what was not. */
export class CrashLoad {
  private readonly record: CrashRecord;
  private readonly random: () => number;
  private readonly texts: TextSource;
  private readonly idle: Connection[];
  private readonly free = { forget: [] as string[], update: [] as string[], relate: [] as string[] };
  private readonly running = new Set<Promise<void>>();
  private readonly counts: { words: number };
  private readonly firstAnswer = Promise.withResolvers<void>();
  private stopped = false;

  constructor(server: BenchServer, record: CrashRecord, { random, texts, counts }: { random: () => number; texts: TextSource; counts: { words: number } }) {
    this.record = record;
    this.random = random;
    this.texts = texts;
    this.counts = counts;
    this.idle = openConnections({ port: server.port, key: server.key }, CONNECTIONS);
  }

  /** Sends for so long from the first answer on, then runs `crash` and waits until each request is answered or lost. */
  async run(forMs: number, crash: () => Promise<void>): Promise<void> {
    const startedMs = performance.now();
    const crashing = this.firstAnswer.promise.then(async () => {
      await new Promise((resolve) => setTimeout(resolve, forMs));
      await crash();
      this.stopped = true;
    });
    for (let turn = 0; !this.stopped; turn++) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, startedMs + turn * EVERY_MS - performance.now())));
      const connection = this.idle.pop();
      if (connection !== undefined && !this.stopped) this.start(connection, TURN[turn % TURN.length] ?? "store");
    }
    await crashing;
    await Promise.all(this.running);
  }

  private start(connection: Connection, what: (typeof TURN)[number]): void {
    const before = what === "repeat" ? this.pickAcknowledged() : undefined;
    const sending = (before === undefined ? this.send(connection, this.nextRequest(what)) : this.repeat(connection, before)).finally(() => {
      this.running.delete(sending);
      this.idle.push(connection);
    });
    this.running.add(sending);
  }

  private async send(connection: Connection, sent: Sent): Promise<void> {
    try {
      const acknowledged = await sendAgain(connection, sent);
      this.firstAnswer.resolve();
      if (sent.kind === "recall") this.record.calls.uncertain += 1;
      else this.take(acknowledged);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      if (sent.kind === "recall") this.record.calls.uncertain += 1;
      else this.record.inFlight.push(sent);
    }
  }

  private take(acknowledged: Acknowledged): void {
    const { kind, status, text, method, path } = acknowledged;
    if (status !== 200 && status !== 201) return this.record.violate("answer", `${method} ${path} was answered with ${status}: ${text}`);
    this.record.acknowledged.push(acknowledged);
    const answer: unknown = JSON.parse(text);
    this.record.apply(acknowledged, answer);
    if (kind === "store") this.offer((answer as { memory: { id: string } }).memory.id);
  }

  /** Each memory serves one purpose, so that no two requests in flight are about the same. */
  private offer(id: string): void {
    const draw = this.random();
    this.free[draw < 0.2 ? "forget" : draw < 0.4 ? "update" : "relate"].push(id);
  }

  private async repeat(connection: Connection, before: Acknowledged): Promise<void> {
    try {
      requireSameAnswer(this.record, before, await sendAgain(connection, before));
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
    }
  }

  private pickAcknowledged(): Acknowledged | undefined {
    const repeatable = this.record.acknowledged.filter((sent) => sent.idempotencyKey !== null);
    return repeatable[Math.floor(this.random() * repeatable.length)];
  }

  private nextRequest(what: (typeof TURN)[number]): Sent {
    const idempotencyKey = randomUUID();
    const common = { idempotencyKey, word: null, memoryId: null, body: undefined };
    if (what === "recall") return { ...common, kind: "recall", method: "POST", path: "/v1/recall", idempotencyKey: null, body: JSON.stringify({ query: this.texts.question(0, 100, this.counts.words), group: GROUP }) };
    const forgotten = what === "forget" ? this.free.forget.shift() : undefined;
    if (forgotten !== undefined) return { ...common, kind: "forget", method: "POST", path: "/v1/forget", body: JSON.stringify({ id: forgotten }), memoryId: forgotten };
    const updated = what === "update" ? this.free.update.shift() : undefined;
    if (updated !== undefined) return { ...common, kind: "update", method: "PATCH", path: `/v1/memories/${updated}`, ...this.nextText({}), memoryId: updated };
    const [from, to] = what === "relate" ? this.free.relate.splice(0, 2) : [];
    if (from !== undefined && to !== undefined) return { ...common, kind: "relate", method: "POST", path: "/v1/relationships", body: JSON.stringify({ from, to, type: "FOLLOWS" }) };
    return { ...common, kind: "store", method: "POST", path: "/v1/store", idempotencyKey: what === "store without key" ? null : idempotencyKey, ...this.nextText({ group: GROUP }) };
  }

  private nextText(fields: Record<string, string>): { word: string; body: string } {
    const number = this.counts.words++;
    const word = toWord(number);
    return { word, body: JSON.stringify({ ...fields, content: `${this.texts.memory(0, number).content} The code word is ${word}.` }) };
  }
}

/** Sends a request, or sends it once more, with its own key and the same bytes. */
export async function sendAgain(connection: Connection, sent: Sent): Promise<Acknowledged> {
  const headers = sent.idempotencyKey === null ? {} : { "Idempotency-Key": sent.idempotencyKey };
  const { status, body } = await connection.request(sent.method, sent.path, sent.body, headers);
  return { ...sent, status, text: body.toString() };
}

export function requireSameAnswer(record: CrashRecord, before: Acknowledged, after: Acknowledged): void {
  if (after.status === before.status && after.text === before.text) return;
  record.violate("answer", `a repeat of ${before.method} ${before.path} was answered with ${after.status} ${after.text}, first with ${before.status} ${before.text}`);
}
