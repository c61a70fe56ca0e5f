import { expect, test } from "vitest";
import { fingerprintOf, type Utterance } from "./fingerprint.ts";

const say = (content: string, more: Partial<Utterance> = {}) =>
  fingerprintOf({ content, session: null, speaker: null, role: null, occurred_at: null, ...more });

test.each([
  ["The user lives in Lisbon.", "user lives in lisbon"],
  ["I like  tea", "I like tea!"],
  ["\"Ada\" (the baker), said", "ada baker said"],
])("%j and %j are one memory", (a, b) => {
  expect(say(a)).toBe(say(b));
});

test.each([
  ["I like tea", "I do not like tea"],
  ["I like tea, not coffee", "I like coffee, not tea"],
  ["You like tea?", "You like tea."],
  ["I know C", "I know C++"],
  ["It is -5 degrees", "It is 5 degrees"],
  ["She lived here", "She lives here"],
  ["It costs 3.50", "It costs 350"],
  ["if a:\n  b", "if a:\nb"],
  ["...", "!!!"],
])("%j and %j are two", (a, b) => {
  expect(say(a)).not.toBe(say(b));
});

test("the same words said elsewhere, by another or at another time are another memory", () => {
  const prints = [{}, { session: "1" }, { speaker: "1" }, { role: "user" }, { occurred_at: "2026-01-01T00:00:00.000Z" }].map((more) => say("Thanks!", more));
  expect(new Set(prints).size).toBe(prints.length);
});
