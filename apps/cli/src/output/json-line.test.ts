import { expect, test } from "vitest";
import { toJsonLine } from "./clean.ts";

test("a line of JSON shows whatever would not be seen in it, and is the same text to a program", () => {
  const content = "kiwi \u{e0041}\u202Eevil\u200B\uFE0F\u200D\u0085\u2028 ends";
  const line = toJsonLine({ content });
  expect(JSON.parse(line)).toEqual({ content });
  expect(line).toBe(String.raw`{"content":"kiwi \udb40\udc41\u202eevil\u200b\ufe0f\u200d\u0085\u2028 ends"}`);
});
