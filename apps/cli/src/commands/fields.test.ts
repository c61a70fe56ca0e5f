import { expect, test } from "vitest";
import { MEMORY_TYPES, TRUST_LEVELS } from "../../../../packages/engine/src/index.ts";
import { readNumber, readObject, readTime, TRUSTS, TYPES } from "./fields.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");

test("what completion offers as types and trust is what memories can have", () => {
  expect([...TYPES].sort()).toEqual([...MEMORY_TYPES].sort());
  expect([...TRUSTS].sort()).toEqual([...TRUST_LEVELS].sort());
});

test.each([
  ["2027-01-31T09:00:00Z", 1, "2027-01-31T09:00:00.000Z"],
  ["2027-01-31T09:00:00+02:00", 1, "2027-01-31T07:00:00.000Z"],
  ["2027-01-31", 1, "2027-01-31T00:00:00.000Z"],
  ["7d", -1, "2026-11-14T12:00:00.000Z"],
  ["90m", 1, "2026-11-21T13:30:00.000Z"],
  ["1w", 1, "2026-11-28T12:00:00.000Z"],
] as const)("the time %s is read", (text, sign, expected) => {
  expect(readTime("since", text, sign, NOW)).toBe(expected);
});

test.each(["", "soon", "7", "d", "7y", "2027-13-01", "2027-01-31T09:00:00", "21.11.2026"])("%j is no time, and the option is named", (text) => {
  expect(() => readTime("since", text, -1, NOW)).toThrow("--since must be a time");
});

test("numbers are checked for their range, and what is absent stays absent", () => {
  expect(readNumber("n", undefined, { min: 0, max: 1 })).toBeUndefined();
  expect(readNumber("n", "0.5", { min: 0, max: 1 })).toBe(0.5);
  for (const text of ["", " ", "x", "2", "-1", "NaN", "Infinity"]) expect(() => readNumber("n", text, { min: 0, max: 1 }), text).toThrow("--n must be a number from 0 to 1");
  expect(() => readNumber("n", "1.5", { min: 1, max: 9, whole: true })).toThrow("whole number");
});

test("an object is one of JSON, and nothing else of it", () => {
  expect(readObject("filter", '{"a":1}')).toEqual({ a: 1 });
  for (const text of ["", "[]", "null", "1", "{a:1}"]) expect(() => readObject("filter", text), text).toThrow("--filter must be a JSON object");
});
