import { SYSTEM } from "../audit/origin.ts";
import { expect, test } from "vitest";
import { revokeConnection } from "../connections/revoke.ts";
import { SignIn, type Parameters } from "../testing/authorization.ts";
import { newClient, newConnection } from "../testing/connections.ts";
import { findWords } from "../testing/files.ts";
import { shareTestApp, startTestApp, type Answer, type TestApp } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";

const PUBLIC_URL = "http://localhost:3000";
const clock = { aheadMs: 0 };
const app = shareTestApp({ env: { PUBLIC_URL }, now: () => new Date(Date.now() + clock.aheadMs) });

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

// The API is where a test can see what a token opens; it is for clients of our own.
const API: Parameters = { resource: `${PUBLIC_URL}/v1` };

async function newSignIn(at: TestApp = app()): Promise<{ person: TestPerson; signIn: SignIn }> {
  const person = await at.newPerson();
  return { person, signIn: new SignIn(at, person, await newClient(at, "Heron", "own")) };
}

/** How a request was refused, in words that OAuth allows. */
function refusalOf({ status, body }: Answer): { status: number; error: string; plain: boolean } {
  // RFC 6749 5.2 allows no other characters in a description.
  return { status, error: body.error, plain: /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/.test(body.error_description) };
}
const refused = (error: string, status = 400) => ({ status, error, plain: true });

const use = (token: string, path = "/v1/groups", headers: Record<string, string> = {}): Promise<Answer> => app().call("GET", path, undefined, { authorization: `Bearer ${token}`, ...headers });
const works = async (token: string): Promise<boolean> => (await use(token)).status === 200;

const BAD_EXCHANGES: [what: string, sent: Parameters, refusal: ReturnType<typeof refused>][] = [
  ["no verifier", { code_verifier: undefined }, refused("invalid_request")],
  ["an empty verifier", { code_verifier: "" }, refused("invalid_request")],
  ["a verifier that is too short", { code_verifier: "a".repeat(42) }, refused("invalid_request")],
  ["a verifier that is too long", { code_verifier: "a".repeat(129) }, refused("invalid_request")],
  ["another verifier", { code_verifier: "a".repeat(43) }, refused("invalid_grant")],
  ["no client", { client_id: undefined }, refused("invalid_request")],
  ["an unknown client", { client_id: "cli_nobody" }, refused("invalid_client", 401)],
  ["no redirect URI", { redirect_uri: undefined }, refused("invalid_request")],
  ["another redirect URI", { redirect_uri: "http://127.0.0.1:4445/callback" }, refused("invalid_grant")],
  ["another resource", { resource: `${PUBLIC_URL}/mcp` }, refused("invalid_target")],
  ["a foreign resource", { resource: "https://other.example/mcp" }, refused("invalid_target")],
  ["two resources", { resource: [`${PUBLIC_URL}/v1`, `${PUBLIC_URL}/mcp`] }, refused("invalid_target")],
  ["two verifiers", { code_verifier: ["a".repeat(43), "b".repeat(43)] }, refused("invalid_request")],
  ["a secret in the body", { client_secret: "hunter2" }, refused("invalid_client", 401)],
  ["an assertion of the client", { client_assertion: "e30.e30." }, refused("invalid_client", 401)],
  ["no grant", { grant_type: undefined }, refused("invalid_request")],
  ["the grant of passwords", { grant_type: "password" }, refused("unsupported_grant_type")],
  ["the grant of clients for themselves", { grant_type: "client_credentials" }, refused("unsupported_grant_type")],
  ["the grant of assertions", { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer" }, refused("unsupported_grant_type")],
];

test.each(BAD_EXCHANGES)("a code with %s gives no tokens, and is not used up for its owner", async (_, sent, refusal) => {
  const { signIn } = await newSignIn();
  const code = await signIn.code(API);
  expect(refusalOf(await signIn.exchange(code, sent))).toEqual(refusal);
  expect((await signIn.exchange(code)).status).toBe(200);
});

test("a client that shows a secret in Authorization is refused in its own scheme", async () => {
  const { signIn } = await newSignIn();
  const answer = await signIn.exchange(await signIn.code(), {}, { authorization: `Basic ${btoa(`${signIn.client_id}:secret`)}` });
  expect(refusalOf(answer)).toEqual(refused("invalid_client", 401));
  expect(answer.headers.get("www-authenticate")).toBe('Basic realm="loci"');
});

test("a code of another client gives no tokens", async () => {
  const { signIn, person } = await newSignIn();
  const other = new SignIn(app(), person, await newClient(app()));
  expect(refusalOf(await other.exchange(await signIn.code(), { code_verifier: signIn.verifier }))).toEqual(refused("invalid_grant"));
});

test("a code that nobody was given gives no tokens", async () => {
  const { signIn } = await newSignIn();
  expect(refusalOf(await signIn.exchange("mc_guess"))).toEqual(refused("invalid_grant"));
});

test("a code holds for a minute", async () => {
  const { signIn } = await newSignIn();
  const code = await signIn.code();
  clock.aheadMs += MINUTE_MS;
  expect(refusalOf(await signIn.exchange(code))).toEqual(refused("invalid_grant"));
});

test("a code that comes again gives nothing, and what it has issued ends at once", async () => {
  const { signIn, person } = await newSignIn();
  const code = await signIn.code(API);
  const { body: first } = await signIn.exchange(code);
  expect(await works(first.access_token)).toBe(true);
  expect(refusalOf(await signIn.exchange(code))).toEqual(refused("invalid_grant"));
  expect(await works(first.access_token)).toBe(false);
  expect(refusalOf(await signIn.refresh(first.refresh_token))).toEqual(refused("invalid_grant"));
  const { body: audit } = await person.call("GET", "/v1/account/audit");
  expect(audit.items.map(({ action }: { action: string }) => action)).toContain("code.replayed");
});

test("of a code that is spent twenty times at once, nothing that works is left", async () => {
  const { signIn } = await newSignIn();
  const code = await signIn.code(API);
  const answers = await Promise.all(Array.from({ length: 20 }, () => signIn.exchange(code)));
  const [won, ...more] = answers.filter(({ status }) => status === 200);
  expect(more).toEqual([]);
  expect(await works(won?.body.access_token)).toBe(false);
});

test("a code of a connection that was revoked meanwhile gives no tokens", async () => {
  const { signIn, person } = await newSignIn();
  const code = await signIn.code(API);
  const { id } = await app().server.control.db.selectFrom("connections").select("id").where("user_id", "=", person.user_id).executeTakeFirstOrThrow();
  await revokeConnection(app().server, { origin: SYSTEM }, id, "person");
  expect(refusalOf(await signIn.exchange(code))).toEqual(refused("invalid_grant"));
});

test("what stands in the URL of the token endpoint counts for nothing", async () => {
  const { signIn } = await newSignIn();
  const query = new URLSearchParams({ grant_type: "authorization_code", code: await signIn.code(), client_id: signIn.client_id, redirect_uri: signIn.redirect_uri, code_verifier: signIn.verifier });
  expect(refusalOf(await signIn.post(`/oauth/token?${query.toString()}`, {}))).toEqual(refused("invalid_request"));
  expect((await app().call("GET", `/oauth/token?${query.toString()}`)).status).toBe(405);
});

test("the token endpoint takes no JSON and no more than 64 KB", async () => {
  expect(refusalOf(await app().call("POST", "/oauth/token", { grant_type: "authorization_code" }))).toEqual(refused("invalid_request"));
  const { signIn } = await newSignIn();
  expect(refusalOf(await signIn.post("/oauth/token", { code: "a".repeat(65_536) }))).toEqual(refused("invalid_request", 413));
});

test("tokens are kept by no cache, and pages of other sites get them without cookies alone", async () => {
  const { signIn } = await newSignIn();
  const { headers } = await signIn.exchange(await signIn.code());
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(headers.get("access-control-allow-credentials")).toBeNull();
});

const BAD_REFRESHES: [what: string, sent: Parameters, refusal: ReturnType<typeof refused>][] = [
  ["more than was granted", { scope: "memory:read memory:delete" }, refused("invalid_scope")],
  ["a scope that there is not", { scope: "admin:all" }, refused("invalid_scope")],
  ["another resource", { resource: `${PUBLIC_URL}/mcp` }, refused("invalid_target")],
  ["no client", { client_id: undefined }, refused("invalid_request")],
  ["an unknown client", { client_id: "cli_nobody" }, refused("invalid_client", 401)],
];

test.each(BAD_REFRESHES)("a refresh that asks with %s is refused, and the sign-in goes on", async (_, sent, refusal) => {
  const { signIn } = await newSignIn();
  const { refresh_token } = await signIn.tokens(API);
  expect(refusalOf(await signIn.refresh(refresh_token, sent))).toEqual(refusal);
  expect((await signIn.refresh(refresh_token)).status).toBe(200);
});

test("a refresh token of another client is refused, and its sign-in goes on", async () => {
  const { signIn, person } = await newSignIn();
  const { refresh_token } = await signIn.tokens(API);
  const other = new SignIn(app(), person, await newClient(app()));
  expect(refusalOf(await other.refresh(refresh_token))).toEqual(refused("invalid_grant"));
  expect((await signIn.refresh(refresh_token)).status).toBe(200);
});

test("a refresh token that comes again ends its sign-in, and no other one of the app", async () => {
  const { signIn, person } = await newSignIn();
  const bystander = await signIn.tokens(API);
  const stolen = await signIn.tokens(API);
  const { body: rotated } = await signIn.refresh(stolen.refresh_token);
  expect(await works(stolen.access_token)).toBe(false);
  expect(await works(rotated.access_token)).toBe(true);
  expect(refusalOf(await signIn.refresh(stolen.refresh_token))).toEqual(refused("invalid_grant"));
  expect(await works(rotated.access_token)).toBe(false);
  expect(refusalOf(await signIn.refresh(rotated.refresh_token))).toEqual(refused("invalid_grant"));
  expect(await works(bystander.access_token)).toBe(true);
  const { body: audit } = await person.call("GET", "/v1/account/audit");
  expect(audit.items.filter(({ action }: { action: string }) => action === "token.reused")).toHaveLength(1);
});

test("a refresh token that is sent twenty times at once leads to one pair, and ends it when it comes after that", async () => {
  const { signIn } = await newSignIn();
  const { refresh_token } = await signIn.tokens(API);
  const answers = await Promise.all(Array.from({ length: 20 }, () => signIn.refresh(refresh_token)));
  const pairs = new Set(answers.map(({ body }) => [body.access_token, body.refresh_token].join(" ")));
  expect(pairs.size).toBe(1);
  const [won] = answers;
  expect(await works(won?.body.access_token)).toBe(true);
  expect(refusalOf(await signIn.refresh(refresh_token))).toEqual(refused("invalid_grant"));
  expect(await works(won?.body.access_token)).toBe(false);
});

test("no kind of token passes for another", async () => {
  const { signIn } = await newSignIn();
  const code = await signIn.code(API);
  const { access_token, refresh_token } = await signIn.tokens(API);
  for (const token of [access_token, code, "", "mk_live_x"]) expect((await signIn.refresh(token)).status).toBe(400);
  for (const token of [access_token, refresh_token]) expect((await signIn.exchange(token)).status).toBe(400);
  for (const token of [refresh_token, code, `${access_token}x`, access_token.slice(0, -1), access_token.toUpperCase()]) expect((await use(token)).status).toBe(401);
});

test("no refresh moves the absolute end of a sign-in", async () => {
  let aheadMs = 0;
  const late = await startTestApp({ env: { PUBLIC_URL }, now: () => new Date(Date.now() + aheadMs) });
  const { signIn } = await newSignIn(late);
  let { refresh_token } = await signIn.tokens(API);
  for (const dayMs of [40 * DAY_MS, 80 * DAY_MS]) {
    aheadMs = dayMs;
    ({ refresh_token } = (await signIn.refresh(refresh_token)).body);
  }
  aheadMs = 90 * DAY_MS - MINUTE_MS;
  const { body: last } = await signIn.refresh(refresh_token);
  // No access token outlives its sign-in either.
  expect(last.expires_in).toBeLessThanOrEqual(60);
  aheadMs = 90 * DAY_MS + MINUTE_MS;
  expect(refusalOf(await signIn.refresh(last.refresh_token))).toEqual(refused("invalid_grant"));
  expect((await late.call("GET", "/v1/groups", undefined, { authorization: `Bearer ${last.access_token}` })).status).toBe(401);
});

test("an access token holds for a quarter of an hour", async () => {
  const { signIn } = await newSignIn();
  const { access_token } = await signIn.tokens(API);
  clock.aheadMs += 14 * MINUTE_MS;
  expect(await works(access_token)).toBe(true);
  clock.aheadMs += MINUTE_MS;
  expect(await works(access_token)).toBe(false);
});

test("a token for MCP does not open the API, and is refused as any that is none", async () => {
  const { signIn, person } = await newSignIn();
  for (const resource of [`${PUBLIC_URL}/mcp`, `${PUBLIC_URL}/mcp/claude/${person.workspace}`]) {
    const { access_token } = await signIn.tokens({ resource });
    const { status, headers, body } = await use(access_token);
    expect({ status, reason: body.error.details.reason }).toEqual({ status: 401, reason: "invalid_token" });
    expect(headers.get("www-authenticate")).toContain("Bearer");
  }
});

test("a token in a URL, in a cookie or as a key opens nothing", async () => {
  const { signIn } = await newSignIn();
  const { access_token } = await signIn.tokens(API);
  expect((await app().call("GET", `/v1/groups?access_token=${access_token}`)).status).toBe(401);
  expect((await app().call("GET", "/v1/groups", undefined, { cookie: `sid=${access_token}` })).status).toBe(401);
  expect((await app().call("GET", "/v1/groups", undefined, { "x-api-key": access_token })).status).toBe(401);
});

test("a token does what its scopes and the person's role allow, and nothing in other workspaces", async () => {
  const { signIn, person } = await newSignIn();
  const stranger = await app().newPerson();
  const { access_token } = await signIn.tokens({ ...API, scope: "memory:read" });
  expect((await use(access_token, "/v1/groups", { "x-workspace": stranger.workspace })).status).toBe(404);
  const store = (token: string) => app().call("POST", "/v1/store", { content: "It rains." }, { authorization: `Bearer ${token}` });
  expect((await store(access_token)).status).toBe(403);
  const { access_token: writes } = await signIn.tokens(API);
  expect((await store(writes)).status).toBe(200);
  for (const path of ["/v1/api-keys", "/v1/audit", `/v1/workspaces/${person.workspace}/members`, "/v1/account"]) expect((await use(writes, path)).status).toBe(403);
});

test("what the person unticks is not granted, whatever the app asked for", async () => {
  const { signIn } = await newSignIn();
  const { body } = await signIn.exchange(await signIn.code({ ...API, scope: "memory:read memory:write memory:delete" }, { scopes: ["memory:read"] }));
  expect(body.scope).toBe("memory:read");
  expect(refusalOf(await signIn.refresh(body.refresh_token, { scope: "memory:write" }))).toEqual(refused("invalid_scope"));
});

test("a refresh may ask for less, and gets no more than that", async () => {
  const { signIn } = await newSignIn();
  const { refresh_token } = await signIn.tokens(API);
  const { body } = await signIn.refresh(refresh_token, { scope: "memory:read" });
  expect(body.scope).toBe("memory:read");
  expect((await app().call("POST", "/v1/store", { content: "It rains." }, { authorization: `Bearer ${body.access_token}` })).status).toBe(403);
  expect((await signIn.refresh(body.refresh_token)).body.scope).toBe("memory:read memory:write");
});

test("a client gives back its own tokens alone: a refresh token ends the sign-in, an access token itself", async () => {
  const { signIn, person } = await newSignIn();
  const tokens = await signIn.tokens(API);
  const other = new SignIn(app(), person, await newClient(app()));
  for (const token of [tokens.access_token, tokens.refresh_token]) expect(refusalOf(await other.revoke(token))).toEqual(refused("invalid_grant"));
  expect(await works(tokens.access_token)).toBe(true);
  expect((await signIn.revoke(tokens.access_token)).status).toBe(200);
  expect(await works(tokens.access_token)).toBe(false);
  const { body: next } = await signIn.refresh(tokens.refresh_token);
  expect((await signIn.revoke(next.refresh_token, { token_type_hint: "access_token" })).status).toBe(200);
  expect(await works(next.access_token)).toBe(false);
  expect(refusalOf(await signIn.refresh(next.refresh_token))).toEqual(refused("invalid_grant"));
});

test("to give back what is no token is fine, and without a client or a token it is not", async () => {
  const { signIn } = await newSignIn();
  expect((await signIn.revoke("mt_nothing")).status).toBe(200);
  expect(refusalOf(await signIn.revoke("mt_nothing", { client_id: undefined }))).toEqual(refused("invalid_request"));
  expect(refusalOf(await signIn.revoke("mt_nothing", { client_id: "cli_nobody" }))).toEqual(refused("invalid_client", 401));
  expect(refusalOf(await signIn.revoke(""))).toEqual(refused("invalid_request"));
});

test("neither the files nor the log hold a code, a verifier or a token", async () => {
  const { signIn } = await newSignIn();
  const code = await signIn.code(API);
  const { body: first } = await signIn.exchange(code);
  const { body: next } = await signIn.refresh(first.refresh_token);
  const secrets = [signIn.verifier, code, first.access_token, first.refresh_token, next.access_token, next.refresh_token];
  expect(findWords(app().dataDir, secrets)).toEqual([]);
  const told = JSON.stringify(app().logged);
  expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
});

test("a connection that is revoked ends its tokens at the next request, and the person's others go on", async () => {
  const person = await app().newPerson();
  const [one, other] = await Promise.all([newConnection(app(), person), newConnection(app(), person)]);
  expect([await works(one.token), await works(other.token)]).toEqual([true, true]);
  await revokeConnection(app().server, { origin: SYSTEM }, one.connection_id, "person");
  expect([await works(one.token), await works(other.token)]).toEqual([false, true]);
});

test("a client that hammers the token endpoint is slowed down, and another one is not", async () => {
  const { signIn, person } = await newSignIn();
  const guesses = await Promise.all(Array.from({ length: 601 }, (_, n) => signIn.exchange(`mc_${n}`)));
  const limited = guesses.filter(({ status }) => status === 429);
  expect(limited).toHaveLength(1);
  expect(limited[0]?.body.error).toBe("temporarily_unavailable");
  expect(Number(limited[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
  const other = new SignIn(app(), person, await newClient(app()));
  expect((await other.exchange("mc_guess")).status).toBe(400);
});

test("a person is asked sixty times an hour at most", async () => {
  const { signIn } = await newSignIn();
  const answers: number[] = [];
  for (let asked = 0; asked < 61; asked++) answers.push((await signIn.ask()).status);
  expect(answers.slice(0, 60).every((status) => status === 200)).toBe(true);
  expect(answers[60]).toBe(429);
});
