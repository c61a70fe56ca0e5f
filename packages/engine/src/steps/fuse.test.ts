import { expect, test } from "vitest";
import { scaleCosines, scaleText, weighChannels } from "./fuse.ts";

test("the best of a bad lot of words stays low, a good match comes near to 1 and above", () => {
  const [poor, good] = [Float64Array.of(1, 0.5), Float64Array.of(9, 1)];
  scaleText(poor, 10);
  scaleText(good, 10);
  expect(poor[0]).toBeCloseTo(1 / 5.5);
  expect(good[0]).toBeCloseTo(9 / 9.5);
});

test("nothing found stays nothing", () => {
  const none = new Float64Array(3);
  scaleText(none, 0);
  expect([...none]).toEqual([0, 0, 0]);
});

test("cosines run from 0 for the least likely, and what has no vector has 0 too", () => {
  const cosines = Float64Array.of(-0.1, 0.5, Number.NaN, 0.1);
  scaleCosines(cosines);
  expect(cosines[0]).toBe(0);
  expect(cosines[2]).toBe(0);
  expect(cosines[1]).toBeCloseTo(0.6 / 0.85);
});

test("a single memory is judged by its own cosine", () => {
  const [alike, unlike] = [Float64Array.of(0.8), Float64Array.of(-0.2)];
  scaleCosines(alike);
  scaleCosines(unlike);
  expect(alike[0]).toBeCloseTo(0.8 / 0.9);
  expect(unlike[0]).toBe(0);
});

test("the channels make a convex sum", () => {
  const [text, vector] = [Float64Array.of(1), Float64Array.of(1)];
  weighChannels(text, vector, 0.4);
  expect([text[0], vector[0]]).toEqual([0.6, 0.4]);
});
