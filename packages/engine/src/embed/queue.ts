import { MINUTE_MS, SECOND_MS, systemClock, type Clock } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import type { Embedder } from "./embedder.ts";
import { sleep as sleepFor, toBackoffMs, type Sleep } from "./retry.ts";
import { isRefused } from "./vectors.ts";

/** An entry that waits for a vector; `change` tells whether it is still the same when the vector comes. */
export interface WaitingText {
  seq: number;
  change: number;
  text: string;
}

/** Where entries wait. That they do is kept in their rows, so the queue has nothing of its own to lose. */
export interface QueueSource {
  /** The stores that are known to have waiting entries. */
  stores(): string[];
  take(store: string, limit: number): Promise<WaitingText[]>;
  /** Keeps the vectors of entries that have not changed since; says how many those were. */
  put(store: string, model: string, vectors: { seq: number; change: number; vector: Float32Array }[]): Promise<{ written: number }>;
}

export interface QueueOptions {
  embedder: Embedder;
  log: Log;
  source: QueueSource;
  /** What a test changes so that it does not wait. */
  timing?: Partial<QueueTiming> | undefined;
}

export interface QueueTiming {
  sleep: Sleep;
  now: Clock;
  random: () => number;
}

/** `waiting` is what the queue has heard of: exact for a store that was woken with a count. */
export interface QueueStatus {
  model: string;
  waiting: number;
  done: number;
}

/** Texts in one turn of a store: some half a second of a remote model, which the next store waits at most. */
const TEXTS_PER_TURN = 64;
const PAUSE_FIRST_MS = SECOND_MS;
const PAUSE_LAST_MS = MINUTE_MS;
const PROGRESS_EVERY_MS = 5 * SECOND_MS;
/** Of the 30 s that a graceful stop may take. */
const STOP_GRACE_MS = 10 * SECOND_MS;

/**
 * Gives vectors to the entries that wait for one, in the background: store after store, each call with the texts of one
 * store alone, pausing while the model cannot be reached. What it does not get done waits in the rows for its next start.
 */
export class EmbeddingQueue {
  readonly #options: QueueOptions;
  readonly #timing: QueueTiming;
  /** In the order of their turns. */
  readonly #ready = new Set<string>();
  readonly #waiting = new Map<string, number>();
  /** Stores that failed, by how often in a row, and those of them that are left alone for a while. */
  readonly #failures = new Map<string, number>();
  readonly #parked = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #givingUp = new AbortController();
  #running: Promise<void> | null = null;
  #started = false;
  #upstreamFailures = 0;
  #done = 0;
  #run = { done: 0, loggedAt: 0, logged: false };

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#timing = { sleep: sleepFor, now: systemClock, random: Math.random, ...options.timing };
  }

  start(): void {
    this.#started = true;
    for (const store of this.#options.source.stores()) this.#ready.add(store);
    this.#kick();
  }

  /** Says that a store has waiting entries: `waiting` of them, or one more than before. */
  wake(store: string, waiting?: number): void {
    this.#waiting.set(store, waiting ?? (this.#waiting.get(store) ?? 0) + 1);
    this.#ready.add(store);
    this.#kick();
  }

  /** Says that a store is gone. One that is in hand finds out at its next look. */
  forget(store: string): void {
    this.#ready.delete(store);
    this.#forgetStore(store);
  }

  status(): QueueStatus {
    return { model: this.#options.embedder.model, waiting: this.#countWaiting(), done: this.#done };
  }

  /** Finishes the texts in hand, for at most `graceMs`, and takes no more. */
  async stop(graceMs: number = STOP_GRACE_MS): Promise<void> {
    const reason = new AppError("unavailable", "The embedding queue is stopping.");
    this.#stopping.abort(reason);
    const timer = setTimeout(() => this.#givingUp.abort(reason), graceMs);
    await this.#running;
    await Promise.all(this.#parked.values());
    clearTimeout(timer);
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  #kick(): void {
    if (!this.#started || this.#stopped || this.#running || this.#ready.size === 0) return;
    this.#run = { done: 0, loggedAt: this.#timing.now().getTime(), logged: false };
    this.#running = this.#takeTurns();
  }

  async #takeTurns(): Promise<void> {
    for (const store of this.#nextStores()) await this.#takeTurn(store);
    if (this.#run.logged && this.#countWaiting() === 0) this.#options.log.info({ done: this.#run.done }, "re-embedding: finished");
    this.#running = null;
  }

  *#nextStores(): Generator<string> {
    for (;;) {
      const [store] = this.#ready;
      if (store === undefined || this.#stopped) return;
      this.#ready.delete(store);
      yield store;
    }
  }

  async #takeTurn(store: string): Promise<void> {
    const { source, embedder } = this.#options;
    try {
      const texts = await source.take(store, TEXTS_PER_TURN);
      if (texts.length === 0) {
        this.#forgetStore(store);
        return;
      }
      this.#waiting.set(store, Math.max(this.#waiting.get(store) ?? 0, texts.length));
      const vectors = await this.#embed(store, texts);
      // With the store's turn over, the others come first.
      this.#ready.add(store);
      if (vectors === null) return;
      const { written } = await source.put(store, embedder.model, vectors);
      this.#noteWritten(store, written);
      if (written === 0) this.#park(store, null);
      else this.#failures.delete(store);
    } catch (error) {
      // It was deleted while its turn came.
      if (error instanceof AppError && error.code === "not_found") this.#forgetStore(store);
      else this.#park(store, error);
    }
  }

  /** The vectors, or `null` after a pause: the model is the same for every store, so all of them wait. */
  async #embed(store: string, texts: WaitingText[]): Promise<{ seq: number; change: number; vector: Float32Array }[] | null> {
    const { embedder, log } = this.#options;
    try {
      const vectors = await embedder.embed(texts.map(({ text }) => text), "document", this.#givingUp.signal);
      const refused = texts.filter((_, at) => isRefused(vectors[at]!)).map(({ seq }) => seq);
      const { dimensions } = embedder;
      if (dimensions === null) throw new AppError("internal", "The embedder does not know its dimensions.");
      if (refused.length > 0) log.warn({ store, seqs: refused }, "the model cannot embed these memories; words still find them");
      if (this.#upstreamFailures > 0) log.info({ model: embedder.model }, "the embedder answers again");
      this.#upstreamFailures = 0;
      return texts.map(({ seq, change }, at) => ({ seq, change, vector: isRefused(vectors[at]!) ? new Float32Array(dimensions) : vectors[at]! }));
    } catch (error) {
      if (!this.#givingUp.signal.aborted) await this.#pause(error);
      return null;
    }
  }

  async #pause(error: unknown): Promise<void> {
    const { log, embedder } = this.#options;
    const askedMs = error instanceof AppError ? (error.retry_after ?? 0) * SECOND_MS : 0;
    const waitMs = Math.max(Math.min(askedMs, PAUSE_LAST_MS), this.#toPauseMs(this.#upstreamFailures));
    this.#upstreamFailures += 1;
    log.warn({ model: embedder.model, waiting: this.#countWaiting(), wait_ms: Math.round(waitMs), ...toFault(error) }, "the embedder does not answer; new memories are found by words alone");
    await this.#rest(waitMs);
  }

  /** Leaves a store alone for a while; the others go on. */
  #park(store: string, error: unknown): void {
    this.#ready.delete(store);
    if (this.#stopped || this.#parked.has(store)) return;
    const failures = this.#failures.get(store) ?? 0;
    this.#failures.set(store, failures + 1);
    if (error !== null) this.#options.log.warn({ store, ...toFault(error) }, "a store could not be embedded; it is tried again");
    this.#parked.set(store, this.#rest(this.#toPauseMs(failures)).then(() => {
      this.#parked.delete(store);
      this.#ready.add(store);
      this.#kick();
    }));
  }

  async #rest(ms: number): Promise<void> {
    try {
      await this.#timing.sleep(ms, this.#stopping.signal);
    } catch (error) {
      if (!this.#stopped) throw error;
    }
  }

  /** At least half of the ceiling, so that a pause is one. */
  #toPauseMs(failures: number): number {
    return toBackoffMs(failures, PAUSE_FIRST_MS, PAUSE_LAST_MS, () => (1 + this.#timing.random()) / 2);
  }

  #noteWritten(store: string, written: number): void {
    this.#done += written;
    this.#run.done += written;
    this.#waiting.set(store, Math.max(0, (this.#waiting.get(store) ?? 0) - written));
    const now = this.#timing.now().getTime();
    if (now - this.#run.loggedAt < PROGRESS_EVERY_MS) return;
    this.#run.loggedAt = now;
    this.#run.logged = true;
    const [done, total] = [this.#run.done, this.#run.done + this.#countWaiting()].map((count) => count.toLocaleString("en-US"));
    this.#options.log.info({ model: this.#options.embedder.model }, `re-embedding: ${done} of ${total}`);
  }

  #forgetStore(store: string): void {
    this.#failures.delete(store);
    // A store that was woken while it was looked at is looked at again.
    if (!this.#ready.has(store)) this.#waiting.delete(store);
  }

  #countWaiting(): number {
    return this.#waiting.values().reduce((sum, waiting) => sum + waiting, 0);
  }
}

/** An AppError's message is written for callers; what we need to know stands in its cause. */
function toFault(error: unknown): { error: string; cause?: string } {
  if (!(error instanceof Error)) return { error: "unknown reason" };
  return { error: error.message, ...(error.cause instanceof Error ? { cause: error.cause.message } : {}) };
}
