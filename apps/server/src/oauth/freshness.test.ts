import { expect, test } from "vitest";
import { readFreshness } from "./freshness.ts";

const date = "Sat, 21 Nov 2026 08:00:00 GMT";

test("an answer is fresh for as long as its host says, within a minute and a day, and for an hour where it says nothing", () => {
  const seconds = (headers: Record<string, string>) => readFreshness(headers) / 1_000;
  expect(seconds({})).toBe(3_600);
  expect(seconds({ "cache-control": "public, max-age=600" })).toBe(600);
  expect(seconds({ "cache-control": 'max-age="600"' })).toBe(600);
  expect(seconds({ "cache-control": "max-age=600, s-maxage=900" })).toBe(900);
  expect(seconds({ "cache-control": "max-age=600", age: "200" })).toBe(400);
  expect(seconds({ expires: "Sat, 21 Nov 2026 10:00:00 GMT", date })).toBe(7_200);
  expect(seconds({ expires: "Sat, 21 Nov 2026 10:00:00 GMT", date, "cache-control": "max-age=600" })).toBe(600);
  for (const short of [{ "cache-control": "max-age=0" }, { "cache-control": "max-age=59" }, { "cache-control": "max-age=600", age: "9999" }, { expires: date, date }, { expires: "0", date }, { expires: "soon", date }, { expires: date }]) expect(seconds(short as never)).toBe(60);
  for (const long of ["max-age=86401", "max-age=999999999", "max-age=9999999999999"]) expect(seconds({ "cache-control": long })).toBe(86_400);
  for (const strange of [{ "cache-control": "max-age=-5" }, { "cache-control": "x-max-age=5, immutable" }, { "cache-control": "max-age=abc", age: "x" }]) expect(seconds(strange as never)).toBe(3_600);
});

test("what must not be kept is not", () => {
  for (const control of ["no-store", "no-cache", "public, No-Store", "max-age=600,no-cache", 'no-cache="set-cookie"', "max-age=600, no-store "]) expect(readFreshness({ "cache-control": control }), control).toBe(0);
  expect(readFreshness({ "cache-control": "no-storefront, x-no-store" })).toBeGreaterThan(0);
});
