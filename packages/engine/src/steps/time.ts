import type { TimeRange } from "../text/time-expressions.ts";

/** `factor` for what happened in the range, 1 for the rest and for what has no time (NaN). */
export function timeFactor(occurredMs: number, range: TimeRange | null, factor: number): number {
  return range !== null && occurredMs >= range.since && occurredMs < range.until ? factor : 1;
}
