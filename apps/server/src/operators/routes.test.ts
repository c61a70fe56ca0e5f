import { expect, test } from "vitest";
import { shareTestApp, startTestApp } from "../testing/harness.ts";
import { insertPerson } from "../testing/signed-in.ts";
import { newPerson } from "../testing/team.ts";

const app = shareTestApp();
const accountOf = (id: string) => `/v1/admin/accounts/${id}`;
const auditOf = (chain: string) =>
  app().server.control.reads.selectFrom("audit").select(["action", "actor", "target", "ip", "user_agent", "request_id"]).where("chain", "=", chain).where("action", "in", ["account.disabled", "account.enabled", "account.operator_granted", "account.operator_revoked", "session.all_ended"]).orderBy("seq").execute();

test("nobody but an operator lists or changes accounts: not without a session, not other people, not keys, not another site", async () => {
  const [somebody, operator] = [await insertPerson(app()), await insertPerson(app(), { operator: true })];
  const { call: withKey } = await app().newWorkspace();
  for (const [method, path, body] of [["GET", "/v1/admin/accounts", undefined], ["PATCH", accountOf(somebody.user_id), { operator: true }]] as const) {
    expect((await app().call(method, path, body)).status).toBe(401);
    expect((await somebody.call(method, path, body)).status).toBe(403);
    expect((await withKey(method, path, body)).status).toBe(403);
  }
  expect(await operator.call("PATCH", accountOf(somebody.user_id), { operator: true }, { origin: "https://evil.test" })).toMatchObject({ status: 403, body: { error: { details: { reason: "cross_site" } } } });
  expect(await auditOf(somebody.user_id)).toEqual([]);
});

test("a change asks for a proof from the last ten minutes, a look does not", async () => {
  const [operator, other] = [await insertPerson(app(), { operator: true, proven: false }), await insertPerson(app())];
  expect((await operator.call("GET", "/v1/admin/accounts")).status).toBe(200);
  expect(await operator.call("PATCH", accountOf(other.user_id), { disabled: true })).toMatchObject({ status: 403, body: { error: { details: { reason: "proof_required" } } } });
  expect((await other.call("GET", "/v1/account")).status).toBe(200);
});

test("what is at fault in a request is named, and an account that is not there is told so", async () => {
  const operator = await insertPerson(app(), { operator: true });
  const cases: [method: string, path: string, body: unknown, param: string][] = [
    ["GET", "/v1/admin/accounts?limit=0", undefined, "limit"],
    ["GET", "/v1/admin/accounts?cursor=nonsense", undefined, "cursor"],
    ["GET", "/v1/admin/accounts?q=", undefined, "q"],
    ["PATCH", accountOf(operator.user_id), { disabled: "yes" }, "disabled"],
    ["PATCH", accountOf(operator.user_id), { email: "other@example.com" }, "email"],
  ];
  for (const [method, path, body, param] of cases) expect(await operator.call(method, path, body), path).toMatchObject({ status: 400, body: { error: { param } } });
  for (const id of ["usr_none", "test@example.org"]) expect((await operator.call("PATCH", accountOf(id), { disabled: true })).status).toBe(404);
});

test("accounts are listed page by page, the newest first, and found by address, name or id", async () => {
  const operator = await insertPerson(app(), { operator: true });
  const people = [];
  for (const name of ["Heron One", "Heron Two", "Heron 3%_"]) people.push(await insertPerson(app(), { name }));
  const ids = people.map(({ user_id }) => user_id).toReversed();
  const find = async (q: string, more = "") => (await operator.call("GET", `/v1/admin/accounts?q=${encodeURIComponent(q)}${more}`)).body;
  const idsOf = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
  const first = await find("heron", "&limit=2");
  expect(first).toMatchObject({ has_more: true });
  const second = await find("heron", `&limit=2&cursor=${first.next}`);
  expect(second).toMatchObject({ has_more: false, next: null });
  expect([...idsOf(first), ...idsOf(second)]).toEqual(ids);
  expect(idsOf(await find("HERON T"))).toEqual([ids[1]]);
  expect(idsOf(await find(`${ids[2]}@example`))).toEqual([ids[2]]);
  expect(idsOf(await find(ids[1] ?? ""))).toEqual([ids[1]]);
  // Signs of the database's own stand for nothing but themselves.
  expect(idsOf(await find("3%_"))).toEqual([ids[0]]);
  expect(idsOf(await find("heron_"))).toEqual([]);
});

test("an account is told by how it stands and when its owner was last seen, and by nothing that is in it", async () => {
  const operator = await insertPerson(app(), { operator: true });
  const ada = await newPerson(app());
  const read = async () => (await operator.call("GET", `/v1/admin/accounts?q=${ada.email}`)).body.items[0];
  const { db } = app().server.control;
  const { updated_at } = await db.selectFrom("sessions").select("updated_at").where("user_id", "=", ada.user_id).executeTakeFirstOrThrow();
  const before = await read();
  expect(before).toEqual({
    id: ada.user_id, email: ada.email, name: ada.name, operator: false, state: "active", second_factor: false,
    created_at: expect.any(String), last_seen_at: expect.any(String), disabled_at: null, delete_after: null,
  });
  expect(before.last_seen_at >= updated_at).toBe(true);
  const later = "2999-01-01T00:00:00.000Z";
  await db.updateTable("sessions").set({ updated_at: later }).where("user_id", "=", ada.user_id).execute();
  expect((await read()).last_seen_at).toBe(later);
  await db.deleteFrom("sessions").where("user_id", "=", ada.user_id).execute();
  expect((await read()).last_seen_at).toBe(before.last_seen_at);
  await db.updateTable("users").set({ two_factor_enabled: 1, delete_after: later }).where("id", "=", ada.user_id).execute();
  expect(await read()).toMatchObject({ state: "leaving", second_factor: true, delete_after: later });
});

test("an operator shuts an account and opens it again, at once, and both logs tell it; only that of the instance tells from where", async () => {
  const operator = await insertPerson(app(), { operator: true });
  const ada = await app().newPerson();
  const { body: key } = await ada.call("POST", "/v1/api-keys", { name: "ci", scopes: ["usage:read"] }, { "x-workspace": ada.workspace });
  const statusWithKey = async () => (await app().call("GET", "/v1/usage", undefined, { authorization: `Bearer ${key.secret}` })).status;
  expect(await statusWithKey()).toBe(200);
  const change = (disabled: boolean) => operator.call("PATCH", accountOf(ada.user_id), { disabled }, { "user-agent": "Heron/1.0" });
  const shut = await change(true);
  expect(shut).toMatchObject({ status: 200, body: { state: "disabled", disabled_at: expect.any(String) } });
  expect((await change(true)).body).toEqual(shut.body);
  expect([(await ada.call("GET", "/v1/account")).status, await statusWithKey()]).toEqual([401, 401]);
  const signIn = () => app().newBrowser().call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password });
  expect(await signIn()).toMatchObject({ status: 403, body: { error: { details: { reason: "account_disabled" } } } });
  const opened = await change(false);
  expect(opened).toMatchObject({ status: 200, body: { state: "active", disabled_at: null } });
  expect([(await signIn()).status, await statusWithKey()]).toEqual([200, 200]);

  const [closing, opening] = [shut, opened].map(({ headers }) => headers.get("x-request-id"));
  const by = { actor: operator.user_id, target: ada.user_id, ip: null };
  expect(await auditOf(ada.user_id)).toEqual([
    { ...by, action: "account.disabled", user_agent: null, request_id: closing },
    { ...by, action: "session.all_ended", user_agent: null, request_id: closing },
    { ...by, action: "account.enabled", user_agent: null, request_id: opening },
  ]);
  expect((await auditOf("instance")).filter(({ target }) => target === ada.user_id)).toEqual([
    { ...by, action: "account.disabled", user_agent: "Heron/1.0", request_id: closing },
    { ...by, action: "account.enabled", user_agent: "Heron/1.0", request_id: opening },
  ]);
});

test("the last operator neither steps down nor shuts themselves out, and one of two may", async () => {
  const alone = await startTestApp();
  const [ada, eve] = [await insertPerson(alone, { operator: true }), await insertPerson(alone)];
  const last = { status: 409, body: { error: { code: "conflict", details: { reason: "last_operator" } } } };
  for (const change of [{ operator: false }, { disabled: true }]) expect(await ada.call("PATCH", accountOf(ada.user_id), change)).toMatchObject(last);
  expect((await ada.call("PATCH", accountOf(eve.user_id), { operator: true })).body).toMatchObject({ operator: true });
  // One who waits for the deletion of their account cannot take over.
  const { db } = alone.server.control;
  await db.updateTable("users").set({ delete_after: "2999-01-01T00:00:00.000Z" }).where("id", "=", eve.user_id).execute();
  expect(await ada.call("PATCH", accountOf(ada.user_id), { operator: false })).toMatchObject(last);
  await db.updateTable("users").set({ delete_after: null }).where("id", "=", eve.user_id).execute();
  expect(await ada.call("PATCH", accountOf(ada.user_id), { operator: false })).toMatchObject({ status: 200, body: { operator: false } });
  expect((await ada.call("GET", "/v1/admin/accounts")).status).toBe(403);
  expect((await eve.call("GET", "/v1/admin/accounts")).status).toBe(200);
});

test("of two operators who shut each other at once, one stays", async () => {
  const alone = await startTestApp();
  const [ada, eve] = [await insertPerson(alone, { operator: true }), await insertPerson(alone, { operator: true })];
  const answers = await Promise.all([ada.call("PATCH", accountOf(eve.user_id), { disabled: true }), eve.call("PATCH", accountOf(ada.user_id), { disabled: true })]);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const left = await alone.server.control.db.selectFrom("users").select("id").where("disabled_at", "is", null).execute();
  expect(left).toHaveLength(1);
});

test("an account that is being erased is not opened again", async () => {
  const operator = await insertPerson(app(), { operator: true });
  const ada = await newPerson(app());
  expect((await ada.call("DELETE", "/v1/account?now=true")).status).toBe(200);
  expect((await operator.call("GET", `/v1/admin/accounts?q=${ada.email}`)).body.items).toMatchObject([{ state: "leaving" }]);
  expect(await operator.call("PATCH", accountOf(ada.user_id), { disabled: false })).toMatchObject({ status: 409, body: { error: { details: { reason: "account_erasing" } } } });
});
