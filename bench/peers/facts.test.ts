import { expect, test } from "vitest";
import { FACTS } from "./facts.ts";
import { toContentWords } from "./words.ts";

const STEM_CHARS = 5;

test("there are fifty facts, and each is asked for once", () => {
  expect(FACTS).toHaveLength(50);
  expect(new Set(FACTS.flatMap(({ content, question }) => [content, question])).size).toBe(100);
});

test("but for names, no question shares a word with its fact, nor the beginning of one", () => {
  for (const { content, question } of FACTS) {
    const isName = (word: string) => new RegExp(`(?<=\\S )${word}`, "i").exec(question)?.[0]?.[0] === word[0]?.toUpperCase();
    const told = new Set(toContentWords(content).map((word) => word.slice(0, STEM_CHARS)));
    const shared = toContentWords(question).filter((word) => !isName(word) && told.has(word.slice(0, STEM_CHARS)));
    expect(shared, question).toEqual([]);
  }
});
