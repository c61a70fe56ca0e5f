import { expect, test } from "vitest";
import { addTermScores, inverseFrequency } from "./lexical.ts";

const BM25 = { k1: 1.2, b: 0.75 };

test("a score is Okapi BM25's", () => {
  const scores = new Float64Array(2);
  addTermScores(scores, { ordinals: Uint32Array.of(1), counts: Uint8Array.of(2), weight: 3 }, Uint32Array.of(10, 20), 10, BM25);
  expect(scores[0]).toBe(0);
  expect(scores[1]).toBeCloseTo((3 * 2 * 2.2) / (2 + 1.2 * (0.25 + 0.75 * 2)), 12);
});

test("a rare word weighs more than a common one, and none less than nothing", () => {
  expect(inverseFrequency(1, 100)).toBeGreaterThan(inverseFrequency(50, 100));
  expect(inverseFrequency(100, 100)).toBeGreaterThan(0);
});
