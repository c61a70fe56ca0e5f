import { MINUTE_MS, SECOND_MS, systemClock, type Clock } from "@loci/kit/clock";
import type { Log } from "@loci/kit/log";
import { LRUCache } from "lru-cache";
import type { Embedder } from "./embedder.ts";
import { isRefused } from "./vectors.ts";

/** Vectors kept for all stores together: 6 MB at 1,536 dimensions. */
const VECTORS_MAX = 1_000;
/** A longer question is hardly asked twice. */
const KEPT_CHARS_MAX = 1_000;
/** After a failure questions are answered by words at once for so long, instead of each waiting for a timeout. */
const QUIET_MS = 5 * SECOND_MS;
const WARN_EVERY_MS = MINUTE_MS;

/** The vectors of questions. A recall without one goes by words alone, so this never throws. */
export class QueryVectors {
  readonly #embedder: Embedder;
  readonly #log: Log;
  readonly #now: Clock;
  readonly #kept = new LRUCache<string, Float32Array>({ max: VECTORS_MAX });
  #quietUntil = 0;
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor({ embedder, log, now = systemClock }: { embedder: Embedder; log: Log; now?: Clock }) {
    this.#embedder = embedder;
    this.#log = log;
    this.#now = now;
  }

  /**
   * The vector of a question that a store is asked; `null` when there is none just now. Kept for each store apart, or
   * the time an answer takes would tell one workspace what another has asked.
   */
  async find(store: string, text: string): Promise<Float32Array | null> {
    const key = JSON.stringify([store, text]);
    const kept = this.#kept.get(key);
    if (kept) return kept;
    if (this.#now().getTime() < this.#quietUntil) return null;
    try {
      const [vector] = await this.#embedder.embed([text], "query");
      if (!vector || isRefused(vector)) return null;
      // A table of ours answers as fast as the cache would.
      if (this.#embedder.table === null && text.length <= KEPT_CHARS_MAX) this.#kept.set(key, vector);
      return vector;
    } catch (error) {
      this.#noteFailure(error);
      return null;
    }
  }

  /** Lets go of the questions that a store was asked. */
  forget(store: string): void {
    const prefix = `${JSON.stringify([store]).slice(0, -1)},`;
    for (const key of this.#kept.keys()) if (key.startsWith(prefix)) this.#kept.delete(key);
  }

  #noteFailure(error: unknown): void {
    const now = this.#now().getTime();
    this.#quietUntil = now + QUIET_MS;
    if (now - this.#warnedAt < WARN_EVERY_MS) return;
    this.#warnedAt = now;
    this.#log.warn({ model: this.#embedder.model, error: error instanceof Error ? error.message : "unknown reason" }, "questions cannot be embedded; recall goes by words alone");
  }
}
