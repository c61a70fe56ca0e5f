import { HOUR_MS } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import { afterEach, expect, test, vi } from "vitest";
import { SignIn } from "../testing/authorization.ts";
import { newClient, newConnection } from "../testing/connections.ts";
import { shareTestApp } from "../testing/harness.ts";

const app = shareTestApp();
const NEW = "staple by the window";

afterEach(() => void vi.useRealTimers());

/** Asks for a reset and answers with the token of the link. */
async function forget(email: string): Promise<string> {
  expect((await app().newBrowser().call("POST", "/v1/auth/password/forgot", { email })).body).toEqual({ status: "sent", expires_in: 3_600 });
  const [mail] = await app().mailTo(email);
  return /\/reset-password#token=([\w-]+)/.exec(mail?.text ?? "")?.[1] ?? "";
}

const reset = (token: string, password = NEW) => app().newBrowser().call("POST", "/v1/auth/password/reset", { token, password });
const signIn = async (email: string, password: string) => (await app().newBrowser().call("POST", "/v1/auth/sign-in", { email, password })).status;

test("a reset sets the new password, ends every session, tells the address, and the link works once", async () => {
  const ada = await app().newPerson();
  const token = await forget(ada.email);
  const { status, headers } = await reset(token);
  expect([status, headers.getSetCookie()]).toEqual([204, []]);
  expect((await ada.call("GET", "/v1/account")).status).toBe(401);
  expect([await signIn(ada.email, ada.password), await signIn(ada.email, NEW)]).toEqual([401, 200]);
  expect(await reset(token)).toMatchObject({ status: 400, body: { error: { param: "token", details: { reason: "link_over" } } } });
  expect((await app().mailTo(ada.email))[0]?.template).toBe("password_changed");
  const events = await app().server.control.db.selectFrom("audit").select(["action", "actor"]).where("chain", "=", ada.user_id).execute();
  expect(events).toContainEqual({ action: "account.password_reset", actor: ada.user_id });
});

test("a reset signs the connected apps out too, with the codes that nobody has used yet, and leaves what was allowed; what fails ends nothing", async () => {
  const [ada, eve] = [await app().newPerson(), await app().newPerson()];
  const [assistant, other] = [await newConnection(app(), ada), await newConnection(app(), eve)];
  const signIn = new SignIn(app(), ada, await newClient(app()));
  const code = await signIn.code();
  const token = await forget(ada.email);
  expect((await reset(token, "password1")).status).toBe(400);
  expect((await assistant.call("GET", "/v1/whoami")).status).toBe(200);
  expect((await reset(token)).status).toBe(204);
  expect([(await assistant.call("GET", "/v1/whoami")).status, (await other.call("GET", "/v1/whoami")).status]).toEqual([401, 200]);
  const refresh = new URLSearchParams({ grant_type: "refresh_token", refresh_token: assistant.refresh, client_id: assistant.client.id }).toString();
  expect((await app().call("POST", "/oauth/token", refresh, { "content-type": "application/x-www-form-urlencoded" })).body).toMatchObject({ error: "invalid_grant" });
  expect((await signIn.exchange(code)).body).toMatchObject({ error: "invalid_grant" });
  const ended = await app().server.control.db.selectFrom("token_families").select("ended_because").where("connection_id", "=", assistant.connection_id).execute();
  expect(ended).toEqual([{ ended_because: "password_reset" }]);
  expect(await app().server.control.db.selectFrom("connections").select("revoked_at").where("id", "=", assistant.connection_id).executeTakeFirst()).toEqual({ revoked_at: null });
});

test("of 100 resets by one link exactly one wins, and its password counts", async () => {
  const ada = await app().newPerson();
  const token = await forget(ada.email);
  const passwords = Array.from({ length: 100 }, (_, i) => `a password of try ${i}`);
  const statuses = (await Promise.all(passwords.map((password) => reset(token, password)))).map(({ status }) => status);
  expect(statuses.filter((status) => status === 204)).toHaveLength(1);
  expect(await signIn(ada.email, passwords[statuses.indexOf(204)] ?? "")).toBe(200);
});

test("a new password ends the links that were asked for before it, and what is kept of a link opens nothing", async () => {
  const ada = await app().newPerson();
  const [first, second] = [await forget(ada.email), await forget(ada.email)];
  const rows = await app().server.control.db.selectFrom("verifications").select("identifier").where("value", "=", ada.user_id).execute();
  expect(rows).toHaveLength(2);
  for (const { identifier } of rows) {
    expect([identifier.includes(first), identifier.includes(second)]).toEqual([false, false]);
    for (const guess of [identifier, identifier.replace("reset-password:", "")]) expect((await reset(guess)).status).toBe(400);
  }
  expect((await reset(second)).status).toBe(204);
  expect((await reset(first)).status).toBe(400);
});

test("a link is over after an hour", async () => {
  const ada = await app().newPerson();
  const token = await forget(ada.email);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + HOUR_MS + 1 });
  expect((await reset(token)).status).toBe(400);
});

test("a common password is refused and leaves the link whole", async () => {
  const ada = await app().newPerson();
  const token = await forget(ada.email);
  for (const password of ["password1", "short"]) expect(await reset(token, password)).toMatchObject({ status: 400, body: { error: { param: "password" } } });
  expect((await reset(token)).status).toBe(204);
});

test("who has no password gets one by a reset, and who was locked out by wrong ones gets in", async () => {
  const bare = await app().newPerson({ password: null });
  for (let i = 0; i < 10; i++) await signIn(bare.email, "not the password");
  expect(await signIn(bare.email, NEW)).toBe(429);
  expect((await reset(await forget(bare.email))).status).toBe(204);
  expect(await signIn(bare.email, NEW)).toBe(200);
});

test("an unknown address gets the same answer and no link", async () => {
  const email = `${newId("usr")}@example.com`;
  expect(await forget(email)).toBe("");
  expect((await app().mailTo(email)).map(({ template }) => template)).toEqual(["no_account"]);
});
