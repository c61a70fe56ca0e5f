import { expect, test } from "vitest";
import { isId, newId } from "./ids.ts";

test("ids of a kind sort by the time they were made, and never repeat", () => {
  const ids = Array.from({ length: 10_000 }, () => newId("mem"));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

test("an id says its kind", () => {
  expect(isId("mem", newId("mem"))).toBe(true);
  expect(isId("mem", newId("rel"))).toBe(false);
  expect(isId("mem", "mem_x")).toBe(false);
});
