import { expect, test } from "vitest";
import { createAnalyzer } from "../text/analyzer.ts";
import { analyzeQuestion } from "./question.ts";

const ASKED = Date.parse("2024-03-13T15:00:00Z");
const words = (text: string): string[] => analyzeQuestion(text, ASKED, createAnalyzer()).terms.map(({ word }) => word);

test("words of asking go, words that say what is asked for stay, once each", () => {
  expect(words("What did Melanie paint, and why did she paint it?")).toEqual(["melanie", "paint"]);
});

test("all words stay when nothing else is left", () => {
  expect(words("Who are you?")).toEqual(["who", "are", "you"]);
});

test("stopwords are those of the language of the question", () => {
  expect(words("Dove sono le chiavi della macchina?")).toEqual(["chiavi", "macchina"]);
  expect(words("Wo ist der Schlüssel?")).toContain("schlussel");
});

test("an identifier stays in one piece beside its parts", () => {
  expect(words("where is user_id set")).toEqual(["user", "id", "set", "userid"]);
});

test("a time expression becomes a span relative to the time of asking", () => {
  expect(analyzeQuestion("Who called yesterday?", ASKED, createAnalyzer()).range).toEqual({
    since: Date.parse("2024-03-12T00:00:00Z"),
    until: Date.parse("2024-03-13T00:00:00Z"),
  });
});

test("an empty question has no terms", () => {
  expect(words("?!")).toEqual([]);
});
