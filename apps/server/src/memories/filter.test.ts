import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { FILTER_FIELDS, FILTER_OPERATORS, FILTER_TESTS_MAX, FILTER_VALUES_MAX } from "@loci/engine";
import { Filter } from "./filter.ts";

function readFaults(filter: unknown): string[] {
  const parsed = Filter.safeParse(filter);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

const nest = (levels: number): unknown => (levels === 0 ? { type: "fact" } : { NOT: nest(levels - 1) });

test("a filter may use every field with every operator of its kind", () => {
  const operandOf = { text: "a", word: "user", number: 0.5, time: "2026-01-01T00:00:00Z", texts: "a" };
  for (const [name, kind] of Object.entries(FILTER_FIELDS)) {
    for (const operator of FILTER_OPERATORS[kind]) {
      const one = operator === "exists" ? true : name === "role" ? "user" : operandOf[kind];
      expect(readFaults({ [name]: { [operator]: operator === "in" || operator === "nin" ? [one] : one } })).toEqual([]);
    }
    expect(readFaults({ [name]: null })).toEqual([]);
  }
  expect(readFaults({ AND: [{ "metadata.trip.to": "lisbon" }, { OR: [{ "metadata.paid": true }, { NOT: { "metadata.sum": { lt: 5 } } }] }] })).toEqual([]);
});

test("times are rewritten to UTC, so that they compare as text", () => {
  expect(Filter.parse({ occurred_at: { gte: "2026-05-08T11:00:00+02:00", in: ["2026-05-08"] } })).toEqual({
    occurred_at: { gte: "2026-05-08T09:00:00.000Z", in: ["2026-05-08T00:00:00.000Z"] },
  });
});

test("eight levels of AND, OR and NOT are taken, and a ninth is refused where it begins", () => {
  expect(readFaults(nest(8))).toEqual([]);
  expect(readFaults(nest(9))).toEqual([`${Array.from({ length: 9 }, () => "NOT").join(".")}: lies under more than 8 levels of AND, OR and NOT: join conditions of one kind in one list.`]);
});

test("a filter that asks more than the limits is refused", () => {
  const many = (count: number) => ({ OR: Array.from({ length: count }, () => ({ type: "a" })) });
  expect(readFaults(many(FILTER_TESTS_MAX))).toEqual([]);
  expect(readFaults(many(FILTER_TESTS_MAX + 1))).toHaveLength(1);
  const values = (count: number) => ({ type: { in: Array.from({ length: count }, (_, n) => `t${n}`) } });
  expect(readFaults(values(FILTER_VALUES_MAX))).toEqual([]);
  expect(readFaults({ AND: [values(FILTER_VALUES_MAX), { NOT: values(1) }] })).toEqual([`AND.1.NOT.type.in: lists too many values: a filter holds ${FILTER_VALUES_MAX} in all its lists. Split the request.`]);
});

test.each([
  [{ importnce: 1 }, 'importnce: is not a field to filter by. Did you mean "importance"?'],
  [{ and: [] }, "and: is not a field to filter by: write AND in capitals."],
  [{ $or: [] }, "$or: is not a field to filter by: operators have no $"],
  [{ __proto__x: 1 }, "__proto__x: is not a field to filter by. Use one of"],
  [{ constructor: 1 }, "constructor: is not a field to filter by."],
  [{ metadata: { a: 1 } }, "metadata: is not a path into the metadata"],
  [{ "metadata.": 1 }, "metadata.: is not a path into the metadata"],
  [{ importance: { greater: 1 } }, "importance.greater: is not a test of importance. It takes eq, ne"],
  [{ importance: { $gte: 1 } }, 'importance.$gte: is not a test of importance. Did you mean "gte"?'],
  [{ importance: "high" }, "importance: must be a number."],
  [{ importance: { gte: null } }, "importance.gte: must be a number."],
  [{ tags: { gt: "a" } }, "tags.gt: is not a test of tags."],
  [{ created_at: { gt: "last week" } }, "created_at.gt: must be a time in RFC 3339"],
  [{ trust: "usr" }, 'trust: must be one of web, connector, agent, user. Did you mean "user"?'],
  [{ type: 7 }, "type: must be a text of at most 10000 characters."],
  [{ type: {} }, "type: must say how to test the field"],
  [{ type: { exists: "yes" } }, "type.exists: must be true or false."],
  [{ type: { in: [] } }, "type.in: must be a list of at least one value."],
  [{ type: { in: ["a", 7] } }, "type.in.1: must be a text"],
  [{ "metadata.a": { gt: true } }, "metadata.a.gt: must be a text or a number."],
  [{ "metadata.a": { in: [{}] } }, "metadata.a.in.0: must be a text, a number, true or false."],
  [{ content: { contains: "" } }, "content.contains: must be a text of 1 to 10000 characters."],
  [{ title: "half \ud800" }, "title: must be a text"],
  [{ AND: {} }, "AND: must be a list of at least one filter."],
  [{ OR: [{}] }, "OR.0: says nothing"],
  [{ NOT: [] }, "NOT: must be an object"],
  [[], ": must be an object"],
  ["type = 'a'", ": must be an object"],
])("%j is refused: %s", (filter, message) => {
  expect(readFaults(filter)[0]).toContain(message);
});

test("no value at all makes the reading throw, and what passes is the same when it passes again", () => {
  const isStable = (value: unknown): boolean => {
    const { success, data } = Filter.safeParse(value);
    return !success || isDeepStrictEqual(Filter.parse(data), data);
  };
  const { counterexample } = fc.check(fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), isStable), { numRuns: 500 });
  expect(counterexample).toBeNull();
});
