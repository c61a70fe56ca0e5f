import { expect, test } from "vitest";
import { readUtterance } from "./speaker.ts";

test("a speaker that the text repeats is taken off its front", () => {
  expect(readUtterance("Ada: I moved to Porto", "Ada", null)).toEqual({ text: "I moved to Porto", speaker: "Ada", role: null });
});

test("a role before the text, or as the speaker, is a role and no name", () => {
  expect(readUtterance("user: I moved", null, null)).toEqual({ text: "I moved", speaker: null, role: "user" });
  expect(readUtterance("Assistant: Noted.", "assistant", null)).toEqual({ text: "Noted.", speaker: null, role: "assistant" });
  expect(readUtterance("I moved", "user", "other")).toEqual({ text: "I moved", speaker: null, role: "other" });
});

test.each(["Note: buy milk", "10:30 is the meeting", "http://example.com: down", "Bob: hi", "a\nuser: b", "user:"])("other words before a colon belong to the text: %j", (content) => {
  expect(readUtterance(content, "Ada", null).text).toBe(content);
});
