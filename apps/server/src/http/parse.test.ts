import type { AppError } from "@loci/kit/errors";
import { expect, test } from "vitest";
import { z } from "zod";
import { formatPath, parseWith, type Path } from "./parse.ts";
import { flagParam, jsonParam, listParam, numberParam } from "./query.ts";

const Body = z.strictObject({
  content: z.string().min(1).max(5),
  group: z.string().optional(),
  importance: z.number().min(0).max(1).optional(),
  role: z.enum(["user", "assistant", "other"]).optional(),
  tags: z.array(z.string()).max(2).optional(),
  occurred_at: z.iso.datetime().optional(),
  source: z.strictObject({ kind: z.string() }).optional(),
});

function faultOf(schema: z.ZodType, value: unknown, at: Path = []): AppError {
  try {
    parseWith(schema, value, at);
  } catch (error) {
    return error as AppError;
  }
  return expect.unreachable("was accepted");
}

test.each([
  [{}, "content", "`content` is missing: give a string."],
  [{ content: 7 }, "content", "`content` must be a string, not a number."],
  [{ content: "" }, "content", "`content` must have at least 1 character."],
  [{ content: "coffee" }, "content", "`content` must have at most 5 characters."],
  [{ content: "tea", importance: 2 }, "importance", "`importance` must be at most 1."],
  [{ content: "tea", importance: null }, "importance", "`importance` must be a number, not null."],
  [{ content: "tea", role: "usr" }, "role", '`role` must be one of "user", "assistant", "other". Did you mean "user"?'],
  [{ content: "tea", tags: ["a", "b", "c"] }, "tags", "`tags` must hold at most 2 items."],
  [{ content: "tea", tags: ["a", 1] }, "tags[1]", "`tags[1]` must be a string, not a number."],
  [{ content: "tea", occurred_at: "yesterday" }, "occurred_at", "`occurred_at` must be a time like 2026-11-21T07:30:00Z (RFC 3339)."],
  [{ content: "tea", source: { kind: "api", ref: 1 } }, "source.ref", "`source.ref` is not a field here. The fields are kind."],
  [{ content: "tea", gruop: "g" }, "gruop", '`gruop` is not a field here. Did you mean "group"?'],
])("%j is refused by field, with what is wrong and what would be right", (body, param, message) => {
  expect(faultOf(Body, body)).toMatchObject({ code: "invalid_request", param, message });
});

test("all faults are told at once, the first one first", () => {
  const fault = faultOf(Body, { content: 1, importance: "high", grop: "g" });
  expect(fault.message).toBe("`content` must be a string, not a number. `importance` must be a number, not a string. `grop` is not a field here. Did you mean \"group\"?");
  expect(fault.details?.["faults"]).toMatchObject([{ param: "content" }, { param: "importance" }, { param: "grop" }]);
});

test("a message tells three faults whole and counts the others, and shows nobody a pattern", () => {
  const Long = z.strictObject(Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, z.string().regex(/^x+$/)])));
  const { message, details } = faultOf(Long, { a: "1", b: "1", c: "1", d: "1", e: "1" });
  expect(message).toBe("`a` is not written the way that this field needs it. `b` is not written the way that this field needs it. `c` is not written the way that this field needs it. And 2 more.");
  expect(details?.["faults"]).toHaveLength(5);
});

test("a value that is no object at all is a fault of the body", () => {
  expect(faultOf(Body, [1])).toMatchObject({ param: undefined, message: "The body must be an object, not an array." });
});

test("a part of a larger body is named by its place in it", () => {
  expect(faultOf(Body, { content: 1 }, ["operations", 3]).param).toBe("operations[3].content");
});

test("of several shapes the one that was nearly met is explained", () => {
  const Target = z.union([z.strictObject({ id: z.string() }), z.strictObject({ filter: z.strictObject({ type: z.strictObject({ eq: z.string() }) }) })]);
  expect(faultOf(Target, { filter: { type: { eq: 3 } } }).param).toBe("filter.type.eq");
});

test("a fault of size is too_large when the schema says so", () => {
  const Big = z.strictObject({ content: z.string().superRefine((_, context) => context.addIssue({ code: "custom", message: "Keep it short.", params: { code: "too_large" } })) });
  expect(faultOf(Big, { content: "x" })).toMatchObject({ code: "too_large", param: "content", message: "Keep it short." });
});

test("paths are written as code would reach them", () => {
  expect(formatPath(["filter", "AND", 1, "importance"])).toBe("filter.AND[1].importance");
  expect(formatPath(["metadata", "a b"])).toBe('metadata["a b"]');
});

test("query values become numbers, flags, lists and JSON, or faults that say how to write them", () => {
  const Query = z.strictObject({ limit: numberParam({ min: 1, max: 200 }).default(20), total: flagParam().optional(), type: listParam(z.string()).optional(), filter: jsonParam(z.strictObject({ a: z.number() })).optional() });
  expect(parseWith(Query, {})).toEqual({ limit: 20 });
  expect(parseWith(Query, { limit: "7", total: "1", type: ["a,b", "c"], filter: '{"a": 1}' })).toEqual({ limit: 7, total: true, type: ["a", "b", "c"], filter: { a: 1 } });
  expect(faultOf(Query, { limit: "many" }).message).toBe("`limit` must be a number, not a string.");
  expect(faultOf(Query, { limit: "201" }).message).toBe("`limit` must be at most 200.");
  expect(faultOf(Query, { limit: ["1", "2"] }).param).toBe("limit");
  expect(faultOf(Query, { total: "maybe" }).message).toBe("`total` must be true or false.");
  expect(faultOf(Query, { filter: "{" }).message).toContain("`filter` is refused. It is not valid JSON: line 1, column 2");
  expect(faultOf(Query, { filter: '{"a": 1, "a": 2}' }).param).toBe("filter");
});
