import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toCursor } from "@loci/kit/page";
import { FILTER_FIELDS, FILTER_OPERATORS, METADATA_PREFIX } from "@loci/engine";
import { STATUS_OF } from "./http/errors.ts";
import type { Route } from "./http/route.ts";
import { shareTestApp, type Answer, type TestWorkspace } from "./testing/harness.ts";

const app = shareTestApp();

interface Sent {
  route: string;
  /** Whether it refuses in the words of another protocol. */
  foreign: boolean;
  method: string;
  url: string;
  body: string | undefined;
  type: string;
}

type Values = fc.Arbitrary<unknown>;

const oddText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom("", " ", "\0", "a\0b", "\ud800", "\udfff tail", "\u202e\u2066rtl", "\ufeff", "e\u0301".repeat(40), "👩‍👩‍👧‍👦", "%00", "../../etc", "' OR 1=1 --", '"*" NEAR(a b)', "a AND (b OR", "NULL", "__proto__", "x".repeat(20_000)),
);
const oddNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, 1e308, -1e308, 5e-324, 2 ** 53 + 2, 2 ** 63, -1, 0, 0.5, 101, 1_000_001));
const oddTime = fc.constantFrom("2026-05-08T09:00:00Z", "2026-05-08", "2026-02-30", "9999-12-31T23:59:59-14:00", "0000-01-01T00:00:00Z", "-000001-01-01T00:00:00Z", "2026-05-08T24:00:00Z", "now", "1751364000");
const odd: Values = fc.oneof(oddText, oddNumber, oddTime, fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(null, true, [], {}, [[]], [null], { a: { b: { c: [] } } }));

const goodText = fc.oneof({ weight: 4, arbitrary: fc.constantFrom("The pump leaks", "Ana likes tea", "valve", "42", "naïve café 東京") }, { weight: 1, arbitrary: oddText });
const idOf = (kind: "mem" | "rel", known: string[]): fc.Arbitrary<string> =>
  fc.oneof(fc.constantFrom(...known), fc.constantFrom(`${kind}_${"0".repeat(32)}`, `${kind}_${"f".repeat(32)}`, `${kind}_`, "x"));

/** Values of the right kind more often than not; every field of every body and query is in here. */
function toValues(memories: string[]): Record<string, Values> {
  const memory = idOf("mem", memories);
  const types = fc.array(fc.constantFrom("fact", "task", "general"), { maxLength: 3 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const whole = fc.integer({ min: 0, max: 120 });
  return {
    content: goodText, query: goodText, group: fc.constantFrom("ana", "plant", "default", "a/b"), type: fc.constantFrom("fact", "task", "CAUSES", "SOLVES"), title: goodText, tags: fc.array(fc.constantFrom("a", "b", "a,b")), types,
    metadata: fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }), importance: share, strength: share, recency: share, min_score: share,
    trust: fc.constantFrom("web", "agent", "user"), min_trust: fc.constantFrom("web", "agent", "user"), session: goodText, speaker: goodText, role: fc.constantFrom("user", "assistant", "tool"), context: goodText,
    source: fc.record({ kind: fc.constantFrom("api", "mcp"), ref: goodText }, { requiredKeys: [] }), occurred_at: oddTime, valid_from: oddTime, valid_to: oddTime, expires_at: oddTime, since: oddTime, until: oddTime, asked_at: oddTime,
    supersedes: memory, from: memory, to: memory, id: memory, memory, ids: fc.array(memory, { maxLength: 4 }), limit: whole, depth: fc.integer({ min: 0, max: 5 }), version: fc.integer({ min: 0, max: 4 }), max: whole,
    explain: fc.boolean(), dry_run: fc.boolean(), permanent: fc.boolean(), include_superseded: fc.boolean(), include_expired: fc.boolean(), forgotten: fc.boolean(), total: fc.boolean(),
    channels: fc.constantFrom("both", "text", "vector"), direction: fc.constantFrom("in", "out", "both"), order: fc.constantFrom("newest", "oldest"), format: fc.constantFrom("auto", "loci", "mcp", "mem0"),
    messages: fc.array(fc.record({ role: fc.constantFrom("user", "assistant", "robot"), content: goodText }), { maxLength: 4 }), filter: filterOf(memory),
    matching: fc.record({ query: goodText, min_score: share, max: whole, group: fc.constant("ana") }, { requiredKeys: ["query"] }), cursor: cursors, prefix: goodText, contains: goodText,
  };
}

const cursors = fc.oneof(
  fc.array(fc.oneof(fc.string(), fc.integer(), fc.double(), fc.constantFrom(Number.NaN, 1e308)), { maxLength: 3 }).map((key) => toCursor(...key)),
  fc.constantFrom("null", "e30", "W10", "WzFd", "WyJhIl0", "!!!", "////", "WzFlOTk5XQ"),
  oddText,
);

function filterOf(memory: Values): Values {
  const names = fc.oneof(fc.constantFrom(...Object.keys(FILTER_FIELDS)), fc.constantFrom("metadata.a", 'metadata.a"b', "metadata.a'.b[0]", "metadata.$", "metadata.", `${METADATA_PREFIX}${"x".repeat(101)}`, "nope", "constructor"));
  const operators = fc.constantFrom(...new Set(Object.values(FILTER_OPERATORS).flat()), "like");
  const operands = fc.oneof(odd, goodText, memory, fc.array(fc.oneof(goodText, oddNumber), { maxLength: 3 }));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 10, depthSize: "large" }, tie("leaf"), fc.record({ AND: fc.array(tie("tree"), { maxLength: 3 }) }), fc.record({ OR: fc.array(tie("tree"), { maxLength: 3 }) }), fc.record({ NOT: tie("tree") })),
    leaf: fc.dictionary(names, fc.oneof(operands, fc.dictionary(operators, operands, { maxKeys: 3 })), { minKeys: 1, maxKeys: 3 }),
  }));
  return fc.oneof({ weight: 5, arbitrary: tree }, { weight: 1, arbitrary: odd });
}

/** An object of the given fields: some left out, some odd, now and then one that is none of them. */
function objectOf(names: string[], values: Record<string, Values>): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.fromEntries(names.map((name) => [name, fc.oneof({ weight: 9, arbitrary: values[name] ?? odd }, { weight: 1, arbitrary: odd })]));
  const known = fc.uniqueArray(fc.constantFrom(...names), { maxLength: 5 }).chain((kept) => fc.record(Object.fromEntries(kept.map((name) => [name, fields[name] ?? odd]))));
  return fc.tuple(known, fc.oneof({ weight: 12, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.dictionary(fc.string(), odd, { maxKeys: 2 }) })).map(([own, more]) => ({ ...own, ...more }));
}

/** The fields of an object schema, also under a default. */
function fieldsOf(schema: unknown): string[] {
  const { shape, def } = (schema ?? {}) as { shape?: Record<string, unknown>; def?: { innerType?: unknown } };
  if (shape !== undefined) return Object.keys(shape);
  return def?.innerType === undefined ? [] : fieldsOf(def.innerType);
}

/** Text that is nearly JSON. */
const breakJson = (text: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(text) },
    { weight: 1, arbitrary: fc.nat(text.length).map((end) => text.slice(0, end)) },
    { weight: 1, arbitrary: fc.constantFrom(`${text}${text}`, `[${text}]`, `{"content":1,"content":${text}}`, `{"__proto__":${text}}`, `${"[".repeat(40)}${"]".repeat(40)}`, '{"content":"\\ud800"}', '{"content":1e999}', "\ufeff{}", "nul") },
  );

const BATCH_FIELDS = ["op", "content", "query", "group", "limit", "filter", "id", "ids", "importance", "from", "to", "type", "matching", "messages", "dry_run"];

function bodyOf(route: Route, values: Record<string, Values>): fc.Arbitrary<string | undefined> {
  const toText = (value: unknown) => JSON.stringify(value) ?? "null";
  if (route.id === "runBatch") {
    const operation = objectOf(BATCH_FIELDS, { ...values, op: fc.constantFrom("store", "recall", "forget", "update", "relate", "stroe") });
    return fc.oneof(fc.array(operation, { maxLength: 6 }).map((operations) => ({ operations })), objectOf(["operations"], values)).map(toText).chain(breakJson);
  }
  if (route.request?.text !== undefined) {
    const memory = objectOf(["id", "content", "group", "type", "tags", "metadata", "occurred_at", "version", "source"], values);
    const line = fc.oneof(memory.map((inner) => ({ kind: "memory", memory: inner })), memory.map((inner) => ({ ...inner, memory: "text" })), objectOf(["type", "name", "observations", "from", "to", "relationType"], { ...values, type: fc.constantFrom("entity", "relation"), name: goodText, observations: fc.array(goodText), relationType: goodText }), odd);
    return fc.array(line.map(toText).chain(breakJson), { maxLength: 6 }).map((lines) => lines.join("\n"));
  }
  if (route.request?.body === undefined) return fc.constant(undefined);
  const names = fieldsOf(route.request.body);
  return fc.oneof({ weight: 9, arbitrary: names.length === 0 ? odd : objectOf(names, values) }, { weight: 1, arbitrary: odd }).map(toText).chain(breakJson);
}

function urlOf(route: Route, values: Record<string, Values>): fc.Arbitrary<string> {
  const place = fc.oneof({ weight: 5, arbitrary: route.path.includes("relationships") ? fc.constant(`rel_${"0".repeat(32)}`) : (values.id ?? odd) }, { weight: 1, arbitrary: oddText }).map((text) => encodeOdd(String(text)));
  const names = fieldsOf(route.request?.query);
  const pairs = names.length === 0
    ? fc.oneof({ weight: 9, arbitrary: fc.constant("") }, { weight: 1, arbitrary: fc.constantFrom("?a=1", "?%", "?=", "?%ff=%ff", "?a=%E0%A4") })
    : objectOf(names, values).map((query) => `?${Object.entries(query).map(([name, value]) => `${encodeOdd(name)}=${encodeOdd(typeof value === "string" ? value : (JSON.stringify(value) ?? ""))}`).join("&")}`);
  return fc.tuple(place, pairs).map(([text, query]) => route.path.replace(/\{\w+\}/, text === "" ? "%20" : text).slice(0, 1_000) + query.slice(0, 6_000));
}

const encodeOdd = (text: string): string => encodeURIComponent(text.toWellFormed()).replaceAll("..", "%2E%2E");

async function seed(workspace: TestWorkspace): Promise<string[]> {
  const ids = [];
  for (const content of ["The pump leaks", "Ana likes tea", "Tighten the valve"]) ids.push((await workspace.call("POST", "/v1/store", { content, group: "ana", metadata: { a: 1, 'a"b': "x" } })).body.memory.id as string);
  await workspace.call("POST", "/v1/relationships", { from: ids[0], to: ids[1], type: "CAUSES" });
  return ids;
}

function expectSound(sent: Sent, { status, body }: Answer, logged: Record<string, unknown>[]): void {
  const said = JSON.stringify({ sent, status, body }).slice(0, 2_000);
  expect(status, `${said} ${JSON.stringify(logged.findLast(({ level }) => level === "error"))}`).toBeLessThan(500);
  for (const result of status === 200 && sent.route === "runBatch" ? body.results : []) expect(result.status, said).toBeLessThan(500);
  if (status < 400 || sent.foreign) return;
  const { error } = body as { error: Record<string, unknown> };
  expect(Object.keys(STATUS_OF), said).toContain(error.code);
  expect(error.message, said).toMatch(/\S{2}.*[.?!)]$/s);
  expect(error.request_id, said).toMatch(/^req_/);
  expect(error.docs, said).toMatch(/\/docs\/errors#/);
  const { faults } = (error.details ?? {}) as { faults?: { param: string }[] };
  // The whole body has no name, and a refusal of another kind has no faults.
  expect(error.param ?? "", said).toBe(faults?.[0]?.param ?? error.param ?? "");
}

test("2,000 generated requests to every call meet no 5xx, and every refusal says what is wrong", async () => {
  const ours = await app().newWorkspace();
  const values = toValues(await seed(ours));
  const routes = app().server.routes.filter(({ tags }) => !tags.includes("Status"));
  const requests = fc.constantFrom(...routes).chain((route) =>
    fc.record({
      route: fc.constant(route.id),
      foreign: fc.constant(route.refusal !== undefined),
      method: fc.constant(route.method.toUpperCase()),
      url: urlOf(route, values),
      body: bodyOf(route, values),
      type: fc.oneof({ weight: 20, arbitrary: fc.constant(route.request?.text?.types[0] ?? "application/json") }, { weight: 1, arbitrary: fc.constantFrom("text/plain", "application/json; charset=utf-16", "multipart/form-data", "json") }),
    }));
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(requests, async (sent) => {
      const answer = await ours.call(sent.method, sent.url, sent.body, { "content-type": sent.type });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      expectSound(sent, answer, app().logged);
    }),
    // The same requests every time: a build that fails can be repeated.
    { numRuns: 2_000, seed: 20_261_121, endOnFailure: true },
  );
  // A fuzzer that only meets the door has tested the door.
  expect(statuses.get(200)).toBeGreaterThan(300);
  expect(statuses.get(400)).toBeGreaterThan(300);
}, 120_000);
