import { setTimeout as wait } from "node:timers/promises";
import { SECOND_MS } from "@loci/kit/clock";

/** Waits; rejects at once with the signal's reason when it is aborted. A test gives one of its own. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

export const sleep: Sleep = async (ms, signal) => {
  try {
    await wait(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  }
};

/** A delay before repeat `attempt` (0 is the first): full jitter under a ceiling that doubles from `firstMs` to `lastMs`. */
export function toBackoffMs(attempt: number, firstMs: number, lastMs: number, random: () => number): number {
  return random() * Math.min(lastMs, firstMs * 2 ** attempt);
}

/** A `Retry-After` header, in seconds or as an HTTP date, as milliseconds from `now`; `null` when it says nothing usable. */
export function readRetryAfter(header: string | null, now: Date): number | null {
  const text = header?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND_MS;
  // A date of RFC 9110 begins with the day's name; `Date.parse` alone would also take "-5" for a year.
  const at = /^[A-Z][a-z]{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
