import { DAY_MS, MINUTE_MS } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import { newClient, newConnection } from "../testing/connections.ts";
import { shareTestApp, startTestApp, type Answer } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";
import { newPerson, newTeam } from "../testing/team.ts";

const app = shareTestApp();

const toMissing = (id: string): string => `${id.slice(0, 4)}${"0".repeat(32)}`;
const reasonOf = ({ status, body }: Answer) => ({ status, reason: body.error?.details?.reason });
const INVALID = { status: 401, reason: "invalid_token" };
const actionsIn = async (person: TestPerson, path: string, headers: Record<string, string> = {}): Promise<unknown[]> =>
  (await person.call("GET", `${path}?action=connection.*`, undefined, headers)).body.items.map(({ action, actor, target, details }: Record<string, unknown>) => ({ action, actor, target, details }));

test("a connected app works with what it was allowed, and is refused the rest with the scope that it lacks", async () => {
  const ada = await newPerson(app());
  const { call, connection_id } = await newConnection(app(), ada, { scopes: ["memory:read"] });
  expect((await call("POST", "/v1/recall", { query: "anything" })).status).toBe(200);
  const refused = await call("POST", "/v1/store", { content: "x" });
  expect(refused).toMatchObject({ status: 403, body: { error: { details: { reason: "insufficient_scope", scope: "memory:write" } } } });
  expect(app().logged.findLast((line) => line.request_id === refused.headers.get("x-request-id") && line.msg === "request")).toMatchObject({ connection_id, user_id: ada.user_id, workspace_id: ada.workspace });
});

test("a person sees the apps of all their workspaces, the newest first and by pages, and nobody else's", async () => {
  const team = await newTeam(app());
  const { owner: ada } = team;
  const heron = await newClient(app(), "Heron");
  const own = await newConnection(app(), ada, { client: heron, scopes: ["memory:read"], group: "user:ana", read_only: true });
  const shared = await newConnection(app(), ada, { client: heron, workspace: team.id, resource: "/mcp" });
  await newConnection(app(), await newPerson(app()));

  const { body } = await ada.call("GET", "/v1/connections");
  expect(body.items.map(({ id }: { id: string }) => id)).toEqual([shared.connection_id, own.connection_id]);
  expect(body.items[1]).toEqual({
    id: own.connection_id, label: "Heron", state: "active", client: { ...heron, kind: "registered" }, person: { id: ada.user_id, name: "Ada" },
    workspace: { id: ada.workspace, slug: expect.any(String), name: expect.any(String) }, resource: `${app().server.config.publicUrl}/v1`,
    scopes: ["memory:read"], group: "user:ana", read_only: true, created_at: expect.any(String), last_used_at: null, expires_at: expect.any(String), revoked_at: null,
  });
  expect((await ada.call("GET", `/v1/connections?workspace=${team.id}`)).body.items).toEqual([body.items[0]]);
  expect((await ada.call("GET", `/v1/connections?workspace=${body.items[0].workspace.slug}`)).body.items).toEqual([body.items[0]]);
  const first = (await ada.call("GET", "/v1/connections?limit=1")).body;
  expect([first.items, (await ada.call("GET", `/v1/connections?limit=1&cursor=${first.next}`)).body.items]).toEqual([[body.items[0]], [body.items[1]]]);

  await ada.call("DELETE", `/v1/connections/${own.connection_id}`);
  const idsOf = async (state: string) => (await ada.call("GET", `/v1/connections?state=${state}`)).body.items.map(({ id }: { id: string }) => id);
  expect([await idsOf("active"), await idsOf("revoked"), await idsOf("active,revoked")]).toEqual([[shared.connection_id], [own.connection_id], [shared.connection_id, own.connection_id]]);
});

test("another person's connection cannot be told from one that does not exist, by any call, and nothing happens to it", async () => {
  const [ada, mallory] = [await newPerson(app()), await newPerson(app())];
  const { connection_id: id, call } = await newConnection(app(), ada);
  for (const [method, path, body] of [["GET", "", undefined], ["GET", "/requests", undefined], ["PATCH", "", { label: "Mine" }], ["DELETE", "", undefined]] as const) {
    const [foreign, missing] = [await mallory.call(method, `/v1/connections/${id}${path}`, body), await mallory.call(method, `/v1/connections/${toMissing(id)}${path}`, body)]
      .map((answer) => ({ status: answer.status, error: { ...answer.body.error, request_id: "" } }));
    expect(foreign, `${method} ${path}`).toMatchObject({ status: 404, error: { message: "There is no such connection." } });
    expect(foreign).toEqual(missing);
  }
  expect((await call("GET", "/v1/memories")).status).toBe(200);
  expect((await ada.call("GET", `/v1/connections/${id}`)).body.label).toBe("Heron");
});

test("what a person limits holds at the app's next request, and lifting the limit too", async () => {
  const ada = await newPerson(app());
  const { call, connection_id: id } = await newConnection(app(), ada);
  const limit = async (patch: object) => expect((await ada.call("PATCH", `/v1/connections/${id}`, patch)).status).toBe(200);
  const store = async () => (await call("POST", "/v1/store", { content: `Note ${newId("req")}.` })).status;
  await call("POST", "/v1/store", { content: "Ana likes tea.", group: "user:ana" });
  await call("POST", "/v1/store", { content: "Bob likes rum.", group: "user:bob" });

  await limit({ read_only: true });
  expect([await store(), (await call("POST", "/v1/recall", { query: "likes" })).body.memories.length]).toEqual([403, 2]);
  await limit({ read_only: false, group: "user:ana" });
  expect((await call("POST", "/v1/recall", { query: "likes" })).body.memories).toMatchObject([{ content: "Ana likes tea." }]);
  expect((await call("POST", "/v1/store", { content: "Elsewhere.", group: "user:bob" })).status).toBe(403);
  await limit({ group: null });
  expect((await call("POST", "/v1/recall", { query: "likes" })).body.memories.length).toBe(2);
  await limit({ scopes: ["memory:read"], label: "Old laptop" });
  expect(await store()).toBe(403);
  const raised = await ada.call("PATCH", `/v1/connections/${id}`, { scopes: ["memory:read", "memory:write"] });
  expect(raised).toMatchObject({ status: 400, body: { error: { param: "scopes", message: expect.stringContaining("memory:write is not among what this app holds: memory:read") } } });
  expect((await ada.call("GET", `/v1/connections/${id}`)).body).toMatchObject({ label: "Old laptop", scopes: ["memory:read"], group: null, read_only: false });
  expect((await ada.call("PATCH", `/v1/connections/${id}`, {})).status).toBe(400);
});

test("an app that was cut off is refused at its next request, its refresh token is dead, and another of the same person works on", async () => {
  const ada = await newPerson(app());
  const [heron, kestrel] = [await newConnection(app(), ada), await newConnection(app(), ada)];
  const { db } = app().server.control;
  const endOf = async ({ connection_id }: { connection_id: string }) =>
    db.selectFrom("token_families").select(["ended_because"]).where("connection_id", "=", connection_id).executeTakeFirstOrThrow();
  const code = { client_id: heron.client.id, redirect_uri: "http://127.0.0.1/callback", challenge: "x", scopes: "memory:read", resource: "x", expires_at: "2099-01-01T00:00:00.000Z" };
  await db.insertInto("authorization_codes").values([{ ...code, code_hash: newId("req"), connection_id: heron.connection_id, spent_at: null }, { ...code, code_hash: newId("req"), connection_id: kestrel.connection_id, spent_at: null }]).execute();
  for (let turn = 0; turn < 2; turn++) expect((await ada.call("DELETE", `/v1/connections/${heron.connection_id}`)).status).toBe(204);
  expect([reasonOf(await heron.call("GET", "/v1/memories")), (await kestrel.call("GET", "/v1/memories")).status]).toEqual([INVALID, 200]);
  expect([await endOf(heron), await endOf(kestrel)]).toEqual([{ ended_because: "person" }, { ended_because: null }]);
  expect(await db.selectFrom("authorization_codes").select("connection_id").where("connection_id", "in", [heron.connection_id, kestrel.connection_id]).execute()).toEqual([{ connection_id: kestrel.connection_id }]);
  expect(reasonOf(await ada.call("PATCH", `/v1/connections/${heron.connection_id}`, { label: "Back" }))).toEqual({ status: 409, reason: "connection_revoked" });
});

test("one person, client, workspace and address is one connection: a new consent changes its terms, keeps its label, and after its end makes another", async () => {
  const ada = await newPerson(app());
  const first = await newConnection(app(), ada, { scopes: ["memory:read"] });
  await ada.call("PATCH", `/v1/connections/${first.connection_id}`, { label: "Old laptop" });
  const again = await newConnection(app(), ada, { client: first.client, group: "user:ana", read_only: true });
  const elsewhere = await newConnection(app(), ada, { client: first.client, resource: "/mcp" });
  expect([again.connection_id === first.connection_id, elsewhere.connection_id === first.connection_id]).toEqual([true, false]);
  expect((await ada.call("GET", `/v1/connections/${first.connection_id}`)).body).toMatchObject({ label: "Old laptop", scopes: ["memory:read", "memory:write", "memory:delete"], group: "user:ana", read_only: true });
  await ada.call("DELETE", `/v1/connections/${first.connection_id}`);
  expect((await newConnection(app(), ada, { client: first.client })).connection_id).not.toBe(first.connection_id);
});

test("a connection is called what the personal URL calls the program, else what the client calls itself", async () => {
  const ada = await newPerson(app());
  const labelOf = async (resource: string) => (await ada.call("GET", `/v1/connections/${(await newConnection(app(), ada, { resource })).connection_id}`)).body.label;
  const labels = [];
  for (const resource of ["/mcp", "/v1", "/mcp/other/x", "/mcp/claude-code/x", "/mcp/my-bot/x"]) labels.push(await labelOf(resource));
  expect(labels).toEqual(["Heron", "Heron", "Heron", "Claude Code (Heron)", "my-bot (Heron)"]);
});

test("admins see and cut off every member's apps, others do not, and what an app read and wrote stays between it and its person", async () => {
  const team = await newTeam(app());
  const [admin, dev] = [await team.join("admin"), await team.join("developer")];
  const { connection_id: id, call } = await newConnection(app(), dev, { workspace: team.id });
  await newConnection(app(), dev);
  const { body } = await admin.call("GET", `${team.url}/connections`);
  expect(body.items).toMatchObject([{ id, person: { id: dev.user_id }, workspace: { id: team.id } }]);
  expect([(await dev.call("GET", `${team.url}/connections`)).status, (await dev.call("DELETE", `${team.url}/connections/${id}`)).status]).toEqual([403, 403]);
  for (const path of ["", "/requests"]) expect((await admin.call("GET", `/v1/connections/${id}${path}`)).status).toBe(404);
  const other = await newTeam(app());
  expect((await other.owner.call("DELETE", `${other.url}/connections/${id}`)).status).toBe(404);
  expect((await call("GET", "/v1/memories")).status).toBe(200);
  for (let turn = 0; turn < 2; turn++) expect((await admin.call("DELETE", `${team.url}/connections/${id}`)).status).toBe(204);
  expect(reasonOf(await call("GET", "/v1/memories"))).toEqual(INVALID);

  const events = await actionsIn(dev, "/v1/account/audit");
  expect(events[0]).toMatchObject({ action: "connection.revoked", actor: admin.user_id, target: id, details: { because: "admin", workspace_id: team.id } });
  expect((await dev.call("GET", "/v1/account/audit?action=connection.revoked")).body.items[0]).toMatchObject({ ip: null, user_agent: null });
});

test("a role that may less takes hold of the person's apps at once, and who goes takes them along for good", async () => {
  const team = await newTeam(app());
  for (const way of ["removed", "left"] as const) {
    const dev = await team.join("developer");
    const { call, connection_id: id } = await newConnection(app(), dev, { workspace: team.id });
    expect((await call("POST", "/v1/store", { content: `Before ${way}.` })).status).toBe(200);
    await team.owner.call("PATCH", `${team.url}/members/${dev.user_id}`, { role: "viewer" });
    expect([(await call("POST", "/v1/store", { content: "After." })).status, (await call("GET", "/v1/memories")).status]).toEqual([403, 200]);
    const gone = way === "removed" ? await team.owner.call("DELETE", `${team.url}/members/${dev.user_id}`) : await dev.call("POST", `${team.url}/leave`);
    expect(gone.status).toBe(204);
    expect(reasonOf(await call("GET", "/v1/memories"))).toEqual(INVALID);
    await app().server.control.db.insertInto("members").values({ workspace_id: team.id, user_id: dev.user_id, role: "developer", created_at: new Date().toISOString() }).execute();
    expect(reasonOf(await call("GET", "/v1/memories"))).toEqual(INVALID);
    expect((await dev.call("GET", `/v1/connections/${id}`)).body).toMatchObject({ state: "revoked" });
    const [event] = await actionsIn(team.owner, "/v1/audit", { "x-workspace": team.id });
    expect(event).toMatchObject({ action: "connection.revoked", target: id, details: { because: `member_${way}` } });
  }
});

test("a shut account's apps stop, and once it is opened they must be let in anew", async () => {
  const [operator, ada] = [await app().newPerson({ operator: true, password: null }), await newPerson(app())];
  const { call, connection_id: id } = await newConnection(app(), ada);
  const shut = (disabled: boolean) => operator.call("PATCH", `/v1/admin/accounts/${ada.user_id}`, { disabled });
  expect((await shut(true)).status).toBe(200);
  expect(reasonOf(await call("GET", "/v1/memories"))).toEqual(INVALID);
  expect((await shut(false)).status).toBe(200);
  expect(reasonOf(await call("GET", "/v1/memories"))).toEqual(INVALID);
  const back = app().newBrowser();
  await back.call("POST", "/v1/auth/code", { email: ada.email });
  await back.call("POST", "/v1/auth/code/verify", { code: await app().codeTo(ada.email) });
  expect((await back.call("GET", `/v1/connections/${id}`)).body).toMatchObject({ state: "active", expires_at: null });
});

test("an app of who is about to leave can do nothing, and its person can still cut it off", async () => {
  const ada = await newPerson(app());
  const { call, connection_id: id } = await newConnection(app(), ada);
  const team = await newTeam(app());
  const shared = await newConnection(app(), team.owner, { workspace: team.id });
  await ada.call("DELETE", "/v1/account");
  await team.owner.call("DELETE", team.url);
  for (const app of [call, shared.call]) expect(reasonOf(await app("GET", "/v1/memories"))).toEqual({ status: 403, reason: "workspace_leaving" });
  expect((await ada.call("PATCH", `/v1/connections/${id}`, { label: "x" })).status).toBe(403);
  expect((await ada.call("DELETE", `/v1/connections/${id}`)).status).toBe(204);
});

test("a person sees what each app read and wrote, by ids and numbers, the newest first, and once they are gone nothing", async () => {
  const team = await newTeam(app());
  const dev = await team.join("developer");
  const [heron, kestrel] = [await newConnection(app(), dev, { workspace: team.id }), await newConnection(app(), dev, { workspace: team.id })];
  const log = async ({ connection_id }: { connection_id: string }, query = "") => dev.call("GET", `/v1/connections/${connection_id}/requests${query}`);
  expect((await log(heron)).body).toEqual({ items: [], next: null, has_more: false });
  const { memory } = (await heron.call("POST", "/v1/store", { content: "The harbour opens at six." })).body;
  expect((await kestrel.call("POST", "/v1/recall", { query: "harbour" })).body.memories).toMatchObject([{ id: memory.id, source: { client: "Heron", connection_id: heron.connection_id } }]);
  await heron.call("GET", `/v1/memories/${memory.id}`);

  const { items } = (await log(heron)).body;
  expect(items).toEqual([
    { at: expect.any(String), action: "getMemory", effect: "read", memories: [memory.id], memory_count: 1, operation_id: expect.stringMatching(/^op_/) },
    { at: expect.any(String), action: "storeMemory", effect: "write", memories: [memory.id], memory_count: 1, operation_id: expect.stringMatching(/^op_/) },
  ]);
  expect((await log(kestrel)).body.items).toMatchObject([{ action: "recallMemories", effect: "read", memories: [memory.id] }]);
  const first = (await log(heron, "?limit=1")).body;
  expect([first.items, (await log(heron, `?limit=1&cursor=${first.next}`)).body.items]).toEqual([[items[0]], [items[1]]]);
  await team.owner.call("DELETE", `${team.url}/members/${dev.user_id}`);
  expect((await log(heron)).status).toBe(404);
});

test("what happens to a connection stands in the log of the workspace and in that of its person, without what they call things", async () => {
  const ada = await newPerson(app());
  const { connection_id: id, client } = await newConnection(app(), ada, { scopes: ["memory:read"], group: "user:ana" });
  await ada.call("PATCH", `/v1/connections/${id}`, { label: "Quillon's laptop", group: null });
  await ada.call("DELETE", `/v1/connections/${id}`);
  const about = { actor: ada.user_id, target: id };
  const expected = [
    { ...about, action: "connection.revoked", details: { because: "person" } },
    { ...about, action: "connection.changed", details: { fields: ["group", "label"], scopes: ["memory:read"], bound_to_group: false, read_only: false } },
    { ...about, action: "connection.created", details: { client: client.id, resource: expect.stringContaining("/v1"), scopes: ["memory:read"], bound_to_group: true, read_only: false } },
  ];
  expect(await actionsIn(ada, "/v1/audit", { "x-workspace": ada.workspace })).toEqual(expected);
  expect(await actionsIn(ada, "/v1/account/audit")).toEqual(expected.map((event) => ({ ...event, details: { ...event.details, workspace_id: ada.workspace } })));
});

test("a key and an app both learn who they are, and a person is told that this is for programs", async () => {
  const ada = await newPerson(app());
  const made = await ada.call("POST", "/v1/api-keys", { name: "ci", scopes: ["memories:read"], group: "user:ana" }, { "x-workspace": ada.workspace });
  const workspace = { id: ada.workspace, slug: expect.any(String), name: expect.any(String) };
  expect((await app().call("GET", "/v1/whoami", undefined, { authorization: `Bearer ${made.body.secret}` })).body).toEqual({
    kind: "key", id: made.body.id, name: "ci", workspace, person: null, permissions: ["memories:read"], scopes: null, group: "user:ana", mode: "live", expires_at: made.body.expires_at,
  });
  const { call, connection_id: id } = await newConnection(app(), ada, { scopes: ["memory:read", "memory:delete"], read_only: true });
  const { body } = await call("GET", "/v1/whoami");
  expect(body).toEqual({
    kind: "connection", id, name: "Heron", workspace, person: { id: ada.user_id, name: "Ada" }, permissions: ["memories:read", "relationships:read", "groups:read", "usage:read"],
    scopes: ["memory:read", "memory:delete"], group: null, mode: "live", expires_at: expect.any(String),
  });
  expect((await ada.call("GET", "/v1/whoami", undefined, { "x-workspace": ada.workspace })).status).toBe(401);
});

test("no text that is one character off an access token lets anybody in, nor does a refresh token", async () => {
  const ada = await newPerson(app());
  const { token, refresh } = await newConnection(app(), ada);
  const near = Array.from(token, (character, at) => `${token.slice(0, at)}${character === "x" ? "y" : "x"}${token.slice(at + 1)}`);
  for (const text of [...near, `${token}x`, token.slice(1), token.toUpperCase(), refresh]) {
    expect((await app().call("GET", "/v1/memories", undefined, { authorization: `Bearer ${text}` })).status, text).toBe(401);
  }
  expect((await app().call("GET", "/v1/memories", undefined, { authorization: `Bearer ${token}` })).status).toBe(200);
});

test("an access token holds for fifteen minutes, for its own address alone, and beside no key", async () => {
  let offsetMs = 0;
  const own = await startTestApp({ now: () => new Date(Date.now() + offsetMs) });
  const ada = await newPerson(own);
  const { call, token } = await newConnection(own, ada);
  const { token: foreign } = await newConnection(own, ada, { resource: "/mcp" });
  const ask = (headers: Record<string, string>) => own.call("GET", "/v1/memories", undefined, headers);
  expect(reasonOf(await ask({ authorization: `Bearer ${foreign}` }))).toEqual(INVALID);
  expect(reasonOf(await ask({ authorization: `Bearer ${token.slice(0, -1)}` }))).toEqual(INVALID);
  expect((await ask({ authorization: `Bearer ${token}`, "x-api-key": token })).status).toBe(401);
  offsetMs = 14 * MINUTE_MS;
  expect((await call("GET", "/v1/memories")).status).toBe(200);
  offsetMs = 15 * MINUTE_MS + 1_000;
  expect(reasonOf(await call("GET", "/v1/memories"))).toEqual(INVALID);
  offsetMs = DAY_MS;
  await own.server.connections.flush();
  expect((await ada.call("GET", "/v1/connections")).body.items[1].last_used_at).toEqual(expect.any(String));
});
