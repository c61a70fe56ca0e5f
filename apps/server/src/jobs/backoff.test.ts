import { HOUR_MS } from "@loci/kit/clock";
import { expect, test } from "vitest";
import { toRetryDelayMs } from "./backoff.ts";

test("waits double from 2 s to an hour, and a random half to whole of that is waited", () => {
  const longest = Array.from({ length: 14 }, (_, at) => toRetryDelayMs(at + 1, () => 1));
  expect(longest.slice(0, 5)).toEqual([2_000, 4_000, 8_000, 16_000, 32_000]);
  expect(longest.slice(11)).toEqual([HOUR_MS, HOUR_MS, HOUR_MS]);
  for (const [at, whole] of longest.entries()) expect(toRetryDelayMs(at + 1, () => 0)).toBe(whole / 2);
  expect(new Set(Array.from({ length: 50 }, () => toRetryDelayMs(10))).size).toBeGreaterThan(40);
});
