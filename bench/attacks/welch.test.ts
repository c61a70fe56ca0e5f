import { expect, test } from "vitest";
import { createRandom } from "../statistics.ts";
import { welchT } from "./welch.ts";

test("the value is that of Welch's example", () => {
  // The third data set in the article "Welch's t-test" of Wikipedia.
  const first = [19.8, 20.4, 19.6, 17.8, 18.5, 18.9, 18.3, 18.9, 19.5, 22.0];
  const second = [28.2, 26.6, 20.1, 23.3, 25.2, 22.1, 17.7, 27.6, 20.6, 13.7, 23.2, 17.5, 20.6, 18.0, 23.9, 21.6, 24.3, 20.4, 24.0, 13.2];
  expect(welchT(first, second)).toBeCloseTo(-2.22, 2);
});

test("2 × 300 that differ by half their spread are told apart, and those that do not differ are not", () => {
  const random = createRandom(7);
  const sample = (shift: number) => Array.from({ length: 300 }, () => shift + Array.from({ length: 12 }, random).reduce((sum, value) => sum + value, -6));
  expect(Math.abs(welchT(sample(0), sample(0)))).toBeLessThan(4.5);
  expect(Math.abs(welchT(sample(0), sample(0.5)))).toBeGreaterThan(4.5);
});
