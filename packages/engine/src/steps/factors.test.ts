import { expect, test } from "vitest";
import { importanceFactor, recencyFactor } from "./age.ts";
import { explainScore, sumParts } from "./explain.ts";
import { timeFactor } from "./time.ts";

const DAY_MS = 86_400_000;

test("only what happened in the span is raised; its end is outside", () => {
  const range = { since: 100, until: 200 };
  expect([99, 100, 199, 200, Number.NaN].map((at) => timeFactor(at, range, 1.25))).toEqual([1, 1.25, 1.25, 1, 1]);
  expect(timeFactor(150, null, 1.25)).toBe(1);
});

test("recency takes half of its weight every 30 days, and nothing from the future", () => {
  expect(recencyFactor(0, 30 * DAY_MS, 1)).toBeCloseTo(0.5);
  expect(recencyFactor(0, 30 * DAY_MS, 0.2)).toBeCloseTo(0.9);
  expect(recencyFactor(DAY_MS, 0, 1)).toBe(1);
});

test("importance takes its weight from what does not matter", () => {
  expect(importanceFactor(1, 0.5)).toBe(1);
  expect(importanceFactor(0, 0.5)).toBe(0.5);
});

test("the parts sum to the product of base and factors", () => {
  const parts = explainScore({ text: 0.3, vector: 0.2, neighbour: 0.1, sitting: 0.05 }, [["speaker", 1.5], ["role", 1.6], ["recency", 0.8]]);
  expect(sumParts(parts)).toBeCloseTo(0.65 * 1.5 * 1.6 * 0.8, 12);
  expect(parts.recency).toBeLessThan(0);
  expect(parts.time).toBe(0);
});
