import { expect, test } from "vitest";
import { toSpellings } from "./spellings.ts";

test("a secret is found in whatever it was written into: as it is, in hex, and in base64 at each of the three places where it can begin", () => {
  const secret = "hünter/2?~";
  const spelt = toSpellings(secret);
  const texts = ["", "a", "ab", "abc"].flatMap((before) => {
    const bytes = Buffer.from(`${before}${secret}and more`);
    return [bytes.toString("latin1"), bytes.toString("hex"), bytes.toString("hex").toUpperCase(), bytes.toString("base64"), bytes.toString("base64url")];
  });
  for (const text of [...texts, new URLSearchParams({ secret }).toString()]) expect({ text, found: spelt.some((spelling) => text.includes(spelling)) }).toEqual({ text, found: true });
  for (const text of ["", "hünter/2", Buffer.from("another").toString("base64")]) expect(spelt.some((spelling) => text.includes(spelling))).toBe(false);
});

test("bytes that are no text are found as well", () => {
  const bytes = Uint8Array.from([0, 255, 128, 10, 200, 7]);
  expect(toSpellings(bytes)).toEqual(expect.arrayContaining(["00ff800ac807", "AP+ACsgH", "AP-ACsgH", "\u0000ÿ\u0080\nÈ\u0007"]));
});
