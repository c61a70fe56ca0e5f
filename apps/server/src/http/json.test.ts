import { AppError } from "@loci/kit/errors";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJson } from "./json.ts";

const refusalOf = (text: string): AppError => {
  try {
    readJson(text);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`accepted ${text.slice(0, 100)}`);
};

const outcomeOf = (text: string): { value: unknown } | { code: string } => {
  try {
    return { value: readJson(text) };
  } catch (error) {
    return { code: (error as AppError).code };
  }
};

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** What the limits say, written without a thought for speed. */
function isAllowed(value: unknown, depth = 1): boolean {
  const sound = (text: string) => !text.includes("\0") && text.isWellFormed();
  if (typeof value === "string") return sound(value);
  if (typeof value === "number") return !/^-?\d{16,}$/.test(String(value)) || Number.isSafeInteger(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth > 32) return false;
  if (Array.isArray(value)) return value.length <= 10_000 && value.every((item) => isAllowed(item, depth + 1));
  const entries = Object.entries(value);
  return entries.length <= 1_000 && entries.every(([key, item]) => sound(key) && !["__proto__", "constructor", "prototype"].includes(key) && isAllowed(item, depth + 1));
}

describe("a JSON body", () => {
  test("is read like the native parser reads it, whatever sound JSON it is", () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: "binary" }), (text) => {
        const value: unknown = JSON.parse(text);
        expect(outcomeOf(text)).toEqual(isAllowed(value) ? { value } : { code: "invalid_request" });
      }),
      { numRuns: 2_000 },
    );
  });

  test("names the one key that is there twice, wherever it lies", () => {
    const word = fc.stringMatching(/^[a-z]{1,6}$/);
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), word, fc.json().filter((json) => isAllowed(JSON.parse(json))), (way, key, json) => {
        const inner = `{ "x:\\"": ${json}, "${key}_" : 1, "${key}_": {"a": ":"} }`;
        const text = way.reduceRight((nested, name) => `{"${name}": [0, ${nested}]}`, inner);
        expect(refusalOf(text)).toMatchObject({ code: "invalid_request", param: [...way.map((name) => `${name}[1]`), `${key}_`].join(".") });
      }),
      { numRuns: 300 },
    );
  });

  test("finds a key twice also when one of them is spelt with escapes", () => {
    expect(refusalOf('{"a": {"b": 1, "\\u0062": 2}}').param).toBe("a.b");
  });

  test("may be 32 levels deep, and not 33", () => {
    const nest = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
    expect(() => readJson(nest(32))).not.toThrow();
    expect(refusalOf(nest(33)).message).toContain("at most 32 levels");
    expect(refusalOf(nest(100_000)).message).toContain("nested too deep");
  });

  test("may have 1,000 keys in an object and 10,000 items in an array, and not one more", () => {
    const object = (keys: number) => JSON.stringify({ metadata: Object.fromEntries(Array.from({ length: keys }, (_, index) => [`k${index}`, 1])) });
    const array = (items: number) => JSON.stringify({ tags: Array.from({ length: items }, () => 1) });
    expect(() => readJson(object(1_000))).not.toThrow();
    expect(() => readJson(array(10_000))).not.toThrow();
    expect(refusalOf(object(1_001)).param).toBe("metadata");
    expect(refusalOf(array(10_001)).param).toBe("tags");
  });

  test.each(["__proto__", "constructor", "prototype"])("may not hold the key %s", (key) => {
    expect(refusalOf(`{"metadata": {"${key}": {"admin": true}}}`)).toMatchObject({ code: "invalid_request", param: `metadata.${key}` });
  });

  test.each([
    ['{"content": "a\\u0000b"}', "content", "NUL"],
    ['{"tags": ["fine", "\\ud800"]}', "tags[1]", "surrogate"],
    ['{"metadata": {"\\udc00x": 1}}', 'metadata["�x"]', "surrogate"],
    ['{"metadata": {"a b": {"c": "\\u0000"}}}', 'metadata["a b"].c', "NUL"],
    ['{"importance": 1e999}', "importance", "too large"],
  ])("%s is refused by its path", (text, param, word) => {
    const refusal = refusalOf(text);
    expect(refusal.param).toBe(param);
    expect(refusal.message).toContain(word);
  });

  test("keeps surrogate pairs, escapes and every other character", () => {
    expect(readJson('{"content": "\\ud83d\\ude00 \u{1F600} \\" \\\\ \\n"}')).toEqual({ content: '\u{1F600} \u{1F600} " \\ \n' });
  });

  test.each([
    ["", 1, 1, "empty"],
    ['{"content": "tea",}', 1, 19, "a name in double quotes"],
    ['{"content": "tea"\n "group": "g"}', 2, 2, '"," or "}"'],
    ["{'content': 1}", 1, 2, "a name in double quotes"],
    ['{"a": [1, 2', 1, 12, '"," or "]", but the text ends'],
    ['{"a": tru}', 1, 7, "a value"],
    ['{"a" 1}', 1, 6, 'a ":"'],
    ['{"a": "b\nc"}', 1, 9, "a value"],
    ['{"a": 01}', 1, 8, '"," or "}"'],
    ['{"a": 1} x', 1, 10, "nothing more"],
    ["[1,]", 1, 4, "a value"],
    ["nul", 1, 1, "a value"],
  ])("that is malformed (%j) is refused with the line, the column and what should stand there", (text, line, column, expected) => {
    const refusal = refusalOf(text);
    expect(refusal).toMatchObject({ code: "invalid_request", details: { line, column } });
    expect(refusal.message).toContain(expected);
  });

  test("that is broken anywhere gives a place inside the text, and never anything but a refusal", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ minLength: 1, maxLength: 3 }), (json, place, noise) => {
        const at = place % (json.length + 1);
        const text = json.slice(0, at) + noise + json.slice(at);
        fc.pre(!isJson(text));
        const { line, column } = refusalOf(text).details as { line: number; column: number };
        expect((text.split("\n")[line - 1] ?? "").length + 1).toBeGreaterThanOrEqual(column);
      }),
      { numRuns: 1_000 },
    );
  });

  test("of megabytes that is malformed at its end is refused without being read twice", () => {
    expect(refusalOf(`[${`"${"x".repeat(900)}",`.repeat(9_000)}`).message).toContain("behind this place");
  });

  test.each([
    ["[".repeat(10_000_000), "32 levels"],
    [`{"a":${"[".repeat(5_000_000)}`, "32 levels"],
    [`[${"0,".repeat(3_000_000)}0]`, "10000 items"],
    [`{${Array.from({ length: 300_000 }, (_, i) => `"k${i}":1`).join(",")}}`, "1000 fields"],
  ])("of megabytes that breaks a limit is refused before it is parsed", (text, limit) => {
    expect(refusalOf(text).message).toContain(limit);
  });

  test.each(["12345678901234567890", "-9007199254740993", "1e400"])("with a number that cannot be kept exactly (%s) is refused", (number) => {
    expect(refusalOf(`{"a": {"b": ${number}}}`)).toMatchObject({ param: "a.b", message: expect.stringContaining("Send it as text") });
  });
});
