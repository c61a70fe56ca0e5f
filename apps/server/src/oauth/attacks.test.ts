import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import { SignIn, type Parameters } from "../testing/authorization.ts";
import { newClient, newConnection } from "../testing/connections.ts";
import { shareTestApp } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";

const PUBLIC_URL = "http://localhost:3000";
const clock = { aheadMs: 0 };
const app = shareTestApp({ env: { PUBLIC_URL }, now: () => new Date(Date.now() + clock.aheadMs) });

const MINUTE_MS = 60_000;

async function newWebClient(redirect_uri = "https://app.example/callback", kind: "registered" | "document" = "registered"): Promise<{ id: string; redirect_uri: string }> {
  const { id: known } = await newClient(app(), "Heron", kind);
  // A document is known by where it lies, and this one was read just now.
  const id = kind === "document" ? `https://app.example/${known}.json` : known;
  const fresh_until = new Date(Date.now() + 60 * MINUTE_MS).toISOString();
  await app().server.control.db.updateTable("clients").set({ id, fresh_until, redirect_uris: JSON.stringify([redirect_uri]), application_type: "web" }).where("id", "=", known).execute();
  return { id, redirect_uri };
}

async function newSignIn(client?: { id: string; redirect_uri?: string }): Promise<{ person: TestPerson; signIn: SignIn }> {
  const person = await app().newPerson();
  return { person, signIn: new SignIn(app(), person, client ?? (await newClient(app()))) };
}

// Until it is certain who asks and where the answer goes, nobody is sent anywhere.
const LOOPBACK = "http://127.0.0.1/callback";
const STRAYS: [what: string, registered: string, asked: Parameters][] = [
  ["no client", LOOPBACK, { client_id: undefined }],
  ["an unknown client", LOOPBACK, { client_id: newId("cli") }],
  ["two clients at once", LOOPBACK, { client_id: ["one", "other"] }],
  ["no redirect URI", LOOPBACK, { redirect_uri: undefined }],
  ["two redirect URIs", LOOPBACK, { redirect_uri: [LOOPBACK, "https://evil.example/"] }],
  ["a redirect URI of another host", LOOPBACK, { redirect_uri: "https://evil.example/callback" }],
  ["a redirect URI with another path", LOOPBACK, { redirect_uri: "http://127.0.0.1/other" }],
  ["a redirect URI with a longer path", LOOPBACK, { redirect_uri: "http://127.0.0.1/callback/more" }],
  ["a redirect URI that climbs out of its path", LOOPBACK, { redirect_uri: "http://127.0.0.1/callback/../evil" }],
  ["a redirect URI with a slash more", LOOPBACK, { redirect_uri: "http://127.0.0.1/callback/" }],
  ["a redirect URI with a query more", LOOPBACK, { redirect_uri: "http://127.0.0.1/callback?next=https://evil.example" }],
  ["a redirect URI with a fragment", LOOPBACK, { redirect_uri: "http://127.0.0.1/callback#evil" }],
  ["a redirect URI whose host is a user name", LOOPBACK, { redirect_uri: "http://127.0.0.1@evil.example/callback" }],
  ["a redirect URI whose host only begins alike", LOOPBACK, { redirect_uri: "http://127.0.0.1.evil.example/callback" }],
  ["a redirect URI with a port that is none", LOOPBACK, { redirect_uri: "http://127.0.0.1:80@evil.example/callback" }],
  ["a redirect URI with a loopback address in another writing", LOOPBACK, { redirect_uri: "http://2130706433/callback" }],
  ["localhost for 127.0.0.1", LOOPBACK, { redirect_uri: "http://localhost/callback" }],
  ["https for http", LOOPBACK, { redirect_uri: "https://127.0.0.1/callback" }],
  ["a redirect URI that is a script", LOOPBACK, { redirect_uri: "javascript:alert(1)//127.0.0.1/callback" }],
  ["a web client's redirect URI at another port", "https://app.example/callback", { redirect_uri: "https://app.example:8443/callback" }],
  ["a web client's redirect URI without TLS", "https://app.example/callback", { redirect_uri: "http://app.example/callback" }],
  ["a web client's redirect URI in capitals", "https://app.example/callback", { redirect_uri: "https://app.example/CALLBACK" }],
  ["a web client's redirect URI at a subdomain", "https://app.example/callback", { redirect_uri: "https://evil.app.example/callback" }],
  ["a web client's redirect URI with a backslash", "https://app.example/callback", { redirect_uri: "https://app.example\\@evil.example/callback" }],
  ["a web client's redirect URI with a percent-encoded letter", "https://app.example/callback", { redirect_uri: "https://app.example/c%61llback" }],
];

test.each(STRAYS)("an authorization request with %s is answered by a page, not by a redirect", async (_, registered, asked) => {
  const { signIn } = await newSignIn(await newWebClient(registered));
  const { status, headers, body } = await signIn.ask({ redirect_uri: registered, ...asked });
  expect({ status, location: headers.get("location") }).toEqual({ status: 400, location: null });
  expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(body).not.toContain("csn_");
});

test("a redirect URI of another client is answered by a page", async () => {
  const theirs = await newWebClient("https://other.example/callback");
  const { signIn } = await newSignIn(await newWebClient());
  expect((await signIn.ask({ redirect_uri: theirs.redirect_uri })).status).toBe(400);
});

const FAULTS: [what: string, asked: Parameters, error: string][] = [
  ["no PKCE", { code_challenge: undefined, code_challenge_method: undefined }, "invalid_request"],
  ["plain PKCE", { code_challenge_method: "plain" }, "invalid_request"],
  ["a challenge whose method is left to the default, which is plain", { code_challenge_method: undefined }, "invalid_request"],
  ["a method without a challenge", { code_challenge: undefined }, "invalid_request"],
  ["a challenge that is no SHA-256", { code_challenge: "short" }, "invalid_request"],
  ["the implicit grant", { response_type: "token" }, "unsupported_response_type"],
  ["a hybrid response", { response_type: "code token" }, "unsupported_response_type"],
  ["no response type", { response_type: undefined }, "invalid_request"],
  ["the answer in a fragment", { response_mode: "fragment" }, "invalid_request"],
  ["a request object", { request: "eyJhbGciOiJub25lIn0.e30." }, "request_not_supported"],
  ["a request object to be fetched", { request_uri: "http://169.254.169.254/latest" }, "request_uri_not_supported"],
  ["a scope that there is not", { scope: "memory:read admin:all" }, "invalid_scope"],
  ["a permission for a scope", { scope: "keys:write" }, "invalid_scope"],
  ["a resource of another server", { resource: "https://other.example/mcp" }, "invalid_target"],
  ["a resource whose server only begins alike", { resource: `${PUBLIC_URL}.evil.example/mcp` }, "invalid_target"],
  ["a resource with another spelling", { resource: `${PUBLIC_URL}/mcp/` }, "invalid_target"],
  ["a resource that climbs", { resource: `${PUBLIC_URL}/v1/../mcp` }, "invalid_target"],
  ["the API, which is for our own command line", { resource: `${PUBLIC_URL}/v1` }, "invalid_target"],
  ["two resources", { resource: [`${PUBLIC_URL}/mcp`, `${PUBLIC_URL}/v1`] }, "invalid_target"],
  ["no page, where the person has to be asked", { prompt: "none" }, "interaction_required"],
];

test.each(FAULTS)("an authorization request with %s goes back with the reason, the state and the issuer, and without a code", async (_, asked, error) => {
  const { signIn } = await newSignIn();
  const { status, headers } = await signIn.ask(asked);
  expect(status).toBe(303);
  const location = new URL(headers.get("location") ?? "");
  expect(location.origin + location.pathname).toBe("http://127.0.0.1:4444/callback");
  const { error_description, ...answer } = Object.fromEntries(location.searchParams);
  expect(answer).toEqual({ error, state: "as it was", iss: PUBLIC_URL });
  expect(error_description).toMatch(/\w/);
});

test.each(FAULTS)("an authorization request with %s of an app that registered itself for a place elsewhere is answered by a page of ours, which links there and goes nowhere by itself", async (_, asked, error) => {
  for (const redirect_uri of ["https://app.example/callback?a=1", "heron.app:/callback"]) {
    const { signIn } = await newSignIn(await newWebClient(redirect_uri));
    const { status, headers, body } = await signIn.ask(asked);
    expect({ status, location: headers.get("location"), refresh: headers.get("refresh") }).toEqual({ status: 400, location: null, refresh: null });
    expect(body).not.toMatch(/http-equiv|<script/);
    const link = new URL(/href="([^"]+)" rel="noreferrer"/.exec(String(body))?.[1]?.replaceAll("&amp;", "&") ?? "");
    expect(link.href.startsWith(redirect_uri)).toBe(true);
    expect(Object.fromEntries(link.searchParams)).toMatchObject({ error, state: "as it was", iss: PUBLIC_URL });
  }
});

test.each(FAULTS)("an authorization request with %s of an app that is described by a document goes back to it", async (_, asked, error) => {
  const { signIn } = await newSignIn(await newWebClient("https://app.example/callback", "document"));
  const { status, headers } = await signIn.ask(asked);
  expect(status).toBe(303);
  expect(new URL(headers.get("location") ?? "").searchParams.get("error")).toBe(error);
});

test("whoever is not signed in is taken nowhere by an app that registered itself for a place elsewhere, and asked to sign in where it asks rightly", async () => {
  const { signIn } = await newSignIn(await newWebClient());
  const visit = async (asked: Parameters) => (await app().newBrowser().call("GET", signIn.pathOf(asked))).headers.get("location");
  expect([await visit({ response_type: "nope" }), await visit({ prompt: "none" }), (await visit({}))?.startsWith("/sign-in#")]).toEqual([null, null, true]);
});

test("nobody who is not signed in is asked anything", async () => {
  const { signIn } = await newSignIn();
  const asked = await app().newBrowser().call("GET", signIn.pathOf());
  expect(asked.headers.get("location")).toBe(`/sign-in#${new URLSearchParams({ next: signIn.pathOf() }).toString()}`);
  const silent = await app().newBrowser().call("GET", signIn.pathOf({ prompt: "none" }));
  expect(new URL(silent.headers.get("location") ?? "").searchParams.get("error")).toBe("login_required");
});

test("the consent page cannot be framed, runs no script but ours, and is kept nowhere", async () => {
  const { signIn } = await newSignIn();
  const { headers } = await signIn.ask();
  expect(headers.get("x-frame-options")).toBe("DENY");
  expect(headers.get("content-security-policy")).toMatch(/default-src 'none'; script-src 'self';.*frame-ancestors 'none'/);
  expect(headers.get("content-security-policy")).not.toContain("unsafe");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
});

test("a client's name and a state are text on the page, not markup", async () => {
  const client = await newClient(app(), `<img src=x onerror=alert(1)>"'`);
  const { signIn } = await newSignIn(client);
  const { body } = await signIn.ask({ state: "<script>alert(1)</script>" });
  expect(body).toContain("Connect &lt;img src=x");
  expect(body).not.toMatch(/<img src=x|<script>alert/);
});

test("a page of another site cannot answer for a person (CSRF)", async () => {
  const { signIn, person } = await newSignIn();
  const id = await signIn.question();
  const path = `/v1/oauth/consents/${id}`;
  const yes = { allow: true, workspace: person.workspace };
  expect((await person.call("POST", path, yes, { origin: "https://evil.example" })).status).toBe(403);
  expect((await person.call("POST", path, yes, { origin: "null" })).status).toBe(403);
  expect((await person.call("POST", path, yes, { "sec-fetch-site": "same-site" })).status).toBe(403);
  expect((await app().call("POST", path, yes, { cookie: person.cookies.toString() })).status).toBe(403);
  // A form of another site can send these types without asking first.
  for (const type of ["text/plain", "application/x-www-form-urlencoded"]) expect((await person.call("POST", path, JSON.stringify(yes), { "content-type": type })).status).toBe(400);
  expect((await signIn.answer(id)).status).toBe(200);
});

test("nobody answers for another person", async () => {
  const { signIn } = await newSignIn();
  const id = await signIn.question();
  const other = await app().newPerson();
  const theirs = await other.call("POST", `/v1/oauth/consents/${id}`, { allow: true, workspace: other.workspace });
  const missing = await other.call("POST", `/v1/oauth/consents/${newId("csn")}`, { allow: true, workspace: other.workspace });
  expect(theirs.status).toBe(404);
  expect({ ...theirs.body.error, request_id: "" }).toEqual({ ...missing.body.error, request_id: "" });
  expect((await app().newBrowser().call("POST", `/v1/oauth/consents/${id}`, { allow: true })).status).toBe(401);
});

test("no program answers for a person: not by a key, not by a token", async () => {
  const { signIn, person } = await newSignIn();
  const path = `/v1/oauth/consents/${await signIn.question()}`;
  const { call } = await app().newWorkspace(undefined, { workspace: person.workspace });
  const { token } = await newConnection(app(), person);
  expect((await call("POST", path, { allow: true, workspace: person.workspace })).status).toBe(403);
  expect((await app().call("POST", path, { allow: true, workspace: person.workspace }, { authorization: `Bearer ${token}` })).status).toBe(403);
});

test("a question is answered once", async () => {
  const { signIn } = await newSignIn();
  const id = await signIn.question();
  const answers = await Promise.all(Array.from({ length: 10 }, () => signIn.answer(id)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
  expect((await signIn.answer(id, { allow: true })).body.error.details).toEqual({ reason: "consent_over" });
});

test("a question that waited for more than ten minutes is over", async () => {
  const { signIn } = await newSignIn();
  const id = await signIn.question();
  clock.aheadMs += 10 * MINUTE_MS;
  expect((await signIn.answer(id)).status).toBe(409);
});

test("an answer gives no scope that was not asked for, and no empty one", async () => {
  const { signIn } = await newSignIn();
  const id = await signIn.question({ scope: "memory:read" });
  const { status, body } = await signIn.answer(id, { scopes: ["memory:read", "memory:delete"] });
  expect({ status, param: body.error.param }).toEqual({ status: 400, param: "scopes" });
  expect((await signIn.answer(id, { scopes: [] })).status).toBe(400);
  expect((await signIn.answer(id, { scopes: ["keys:write"] })).status).toBe(400);
});

test("an answer gives no workspace but the person's own, and others do not exist", async () => {
  const { signIn } = await newSignIn();
  const stranger = await app().newPerson();
  const id = await signIn.question();
  const theirs = await signIn.answer(id, { workspace: stranger.workspace });
  const missing = await signIn.answer(id, { workspace: newId("wsp") });
  expect(theirs.status).toBe(404);
  expect({ ...theirs.body.error, request_id: "" }).toEqual({ ...missing.body.error, request_id: "" });
});

test("a personal URL leads to no workspace of others, and to no other one than it names", async () => {
  const { signIn, person } = await newSignIn();
  const stranger = await app().newPerson();
  const at = (workspace: string): Parameters => ({ resource: `${PUBLIC_URL}/mcp/claude/${workspace}` });
  const [theirs, missing] = await Promise.all([signIn.ask(at(stranger.workspace)), signIn.ask(at("no-such-one"))]);
  expect(theirs.status).toBe(404);
  expect(theirs.body.replaceAll(stranger.workspace, "no-such-one")).toBe(missing.body.replaceAll(stranger.workspace, "no-such-one"));
  const team = (await person.call("POST", "/v1/workspaces", { name: newId("wsp") })).body.id as string;
  const { status, body } = await signIn.answer(await signIn.question(at(person.workspace)), { workspace: team });
  expect({ status, param: body.error.param }).toEqual({ status: 400, param: "workspace" });
});
