import { expect, test } from "vitest";
import { readCursor, toCursor, toPage } from "./page.ts";

test("a cursor gives back the key it was made of", () => {
  expect(readCursor(toCursor("name"), ["string"])).toEqual(["name"]);
  expect(readCursor(toCursor(7), ["number"])).toEqual([7]);
});

test.each(["", "x", "bm90IGpzb24", toCursor("7"), Buffer.from("{}").toString("base64url"), Buffer.from("[null,{}]").toString("base64url")])(
  "a cursor of another making is refused by name: %j",
  (cursor) => {
    expect(() => readCursor(cursor, ["number"])).toThrow(expect.objectContaining({ code: "invalid_request", param: "cursor" }));
  },
);

test("a page says next only when something follows", () => {
  const cut = (rows: number[]) => toPage(rows, 2, (row) => row * 10, String);
  expect(cut([1, 2])).toEqual({ items: [10, 20], next: null });
  expect(cut([1, 2, 3])).toEqual({ items: [10, 20], next: "2" });
  expect(cut([])).toEqual({ items: [], next: null });
});
