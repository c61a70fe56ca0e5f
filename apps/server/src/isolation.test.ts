import { expect, test } from "vitest";
import { newConnection } from "./testing/connections.ts";
import { shareTestApp, type Answer, type TestWorkspace } from "./testing/harness.ts";
import { insertMember, insertPerson } from "./testing/signed-in.ts";

const app = shareTestApp({ now: () => new Date("2026-11-21T07:00:00.000Z") });

const SECRET = "The vault opens with heron";
const toMissing = (id: string): string => `${id.slice(0, 4)}${"0".repeat(32)}`;

type Caller = Pick<TestWorkspace, "call">;

interface Filled {
  workspace: TestWorkspace;
  memories: [string, string];
  relationship: string;
}

async function fill(workspace: TestWorkspace): Promise<Filled> {
  const ids = [];
  for (const n of [1, 2]) ids.push((await workspace.call("POST", "/v1/store", { content: `${SECRET} ${n}.`, group: "vault", session: "s" })).body.memory.id as string);
  const memories = ids as [string, string];
  const made = await workspace.call("POST", "/v1/relationships", { from: memories[0], to: memories[1], type: "CAUSES" });
  await workspace.call("PATCH", `/v1/memories/${memories[0]}`, { importance: 1 });
  return { workspace, memories, relationship: made.body.relationship.id as string };
}

const withoutRequestId = ({ status, body }: Answer) => ({ status, body: JSON.stringify(body).replaceAll(/req_[0-9a-f]{32}/g, "req") });

/** Every call that takes an id, as it stands for the id `mem` or `rel`. */
const BY_ID: [method: string, url: (mem: string, rel: string) => string, body?: (mem: string) => unknown][] = [
  ["GET", (mem) => `/v1/memories/${mem}`],
  ["PATCH", (mem) => `/v1/memories/${mem}`, () => ({ importance: 0 })],
  ["DELETE", (mem) => `/v1/memories/${mem}`],
  ["DELETE", (mem) => `/v1/memories/${mem}?dry_run=true`],
  ["DELETE", (mem) => `/v1/memories/${mem}?permanent=true`],
  ["GET", (mem) => `/v1/memories/${mem}/history`],
  ["POST", (mem) => `/v1/memories/${mem}/restore`, () => ({})],
  ["POST", (mem) => `/v1/memories/${mem}/restore`, () => ({ version: 1 })],
  ["GET", (mem) => `/v1/memories/${mem}/related?depth=5`],
  ["POST", () => "/v1/store", (mem) => ({ content: "x", group: "vault", supersedes: mem })],
  ["POST", () => "/v1/forget", (mem) => ({ id: mem })],
  ["POST", () => "/v1/forget", (mem) => ({ ids: [mem], dry_run: true })],
  ["POST", () => "/v1/forget", (mem) => ({ filter: { id: mem }, dry_run: true })],
  ["GET", (mem) => `/v1/relationships?memory=${mem}`],
  ["GET", (_, rel) => `/v1/relationships/${rel}`],
  ["DELETE", (_, rel) => `/v1/relationships/${rel}`],
  ["GET", (mem) => `/v1/graph?memory=${mem}`],
  ["POST", () => "/v1/batch", (mem) => ({ operations: [{ op: "update", id: mem, importance: 0 }, { op: "forget", id: mem }] })],
  ["GET", (mem) => `/v1/memories?filter=${encodeURIComponent(JSON.stringify({ id: mem }))}`],
];

/** Every call that looks for things, and must find nothing. */
async function look(stranger: Caller): Promise<Answer[]> {
  const answers = [];
  for (const url of ["/v1/memories?total=true", "/v1/memories?group=vault", "/v1/memories?forgotten=true", "/v1/memories?contains=heron", "/v1/groups", "/v1/groups?prefix=v", "/v1/relationships", "/v1/graph", "/v1/graph?group=vault"]) {
    answers.push(await stranger.call("GET", url));
  }
  for (const body of [{ query: SECRET }, { query: SECRET, group: "vault", depth: 3, include_superseded: true, include_expired: true }, { query: SECRET, channels: "vector" }]) {
    answers.push(await stranger.call("POST", "/v1/recall", body));
  }
  answers.push(await stranger.call("POST", "/v1/batch", { operations: [{ op: "recall", query: SECRET }] }));
  answers.push(await stranger.call("POST", "/v1/export", {}), await stranger.call("POST", "/v1/export", { group: "vault" }));
  return answers;
}

async function expectUntouched({ workspace, memories, relationship }: Filled): Promise<void> {
  for (const id of memories) expect(await workspace.call("GET", `/v1/memories/${id}`)).toMatchObject({ status: 200, body: { content: expect.stringContaining(SECRET) } });
  expect((await workspace.call("GET", `/v1/memories/${memories[0]}`)).body).toMatchObject({ importance: 1, version: 2 });
  expect((await workspace.call("GET", `/v1/relationships/${relationship}`)).status).toBe(200);
}


test("another workspace's ids cannot be told from ids that do not exist, in any call, and nothing happens to them", async () => {
  const filled = await fill(await app().newWorkspace());
  const stranger = await app().newWorkspace();
  await stranger.call("POST", "/v1/store", { content: "My own.", group: "vault" });
  const { memories: [mem], relationship: rel } = filled;

  for (const [method, url, body] of BY_ID) {
    const foreign = withoutRequestId(await stranger.call(method, url(mem, rel), body?.(mem)));
    const missing = withoutRequestId(await stranger.call(method, url(toMissing(mem), toMissing(rel)), body?.(toMissing(mem))));
    expect(foreign, `${method} ${url("mem", "rel")}`).toEqual(missing);
    expect(foreign.body).not.toContain("heron");
  }
  const ends = async (from: string, to: string) => withoutRequestId(await stranger.call("POST", "/v1/relationships", { from, to, type: "CAUSES" }));
  const own = (await stranger.call("GET", "/v1/memories")).body.items[0].id as string;
  expect(await ends(own, mem)).toEqual(await ends(own, toMissing(mem)));
  expect(await ends(mem, own)).toEqual(await ends(toMissing(mem), own));
  await expectUntouched(filled);
});

test("another workspace's key finds nothing of ours by any call that looks", async () => {
  const filled = await fill(await app().newWorkspace());
  const stranger = await app().newWorkspace();
  for (const answer of await look(stranger)) {
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer.body)).not.toMatch(/heron|mem_|rel_|"total":[1-9]|"name":"vault"/);
  }
  expect((await stranger.call("GET", "/v1/usage")).body.meters.memories).toEqual({ month: 0, today: 0, total: 0 });
  expect((await stranger.call("GET", "/v1/groups/vault")).status).toBe(404);
  expect((await stranger.call("DELETE", "/v1/groups/vault")).status).toBe(404);
  expect((await stranger.call("POST", "/v1/forget", { group: "vault" })).body.forgotten.memories).toBe(0);
  expect((await stranger.call("POST", "/v1/forget", { filter: { content: { contains: "heron" } } })).body.forgotten.memories).toBe(0);
  await expectUntouched(filled);
});

test("keys for testing, keys and apps of another group, and apps of others see as little as strangers do", async () => {
  const filled = await fill(await app().newWorkspace());
  const workspace = filled.workspace.id;
  const [member, other] = [await insertPerson(app()), await insertPerson(app())];
  const elsewhere = await app().newWorkspace();
  await insertMember(app(), workspace, member, "owner");
  await insertMember(app(), elsewhere.id, other, "owner");
  const strangers: Caller[] = [
    await app().newWorkspace(undefined, { workspace, mode: "test" }), await app().newWorkspace(undefined, { workspace, group: "lobby" }),
    await newConnection(app(), member, { workspace, group: "lobby" }), await newConnection(app(), other, { workspace: elsewhere.id }),
  ];
  for (const stranger of strangers) {
    const answers = await look(stranger);
    for (const answer of answers) expect(JSON.stringify(answer.body)).not.toMatch(/heron|mem_|rel_|"total":[1-9]|"name":"vault"/);
    expect(answers.filter(({ status, body }) => status === 200 || body.error.details?.reason === "other_group").length).toBeGreaterThan(10);
    const { memories: [mem], relationship: rel } = filled;
    for (const [method, url, body] of BY_ID.filter(([, , body]) => body === undefined || !JSON.stringify(body("x")).includes("supersedes"))) {
      const foreign = withoutRequestId(await stranger.call(method, url(mem, rel), body?.(mem)));
      const missing = withoutRequestId(await stranger.call(method, url(toMissing(mem), toMissing(rel)), body?.(toMissing(mem))));
      expect(foreign, `${method} ${url("mem", "rel")}`).toEqual(missing);
    }
  }
  await expectUntouched(filled);
});

test("one Idempotency-Key used by two workspaces, and by two groups, is two keys", async () => {
  const ours = await app().newWorkspace();
  const callers = [ours, await app().newWorkspace(), await app().newWorkspace(undefined, { workspace: ours.id, group: "a" }), await app().newWorkspace(undefined, { workspace: ours.id, group: "b" })];
  for (const [index, caller] of callers.entries()) {
    const answer = await caller.call("POST", "/v1/store", { content: `Caller ${index}.` }, { "idempotency-key": "same" });
    expect(answer).toMatchObject({ status: 200, body: { status: "created", memory: { content: `Caller ${index}.` } } });
  }
});

test("a key that names a workspace names its own: another is not found, whether it exists or not", async () => {
  const [own, foreign] = [await app().newWorkspace(), await app().newWorkspace()];
  const { slug } = await app().server.control.reads.selectFrom("workspaces").select("slug").where("id", "=", own.id).executeTakeFirstOrThrow();
  const named = (workspace: string) => own.call("POST", "/v1/store", { content: "Ada prefers tea." }, { "x-workspace": workspace });
  for (const workspace of [own.id, slug, ""]) expect((await named(workspace)).status, workspace).toBe(200);
  const [other, missing] = [await named(foreign.id), await named(toMissing(foreign.id))].map(withoutRequestId);
  expect(other).toMatchObject({ status: 404, body: expect.stringContaining("no such workspace") });
  expect(other).toEqual(missing);
});
