import { MINUTE_MS } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import { shareTestApp } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";

const app = shareTestApp();
const NEW = "staple by the window";
const newEmail = (): string => `${newId("usr")}@example.com`;
const signIn = async (email: string, password: string) => (await app().newBrowser().call("POST", "/v1/auth/sign-in", { email, password })).status;

/** One more session of a person. */
async function openSecond({ email, password }: TestPerson) {
  const browser = app().newBrowser();
  expect((await browser.call("POST", "/v1/auth/sign-in", { email, password })).status).toBe(200);
  return browser;
}

/** Lets a person's last proof grow old. */
async function unprove({ user_id }: TestPerson): Promise<void> {
  const long_ago = new Date(Date.now() - 11 * MINUTE_MS).toISOString();
  await app().server.control.db.updateTable("sessions").set({ proven_at: long_ago }).where("user_id", "=", user_id).execute();
}

test("a new password asks for the old one, ends the other sessions, gives this one a new cookie and tells the address", async () => {
  const ada = await app().newPerson();
  const other = await openSecond(ada);
  await unprove(ada);
  const before = ada.cookies.get("sid");
  expect(await ada.call("POST", "/v1/account/password", { password: NEW })).toMatchObject({ status: 400, body: { error: { param: "current_password" } } });
  expect(await ada.call("POST", "/v1/account/password", { current_password: "wrong one", password: NEW })).toMatchObject({ status: 403, body: { error: { param: "current_password", details: { reason: "wrong_password" } } } });
  expect(await ada.call("POST", "/v1/account/password", { current_password: ada.password, password: "password1" })).toMatchObject({ status: 400, body: { error: { param: "password" } } });
  expect((await ada.call("POST", "/v1/account/password", { current_password: ada.password, password: NEW })).status).toBe(204);
  expect(ada.cookies.get("sid")).not.toBe(before);
  expect((await ada.call("GET", "/v1/account")).status).toBe(200);
  expect((await other.call("GET", "/v1/account")).status).toBe(401);
  expect((await app().newBrowser().call("GET", "/v1/account", undefined, { cookie: `sid=${before}` })).status).toBe(401);
  expect([await signIn(ada.email, ada.password), await signIn(ada.email, NEW)]).toEqual([401, 200]);
  expect((await app().mailTo(ada.email))[0]?.template).toBe("password_changed");
  const actions = (await ada.call("GET", "/v1/account/audit")).body.items.map(({ action }: { action: string }) => action);
  expect(actions).toEqual(expect.arrayContaining(["account.password_changed", "account.proof_refused"]));
});

test("who has no password needs a fresh proof for a first one", async () => {
  const bare = await app().newPerson({ password: null });
  const other = app().newBrowser();
  await other.call("POST", "/v1/auth/code", { email: bare.email });
  expect((await other.call("POST", "/v1/auth/code/verify", { code: await app().codeTo(bare.email) })).status).toBe(200);
  await unprove(bare);
  expect(await bare.call("POST", "/v1/account/password", { password: NEW })).toMatchObject({ status: 403, body: { error: { details: { reason: "proof_required" } } } });
  await bare.call("POST", "/v1/account/prove/code");
  expect((await bare.call("POST", "/v1/account/prove", { code: await app().codeTo(bare.email) })).status).toBe(200);
  expect((await bare.call("POST", "/v1/account/password", { password: NEW })).status).toBe(204);
  expect([(await bare.call("GET", "/v1/account")).body.has_password, (await other.call("GET", "/v1/account")).status]).toEqual([true, 401]);
  expect(await signIn(bare.email, NEW)).toBe(200);
});

test("wrong passwords at a change count with those at a proof, and apart from those of strangers at a sign-in", async () => {
  const ada = await app().newPerson();
  for (let i = 0; i < 10; i++) await signIn(ada.email, "not the password");
  for (let i = 0; i < 5; i++) expect((await ada.call("POST", "/v1/account/prove", { password: "not the password" })).status).toBe(403);
  for (let i = 0; i < 5; i++) expect((await ada.call("POST", "/v1/account/password", { current_password: "not the password", password: NEW })).status).toBe(403);
  expect((await ada.call("POST", "/v1/account/password", { current_password: ada.password, password: NEW })).status).toBe(429);
});

test("a new address is proven by a code mailed to it; then the other sessions end and the old address is told", async () => {
  const ada = await app().newPerson();
  const other = await openSecond(ada);
  const email = newEmail();
  expect((await ada.call("POST", "/v1/account/email", { email: `  ${email.toUpperCase()}` })).status).toBe(202);
  expect((await ada.call("GET", "/v1/account")).body.email).toBe(ada.email);
  const { status, body } = await ada.call("POST", "/v1/account/email/verify", { code: await app().codeTo(email) });
  expect([status, body]).toEqual([200, { email }]);
  expect([(await ada.call("GET", "/v1/account")).body.email, (await other.call("GET", "/v1/account")).status]).toEqual([email, 401]);
  expect([await signIn(ada.email, ada.password), await signIn(email, ada.password)]).toEqual([401, 200]);
  const [notice] = await app().mailTo(ada.email);
  expect([notice?.template, notice?.text.includes(email)]).toEqual(["email_changed", true]);
});

test("a change of address needs a fresh proof, a code of this very person, and an address that is free", async () => {
  const [ada, eve] = [await app().newPerson(), await app().newPerson()];
  expect(await ada.call("POST", "/v1/account/email", { email: ada.email })).toMatchObject({ status: 400, body: { error: { param: "email" } } });
  const [taken, free] = [await ada.call("POST", "/v1/account/email", { email: eve.email }), await ada.call("POST", "/v1/account/email", { email: newEmail() })];
  expect([taken.status, taken.body]).toEqual([free.status, free.body]);
  expect((await app().mailTo(eve.email))[0]?.template).toBe("address_taken");

  const email = newEmail();
  await ada.call("POST", "/v1/account/email", { email });
  const code = await app().codeTo(email);
  const stolen = await eve.call("POST", "/v1/account/email/verify", { code }, { cookie: `${String(eve.cookies)}; loci.change_email=${ada.cookies.get("loci.change_email")}` });
  expect(stolen).toMatchObject({ status: 403, body: { error: { details: { reason: "wrong_code" } } } });
  await unprove(ada);
  for (const [path, body] of [["email", { email }], ["email/verify", { code }]] as const) {
    expect(await ada.call("POST", `/v1/account/${path}`, body)).toMatchObject({ status: 403, body: { error: { details: { reason: "proof_required" } } } });
  }
  expect((await ada.call("POST", "/v1/account/prove", { password: ada.password })).status).toBe(200);
  expect((await ada.call("POST", "/v1/account/email/verify", { code })).status).toBe(200);
});

test("two people who want one address: the first that shows the code has it, and the other is told", async () => {
  const [ada, eve] = [await app().newPerson(), await app().newPerson()];
  const email = newEmail();
  await ada.call("POST", "/v1/account/email", { email });
  const first = await app().codeTo(email);
  await eve.call("POST", "/v1/account/email", { email });
  const second = await app().codeTo(email);
  expect((await ada.call("POST", "/v1/account/email/verify", { code: first })).status).toBe(200);
  expect(await eve.call("POST", "/v1/account/email/verify", { code: second })).toMatchObject({ status: 409, body: { error: { param: "email" } } });
});

test("a link that was mailed before the address changed opens nothing after", async () => {
  const ada = await app().newPerson();
  await app().newBrowser().call("POST", "/v1/auth/password/forgot", { email: ada.email });
  const token = /#token=([\w-]+)/.exec((await app().mailTo(ada.email))[0]?.text ?? "")?.[1] ?? "";
  const email = newEmail();
  await ada.call("POST", "/v1/account/email", { email });
  await ada.call("POST", "/v1/account/email/verify", { code: await app().codeTo(email) });
  expect((await app().newBrowser().call("POST", "/v1/auth/password/reset", { token, password: NEW })).status).toBe(400);
});

test("a proof is one of password, code, authenticator or passkey, and a wrong one leaves nothing proven", async () => {
  const ada = await app().newPerson();
  await unprove(ada);
  expect((await ada.call("GET", "/v1/account")).body.proven_until).toBeNull();
  for (const bad of [{}, { password: ada.password, code: "000000" }, { pin: "1" }, { code: "12" }]) expect((await ada.call("POST", "/v1/account/prove", bad)).status).toBe(400);
  expect(await ada.call("POST", "/v1/account/prove", { password: "not the password" })).toMatchObject({ status: 403, body: { error: { details: { reason: "wrong_password" } } } });
  expect(await ada.call("POST", "/v1/account/prove", { code: "000000" })).toMatchObject({ status: 403, body: { error: { details: { reason: "wrong_code" } } } });
  expect((await ada.call("GET", "/v1/account")).body.proven_until).toBeNull();
  const { status, body } = await ada.call("POST", "/v1/account/prove", { password: ada.password });
  expect([status, body.proven_until > new Date().toISOString()]).toEqual([200, true]);
  expect((await ada.call("GET", "/v1/account")).body.proven_until).toBe(body.proven_until);
  const [event, refused] = (await ada.call("GET", "/v1/account/audit")).body.items;
  expect([event, refused]).toEqual([expect.objectContaining({ action: "account.proven", details: { method: "password" } }), expect.objectContaining({ action: "account.proof_refused" })]);
});

test("a profile is changed field by field, and what is wrong is said with the field", async () => {
  const ada = await app().newPerson();
  const { status, body } = await ada.call("PATCH", "/v1/account", { name: "Ada L.", company: "Engines", time_zone: "Europe/London", usage_alerts: false, product_news: true });
  expect([status, body]).toEqual([200, expect.objectContaining({ name: "Ada L.", company: "Engines", time_zone: "Europe/London", usage_alerts: false, product_news: true })]);
  expect((await ada.call("PATCH", "/v1/account", { company: null, time_zone: null })).body).toMatchObject({ name: "Ada L.", company: null, time_zone: null });
  expect((await ada.call("GET", "/v1/account/audit")).body.items[0]).toMatchObject({ action: "account.updated", details: { fields: ["company", "time_zone"] } });
  for (const [bad, param] of [[{ name: "" }, "name"], [{ time_zone: "Mars/Olympus" }, "time_zone"], [{ time_zone: "+01:00" }, "time_zone"], [{ usage_alerts: "yes" }, "usage_alerts"], [{ email: "x@example.com" }, "email"], [{ operator: true }, "operator"]] as const) {
    expect(await ada.call("PATCH", "/v1/account", bad)).toMatchObject({ status: 400, body: { error: { param } } });
  }
  expect((await app().call("GET", "/v1/account")).status).toBe(401);
  const { key } = await app().newWorkspace();
  expect((await app().call("GET", "/v1/account", undefined, { authorization: `Bearer ${key}` })).status).toBe(403);
});
