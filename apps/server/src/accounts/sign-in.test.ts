import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import { shareTestApp, type Answer } from "../testing/harness.ts";

const app = shareTestApp();
const newEmail = (): string => `${newId("usr")}@example.com`;
const sessionsOf = (user_id: string) => app().server.control.db.selectFrom("sessions").select(["id", "method", "ip_address", "user_agent"]).where("user_id", "=", user_id).orderBy("id").execute();
const linkOf = async (email: string): Promise<string> => /#token=([\w-]+)/.exec((await app().mailTo(email))[0]?.text ?? "")?.[1] ?? "";

test("a person signs in with the password, on a session and cookie of its own", async () => {
  const ada = await app().newPerson();
  const { call, cookies } = app().newBrowser("192.0.2.7");
  const { status, body, headers } = await call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password }, { "user-agent": "Heron/1.0" });
  expect([status, body]).toEqual([200, { status: "signed_in" }]);
  expect(headers.getSetCookie()).toEqual([expect.stringMatching(/^sid=[\w-]{43}\.[^;]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)]);
  expect(cookies.get("sid")).not.toBe(ada.cookies.get("sid"));
  expect((await call("GET", "/v1/account")).body.id).toBe(ada.user_id);
  expect((await sessionsOf(ada.user_id)).at(-1)).toMatchObject({ method: "password", ip_address: "192.0.2.7", user_agent: "Heron/1.0" });
  const [event] = (await call("GET", "/v1/account/audit")).body.items;
  expect(event).toMatchObject({ action: "session.created", actor: ada.user_id, ip: "192.0.2.7", user_agent: "Heron/1.0", details: { method: "password" } });
});

test("a wrong password, an unknown address and an account without a password answer byte for byte alike, and failures are in the log of who has one", async () => {
  const [ada, bare] = [await app().newPerson(), await app().newPerson({ password: null })];
  const answers = [];
  for (const email of [ada.email, newEmail(), bare.email]) {
    const { status, body, headers } = await app().newBrowser().call("POST", "/v1/auth/sign-in", { email, password: "not the password" }, { "x-request-id": "req_alike_alike" });
    answers.push({ status, body, headers: [...headers] });
  }
  expect(answers[0]).toMatchObject({ status: 401, body: { error: { code: "unauthenticated", details: { reason: "wrong_credentials" } } } });
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  await app().runJobs();
  const [event] = (await ada.call("GET", "/v1/account/audit")).body.items;
  expect(event).toMatchObject({ action: "session.refused", actor: "nobody", details: { method: "password" } });
});

test("a person signs in with a mailed code, and the code with its cookie works once", async () => {
  const ada = await app().newPerson();
  const { call, cookies } = app().newBrowser();
  expect((await call("POST", "/v1/auth/code", { email: ada.email })).body).toEqual({ status: "sent", expires_in: 600 });
  const [code, proof] = [await app().codeTo(ada.email), cookies.get("loci.sign_in")];
  expect((await call("POST", "/v1/auth/code/verify", { code })).body).toEqual({ status: "signed_in" });
  expect((await call("GET", "/v1/account")).body.id).toBe(ada.user_id);
  expect(cookies.get("loci.sign_in")).toBeUndefined();
  const again = await app().newBrowser().call("POST", "/v1/auth/code/verify", { code }, { cookie: `loci.sign_in=${proof}` });
  expect(again).toMatchObject({ status: 401, body: { error: { param: "code", details: { reason: "wrong_code" } } } });
  expect((await sessionsOf(ada.user_id)).at(-1)?.method).toBe("code");
});

test("of 100 uses of one code over HTTP exactly one signs in", async () => {
  const ada = await app().newPerson();
  const { call } = app().newBrowser();
  await call("POST", "/v1/auth/code", { email: ada.email });
  const code = await app().codeTo(ada.email);
  const answers = await Promise.all(Array.from({ length: 100 }, () => call("POST", "/v1/auth/code/verify", { code })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(await sessionsOf(ada.user_id)).toHaveLength(2);
});

test("a code is refused in another browser, for another purpose, after five wrong ones, and when it is no code", async () => {
  const ada = await app().newPerson();
  const { call, cookies } = app().newBrowser();
  await call("POST", "/v1/auth/code", { email: ada.email });
  const code = await app().codeTo(ada.email);
  const wrong = code === "000000" ? "111111" : "000000";
  expect((await app().newBrowser().call("POST", "/v1/auth/code/verify", { code })).status).toBe(401);
  expect((await call("POST", "/v1/auth/sign-up/verify", { code }, { cookie: `loci.sign_up=${cookies.get("loci.sign_in")}` })).status).toBe(401);
  for (const bad of ["12345", "1234567", "abcdef", 123_456, ""]) expect((await call("POST", "/v1/auth/code/verify", { code: bad })).status).toBe(400);
  for (let i = 0; i < 5; i++) expect((await call("POST", "/v1/auth/code/verify", { code: wrong })).status).toBe(401);
  expect((await call("POST", "/v1/auth/code/verify", { code })).status).toBe(401);
  expect(await sessionsOf(ada.user_id)).toHaveLength(1);
});

test("a person signs in by a mailed link from any browser, once; of 100 uses at once one wins", async () => {
  const ada = await app().newPerson();
  await app().newBrowser().call("POST", "/v1/auth/magic-link", { email: ada.email });
  const [mail] = await app().mailTo(ada.email);
  expect(mail?.text).toContain(`${app().server.config.publicUrl}/magic-link#token=`);
  const token = await linkOf(ada.email);
  const browsers = Array.from({ length: 100 }, () => app().newBrowser());
  const answers = await Promise.all(browsers.map(({ call }) => call("POST", "/v1/auth/magic-link/verify", { token })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.find(({ status }) => status !== 200)).toMatchObject({ status: 400, body: { error: { param: "token", details: { reason: "link_over" } } } });
  const winner = browsers[answers.findIndex(({ status }) => status === 200)];
  expect((await winner?.call("GET", "/v1/account"))?.body.id).toBe(ada.user_id);
  expect((await sessionsOf(ada.user_id)).at(-1)?.method).toBe("magic_link");
});

test("what is kept of a link opens nothing, and a guess is refused", async () => {
  const ada = await app().newPerson();
  await app().newBrowser().call("POST", "/v1/auth/magic-link", { email: ada.email });
  await app().runJobs();
  const rows = await app().server.control.db.selectFrom("verifications").select(["identifier", "value"]).execute();
  const kept = rows.find(({ value }) => value.includes(ada.email))?.identifier ?? "";
  expect(kept).not.toBe("");
  for (const token of [kept, "guess", kept.slice(1)]) expect((await app().newBrowser().call("POST", "/v1/auth/magic-link/verify", { token })).status).toBe(400);
});

test("asking for a code, a link or a reset answers alike for known and unknown addresses; an unknown one is told at most once a day", async () => {
  const [known, unknown] = [await app().newPerson(), newEmail()];
  const shapeOf = ({ status, body, headers }: Answer) => ({ status, body, headers: [...headers].map(([name, value]) => [name, value.replaceAll(/prf_[0-9a-f]{32}\.[\w-]{43}/g, "…")]) });
  for (const path of ["/v1/auth/code", "/v1/auth/magic-link"]) {
    const [one, other] = [await app().newBrowser().call("POST", path, { email: known.email }, { "x-request-id": "req_alike_alike" }), await app().newBrowser().call("POST", path, { email: unknown }, { "x-request-id": "req_alike_alike" })];
    expect(shapeOf(one)).toEqual(shapeOf(other));
  }
  expect((await app().mailTo(known.email)).map(({ template }) => template)).toEqual(["magic_link", "login_code", "sign_up_code"]);
  expect((await app().mailTo(unknown)).map(({ template }) => template)).toEqual(["no_account"]);
});

test("a shut account gets in by no way, and is told so only with the right proof", async () => {
  const ada = await app().newPerson();
  const { db } = app().server.control;
  await app().newBrowser().call("POST", "/v1/auth/magic-link", { email: ada.email });
  const token = await linkOf(ada.email);
  await db.updateTable("users").set({ disabled_at: new Date().toISOString() }).where("id", "=", ada.user_id).execute();
  const { call } = app().newBrowser();
  expect((await call("POST", "/v1/auth/sign-in", { email: ada.email, password: "not the password" })).status).toBe(401);
  const shut = { status: 403, body: { error: { details: { reason: "account_disabled" } } } };
  expect(await call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password })).toMatchObject(shut);
  expect(await call("POST", "/v1/auth/magic-link/verify", { token })).toMatchObject(shut);
  expect((await ada.call("GET", "/v1/account")).status).toBe(401);
  expect(await sessionsOf(ada.user_id)).toHaveLength(1);
});

test("whoever set up a second factor is asked for it after a password, a code and a link alike, and has no session until then", async () => {
  const ada = await app().newPerson();
  const { db } = app().server.control;
  await db.updateTable("users").set({ two_factor_enabled: 1 }).where("id", "=", ada.user_id).execute();
  const before = await sessionsOf(ada.user_id);
  const [byPassword, byCode, byLink] = [app().newBrowser(), app().newBrowser(), app().newBrowser()];
  await byCode.call("POST", "/v1/auth/code", { email: ada.email });
  const code = await app().codeTo(ada.email);
  await byLink.call("POST", "/v1/auth/magic-link", { email: ada.email });
  const token = await linkOf(ada.email);
  const answers = [
    await byPassword.call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password }),
    await byCode.call("POST", "/v1/auth/code/verify", { code }),
    await byLink.call("POST", "/v1/auth/magic-link/verify", { token }),
  ];
  expect(answers.map(({ status, body }) => [status, body])).toEqual(Array.from({ length: 3 }, () => [200, { status: "second_factor_required" }]));
  for (const { cookies, call } of [byPassword, byCode, byLink]) {
    expect([cookies.get("sid"), typeof cookies.get("loci.two_factor")]).toEqual([undefined, "string"]);
    expect((await call("GET", "/v1/account")).status).toBe(401);
  }
  expect(await sessionsOf(ada.user_id)).toEqual(before);
  expect((await ada.call("GET", "/v1/account/audit")).body.items.filter(({ action }: { action: string }) => action === "session.created")).toHaveLength(1);
});

test("every way in is refused from another site's page and without JSON", async () => {
  for (const [path, body] of [["sign-in", { email: newEmail(), password: "x" }], ["code", { email: newEmail() }], ["code/verify", { code: "000000" }], ["magic-link", { email: newEmail() }], ["magic-link/verify", { token: "x" }], ["password/forgot", { email: newEmail() }], ["password/reset", { token: "x", password: "12345678" }], ["sign-out", {}]] as const) {
    const { call } = app().newBrowser();
    expect((await call("POST", `/v1/auth/${path}`, body, { origin: "https://evil.test" })).body.error.details.reason, path).toBe("cross_site");
    expect((await app().call("POST", `/v1/auth/${path}`, body, { "sec-fetch-site": "same-site" })).body.error.details.reason, path).toBe("cross_site");
  }
  for (const path of ["sign-in", "code", "magic-link", "password/forgot"]) {
    const { status } = await app().newBrowser().call("POST", `/v1/auth/${path}`, JSON.stringify({ email: newEmail(), password: "x" }), { "content-type": "text/plain" });
    expect([path, status]).toEqual([path, 400]);
  }
});

test("over HTTPS the cookies are bound to this very host", async () => {
  const { createAuth } = await import("./auth.ts");
  const { accounts, control } = app().server;
  const { user_id } = await app().newPerson();
  const auth = createAuth({ ...accounts.authParts, publicUrl: "https://loci.example.com" });
  const { headers } = await control.transaction(() => auth.api.startSession({ body: { userId: user_id }, headers: new Headers(), returnHeaders: true }));
  expect(headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-sid=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/)]);
});
