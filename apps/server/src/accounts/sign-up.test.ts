import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import { shareTestApp, startTestApp, type TestApp } from "../testing/harness.ts";

const app = shareTestApp();
const PASSWORD = "correct horse battery";
const newEmail = (): string => `${newId("usr")}@example.com`;
const usersOf = (of: TestApp, email: string) => of.server.control.db.selectFrom("users").selectAll().where("email", "=", email).execute();

test("a person signs up with the code from the mail, and is signed in with a workspace of their own and a log", async () => {
  const ada = await app().newPerson({ name: "Ada" });
  const { status, body } = await ada.call("GET", "/v1/account");
  expect([status, body]).toEqual([200, {
    id: ada.user_id, email: ada.email, name: "Ada", company: null, time_zone: null, usage_alerts: true, product_news: false, operator: false, has_password: true, has_second_factor: false,
    proven_until: expect.any(String), created_at: expect.any(String), delete_after: null,
  }]);
  expect((await ada.call("GET", "/v1/workspaces")).body.items).toEqual([expect.objectContaining({ id: ada.workspace, kind: "personal", role: "owner" })]);
  const { items } = (await ada.call("GET", "/v1/account/audit")).body;
  expect(items.map(({ action, actor }: Record<string, string>) => [action, actor])).toEqual([["session.created", ada.user_id], ["account.created", ada.user_id]]);
});

test("until the code was shown there is no account, and the address is anybody's", async () => {
  const email = newEmail();
  const { call } = app().newBrowser();
  const asked = await call("POST", "/v1/auth/sign-up", { email, password: PASSWORD });
  expect([asked.status, asked.body]).toEqual([202, { status: "sent", expires_in: 600 }]);
  expect(await usersOf(app(), email)).toEqual([]);
  expect((await call("POST", "/v1/auth/sign-in", { email, password: PASSWORD })).status).toBe(401);
});

test("who signs up with another's address first gains nothing: the owner's own password counts, and theirs opens nothing", async () => {
  const email = newEmail();
  const [squatter, victim] = [app().newBrowser(), app().newBrowser()];
  await squatter.call("POST", "/v1/auth/sign-up", { email, password: "the squatter's own" });
  await victim.call("POST", "/v1/auth/sign-up", { email, password: PASSWORD });
  const code = await app().codeTo(email);
  expect((await squatter.call("POST", "/v1/auth/sign-up/verify", { code })).status).toBe(401);
  expect((await victim.call("POST", "/v1/auth/sign-up/verify", { code })).status).toBe(201);
  expect((await app().newBrowser().call("POST", "/v1/auth/sign-in", { email, password: "the squatter's own" })).status).toBe(401);
  expect((await app().newBrowser().call("POST", "/v1/auth/sign-in", { email, password: PASSWORD })).status).toBe(200);
});

test("an address that has an account answers byte for byte like one that has none, and only its mailbox learns the difference", async () => {
  const known = await app().newPerson();
  const answers = [];
  for (const email of [known.email, newEmail()]) {
    const { status, headers, body } = await app().newBrowser().call("POST", "/v1/auth/sign-up", { email, password: PASSWORD });
    const kept = [...headers].filter(([name]) => name !== "x-request-id").map(([name, value]) => [name, name === "set-cookie" ? value.replace(/=[^;]+/, "=…").replaceAll(/[0-9a-f]{32}\.[\w-]{43}/g, "…") : value]);
    answers.push({ status, body, headers: kept });
    expect(headers.getSetCookie()[0]).toMatch(/^loci\.sign_up=prf_[0-9a-f]{32}\.[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
  }
  expect(answers[0]).toEqual(answers[1]);
  expect((await app().mailTo(known.email)).map(({ template }) => template)).toEqual(["already_registered", "sign_up_code"]);
});

test("100 confirmations at once make one account, one workspace and one session", async () => {
  const email = newEmail();
  const { call } = app().newBrowser();
  await call("POST", "/v1/auth/sign-up", { email, password: PASSWORD });
  const code = await app().codeTo(email);
  const statuses = (await Promise.all(Array.from({ length: 100 }, () => call("POST", "/v1/auth/sign-up/verify", { code })))).map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(1);
  expect(statuses.filter((status) => ![201, 401, 429].includes(status))).toEqual([]);
  const [user] = await usersOf(app(), email);
  const { db } = app().server.control;
  const id = user?.id ?? "";
  expect(await db.selectFrom("workspaces").select("id").where("personal_user_id", "=", id).execute()).toHaveLength(1);
  expect(await db.selectFrom("sessions").select("id").where("user_id", "=", id).execute()).toHaveLength(1);
});

test("two sign-ups of one address that both hold a code make one account; the later is told", async () => {
  const email = newEmail();
  const [first, second] = [app().newBrowser(), app().newBrowser()];
  await first.call("POST", "/v1/auth/sign-up", { email, password: PASSWORD });
  const firstCode = await app().codeTo(email);
  await second.call("POST", "/v1/auth/sign-up", { email, password: PASSWORD });
  const secondCode = await app().codeTo(email);
  expect((await second.call("POST", "/v1/auth/sign-up/verify", { code: secondCode })).status).toBe(201);
  expect(await first.call("POST", "/v1/auth/sign-up/verify", { code: firstCode })).toMatchObject({ status: 409, body: { error: { details: { reason: "already_registered" } } } });
});

test("what is wrong with an address, a name or a password is said, with the field", async () => {
  const email = newEmail();
  const refused = async (body: Record<string, unknown>) => {
    const { status, body: { error } } = await app().newBrowser().call("POST", "/v1/auth/sign-up", body);
    return [status, error.code, error.param];
  };
  for (const password of ["short", "ünïcöd", "x".repeat(257), "ü".repeat(129), "password1", "PassWord1", "qwertyuiop", "01012009", email, email.toUpperCase()]) {
    expect(await refused({ email, password }), password).toEqual([400, "invalid_request", "password"]);
  }
  for (const bad of ["", "ada", "ada@", "@example.com", "a b@example.com", `${"a".repeat(250)}@example.com`, 7]) expect(await refused({ email: bad, password: PASSWORD })).toEqual([400, "invalid_request", "email"]);
  expect(await refused({ email, password: PASSWORD, name: "" })).toEqual([400, "invalid_request", "name"]);
  expect(await refused({ email, password: PASSWORD, operator: true })).toEqual([400, "invalid_request", "operator"]);
  expect(await app().mailTo(email)).toEqual([]);
});

test("eight characters of any kind and 256 bytes are enough; case and spaces around an address do not matter", async () => {
  for (const password of ["☃☃☃☃☃☃☃☀", "ü".repeat(128)]) {
    const ada = await app().newPerson({ password });
    const browser = app().newBrowser();
    expect((await browser.call("POST", "/v1/auth/sign-in", { email: `  ${ada.email.toUpperCase()} `, password })).status).toBe(200);
  }
});

test("who signs up without a password or a name has none to sign in with, and is called by the first part of the address", async () => {
  const email = newEmail();
  const { call } = app().newBrowser();
  await call("POST", "/v1/auth/sign-up", { email });
  expect((await call("POST", "/v1/auth/sign-up/verify", { code: await app().codeTo(email) })).status).toBe(201);
  expect((await call("GET", "/v1/account")).body).toMatchObject({ name: email.split("@")[0], has_password: false });
});

test("a sign-up is refused when it comes from another site's page, without an Origin, or not as JSON", async () => {
  const body = { email: newEmail(), password: PASSWORD };
  const { call } = app().newBrowser();
  expect((await call("POST", "/v1/auth/sign-up", body, { origin: "https://evil.test" })).status).toBe(403);
  expect((await app().call("POST", "/v1/auth/sign-up", body, { "sec-fetch-site": "cross-site" })).status).toBe(403);
  expect((await app().call("POST", "/v1/auth/sign-up", body, { cookie: "sid=x" })).status).toBe(403);
  expect((await call("POST", "/v1/auth/sign-up", "email=a", { "content-type": "application/x-www-form-urlencoded" })).status).toBe(400);
  expect(await app().mailTo(body.email)).toEqual([]);
});

test("the first account of an instance becomes its operator, also where accounts are by invitation or not made; the second does not", async () => {
  for (const SIGNUP of ["open", "invite", "closed"]) {
    const own = await startTestApp({ env: { SIGNUP } });
    const { call } = own.newBrowser();
    const email = newEmail();
    expect((await call("POST", "/v1/auth/sign-up", { email, password: PASSWORD })).status).toBe(202);
    await call("POST", "/v1/auth/sign-up/verify", { code: await own.codeTo(email) });
    expect((await call("GET", "/v1/account")).body.operator).toBe(true);
    const second = await own.newBrowser().call("POST", "/v1/auth/sign-up", { email: newEmail(), password: PASSWORD });
    expect([SIGNUP, second.status, second.body.error?.details?.reason]).toEqual(SIGNUP === "open" ? [SIGNUP, 202, undefined] : [SIGNUP, 403, "sign_up_refused"]);
  }
});

test("of two that begin as the first of a closed instance one gets in", async () => {
  const own = await startTestApp({ env: { SIGNUP: "closed" } });
  const browsers = await Promise.all(["a@example.com", "b@example.com"].map(async (email) => {
    const { call } = own.newBrowser();
    await call("POST", "/v1/auth/sign-up", { email, password: PASSWORD });
    return { call, code: await own.codeTo(email) };
  }));
  const statuses = await Promise.all(browsers.map(async ({ call, code }) => (await call("POST", "/v1/auth/sign-up/verify", { code })).status));
  expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 403]);
});
