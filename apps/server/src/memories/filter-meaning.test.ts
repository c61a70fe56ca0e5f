import * as fc from "fast-check";
import { expect, test } from "vitest";
import { shareTestApp } from "../testing/harness.ts";

const app = shareTestApp();

type Json = Record<string, unknown>;

const MEMORIES: Json[] = [
  { content: "Red train", type: "fact", tags: ["a", "b"], importance: 0.9, group: "ana", session: "s1", metadata: { n: 1, s: "abc", b: true, deep: { x: "y" } } },
  { content: "Blue bus", type: "task", tags: ["A"], importance: 0.1, group: "bob", title: "Bus", metadata: { n: 5, s: "1", b: false }, occurred_at: "2026-01-01T00:00:00Z" },
  { content: "Green tram", type: "fact", tags: [], importance: 0.5, group: "ana", speaker: "Ana", role: "user", metadata: { n: "5", b: 1 }, occurred_at: "2026-06-01T00:00:00Z" },
  { content: "50% off_trains", type: "note", importance: 0.5, group: "ana", trust: "web", metadata: {} },
];

const VALUES: Record<string, unknown[]> = {
  type: ["fact", "task", "zzz"], group: ["ana", "bob"], title: ["Bus", "bus"], content: ["Red train", "train", "_", "%"], session: ["s1"], speaker: ["Ana"], role: ["user", "assistant"], trust: ["web", "user"],
  tags: ["a", "A", "b", "c"], importance: [0.1, 0.5, 0.9, 0], version: [1, 2], occurred_at: ["2026-01-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z"],
  "metadata.n": [1, 5, "5", "abc"], "metadata.s": ["abc", "1", 1], "metadata.b": [true, false, 1], "metadata.deep.x": ["y", "z"],
};
const ORDERED = ["importance", "version", "occurred_at", "metadata.n", "metadata.s", "content"];
const TEXTS = ["content", "title", "session", "speaker", "tags", "metadata.s", "metadata.n"];

const fieldTests = fc.constantFrom(...Object.keys(VALUES)).chain((name) => {
  const value = fc.constantFrom(...(VALUES[name] ?? []));
  const values = fc.array(value, { minLength: 1, maxLength: 3 });
  const text = fc.constantFrom("a", "TRAIN", "us", "_", "%", "5");
  const tests = [
    value, fc.constant(null), fc.record({ eq: value }), fc.record({ ne: fc.oneof(value, fc.constant(null)) }), fc.record({ in: values }), fc.record({ nin: values }), fc.record({ exists: fc.boolean() }),
    ...(ORDERED.includes(name) ? ["gt", "gte", "lt", "lte"].map((operator) => value.filter((one) => typeof one !== "boolean").map((one) => ({ [operator]: one }))) : []),
    ...(TEXTS.includes(name) ? [fc.record({ contains: text })] : []),
  ];
  return fc.oneof(...tests).map((condition) => ({ [name]: condition }));
});
const { filter: filters } = fc.letrec<{ filter: Json }>((tie) => ({
  filter: fc.oneof({ maxDepth: 4 }, fieldTests, fc.record({ NOT: tie("filter") }), fc.record({ AND: fc.array(tie("filter"), { minLength: 1, maxLength: 3 }) }), fc.record({ OR: fc.array(tie("filter"), { minLength: 1, maxLength: 3 }) })),
}));

/** What a filter means, in plain words of JavaScript. */
function meets(memory: Json, filter: Json): boolean {
  return Object.entries(filter).every(([name, condition]) => {
    if (name === "AND") return (condition as Json[]).every((inner) => meets(memory, inner));
    if (name === "OR") return (condition as Json[]).some((inner) => meets(memory, inner));
    if (name === "NOT") return !meets(memory, condition as Json);
    const tests = typeof condition === "object" && condition !== null ? (condition as Json) : { eq: condition };
    const held = readField(memory, name);
    return Object.entries(tests).every(([operator, operand]) => passes(held, operator, operand));
  });
}

/** The values that a field holds: none where it is not set, several for tags. */
function readField(memory: Json, name: string): unknown[] {
  const value = name.split(".").reduce<unknown>((inner, step) => (inner as Json | undefined)?.[step], memory);
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

const lower = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

function passes(held: unknown[], operator: string, operand: unknown): boolean {
  const is = (wanted: unknown) => (wanted === null ? held.length === 0 : held.includes(wanted));
  const orders = (compare: (a: number | string, b: number | string) => boolean) => held.some((one) => typeof one === typeof operand && compare(one as number, operand as number));
  switch (operator) {
    case "eq": return is(operand);
    case "ne": return !is(operand);
    case "in": return (operand as unknown[]).some(is);
    case "nin": return !(operand as unknown[]).some(is);
    case "gt": return orders((a, b) => a > b);
    case "gte": return orders((a, b) => a >= b);
    case "lt": return orders((a, b) => a < b);
    case "lte": return orders((a, b) => a <= b);
    case "exists": return held.length > 0 === operand;
    case "contains": return held.some((one) => typeof one === "string" && lower(one).includes(lower(operand as string)));
    default: throw new Error(operator);
  }
}

test("a filter finds in list and in recall what a plain reading of it finds, whatever its shape", async () => {
  const ours = await app().newWorkspace();
  const kept: Json[] = [];
  for (const memory of MEMORIES) kept.push((await ours.call("POST", "/v1/store", memory)).body.memory as Json);
  const ids = (memories: Json[]) => memories.map(({ id }) => id).sort();

  await fc.assert(fc.asyncProperty(filters, async (filter) => {
    const wanted = ids(kept.filter((memory) => meets(memory, filter)));
    const listed = await ours.call("GET", `/v1/memories?filter=${encodeURIComponent(JSON.stringify(filter))}`);
    expect(ids(listed.body.items as Json[])).toEqual(wanted);
    const recalled = await ours.call("POST", "/v1/recall", { query: "red blue green trains", filter, limit: 100 });
    expect(wanted).toEqual(expect.arrayContaining(ids(recalled.body.memories as Json[])));
  }), { numRuns: 400, seed: 20_261_121, endOnFailure: true });
});
