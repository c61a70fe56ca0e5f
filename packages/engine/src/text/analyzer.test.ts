import { expect, test } from "vitest";
import { createAnalyzer } from "./analyzer.ts";
import { toDateWords } from "./dates.ts";
import { hashTerm } from "./hash.ts";
import { ENGLISH } from "./languages/english.ts";
import { findLanguage } from "./languages/packs.ts";

test("forms of a word share a hash, and so does any case or accent", () => {
  const { analyze } = createAnalyzer();
  expect(analyze("Paintings").hashes).toEqual(analyze("painting").hashes);
  expect(analyze("NAÏVE").hashes).toEqual(analyze("naive").hashes);
});

test("length counts words, not the identifiers in one piece", () => {
  expect(createAnalyzer().analyze("call getUserName now")).toMatchObject({ length: 5, hashes: { length: 6 } });
});

test("a small cache gives the same hashes as a large one", () => {
  const text = "one two three four five six one two seven three";
  const small = createAnalyzer({ cachedWordsMax: 2 });
  expect(small.analyze(text)).toEqual(createAnalyzer().analyze(text));
  expect(small.analyze(text)).toEqual(createAnalyzer().analyze(text));
});

test("another language has its own stems", () => {
  const { analyze } = createAnalyzer({ language: findLanguage("it") ?? ENGLISH });
  expect(analyze("ragazzi").hashes).toEqual(analyze("ragazzo").hashes);
});

test("hashes are safe integers below 2 to the 53 and differ", () => {
  const hashes = Array.from({ length: 100_000 }, (_, at) => hashTerm(`term${at}`));
  expect(hashes.every((hash) => Number.isSafeInteger(hash) && hash >= 0)).toBe(true);
  expect(new Set(hashes).size).toBe(hashes.length);
});

test("a date in words has day, month, year and weekday in UTC", () => {
  expect(toDateWords(Date.parse("2023-05-08T23:59:00Z"), ENGLISH)).toBe("8 may 2023 monday");
});
