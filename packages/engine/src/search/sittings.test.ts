import { expect, test } from "vitest";
import { NOBODY, Sittings } from "./sittings.ts";

// Ordinals are times here.
const isBefore = (a: number, b: number): boolean => a < b;

function fill(ordinals: number[], session = 7): Sittings {
  const sittings = new Sittings();
  sittings.grow(10);
  for (const ordinal of ordinals) sittings.add(ordinal, session, isBefore);
  return sittings;
}

function walk({ next }: Sittings, from: number): number[] {
  const seen: number[] = [];
  for (let at = from; at >= 0; at = next[at] ?? NOBODY) seen.push(at);
  return seen;
}

test.each([[[0, 1, 2, 3]], [[3, 2, 1, 0]], [[2, 0, 3, 1]]])("whatever the order of arrival, they follow in time: %j", (ordinals) => {
  const sittings = fill(ordinals);
  expect(walk(sittings, 0)).toEqual([0, 1, 2, 3]);
  expect([...sittings.previous.subarray(0, 4)]).toEqual([NOBODY, 0, 1, 2]);
});

test("the first, the last, one between and all of them can go", () => {
  const sittings = fill([0, 1, 2, 3, 4]);
  for (const ordinal of [0, 4, 2]) sittings.remove(ordinal, 7);
  expect(walk(sittings, 1)).toEqual([1, 3]);
  for (const ordinal of [1, 3]) sittings.remove(ordinal, 7);
  sittings.add(5, 7, isBefore);
  expect([sittings.previous[5], sittings.next[5]]).toEqual([NOBODY, NOBODY]);
});

test("sittings do not mix, and what has none stands alone", () => {
  const sittings = fill([0, 2]);
  sittings.add(1, 8, isBefore);
  sittings.add(3, 0, isBefore);
  expect(walk(sittings, 0)).toEqual([0, 2]);
  expect([...sittings.numbers.subarray(0, 4)]).toEqual([0, 1, 0, NOBODY]);
});
