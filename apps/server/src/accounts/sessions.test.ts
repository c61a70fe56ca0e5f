import { DAY_MS, HOUR_MS } from "@loci/kit/clock";
import { expect, test } from "vitest";
import { newConnection } from "../testing/connections.ts";
import { shareTestApp, startTestApp } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";

const app = shareTestApp();
const statusOf = async ({ call }: Pick<TestPerson, "call">): Promise<number> => (await call("GET", "/v1/account")).status;

async function openSecond({ email, password }: TestPerson, peer?: string) {
  const browser = app().newBrowser(peer);
  await browser.call("POST", "/v1/auth/sign-in", { email, password }, { "user-agent": "Heron/1.0" });
  return browser;
}

test("a person sees their sessions, ends one, and then all others; nobody else's are seen or ended", async () => {
  const [ada, eve] = [await app().newPerson(), await app().newPerson()];
  const [second, third] = [await openSecond(ada, "192.0.2.8"), await openSecond(ada)];
  const { items } = (await ada.call("GET", "/v1/account/sessions")).body;
  expect(items).toHaveLength(3);
  expect(items.filter(({ current }: { current: boolean }) => current)).toHaveLength(1);
  const [{ id: secondId }] = (await second.call("GET", "/v1/account/sessions")).body.items.filter(({ current }: { current: boolean }) => current);
  expect(items.find(({ id }: { id: string }) => id === secondId)).toMatchObject({ method: "password", address: "192.0.2.8", user_agent: "Heron/1.0", current: false });
  expect((await eve.call("DELETE", `/v1/account/sessions/${secondId}`)).status).toBe(404);
  expect((await ada.call("DELETE", `/v1/account/sessions/${secondId}`)).status).toBe(204);
  expect([await statusOf(ada), await statusOf(second), await statusOf(third)]).toEqual([200, 401, 200]);
  expect((await ada.call("DELETE", `/v1/account/sessions/${secondId}`)).status).toBe(404);
  expect((await ada.call("DELETE", "/v1/account/sessions")).body).toEqual({ ended: 1 });
  expect([await statusOf(ada), await statusOf(third), await statusOf(eve)]).toEqual([200, 401, 200]);
  const all = await ada.call("DELETE", "/v1/account/sessions?all=true");
  expect([all.body, all.headers.get("clear-site-data"), ada.cookies.get("sid"), await statusOf(ada)]).toEqual([{ ended: 1 }, '"cache", "storage"', undefined, 401]);
});

test("signing out everywhere leaves connected apps as they are, unless that is asked for", async () => {
  const [ada, eve] = [await app().newPerson(), await app().newPerson()];
  const apps = [await newConnection(app(), ada), await newConnection(app(), ada, { resource: "/mcp" }), await newConnection(app(), eve)] as const;
  const [api, , others] = apps;
  const statuses = () => Promise.all([api, others].map(async ({ call }) => (await call("GET", "/v1/whoami")).status));
  expect((await ada.call("DELETE", "/v1/account/sessions")).body).toEqual({ ended: 0 });
  expect(await statuses()).toEqual([200, 200]);
  expect((await ada.call("DELETE", "/v1/account/sessions?apps=true")).body).toEqual({ ended: 0 });
  expect(await statuses()).toEqual([401, 200]);
  expect(await statusOf(ada)).toBe(200);
  const families = await app().server.control.db.selectFrom("token_families").select("ended_because").where("connection_id", "in", apps.map(({ connection_id }) => connection_id)).orderBy("id").execute();
  expect(families.map(({ ended_because }) => ended_because)).toEqual(["signed_out_everywhere", "signed_out_everywhere", null]);
  expect((await ada.call("GET", "/v1/account/audit")).body.items).toContainEqual(expect.objectContaining({ action: "session.all_ended", details: { ended: 0, kept: expect.any(String), apps: true } }));
  expect((await ada.call("GET", "/v1/connections")).body.items.map(({ state, expires_at }: Record<string, unknown>) => [state, expires_at])).toEqual([["active", null], ["active", null]]);
});

test("signing out ends the session and clears the cookie, on the server as well; without a session it does no harm", async () => {
  const ada = await app().newPerson();
  const token = ada.cookies.get("sid");
  const { status, headers } = await ada.call("POST", "/v1/auth/sign-out", {});
  expect([status, headers.get("clear-site-data"), headers.getSetCookie()]).toEqual([204, '"cache", "storage"', ["sid=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"]]);
  expect((await app().newBrowser().call("GET", "/v1/account", undefined, { cookie: `sid=${token}` })).status).toBe(401);
  expect((await app().newBrowser().call("POST", "/v1/auth/sign-out", {})).status).toBe(204);
  expect((await app().newBrowser().call("POST", "/v1/auth/sign-out", {}, { cookie: "sid=guess" })).status).toBe(204);
  const actions = await app().server.control.db.selectFrom("audit").select(["action", "actor"]).where("chain", "=", ada.user_id).orderBy("seq", "desc").executeTakeFirst();
  expect(actions).toEqual({ action: "session.ended", actor: ada.user_id });
});

test("a session ends seven days after its last use and thirty after its begin, for us and for better-auth alike", async () => {
  const clock = { aheadMs: 0 };
  const own = await startTestApp({ now: () => new Date(Date.now() + clock.aheadMs) });
  const [idle, used] = [await own.newPerson(), await own.newPerson()];
  const seenByAuth = async ({ cookies }: TestPerson) => (await own.server.accounts.auth.api.getSession({ headers: new Headers({ cookie: String(cookies) }) })) !== null;
  const seen: unknown[] = [];
  for (let day = 6; day < 30; day += 6) {
    clock.aheadMs = day * DAY_MS;
    expect([day, await statusOf(used)]).toEqual([day, 200]);
    await own.server.control.db.updateTable("sessions").set({ updated_at: own.server.now().toISOString() }).where("user_id", "=", used.user_id).execute();
    seen.push([day, await statusOf(idle), await seenByAuth(idle)]);
  }
  // Asked on day 6, the idle one is not touched: uses are written by the minute, and this clock jumps.
  expect(seen).toEqual([[6, 200, true], [12, 401, false], [18, 401, false], [24, 401, false]]);
  clock.aheadMs = 30 * DAY_MS - HOUR_MS;
  expect(await statusOf(used)).toBe(200);
  expect((await used.call("GET", "/v1/account/sessions")).body.items).toHaveLength(1);
  clock.aheadMs = 30 * DAY_MS + HOUR_MS;
  expect(await statusOf(used)).toBe(401);
});

test("a cookie with another token, another signature or none is nobody's", async () => {
  const ada = await app().newPerson();
  const cookie = ada.cookies.get("sid") ?? "";
  const last = cookie[42] === "A" ? "B" : "A";
  for (const other of ["", "x", cookie.slice(1), `${cookie.slice(0, 42)}${last}${cookie.slice(43)}`]) {
    expect((await app().call("GET", "/v1/account", undefined, { cookie: `sid=${other}` })).status, other).toBe(401);
  }
});

test("what changes something needs this site's own Origin", async () => {
  const ada = await app().newPerson();
  for (const origin of ["https://evil.test", "null", "http://127.0.0.1:9999"]) {
    expect((await ada.call("PATCH", "/v1/account", { name: "Eve" }, { origin })).body.error.details.reason, origin).toBe("cross_site");
    expect((await ada.call("DELETE", "/v1/account/sessions", undefined, { origin })).status, origin).toBe(403);
  }
  const bare = { cookie: String(ada.cookies) };
  expect((await app().call("PATCH", "/v1/account", { name: "Eve" }, bare)).status).toBe(403);
  expect((await app().call("PATCH", "/v1/account", { name: "Eve" }, { ...bare, "sec-fetch-site": "cross-site" })).status).toBe(403);
  expect((await app().call("PATCH", "/v1/account", { name: "Ada" }, { ...bare, "sec-fetch-site": "same-origin" })).status).toBe(200);
  expect((await ada.call("PATCH", "/v1/account", "name=Eve", { "content-type": "application/x-www-form-urlencoded" })).status).toBe(400);
});

test("who signs out with a session that has just run out is told the same, and the browser forgets it", async () => {
  const clock = { aheadMs: 0 };
  const own = await startTestApp({ now: () => new Date(Date.now() + clock.aheadMs) });
  const ada = await own.newPerson();
  // Twice, so that it is remembered.
  for (const _ of [1, 2]) await ada.call("GET", "/v1/account");
  clock.aheadMs = 31 * DAY_MS;
  expect((await ada.call("POST", "/v1/auth/sign-out", {})).status).toBe(204);
  expect(ada.cookies.get("sid")).toBeUndefined();
});

test("who signs in anew in the same browser ends the session that it held, and no other; somebody else's stays", async () => {
  const [ada, eve] = [await app().newPerson(), await app().newPerson()];
  const elsewhere = await openSecond(ada);
  const former = ada.cookies.get("sid");
  await ada.call("POST", "/v1/auth/sign-in", { email: ada.email, password: "not the password" });
  expect(await statusOf(ada)).toBe(200);
  for (let i = 0; i < 3; i++) expect((await ada.call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password })).status).toBe(200);
  expect((await ada.call("GET", "/v1/account/sessions")).body.items).toHaveLength(2);
  expect([await statusOf(ada), await statusOf(elsewhere)]).toEqual([200, 200]);
  expect((await app().newBrowser().call("GET", "/v1/account", undefined, { cookie: `sid=${former}` })).status).toBe(401);
  expect((await ada.call("GET", "/v1/account/audit")).body.items).toContainEqual(expect.objectContaining({ action: "session.ended", details: { replaced: true } }));

  const held = ada.cookies.get("sid");
  expect((await ada.call("POST", "/v1/auth/sign-in", { email: eve.email, password: eve.password })).status).toBe(200);
  expect((await app().newBrowser().call("GET", "/v1/account", undefined, { cookie: `sid=${held}` })).status).toBe(200);
});
