import { HOUR_MS, SECOND_MS } from "@loci/kit/clock";

const FIRST_MS = 2 * SECOND_MS;
const MAX_MS = HOUR_MS;

/** How long to wait after the try of that number: 2 s, doubled each time, an hour at most; of that a random half to whole, so that what failed together does not come back together. */
export function toRetryDelayMs(tries: number, random: () => number = Math.random): number {
  const wholeMs = Math.min(MAX_MS, FIRST_MS * 2 ** (tries - 1));
  return Math.round(wholeMs * (0.5 + random() / 2));
}
