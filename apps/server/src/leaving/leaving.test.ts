import { DAY_MS, MINUTE_MS } from "@loci/kit/clock";
import { expect, onTestFinished, test, vi } from "vitest";
import { startTestApp, type TestApp } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";

const START = Date.parse("2026-11-21T08:00:00.000Z");

/** An app whose clock the test owns, better-auth's included; jobs that are due run when it moves on. */
async function startClockedApp(): Promise<{ app: TestApp; advance(ms: number): Promise<void> }> {
  vi.useFakeTimers({ toFake: ["Date"], now: START });
  onTestFinished(() => void vi.useRealTimers());
  const app = await startTestApp();
  return {
    app,
    advance: async (ms) => {
      vi.setSystemTime(Date.now() + ms);
      await app.runJobs();
    },
  };
}

const usersIn = ({ server }: TestApp) => server.control.db.selectFrom("users").select("id").execute();
const prove = (person: TestPerson) => person.call("POST", "/v1/account/prove", { password: person.password });
const signIn = async (app: TestApp, { email, password }: TestPerson) => {
  const browser = app.newBrowser();
  const { status } = await browser.call("POST", "/v1/auth/sign-in", { email, password });
  return { ...browser, status };
};

test("a deleted account waits for 30 days, in which its owner is told, looks and exports, and changes nothing; then it is erased", async () => {
  const { app, advance } = await startClockedApp();
  const person = await app.newPerson();
  const other = await signIn(app, person);
  const key = await person.call("POST", "/v1/api-keys", { name: "ci", scopes: ["memories:write"] }, { "x-workspace": person.workspace });
  const store = () => app.call("POST", "/v1/store", { content: "x" }, { authorization: `Bearer ${key.body.secret}` });
  expect((await store()).status).toBe(200);

  const asked = await person.call("DELETE", "/v1/account");
  expect(asked).toMatchObject({ status: 200, body: { delete_after: new Date(START + 30 * DAY_MS).toISOString(), erasing: false, export_with: "POST /v1/account/export", restore_with: "POST /v1/account/restore" } });
  expect((await person.call("DELETE", "/v1/account")).body).toEqual(asked.body);
  expect(await app.mailTo(person.email)).toContainEqual(expect.objectContaining({ template: "account_deletion", text: expect.stringContaining("2026-12-21") }));

  expect((await other.call("GET", "/v1/account")).status).toBe(401);
  expect(await person.call("GET", "/v1/account")).toMatchObject({ status: 200, body: { delete_after: asked.body.delete_after } });
  const leaving = { status: 403, body: { error: { code: "forbidden", details: { reason: "account_leaving" } } } };
  expect(await person.call("PATCH", "/v1/account", { name: "New" })).toMatchObject(leaving);
  expect(await person.call("POST", "/v1/workspaces", { name: "Team" })).toMatchObject(leaving);
  expect(await person.call("POST", "/v1/store", { content: "x" }, { "x-workspace": person.workspace })).toMatchObject(leaving);
  expect((await store()).status).toBe(403);
  expect((await person.call("POST", "/v1/export", {}, { "x-workspace": person.workspace })).status).toBe(200);

  await advance(29 * DAY_MS);
  const late = await signIn(app, person);
  expect(late.status).toBe(200);
  expect((await late.call("GET", "/v1/account")).status).toBe(200);
  await advance(DAY_MS + 10 * MINUTE_MS);
  expect((await late.call("GET", "/v1/account")).status).toBe(401);
  await advance(MINUTE_MS);
  expect(await usersIn(app)).toEqual([]);
  expect((await signIn(app, person)).status).toBe(401);
});

test("a deletion is undone by the person who signs in again, and everything works as before", async () => {
  const { app, advance } = await startClockedApp();
  const person = await app.newPerson();
  const key = await person.call("POST", "/v1/api-keys", { name: "ci", scopes: ["memories:write"] }, { "x-workspace": person.workspace });
  await person.call("DELETE", "/v1/account");
  await advance(20 * DAY_MS);
  const back = await signIn(app, person);
  expect((await back.call("POST", "/v1/account/restore", {})).status).toBe(204);
  expect((await back.call("POST", "/v1/account/restore")).status).toBe(204);
  await advance(40 * DAY_MS);
  expect(await usersIn(app)).toEqual([{ id: person.user_id }]);
  const again = await signIn(app, person);
  expect(await again.call("GET", "/v1/account")).toMatchObject({ status: 200, body: { delete_after: null } });
  expect((await again.call("PATCH", "/v1/account", { name: "Still here" })).status).toBe(200);
  expect((await app.call("POST", "/v1/store", { content: "x" }, { authorization: `Bearer ${key.body.secret}` })).status).toBe(200);
  expect(await again.call("GET", "/v1/account/audit?action=account.*")).toMatchObject({ body: { items: [
    { action: "account.updated" }, { action: "account.deletion_undone", actor: person.user_id }, { action: "account.deletion_requested", actor: person.user_id }, { action: "account.created" },
  ] } });
});

test("at once means at once: no session, no key and no sign-in works any more, and waiting for the 30 days can be cut short", async () => {
  const { app, advance } = await startClockedApp();
  const person = await app.newPerson();
  const key = await person.call("POST", "/v1/api-keys", { name: "ci", scopes: ["memories:write"] }, { "x-workspace": person.workspace });
  await person.call("DELETE", "/v1/account");
  await advance(DAY_MS);
  expect(await person.call("DELETE", "/v1/account?now=true")).toMatchObject({ status: 403, body: { error: { details: { reason: "proof_required" } } } });
  expect((await prove(person)).status).toBe(200);
  const done = await person.call("DELETE", "/v1/account?now=true");
  expect(done).toMatchObject({ status: 200, body: { erasing: true, export_with: null, restore_with: null } });
  expect(done.headers.getSetCookie().join()).toMatch(/^sid=; Max-Age=0/);
  expect((await person.call("GET", "/v1/account")).status).toBe(401);
  expect((await signIn(app, person)).status).toBe(401);
  expect((await app.call("POST", "/v1/store", { content: "x" }, { authorization: `Bearer ${key.body.secret}` })).status).toBe(401);
  const browser = app.newBrowser();
  expect((await browser.call("POST", "/v1/auth/code", { email: person.email })).status).toBe(202);
  await advance(MINUTE_MS);
  expect(await usersIn(app)).toEqual([]);
  expect((await app.mailTo(person.email)).map(({ template }) => template)).not.toContain("login_code");
});

test("whoever owns teams hands them over or deletes them first; the refusal lists them, with how many others are in each", async () => {
  const { app, advance } = await startClockedApp();
  const [owner, member] = [await app.newPerson({ name: "Owner" }), await app.newPerson({ name: "Member" })];
  const teams = [await owner.call("POST", "/v1/workspaces", { name: "Shared" }), await owner.call("POST", "/v1/workspaces", { name: "Alone" })].map(({ body }) => body);
  await app.server.control.db.insertInto("members").values({ workspace_id: teams[0].id, user_id: member.user_id, role: "viewer", created_at: new Date(START).toISOString() }).execute();
  for (const query of ["", "?now=true"]) {
    expect(await owner.call("DELETE", `/v1/account${query}`)).toMatchObject({ status: 409, body: { error: { code: "conflict", details: { reason: "owns_workspaces", workspaces: [
      { id: teams[0].id, slug: "shared", name: "Shared", other_members: 1 }, { id: teams[1].id, slug: "alone", name: "Alone", other_members: 0 },
    ] } } } });
  }
  expect((await owner.call("GET", "/v1/account")).body.delete_after).toBeNull();
  expect((await owner.call("POST", `/v1/workspaces/${teams[0].id}/transfer`, { user_id: member.user_id })).status).toBeLessThan(300);
  expect((await owner.call("DELETE", `/v1/workspaces/${teams[1].id}`)).status).toBe(200);
  expect((await owner.call("DELETE", "/v1/account?now=true")).status).toBe(200);
  await advance(MINUTE_MS);
  expect(await usersIn(app)).toEqual([{ id: member.user_id }]);
  const { items } = (await member.call("GET", "/v1/workspaces")).body;
  expect(items.map(({ name, members }: { name: string; members: number }) => [name, members])).toEqual([["Member", 1], ["Shared", 1]]);
});

test("a team that came back to somebody who left goes to the member who may the most", async () => {
  const { app, advance } = await startClockedApp();
  const [owner, admin, viewer] = [await app.newPerson(), await app.newPerson(), await app.newPerson()];
  const { body: team } = await owner.call("POST", "/v1/workspaces", { name: "Shared" });
  const { db } = app.server.control;
  for (const [{ user_id }, role] of [[viewer, "viewer"], [admin, "admin"]] as const) await db.insertInto("members").values({ workspace_id: team.id, user_id, role, created_at: new Date(START).toISOString() }).execute();
  expect((await owner.call("DELETE", `/v1/workspaces/${team.id}`)).status).toBe(200);
  expect((await owner.call("DELETE", "/v1/account")).status).toBe(200);
  expect((await owner.call("POST", `/v1/workspaces/${team.id}/restore`)).status).toBe(200);
  await advance(31 * DAY_MS);
  expect(await db.selectFrom("members").select(["user_id", "role"]).where("workspace_id", "=", team.id).orderBy("role").execute())
    .toEqual([{ user_id: admin.user_id, role: "owner" }, { user_id: viewer.user_id, role: "viewer" }]);
  expect(await db.selectFrom("audit").select(["action", "actor", "target"]).where("chain", "=", team.id).orderBy("seq", "desc").limit(2).execute())
    .toEqual([{ action: "member.left", actor: "system", target: owner.user_id }, { action: "workspace.transferred", actor: "system", target: admin.user_id }]);
});

test("deleting and restoring are for people who are signed in, and deleting for who has just shown a proof", async () => {
  const { app, advance } = await startClockedApp();
  const person = await app.newPerson();
  const { key } = await app.newWorkspace();
  expect((await app.call("DELETE", "/v1/account")).status).toBe(401);
  expect((await app.call("POST", "/v1/account/restore")).status).toBe(401);
  for (const [method, path] of [["DELETE", "/v1/account"], ["POST", "/v1/account/restore"]] as const) expect((await app.call(method, path, undefined, { authorization: `Bearer ${key}` })).status).toBe(403);
  expect(await person.call("DELETE", "/v1/account?now=perhaps")).toMatchObject({ status: 400, body: { error: { param: "now" } } });
  expect((await person.call("DELETE", "/v1/account", undefined, { origin: "https://elsewhere.example" })).status).toBe(403);
  await advance(11 * MINUTE_MS);
  expect(await person.call("DELETE", "/v1/account")).toMatchObject({ status: 403, body: { error: { details: { reason: "proof_required" } } } });
  expect((await person.call("GET", "/v1/account")).body.delete_after).toBeNull();
});

test("the last mail may take ten minutes to leave; until then the address stays, and nothing else", async () => {
  const { app, advance } = await startClockedApp();
  const person = await app.newPerson();
  const { db } = app.server.control;
  await db.insertInto("paused_kinds").values({ kind: "mail.send", paused_at: new Date(START).toISOString() }).execute();
  expect((await person.call("DELETE", "/v1/account?now=true")).status).toBe(200);
  await advance(MINUTE_MS);
  expect(await usersIn(app)).toEqual([{ id: person.user_id }]);
  expect(await db.selectFrom("workspaces").select("id").execute()).toEqual([]);
  await advance(5 * MINUTE_MS);
  expect(await usersIn(app)).toHaveLength(1);
  await advance(5 * MINUTE_MS);
  expect(await usersIn(app)).toEqual([]);
  expect(await db.selectFrom("mails").select("id").where("recipient", "=", person.email).execute()).toEqual([]);
  expect((await db.selectFrom("jobs").select(["kind", "status"]).execute()).filter(({ status }) => status !== "done")).toEqual([]);
});
