import * as fc from "fast-check";
import { expect, test } from "vitest";
import { splitPassages } from "./passages.ts";

const sentence = (words: number): string => `${Array.from({ length: words }, (_, at) => `word${at}`).join(" ")}.`;

test("a short text is one passage, as it is", () => {
  expect(splitPassages("One. Two!\nThree?")).toEqual(["One. Two!\nThree?"]);
  expect(splitPassages("")).toEqual([""]);
});

test("a long text is cut at the ends of sentences", () => {
  const passages = splitPassages([sentence(30), sentence(15), sentence(30), sentence(25)].join(" "), { words: 50, countMax: 32 });
  expect(passages).toEqual([`${sentence(30)} ${sentence(15)}`, sentence(30), sentence(25)]);
});

test("a very long text has longer passages, not more", () => {
  const passages = splitPassages(Array.from({ length: 1_000 }, () => sentence(10)).join("\n"));
  expect(passages.length).toBeLessThanOrEqual(32);
});

test("no word is lost, whatever the text", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("a", "b.", "c!\n", "\n\n", "Dr. x", ". . ."), { maxLength: 400 }), (pieces) => {
      const text = pieces.join(" ");
      const wordsOf = (source: string) => source.split(/\s+/).filter((word) => word !== "");
      expect(splitPassages(text, { words: 20, countMax: 8 }).flatMap(wordsOf).join("")).toBe(wordsOf(text).join(""));
    }),
  );
});
