import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { newId } from "@loci/kit/ids";
import { setUpSecondFactor, stopClock } from "../testing/authenticator.ts";
import { findFreePort } from "../testing/chromium.ts";
import { shareTestApp, startTestApp, type Answer, type TestApp } from "../testing/harness.ts";
import { oidcSettings, openOidcServer, visitProvider, type OidcServer } from "../testing/oidc-server.ts";
import type { TestPerson } from "../testing/people.ts";

stopClock();
const PUBLIC_URL = "https://loci.test";
const port = await findFreePort();
const app = shareTestApp({ env: { PUBLIC_URL, ...oidcSettings(port), OIDC_NAME: "Acme" } });
let provider: OidcServer;
beforeAll(async () => {
  provider = await openOidcServer(port, PUBLIC_URL);
});
afterAll(() => provider.close());

type Browser = ReturnType<TestApp["newBrowser"]>;
const CALLBACK = "/v1/auth/callback/oidc";

/** Somebody at the provider whom no other test knows. */
function newAccount({ verified = true, email = `${newId("usr")}@example.com` } = {}) {
  const sub = newId("usr");
  provider.accounts.set(sub, { email, email_verified: verified, name: "Ada" });
  return { sub, email };
}

/** Where the browser is after it was at the provider, and before it is back with us. */
async function visit(browser: Browser, sub: string, { path = "/v1/auth/providers/oidc", body = {} as object } = {}): Promise<string> {
  const begun = await browser.call("POST", path, body);
  if (begun.status !== 200) throw new Error(`${path} answered ${begun.status}: ${JSON.stringify(begun.body)}`);
  const back = await visitProvider(provider, begun.body.url, sub);
  expect(back.origin + back.pathname).toBe(PUBLIC_URL + CALLBACK);
  return back.pathname + back.search;
}

async function signIn(browser: Browser, sub: string, body: object = {}): Promise<Answer> {
  return browser.call("GET", await visit(browser, sub, { body }));
}

const locationOf = ({ status, headers }: Answer): string => {
  expect(status).toBe(303);
  return headers.get("location") ?? "";
};

const db = () => app().server.control.db;
const actionsOf = async (userId: string): Promise<string[]> =>
  (await db().selectFrom("audit").select("action").where("chain", "=", userId).orderBy("seq").execute()).map(({ action }) => action);
const meOf = async ({ call }: Pick<TestPerson, "call">) => (await call("GET", "/v1/account")).body;

test("who is new gets an account with a personal workspace, and is signed in", async () => {
  const { sub, email } = newAccount();
  const browser = app().newBrowser();
  expect(locationOf(await signIn(browser, sub, { redirect: "/accept-invitation#token=abc" }))).toBe("/accept-invitation#token=abc");
  const me = await meOf(browser);
  expect(me).toMatchObject({ email, name: "Ada", has_password: false });
  expect(browser.cookies.get("__Host-sid")).toBeDefined();
  expect((await browser.call("GET", "/v1/workspaces")).body.items).toMatchObject([{ kind: "personal", role: "owner" }]);
  expect((await browser.call("GET", "/v1/account/sign-ins")).body.items).toMatchObject([{ kind: "oidc" }]);
  expect((await browser.call("GET", "/v1/account/sessions")).body.items[0].method).toBe("oidc");
  expect(await actionsOf(me.id)).toEqual(["account.created", "account.sign_in_linked", "session.created"]);
  const kept = await db().selectFrom("sign_ins").selectAll().where("user_id", "=", me.id).executeTakeFirstOrThrow();
  expect(kept).toMatchObject({ access_token: null, refresh_token: null, id_token: null });
});

test("who has no name at the provider is called by the address, and an endless one is cut", async () => {
  const [nameless, talker] = [newAccount(), newAccount()];
  provider.accounts.set(nameless.sub, { email: nameless.email, email_verified: true });
  provider.accounts.set(talker.sub, { email: talker.email, email_verified: true, name: `Ada\n${"a".repeat(500)}` });
  const [first, second] = [app().newBrowser(), app().newBrowser()];
  await signIn(first, nameless.sub);
  await signIn(second, talker.sub);
  expect((await meOf(first)).name).toBe(nameless.email.split("@")[0]);
  expect((await meOf(second)).name).toBe(`Ada ${"a".repeat(96)}`);
});

test("who came before comes back to the same account, also under a changed address", async () => {
  const { sub, email } = newAccount();
  const first = app().newBrowser();
  await signIn(first, sub);
  provider.accounts.set(sub, { email: `new-${email}`, email_verified: true, name: "Ada" });
  const second = app().newBrowser();
  await signIn(second, sub);
  expect((await meOf(second)).id).toBe((await meOf(first)).id);
  expect((await meOf(second)).email).toBe(email);
});

test("the way back works once", async () => {
  const { sub } = newAccount();
  const browser = app().newBrowser();
  const back = await visit(browser, sub);
  expect(locationOf(await browser.call("GET", back))).toBe("/");
  expect(locationOf(await browser.call("GET", back))).toBe("/sign-in-failed?error=expired");
});

test("the way back works in the browser that began alone", async () => {
  const { sub } = newAccount();
  const [browser, other] = [app().newBrowser(), app().newBrowser()];
  const back = await visit(browser, sub);
  expect(locationOf(await other.call("GET", back))).toBe("/sign-in-failed?error=expired");
  expect(other.cookies.get("__Host-sid")).toBeUndefined();
  // Nor with a sign-in of its own under way: then its state is another.
  await other.call("POST", "/v1/auth/providers/oidc", {});
  expect(locationOf(await other.call("GET", back))).toBe("/sign-in-failed?error=expired");
});

test("an address that the provider has not confirmed makes no account and opens none", async () => {
  const stranger = newAccount({ verified: false });
  const browser = app().newBrowser();
  expect(locationOf(await signIn(browser, stranger.sub))).toBe("/sign-in-failed?error=address_not_verified");
  expect(await db().selectFrom("users").select("id").where("email", "=", stranger.email).executeTakeFirst()).toBeUndefined();

  const victim = await app().newPerson();
  const thief = newAccount({ verified: false, email: victim.email });
  expect(locationOf(await signIn(browser, thief.sub))).toBe("/sign-in-failed?error=not_linked");
  expect(browser.cookies.get("__Host-sid")).toBeUndefined();
  expect((await victim.call("GET", "/v1/account/sign-ins")).body.items).toMatchObject([{ kind: "password" }]);
});

test("a confirmed address signs in to the account that has it, and is linked", async () => {
  const ada = await app().newPerson();
  const { sub } = newAccount({ email: ada.email });
  const browser = app().newBrowser();
  expect(locationOf(await signIn(browser, sub))).toBe("/");
  expect((await meOf(browser)).id).toBe(ada.user_id);
  expect((await ada.call("GET", "/v1/account/sign-ins")).body.items.map(({ kind }: { kind: string }) => kind)).toEqual(["password", "oidc"]);
  expect(await actionsOf(ada.user_id)).toContain("account.sign_in_linked");
});

test("the second factor is asked for after a provider too, and then leads on", async () => {
  const ada = await app().newPerson();
  const authenticator = await setUpSecondFactor(ada);
  const { sub } = newAccount({ email: ada.email });
  const browser = app().newBrowser();
  expect(locationOf(await signIn(browser, sub, { redirect: "/docs" }))).toBe("/second-factor#next=%2Fdocs");
  expect((await browser.call("GET", "/v1/account")).status).toBe(401);
  expect((await browser.call("POST", "/v1/auth/second-factor", { code: authenticator.code() })).body).toEqual({ status: "signed_in" });
  expect((await meOf(browser)).id).toBe(ada.user_id);
});

test("a provider is linked while signed in, under another address too, and then signs in", async () => {
  const ada = await app().newPerson();
  const { sub } = newAccount();
  const back = await visit(ada, sub, { path: "/v1/account/sign-ins", body: { provider: "oidc", redirect: "/docs" } });
  expect(locationOf(await ada.call("GET", back))).toBe("/docs");
  const browser = app().newBrowser();
  await signIn(browser, sub);
  expect((await meOf(browser)).id).toBe(ada.user_id);

  const eve = await app().newPerson();
  const stolen = await visit(eve, sub, { path: "/v1/account/sign-ins", body: { provider: "oidc" } });
  expect(locationOf(await eve.call("GET", stolen))).toBe("/sign-in-failed?error=linked_elsewhere");
  const unverified = newAccount({ verified: false });
  const refused = await visit(eve, unverified.sub, { path: "/v1/account/sign-ins", body: { provider: "oidc" } });
  expect(locationOf(await eve.call("GET", refused))).toBe("/sign-in-failed?error=address_not_verified");
  expect((await eve.call("GET", "/v1/account/sign-ins")).body.items).toHaveLength(1);
});

test("a link that was begun in a session is not finished once that session is over, nor in one of somebody else", async () => {
  const [ada, eve] = [await app().newPerson(), await app().newPerson()];
  const { sub } = newAccount();
  const begin = async () => {
    const browser = app().newBrowser();
    await browser.call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password });
    return { browser, back: await visit(browser, sub, { path: "/v1/account/sign-ins", body: { provider: "oidc" } }) };
  };
  const [first, second] = [await begin(), await begin()];
  expect((await ada.call("POST", "/v1/account/password", { current_password: ada.password, password: "staple by the window" })).status).toBe(204);
  expect(locationOf(await first.browser.call("GET", first.back))).toBe("/sign-in-failed?error=signed_out");
  await second.browser.call("POST", "/v1/auth/sign-in", { email: eve.email, password: eve.password });
  expect(locationOf(await second.browser.call("GET", second.back))).toBe("/sign-in-failed?error=signed_out");
  for (const { call } of [ada, eve]) expect((await call("GET", "/v1/account/sign-ins")).body.items).toHaveLength(1);
});

test("nothing that a provider gave is kept, not when it is linked a second time either", async () => {
  const ada = await app().newPerson();
  const { sub } = newAccount();
  for (const _ of [1, 2]) await ada.call("GET", await visit(ada, sub, { path: "/v1/account/sign-ins", body: { provider: "oidc" } }));
  const kept = await db().selectFrom("sign_ins").selectAll().where("user_id", "=", ada.user_id).where("provider_id", "=", "oidc").execute();
  expect(kept).toMatchObject([{ access_token: null, refresh_token: null, id_token: null }]);
});

test("ways to sign in are taken away by their owner, all but the last", async () => {
  const ada = await app().newPerson();
  const { sub } = newAccount({ email: ada.email });
  await signIn(app().newBrowser(), sub);
  const [password, oidc] = (await ada.call("GET", "/v1/account/sign-ins")).body.items;
  const eve = await app().newPerson();
  expect((await eve.call("DELETE", `/v1/account/sign-ins/${oidc.id}`)).status).toBe(404);
  expect((await ada.call("DELETE", `/v1/account/sign-ins/${password.id}`)).status).toBe(204);
  expect((await ada.call("DELETE", `/v1/account/sign-ins/${oidc.id}`)).body.error).toMatchObject({ code: "conflict", details: { reason: "last_sign_in" } });
  expect(await actionsOf(ada.user_id)).toContain("account.sign_in_unlinked");
  expect((await app().newBrowser().call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password })).status).toBe(401);
});

test("linking and unlinking ask for a fresh proof, and nobody without a session gets there", async () => {
  const ada = await app().newPerson();
  await db().updateTable("sessions").set({ proven_at: null }).where("user_id", "=", ada.user_id).execute();
  const [{ id }] = (await ada.call("GET", "/v1/account/sign-ins")).body.items;
  expect((await ada.call("POST", "/v1/account/sign-ins", { provider: "oidc" })).body.error.details).toMatchObject({ reason: "proof_required" });
  expect((await ada.call("DELETE", `/v1/account/sign-ins/${id}`)).body.error.details).toMatchObject({ reason: "proof_required" });
  const { call } = app().newBrowser();
  expect((await call("GET", "/v1/account/sign-ins")).status).toBe(401);
  expect((await call("POST", "/v1/account/sign-ins", { provider: "oidc" })).status).toBe(401);
  expect((await call("DELETE", `/v1/account/sign-ins/${id}`)).status).toBe(401);
  const { key } = await app().newWorkspace();
  expect((await app().call("GET", "/v1/account/sign-ins", undefined, { authorization: `Bearer ${key}` })).status).toBe(403);
});

test("a shut account stays shut for providers", async () => {
  const { sub } = newAccount();
  const browser = app().newBrowser();
  await signIn(browser, sub);
  const { id } = await meOf(browser);
  await db().updateTable("users").set({ disabled_at: new Date().toISOString() }).where("id", "=", id).execute();
  expect(locationOf(await signIn(app().newBrowser(), sub))).toBe("/sign-in-failed?error=account_disabled");
});

test("nobody is led to another site", async () => {
  const { call } = app().newBrowser();
  for (const redirect of ["https://evil.test/", "//evil.test", "/\\evil.test", "\\\\evil.test", "/\t/evil.test", "/a\n", "evil", "javascript:alert(1)", ""]) {
    expect((await call("POST", "/v1/auth/providers/oidc", { redirect })).body.error).toMatchObject({ code: "invalid_request", param: "redirect" });
  }
  expect((await call("POST", "/v1/auth/providers/oidc", { redirect: "/a/b?c=d#e" })).status).toBe(200);
});

test("turning back at the provider, or an answer that is none, leads to a page that says so", async () => {
  const browser = app().newBrowser();
  const { body } = await browser.call("POST", "/v1/auth/providers/oidc", {});
  const state = new URL(body.url).searchParams.get("state") ?? "";
  expect(locationOf(await browser.call("GET", `${CALLBACK}?error=access_denied&error_description=no&state=${state}`))).toBe("/sign-in-failed?error=cancelled");
  for (const query of ["", "?code=x", "?state=x", "?code=x&state=y", "?error=%3Cscript%3E"]) {
    expect(locationOf(await app().newBrowser().call("GET", CALLBACK + query))).toMatch(/^\/sign-in-failed\?error=(expired|unavailable)$/);
  }
});

test("providers that are not set up do not exist", async () => {
  const { call } = app().newBrowser();
  expect((await call("GET", "/v1/auth/methods")).body).toEqual({ password: true, code: true, passkey: true, providers: [{ id: "oidc", name: "Acme" }], sign_up: "open" });
  expect((await call("POST", "/v1/auth/providers/github", {})).status).toBe(404);
  expect((await call("POST", "/v1/auth/providers/other", {})).body.error).toMatchObject({ code: "invalid_request", param: "provider" });
  expect(locationOf(await call("GET", "/v1/auth/callback/github?code=x&state=y"))).toBe("/sign-in-failed?error=unavailable");
});

test("GitHub and Google are offered where they are set up, and send the browser there", async () => {
  const own = await startTestApp({ env: { PUBLIC_URL, GITHUB_CLIENT_ID: "gh", GITHUB_CLIENT_SECRET: "s", GOOGLE_CLIENT_ID: "go", GOOGLE_CLIENT_SECRET: "s" } });
  const { call } = own.newBrowser();
  expect((await call("GET", "/v1/auth/methods")).body.providers).toEqual([{ id: "github", name: "GitHub" }, { id: "google", name: "Google" }]);
  for (const [id, host] of [["github", "github.com"], ["google", "accounts.google.com"]] as const) {
    const url = new URL((await call("POST", `/v1/auth/providers/${id}`, {})).body.url);
    expect(url.host).toBe(host);
    expect(url.searchParams.get("redirect_uri")).toBe(`${PUBLIC_URL}/v1/auth/callback/${id}`);
    expect(url.searchParams.get("code_challenge_method") ?? "S256").toBe("S256");
  }
});

test("without leave to sign up a provider makes no account, but the first one and those that are invited", async () => {
  const own = await startTestApp({ env: { PUBLIC_URL, ...oidcSettings(port), SIGNUP: "invite" } });
  const [first, second, third] = [newAccount(), newAccount(), newAccount()];
  expect((await own.newBrowser().call("GET", "/v1/auth/methods")).body.sign_up).toBe("open");
  const owner = own.newBrowser();
  expect(locationOf(await signIn(owner, first.sub))).toBe("/");
  expect((await meOf(owner)).operator).toBe(true);
  expect((await owner.call("GET", "/v1/auth/methods")).body.sign_up).toBe("invite");

  const browser = own.newBrowser();
  expect(locationOf(await signIn(browser, second.sub))).toBe("/sign-in-failed?error=sign_up_closed");
  expect(browser.cookies.get("__Host-sid")).toBeUndefined();

  const { slug } = (await owner.call("POST", "/v1/workspaces", { name: "Acme team" })).body;
  expect((await owner.call("POST", `/v1/workspaces/${slug}/invitations`, { email: third.email, role: "developer" })).status).toBe(201);
  expect(locationOf(await signIn(own.newBrowser(), third.sub))).toBe("/");
});

test("of two who come at once as the same new person, one account comes", async () => {
  const { sub, email } = newAccount();
  const browsers = [app().newBrowser(), app().newBrowser()];
  const ways = await Promise.all(browsers.map(async (browser) => ({ browser, back: await visit(browser, sub) })));
  await Promise.all(ways.map(({ browser, back }) => browser.call("GET", back)));
  const users = await db().selectFrom("users").select("id").where("email", "=", email).execute();
  expect(users).toHaveLength(1);
  expect(await db().selectFrom("workspaces").select("id").where("personal_user_id", "=", users[0]?.id ?? "").execute()).toHaveLength(1);
});

test("a provider that is down is asked again every half a minute, and stands in nobody's way meanwhile", async () => {
  let nowMs = Date.now();
  const downPort = await findFreePort();
  const own = await startTestApp({ env: { PUBLIC_URL, ...oidcSettings(downPort) }, now: () => new Date(nowMs) });
  const { call } = own.newBrowser();
  const down = await call("POST", "/v1/auth/providers/oidc", {});
  expect(down.status).toBe(503);
  expect(down.body.error).toMatchObject({ retry_after: 30, details: { reason: "provider_unavailable" } });
  expect((await own.newPerson()).user_id).toMatch(/^usr_/);

  const late = await openOidcServer(downPort, PUBLIC_URL);
  onTestFinished(() => late.close());
  nowMs += 29_000;
  expect((await call("POST", "/v1/auth/providers/oidc", {})).body.error.retry_after).toBe(1);
  nowMs += 1_000;
  const answers = await Promise.all([1, 2, 3].map(() => call("POST", "/v1/auth/providers/oidc", {})));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
});
