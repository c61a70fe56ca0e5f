import { AppError } from "@loci/kit/errors";
import { createLog } from "@loci/kit/log";
import { expect, onTestFinished, test } from "vitest";
import type { Embedder } from "./embedder.ts";
import { EmbeddingQueue, type QueueSource, type WaitingText } from "./queue.ts";
import { REFUSED } from "./vectors.ts";

interface Row extends WaitingText {
  vector: Float32Array | null;
}

/** Stores in memory that keep the promise of `QueueSource`: an entry waits until it has a vector. */
class Rows implements QueueSource {
  readonly rows = new Map<string, Row[]>();
  readonly taken: string[] = [];
  fault: ((store: string) => void) | null = null;

  add(store: string, ...texts: string[]): void {
    const rows = this.rows.get(store) ?? [];
    rows.push(...texts.map((text, at) => ({ seq: rows.length + at, change: 1, text, vector: null })));
    this.rows.set(store, rows);
  }

  stores(): string[] {
    return [...this.rows.keys()];
  }

  async take(store: string, limit: number): Promise<WaitingText[]> {
    this.taken.push(store);
    this.fault?.(store);
    return this.#waitingOf(store).slice(0, limit).map(({ seq, change, text }) => ({ seq, change, text }));
  }

  async put(store: string, _model: string, vectors: { seq: number; change: number; vector: Float32Array }[]): Promise<{ written: number }> {
    let written = 0;
    for (const { seq, change, vector } of vectors) {
      const row = this.rows.get(store)?.find((row) => row.seq === seq && row.change === change);
      if (!row) continue;
      row.vector = vector;
      written += 1;
    }
    return { written };
  }

  get waiting(): number {
    return this.stores().reduce((sum, store) => sum + this.#waitingOf(store).length, 0);
  }

  #waitingOf(store: string): Row[] {
    return (this.rows.get(store) ?? []).filter((row) => row.vector === null);
  }
}

/** A model that is asked nothing over a wire; `behave` may fail or answer in its place. */
class FakeModel implements Embedder {
  readonly model = "fake:model";
  readonly dimensions = 2;
  readonly table = null;
  readonly calls: string[][] = [];
  behave: ((texts: string[], signal?: AbortSignal) => Promise<Float32Array[]> | null) | null = null;

  async embed(texts: string[], _purpose: "document" | "query", signal?: AbortSignal): Promise<Float32Array[]> {
    this.calls.push(texts);
    return (await this.behave?.(texts, signal)) ?? texts.map((text) => (text === "refused" ? REFUSED : Float32Array.of(1, 0)));
  }

  async close(): Promise<void> {}
}

function start() {
  const [rows, embedder, waits, lines] = [new Rows(), new FakeModel(), [] as number[], [] as string[]];
  const clock = { now: Date.parse("2026-11-21T08:00:00Z") };
  const log = createLog("info", { write: (line) => void lines.push(line) });
  const queue = new EmbeddingQueue({
    embedder, log, source: rows,
    timing: { sleep: async (ms, signal) => { signal?.throwIfAborted(); waits.push(ms); }, now: () => new Date(clock.now), random: () => 1 },
  });
  onTestFinished(() => queue.stop());
  const untilDone = async () => {
    await expect.poll(() => rows.waiting + queue.status().waiting, { interval: 1, timeout: 10_000 }).toBe(0);
  };
  const messages = () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  return { rows, embedder, queue, waits, lines, messages, clock, untilDone };
}

const many = (count: number, letter: string): string[] => Array.from({ length: count }, (_, n) => `${letter}${n}`);

test("what waited before the start gets its vectors, and so does what is written later", async () => {
  const { rows, queue, untilDone } = start();
  rows.add("a", "one", "two");
  queue.start();
  await untilDone();
  rows.add("a", "three");
  queue.wake("a");
  await untilDone();
  expect(rows.rows.get("a")?.map(({ vector }) => [...vector!])).toEqual([[1, 0], [1, 0], [1, 0]]);
  expect(queue.status()).toEqual({ model: "fake:model", waiting: 0, done: 3 });
});

test("no call holds texts of two stores, and a store with much to do does not keep the others waiting", async () => {
  const { rows, embedder, queue, untilDone } = start();
  rows.add("big", ...many(300, "b"));
  rows.add("small", "s0");
  queue.start();
  await untilDone();
  expect(embedder.calls.map((texts) => [...new Set(texts.map((text) => text[0]))].join(""))).toEqual(["b", "s", "b", "b", "b", "b"]);
});

test("while the model is down the queue pauses ever longer, at most a minute, and resumes at once", async () => {
  const { rows, embedder, queue, waits, messages, untilDone } = start();
  rows.add("a", ...many(130, "a"));
  let failures = 8;
  embedder.behave = () => (failures-- > 0 ? Promise.reject(new AppError("unavailable", "down")) : null);
  queue.start();
  await untilDone();
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  expect(embedder.calls).toHaveLength(8 + 3);
  expect(messages()).toContain("the embedder answers again");
});

test("a pause is as long as the upstream asks for, up to a minute", async () => {
  const { rows, embedder, queue, waits, untilDone } = start();
  rows.add("a", "one");
  const asked = [20, 3_600];
  embedder.behave = () => (asked.length > 0 ? Promise.reject(new AppError("unavailable", "down", { retry_after: asked.shift() })) : null);
  queue.start();
  await untilDone();
  expect(waits).toEqual([20_000, 60_000]);
});

test("a text that the model refuses gets a vector of zeros, stops waiting and is logged once", async () => {
  const { rows, queue, lines, untilDone } = start();
  rows.add("a", "fine", "refused");
  queue.start();
  await untilDone();
  queue.wake("a");
  await untilDone();
  expect([...rows.rows.get("a")![1]!.vector!]).toEqual([0, 0]);
  const told = lines.filter((line) => line.includes("cannot embed"));
  expect(told).toHaveLength(1);
  expect(JSON.parse(told[0]!)).toMatchObject({ store: "a", seqs: [1] });
  expect(told[0]).not.toContain("refused");
});

test("a store that fails is tried again later and does not stop the others", async () => {
  const { rows, queue, waits, untilDone } = start();
  rows.add("bad", "one");
  rows.add("good", "two");
  let faults = 2;
  rows.fault = (store) => {
    if (store === "bad" && faults-- > 0) throw new Error("the file is busy");
  };
  queue.start();
  await untilDone();
  expect(rows.taken.slice(0, 2)).toEqual(["bad", "good"]);
  expect(waits).toEqual([1_000, 2_000]);
});

test("an entry that changed while it was embedded is embedded again as it is now", async () => {
  const { rows, embedder, queue, untilDone } = start();
  rows.add("a", "old");
  embedder.behave = (texts) => {
    if (texts[0] === "old") Object.assign(rows.rows.get("a")![0]!, { change: 2, text: "new" });
    return null;
  };
  queue.start();
  await untilDone();
  expect(embedder.calls).toEqual([["old"], ["new"]]);
});

test("long work tells its progress at most every five seconds, and that it is done", async () => {
  const { rows, embedder, queue, messages, clock, untilDone } = start();
  rows.add("a", ...many(3_200, "a"));
  embedder.behave = () => {
    clock.now += 1_000;
    return null;
  };
  queue.start();
  queue.wake("a", 3_200);
  await untilDone();
  expect(messages().slice(0, 4)).toEqual(["re-embedding: 320 of 3,200", "re-embedding: 640 of 3,200", "re-embedding: 960 of 3,200", "re-embedding: 1,280 of 3,200"]);
  expect(messages().at(-1)).toBe("re-embedding: finished");
});

test("stop finishes the texts in hand and takes no more", async () => {
  const { rows, embedder, queue } = start();
  rows.add("a", ...many(200, "a"));
  const answer = Promise.withResolvers<Float32Array[]>();
  embedder.behave = () => answer.promise;
  queue.start();
  await expect.poll(() => embedder.calls.length, { interval: 1, timeout: 10_000 }).toBe(1);
  const stopping = queue.stop();
  answer.resolve(many(64, "v").map(() => Float32Array.of(0, 1)));
  await stopping;
  expect(rows.waiting).toBe(200 - 64);
  queue.wake("a");
  expect(embedder.calls).toHaveLength(1);
});

test("stop does not wait for a model that hangs longer than its grace", async () => {
  const { rows, embedder, queue, messages } = start();
  rows.add("a", "one");
  embedder.behave = (_, signal) => new Promise((_resolve, reject) => void signal!.addEventListener("abort", () => reject(signal!.reason as Error)));
  queue.start();
  await expect.poll(() => embedder.calls.length, { interval: 1, timeout: 10_000 }).toBe(1);
  await queue.stop(1);
  expect(rows.waiting).toBe(1);
  expect(messages()).toEqual([]);
});
