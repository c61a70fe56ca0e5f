import { expect, test } from "vitest";
import { readRetryAfter, sleep, toBackoffMs } from "./retry.ts";

const NOW = new Date("2026-11-21T08:00:00Z");

test.each([
  ["7", 7_000],
  [" 0 ", 0],
  ["Sat, 21 Nov 2026 08:00:12 GMT", 12_000],
  ["Sat, 21 Nov 2026 07:00:00 GMT", 0],
  ["-5", null],
  ["1.5", null],
  ["soon", null],
  ["", null],
  [null, null],
])("Retry-After %j is read as %j", (header, ms) => {
  expect(readRetryAfter(header, NOW)).toBe(ms);
});

test("delays lie under a ceiling that doubles up to the last", () => {
  const ceilings = [0, 1, 2, 3, 4, 5, 60].map((attempt) => toBackoffMs(attempt, 500, 8_000, () => 1));
  expect(ceilings).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  expect(toBackoffMs(3, 500, 8_000, () => 0)).toBe(0);
});

test("sleep ends with the signal's own reason when it is aborted", async () => {
  const leaving = new AbortController();
  const sleeping = sleep(60_000, leaving.signal);
  leaving.abort(new Error("left"));
  await expect(sleeping).rejects.toThrow("left");
  await expect(sleep(60_000, leaving.signal)).rejects.toThrow("left");
});
