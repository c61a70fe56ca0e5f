import { expect, test } from "vitest";
import { addNeighbours, addSittingScores, nameFactors } from "./boost.ts";

test("a memory gets its share of what its neighbours have, and nothing at the ends", () => {
  const added = new Float64Array(3);
  addNeighbours(added, Float64Array.of(1, 0, 2), { previous: Int32Array.of(-1, 0, 1), next: Int32Array.of(1, 2, -1) }, 0.5);
  expect([...added]).toEqual([0, 1.5, 0]);
});

test("every memory of a sitting gets a share of the best in it, those without a sitting nothing", () => {
  const added = new Float64Array(4);
  addSittingScores(added, Float64Array.of(1, 4, 2, 9), Int32Array.of(0, 0, 1, -1), 2, 0.25);
  expect([...added]).toEqual([1, 1, 0.5, 0]);
});

test("only names that the question has raise a score", () => {
  const factors = nameFactors([new Float64Array(0), Float64Array.of(7, 8), Float64Array.of(9)], new Set([8]), 1.5);
  expect([...factors]).toEqual([1, 1.5, 1]);
});
