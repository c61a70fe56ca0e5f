import { readFileSync } from "node:fs";
import path from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { KEY_PATTERN, mintKey, readKey } from "./format.ts";

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";

test("a minted key is read back into its parts", () => {
  for (const mode of ["live", "test"] as const) {
    const { text, handle, secret } = mintKey(mode);
    expect(text).toMatch(/^mk_(live|test)_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}$/);
    expect(readKey(text)).toEqual({ mode, handle, secret });
  }
});

test("of 100,000 keys with one character changed not one is read", () => {
  let read = 0;
  for (let count = 0; count < 100_000; count++) {
    const { text } = mintKey(count % 2 === 0 ? "live" : "test");
    const at = (count * 7) % text.length;
    const letter = LETTERS[(count * 13 + 5) % LETTERS.length] ?? "";
    if (letter === text[at]) continue;
    if (readKey(text.slice(0, at) + letter + text.slice(at + 1)) !== null) read += 1;
  }
  expect(read).toBe(0);
});

test("the published pattern finds 1,000 of 1,000 keys in text, and none in 10,000 random strings", () => {
  const pattern = new RegExp(KEY_PATTERN);
  for (let count = 0; count < 1_000; count++) expect(pattern.exec(`curl -H "Authorization: Bearer ${mintKey("live").text}" x`)).not.toBeNull();
  fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => !pattern.test(text)), { numRuns: 10_000 });
});

test("no letter of a secret is likelier than another", () => {
  const counts = new Map<string, number>();
  for (let count = 0; count < 5_000; count++) for (const letter of mintKey("live").secret) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  expect(counts.size).toBe(62);
  const expected = (5_000 * 32) / 62;
  const chiSquare = [...counts.values()].reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
  // 61 degrees of freedom: 130 is passed by chance once in a million runs; modulo bias would give some 1,600.
  expect(chiSquare).toBeLessThan(130);
});

test("anything else is no key, whatever it is", () => {
  fc.assert(fc.property(fc.string(), (text) => readKey(text) === null));
  const { text } = mintKey("live");
  for (const near of [` ${text}`, `${text}\n`, text.toLowerCase(), text.slice(0, -1), `${text}0`, ""]) expect(readKey(near)).toBeNull();
});

test("the pattern that is published for scanners is the one that keys are made by", () => {
  const page = readFileSync(path.join(import.meta.dirname, "../../../../docs/api-keys.md"), "utf8");
  expect(page).toContain(`\`\`\`text\n${KEY_PATTERN}\n\`\`\``);
  const [, rule = "{}"] = /```json\n([^`]+)```/.exec(page) ?? [];
  expect(JSON.parse(rule).rules[0].options.patterns[0].pattern).toBe(`/\\b${KEY_PATTERN}\\b/`);
});
