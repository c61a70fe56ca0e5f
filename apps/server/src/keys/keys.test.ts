import { setTimeout as sleep } from "node:timers/promises";
import { DAY_MS } from "@loci/kit/clock";
import { silentLog } from "@loci/kit/log";
import { expect, onTestFinished, test } from "vitest";
import { openControl } from "../control/database.ts";
import { SCOPES } from "../policy/permissions.ts";
import { shareTestApp, type Answer } from "../testing/harness.ts";
import { newMember } from "./test-member.ts";
import { KeyVerifier } from "./verifier.ts";

let timeMs = Date.parse("2026-11-21T12:00:00.000Z");
const now = () => new Date(timeMs);
const inDays = (days: number) => new Date(timeMs + days * DAY_MS).toISOString();
const app = shareTestApp({ now });

const using = (secret: string) => (method: string, path: string, body?: unknown): Promise<Answer> => app().call(method, path, body, { authorization: `Bearer ${secret}` });
const auditOf = async (workspace: string) =>
  (await app().server.control.db.selectFrom("audit").selectAll().where("chain", "=", workspace).orderBy("seq").execute()).map(({ action, actor, target, details }) => ({ action, actor, target, details: JSON.parse(details ?? "{}") }));

async function openTeam() {
  const ours = await app().newWorkspace();
  return { ours, owner: await newMember(app(), ours.id, "owner", "Olga") };
}

test("a key can ask what it may do, and is not told its secret", async () => {
  const ours = await app().newWorkspace(["memories:read"], { group: "user:ada" });
  const { status, body } = await ours.call("GET", "/v1/key");
  expect(status).toBe(200);
  expect(body).toEqual({ key_id: ours.key_id, workspace_id: ours.id, group: "user:ada", scopes: ["memories:read"], mode: "live" });
  expect(JSON.stringify(body)).not.toContain(ours.key);
});

test("without a key, or with a query that it does not know, it answers what is wrong", async () => {
  expect(await app().call("GET", "/v1/key")).toMatchObject({ status: 401, body: { error: { code: "unauthenticated" } } });
  const ours = await app().newWorkspace();
  expect(await ours.call("GET", "/v1/key?x=1")).toMatchObject({ status: 400, body: { error: { param: "x" } } });
});

test("a member makes a key, sees its secret once, and the key works at once", async () => {
  const { ours, owner } = await openTeam();
  const sent = { name: "bot", scopes: ["memories:write", "memories:read"], group: "user:ada", ip_allow: [], note: "Asked for\nby Ana.", tags: ["a", "b", "a"], expires_at: inDays(20) };
  const { status, body } = await owner.call("POST", "/v1/api-keys", sent);
  expect(status).toBe(201);
  const { secret, ...key } = body;
  expect(key).toMatchObject({
    name: "bot", workspace_id: ours.id, scopes: ["memories:read", "memories:write"], group: "user:ada", mode: "live", state: "active", expires_at: inDays(20), tags: ["a", "b"], note: "Asked for\nby Ana.",
    created_by: { id: owner.user_id, name: "Olga" }, last_used_at: null, revoked_at: null, replaced_by: null, hint: null,
  });
  expect(secret.startsWith(`${key.starts_with}_`)).toBe(true);
  expect(body).not.toHaveProperty("warning");
  expect((await using(secret)("POST", "/v1/store", { content: "Ada likes tea." })).status).toBe(200);
  expect((await owner.call("GET", `/v1/api-keys/${key.id}`)).body).toEqual(key);
  const audit = (await auditOf(ours.id)).at(-1);
  expect(audit).toMatchObject({ action: "key.created", actor: owner.user_id, target: key.id, details: { mode: "live", scopes: key.scopes } });
  const dump = JSON.stringify([await auditOf(ours.id), await app().server.control.db.selectFrom("keys").selectAll().execute(), app().logged]);
  expect(dump).not.toContain(secret.slice(17, 49));
});

test("a key ends after 90 days unless said, and one that never ends comes with a warning", async () => {
  const { owner } = await openTeam();
  expect((await owner.call("POST", "/v1/api-keys", { name: "bot", scopes: "all" })).body).toMatchObject({ expires_at: inDays(90), scopes: SCOPES, state: "active" });
  expect((await owner.call("POST", "/v1/api-keys", { name: "bot", scopes: "all", expires_at: "never" })).body).toMatchObject({ expires_at: null, warning: expect.stringContaining("never ends") });
  expect((await owner.call("POST", "/v1/api-keys", { name: "bot", scopes: "all", expires_at: inDays(3) })).body).toMatchObject({ state: "expiring", warning: expect.stringContaining("ends soon") });
});

test("a test key works on a store of its own", async () => {
  const { ours, owner } = await openTeam();
  const { secret } = (await owner.call("POST", "/v1/api-keys", { name: "bot", scopes: "all", mode: "test" })).body;
  expect(secret).toMatch(/^mk_test_/);
  await using(secret)("POST", "/v1/store", { content: "Ada likes tea." });
  expect((await using(secret)("GET", "/v1/memories")).body.items).toHaveLength(1);
  expect((await ours.call("GET", "/v1/memories")).body.items).toEqual([]);
});

test.each([
  [{ scopes: "all" }, "name"],
  [{ name: "", scopes: "all" }, "name"],
  [{ name: "a\nb", scopes: "all" }, "name"],
  [{ name: "x" }, "scopes"],
  [{ name: "x", scopes: [] }, "scopes"],
  [{ name: "x", scopes: "some" }, "scopes"],
  [{ name: "x", scopes: ["memories:eat"] }, "scopes[0]"],
  [{ name: "x", scopes: ["members:write"] }, "scopes[0]"],
  [{ name: "x", scopes: "all", expires_at: "soon" }, "expires_at"],
  [{ name: "x", scopes: "all", expires_at: null }, "expires_at"],
  [{ name: "x", scopes: "all", expires_at: "2026-11-21T11:59:59Z" }, "expires_at"],
  [{ name: "x", scopes: "all", mode: "both" }, "mode"],
  [{ name: "x", scopes: "all", group: " " }, "group"],
  [{ name: "x", scopes: "all", ip_allow: ["10.0.0.0/33"] }, "ip_allow[0]"],
  [{ name: "x", scopes: "all", ip_allow: ["::ffff:10.0.0.1"] }, "ip_allow[0]"],
  [{ name: "x", scopes: "all", note: "x".repeat(1_001) }, "note"],
  [{ name: "x", scopes: "all", tags: Array.from({ length: 21 }, (_, at) => `t${at}`) }, "tags"],
  [{ name: "x", scopes: "all", workspace_id: "wsp_1" }, "workspace_id"],
  [{ name: "x", scopes: "all", revoked_at: null }, "revoked_at"],
])("a key is not made of %j, and the field is named", async (body, param) => {
  const ours = await app().newWorkspace();
  expect(await ours.call("POST", "/v1/api-keys", body)).toMatchObject({ status: 400, body: { error: { code: "invalid_request", param } } });
});

test("a request to make a key is repeated without making two, and its answer rests sealed", async () => {
  const { ours, owner } = await openTeam();
  const repeat = () => owner.call("POST", "/v1/api-keys", { name: "bot", scopes: "all" }, { "idempotency-key": "make-one" });
  const [first, second] = [await repeat(), await repeat()];
  expect(second.body).toEqual(first.body);
  expect((await ours.call("GET", "/v1/api-keys")).body.items).toHaveLength(2);
  expect(JSON.stringify(await app().server.control.db.selectFrom("kept_answers").selectAll().execute())).not.toContain(first.body.secret.slice(17, 49));
});

test("keys are listed the newest first, by page and by state, and never with a secret", async () => {
  const { ours, owner } = await openTeam();
  const make = async (name: string, more = {}) => (await owner.call("POST", "/v1/api-keys", { name, scopes: "all", ...more })).body;
  const expiring = await make("expiring", { expires_at: inDays(13) });
  const expired = await make("expired", { expires_at: new Date(timeMs + 1).toISOString() });
  const revoked = await make("revoked");
  const rotating = await make("rotating");
  await owner.call("DELETE", `/v1/api-keys/${revoked.id}`);
  const { body: fresh } = await owner.call("POST", `/v1/api-keys/${rotating.id}/rotate`, {});
  timeMs += 1;
  const all = (await owner.call("GET", "/v1/api-keys")).body;
  expect(all.items.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual([
    [fresh.id, "active"], [rotating.id, "rotating"], [revoked.id, "revoked"], [expired.id, "expired"], [expiring.id, "expiring"], [ours.key_id, "active"],
  ]);
  expect(JSON.stringify(all)).not.toContain("secret");
  for (const { id, state } of all.items) {
    const { items } = (await owner.call("GET", `/v1/api-keys?state=${state}`)).body;
    expect(items.map((key: { id: string }) => key.id)).toContain(id);
    expect(new Set(items.map((key: { state: string }) => key.state))).toEqual(new Set([state]));
  }
  const first = (await owner.call("GET", "/v1/api-keys?limit=4")).body;
  const second = (await owner.call("GET", `/v1/api-keys?limit=4&cursor=${first.next}`)).body;
  expect([...first.items, ...second.items]).toEqual(all.items);
  expect(second).toMatchObject({ next: null, has_more: false });
  expect((await owner.call("GET", "/v1/api-keys?state=lost")).body.error.param).toBe("state[0]");
  expect((await owner.call("GET", "/v1/api-keys?cursor=x")).body.error.param).toBe("cursor");
});

test("a key that was not used for 30 days says so, until it is used or ends", async () => {
  const { ours, owner } = await openTeam();
  const make = async () => (await owner.call("POST", "/v1/api-keys", { name: "bot", scopes: "all", expires_at: "never" })).body;
  const [used, idle] = [await make(), await make()];
  timeMs += 30 * DAY_MS - 1;
  const reader = await newMember(app(), ours.id, "developer");
  const read = async ({ id }: { id: string }) => (await reader.call("GET", `/v1/api-keys/${id}`)).body;
  expect(await read(used)).toMatchObject({ hint: null });
  timeMs += 1;
  expect(await read(used)).toMatchObject({ hint: expect.stringContaining("Not used for 30 days"), last_used_at: null });
  await using(used.secret)("GET", "/v1/key");
  await app().server.verifier.flush();
  expect(await read(used)).toMatchObject({ hint: null, last_used_at: now().toISOString() });
  await reader.call("DELETE", `/v1/api-keys/${idle.id}`);
  expect(await read(idle)).toMatchObject({ hint: null });
});

test("a key is changed field by field, and what it may do changes with the next request", async () => {
  const { ours, owner } = await openTeam();
  const { body: { secret, ...key } } = await owner.call("POST", "/v1/api-keys", { name: "bot", scopes: "all", note: "n", tags: ["t"] });
  expect((await using(secret)("GET", "/v1/usage")).status).toBe(200);
  const { status, body } = await owner.call("PATCH", `/v1/api-keys/${key.id}`, { name: "robot", scopes: ["memories:read"], note: null, expires_at: "never" });
  expect({ status, body }).toEqual({ status: 200, body: { ...key, name: "robot", scopes: ["memories:read"], note: null, expires_at: null } });
  expect((await using(secret)("GET", "/v1/usage")).status).toBe(403);
  expect((await auditOf(ours.id)).at(-1)).toMatchObject({ action: "key.updated", target: key.id, details: { fields: ["expires_at", "name", "note", "scopes"] } });
  await owner.call("PATCH", `/v1/api-keys/${key.id}`, { ip_allow: ["203.0.113.7"] });
  expect(await using(secret)("GET", "/v1/key")).toMatchObject({ status: 403, body: { error: { code: "forbidden" } } });
  for (const bad of [{}, { mode: "test" }, { group: "x" }, { state: "active" }, { expires_at: "2020-01-01" }, { scopes: [] }]) expect((await owner.call("PATCH", `/v1/api-keys/${key.id}`, bad)).status).toBe(400);
});

test("a key with a list of addresses works from those alone, and what a caller says of where it is counts for nothing", async () => {
  const { owner } = await openTeam();
  const { body: { secret } } = await owner.call("POST", "/v1/api-keys", { name: "bot", scopes: "all", ip_allow: ["203.0.113.0/24", "2001:db8::7"] });
  const from = async (peer: string, more = {}) => (await app().newBrowser(peer).call("GET", "/v1/key", undefined, { "x-api-key": secret, ...more })).status;
  expect(await Promise.all(["203.0.113.9", "::ffff:203.0.113.9", "2001:db8::7"].map((peer) => from(peer)))).toEqual([200, 200, 200]);
  expect(await Promise.all(["203.0.114.9", "2001:db8::8"].map((peer) => from(peer, { "x-forwarded-for": "203.0.113.9" })))).toEqual([403, 403]);
});

test("a revoked key is refused from the next request on, by another process within a second, and revoking again changes nothing", async () => {
  const { ours, owner } = await openTeam();
  const { body: { secret, id } } = await owner.call("POST", "/v1/api-keys", { name: "bot", scopes: "all" });
  const control = await openControl(app().dataDir);
  const elsewhere = new KeyVerifier({ control, peppers: app().server.peppers, now, log: silentLog });
  onTestFinished(async () => {
    await elsewhere.close();
    control.close();
  });
  const askElsewhere = async () => elsewhere.authenticate(new Headers({ "x-api-key": secret }), null);
  expect(await askElsewhere()).toMatchObject({ key_id: id });
  expect((await using(secret)("GET", "/v1/key")).status).toBe(200);
  expect(await owner.call("DELETE", `/v1/api-keys/${id}`)).toMatchObject({ status: 204, body: "" });
  expect((await using(secret)("GET", "/v1/key")).status).toBe(401);
  await sleep(1_000);
  await expect(askElsewhere()).rejects.toMatchObject({ code: "unauthenticated" });
  const before = (await owner.call("GET", `/v1/api-keys/${id}`)).body;
  expect(before).toMatchObject({ state: "revoked", revoked_at: now().toISOString() });
  timeMs += 1_000;
  expect((await owner.call("DELETE", `/v1/api-keys/${id}`)).status).toBe(204);
  expect((await owner.call("GET", `/v1/api-keys/${id}`)).body).toEqual(before);
  expect((await auditOf(ours.id)).filter(({ action }) => action === "key.revoked")).toHaveLength(1);
  for (const [method, path, body] of [["PATCH", "", { name: "x" }], ["POST", "/rotate", {}]] as const) {
    expect(await owner.call(method, `/v1/api-keys/${id}${path}`, body)).toMatchObject({ status: 409, body: { error: { details: { reason: "key_revoked" } } } });
  }
});

test("a rotated key works beside its successor for the grace and not from then on, and still shows its last use", async () => {
  const { ours, owner } = await openTeam();
  const { body: old } = await owner.call("POST", "/v1/api-keys", { name: "bot", scopes: ["keys:read"], group: "ada", ip_allow: [], tags: ["t"], note: "n", expires_at: inDays(60) });
  const { status, body: made } = await owner.call("POST", `/v1/api-keys/${old.id}/rotate`);
  expect(status).toBe(201);
  const end = inDays(1);
  const { secret: _, id: __, starts_with: ___, ...terms } = old;
  expect(made).toMatchObject({ ...terms, state: "active", replaces: { id: old.id, state: "rotating", replaced_by: made.id, expires_at: end } });
  expect(made.secret).not.toBe(old.secret);
  expect((await auditOf(ours.id)).slice(-2)).toMatchObject([{ action: "key.created", target: made.id }, { action: "key.rotated", target: old.id, details: { replaced_by: made.id, works_until: end } }]);
  timeMs = Date.parse(end) - 1;
  for (const secret of [old.secret, made.secret]) expect((await using(secret)("GET", "/v1/key")).status).toBe(200);
  timeMs += 1;
  expect((await using(old.secret)("GET", "/v1/key")).status).toBe(401);
  await app().server.verifier.flush();
  const shown = (await using(made.secret)("GET", `/v1/api-keys/${old.id}`)).body;
  expect(shown).toMatchObject({ state: "expired", replaced_by: made.id, last_used_at: new Date(timeMs - 1).toISOString() });
});

test("the grace is 0 to 72 hours, never longer than the old key had, and a key is rotated once", async () => {
  const { owner } = await openTeam();
  const make = async (expires_at: string) => (await owner.call("POST", "/v1/api-keys", { name: "bot", scopes: ["keys:read"], expires_at })).body;
  const at0 = await make("never");
  expect((await owner.call("POST", `/v1/api-keys/${at0.id}/rotate`, { grace_hours: 0 })).body).toMatchObject({ expires_at: null, warning: expect.any(String), replaces: { state: "expired" } });
  expect((await using(at0.secret)("GET", "/v1/key")).status).toBe(401);
  const at72 = await make("never");
  expect((await owner.call("POST", `/v1/api-keys/${at72.id}/rotate`, { grace_hours: 72, expires_at: inDays(30) })).body).toMatchObject({ expires_at: inDays(30), replaces: { expires_at: inDays(3) } });
  const short = await make(inDays(2));
  expect((await owner.call("POST", `/v1/api-keys/${short.id}/rotate`, { grace_hours: 72 })).body).toMatchObject({ expires_at: inDays(2), state: "expiring", replaces: { expires_at: inDays(2) } });
  for (const grace_hours of [-1, 73, 1.5, "24", null]) expect((await owner.call("POST", `/v1/api-keys/${at72.id}/rotate`, { grace_hours })).body.error.param).toBe("grace_hours");
  const once = await make("never");
  const answers = await Promise.all(Array.from({ length: 10 }, () => owner.call("POST", `/v1/api-keys/${once.id}/rotate`)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
  expect((await owner.call("PATCH", `/v1/api-keys/${once.id}`, { expires_at: "never" })).body.error.details).toMatchObject({ reason: "key_rotating", replaced_by: expect.any(String) });
});

test("a key of another workspace cannot be told from one that does not exist", async () => {
  const [{ owner }, { ours: theirs, owner: stranger }] = [await openTeam(), await openTeam()];
  const missing = `key_${"0".repeat(32)}`;
  for (const [method, path, body] of [["GET", "", undefined], ["PATCH", "", { name: "x" }], ["DELETE", "", undefined], ["POST", "/rotate", {}]] as const) {
    const [foreign, none] = [await owner.call(method, `/v1/api-keys/${theirs.key_id}${path}`, body), await owner.call(method, `/v1/api-keys/${missing}${path}`, body)];
    expect(foreign.status).toBe(404);
    expect({ ...foreign.body.error, request_id: "" }).toEqual({ ...none.body.error, request_id: "" });
    expect((await stranger.call(method, `/v1/api-keys/${missing}${path}`, body, { "x-workspace": owner.user_id })).status).toBe(404);
  }
  expect((await owner.call("GET", "/v1/api-keys")).body.items.map(({ id }: { id: string }) => id)).not.toContain(theirs.key_id);
  expect((await theirs.call("GET", "/v1/key")).status).toBe(200);
});

const OPERATIONS = [["GET", "", "keys:read"], ["POST", "", "keys:write"], ["GET", "/key_1", "keys:read"], ["PATCH", "/key_1", "keys:write"], ["DELETE", "/key_1", "keys:write"], ["POST", "/key_1/rotate", "keys:write"]] as const;

test("keys are nobody's business without a key or session, without the scope, or in a role that does not build", async () => {
  const { ours } = await openTeam();
  const people = await Promise.all((["admin", "developer", "billing", "viewer"] as const).map(async (role) => [role, await newMember(app(), ours.id, role)] as const));
  for (const [method, path, scope] of OPERATIONS) {
    const at = `/v1/api-keys${path}`;
    expect((await app().call(method, at)).status).toBe(401);
    const poor = await app().newWorkspace(SCOPES.filter((held) => held !== scope), { workspace: ours.id });
    expect(await poor.call(method, at)).toMatchObject({ status: 403, body: { error: { details: { scope } } } });
    for (const [role, person] of people) {
      const refused = role === "billing" || role === "viewer";
      expect({ method, path, role, refused: (await person.call(method, at)).status === 403 }).toEqual({ method, path, role, refused });
    }
  }
});

test("a person changes keys only within ten minutes of a proof; reading them needs none", async () => {
  const { ours, owner } = await openTeam();
  timeMs += 10 * 60_000 + 1;
  expect((await owner.call("GET", "/v1/api-keys")).status).toBe(200);
  for (const [method, path] of [["POST", ""], ["PATCH", `/${ours.key_id}`], ["DELETE", `/${ours.key_id}`], ["POST", `/${ours.key_id}/rotate`]] as const) {
    expect(await owner.call(method, `/v1/api-keys${path}`)).toMatchObject({ status: 403, body: { error: { details: { reason: "proof_required" } } } });
  }
});
