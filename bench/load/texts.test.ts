import { expect, test } from "vitest";
import { TextSource } from "./texts.ts";

test("the same seed, group and index make the same memory in any process", () => {
  expect(new TextSource(7).memory(3, 41)).toEqual(new TextSource(7).memory(3, 41));
  expect(new TextSource(7).memory(3, 41)).not.toEqual(new TextSource(8).memory(3, 41));
});

test("a group of 10,000 memories has 10,000 different texts of some 25 words", () => {
  const source = new TextSource(1);
  const contents = Array.from({ length: 10_000 }, (_, index) => source.memory(0, index).content);
  expect(new Set(contents).size).toBe(10_000);
  const words = contents.reduce((sum, content) => sum + content.split(" ").length, 0) / contents.length;
  expect(words).toBeGreaterThan(22);
  expect(words).toBeLessThan(30);
});

test("words are as unevenly frequent as in speech: many occur once, few often", () => {
  const source = new TextSource(1);
  const counts = new Map<string, number>();
  for (let index = 0; index < 2_000; index++) {
    for (const word of source.memory(0, index).content.toLowerCase().match(/[a-z]+/g) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const sorted = [...counts.values()].toSorted((a, b) => b - a);
  expect(sorted.length).toBeGreaterThan(2_000);
  expect(sorted.filter((count) => count === 1).length).toBeGreaterThan(sorted.length / 4);
  expect(sorted[0]).toBeGreaterThan(1_000);
});

test("a question asks with words of a memory of its group", () => {
  const source = new TextSource(5);
  const words = new Set(Array.from({ length: 50 }, (_, index) => source.memory(2, index).content).join(" ").toLowerCase().match(/[a-z]+/g));
  for (let number = 0; number < 100; number++) {
    const asked = source.question(2, 50, number).toLowerCase().match(/[a-z]{3,}/g) ?? [];
    expect(asked.some((word) => !["the", "and", "was", "with", "for"].includes(word) && words.has(word))).toBe(true);
  }
});
