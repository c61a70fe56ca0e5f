import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import { shareTestApp, startTestApp, type Answer } from "../testing/harness.ts";
import { createDice } from "../testing/requests.ts";
import { findClient } from "./clients.ts";

const app = shareTestApp();
const closed = shareTestApp({ env: { CLIENT_REGISTRATION: "off" } });
const REDIRECTS = ["http://127.0.0.1/callback"];

let networks = 0;
/** From a network that nothing was counted for yet. */
const register = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> => app().newBrowser(`10.${networks >> 8}.${networks++ & 0xff}.1`).call("POST", "/oauth/register", body, headers);
const countClients = async (): Promise<number> => (await app().server.control.db.selectFrom("clients").select("id").execute()).length;

test("a client is registered as it describes itself, without a secret, and is known from then on", async () => {
  const { status, headers, body } = await register({
    client_name: "My assistant", client_uri: "https://assistant.example/", redirect_uris: [...REDIRECTS, "cursor://x/callback"], application_type: "native",
    token_endpoint_auth_method: "client_secret_post", grant_types: ["authorization_code", "refresh_token", "implicit"], response_types: ["code", "token"], scope: "memory:read", logo_uri: "https://assistant.example/logo.png", software_id: "x", "client_name#de": "Mein Helfer",
  });
  expect(status).toBe(201);
  expect(body).toEqual({
    client_id: expect.stringMatching(/^cli_[0-9a-f]{32}$/), client_id_issued_at: expect.any(Number), client_name: "My assistant", client_uri: "https://assistant.example/", redirect_uris: [...REDIRECTS, "cursor://x/callback"], application_type: "native",
    token_endpoint_auth_method: "none", grant_types: ["authorization_code", "refresh_token"], response_types: ["code"],
  });
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(await findClient(app().server, body.client_id)).toMatchObject({ kind: "registered", name: "My assistant", application_type: "native" });
  // Strangers write no audit log: what matters is that somebody let it in, and connection.created names it then.
  expect(await app().server.control.db.selectFrom("audit").select("action").where("target", "=", body.client_id).execute()).toEqual([]);
});

test("what a client leaves out follows from where it is answered", async () => {
  const said = async (redirect_uris: string[]) => {
    const { client_name, application_type } = (await register({ redirect_uris })).body;
    return [client_name, application_type];
  };
  expect(await said(["https://app.example/cb"])).toEqual(["app.example", "web"]);
  expect(await said(REDIRECTS)).toEqual(["An app on your computer", "native"]);
  expect(await said(["com.example.app:/cb"])).toEqual(["com.example.app", "native"]);
  expect(await said(["https://app.example/cb", "http://localhost/cb"])).toEqual(["app.example", "native"]);
  expect((await register({ redirect_uris: [...REDIRECTS, ...REDIRECTS] })).body.redirect_uris).toEqual(REDIRECTS);
});

test("a name shows nothing that nobody sees, and no more than a hundred characters", async () => {
  const named = async (client_name: string) => (await register({ client_name, redirect_uris: REDIRECTS })).body.client_name;
  expect(await named("  Good\u{202e}\u{200b} app\n\tof\u{2028}ours \u{e0041}")).toBe("Good app of ours");
  expect(await named("\u{200b}\u{3164}")).toBe("An app on your computer");
  expect(await named("\u{1f9e0}".repeat(120))).toBe("\u{1f9e0}".repeat(100));
  expect(await named("<script>alert(1)</script>")).toBe("<script>alert(1)</script>");
});

test.each<[what: string, body: unknown, error: string]>([
  ["nothing", undefined, "invalid_client_metadata"],
  ["no object", [], "invalid_client_metadata"],
  ["broken JSON", "{", "invalid_client_metadata"],
  ["a field twice", '{"redirect_uris":["https://a.example/"],"redirect_uris":[]}', "invalid_redirect_uri"],
  ["a way to a prototype", '{"__proto__":{},"redirect_uris":["https://a.example/"]}', "invalid_client_metadata"],
  ["no redirect URIs", {}, "invalid_redirect_uri"],
  ["an empty list of them", { redirect_uris: [] }, "invalid_redirect_uri"],
  ["more than twenty", { redirect_uris: Array.from({ length: 21 }, (_, i) => `https://a.example/${i}`) }, "invalid_redirect_uri"],
  ["more than 8 KB of them", { redirect_uris: Array.from({ length: 9 }, (_, i) => `https://a.example/${i}${"a".repeat(900)}`) }, "invalid_redirect_uri"],
  ["one that is no text", { redirect_uris: [null] }, "invalid_redirect_uri"],
  ["one that is no URL", { redirect_uris: ["nothing"] }, "invalid_redirect_uri"],
  ["one beyond the machine over http", { redirect_uris: ["http://a.example/"] }, "invalid_redirect_uri"],
  ["one that runs a script", { redirect_uris: ["javascript:alert(1)"] }, "invalid_redirect_uri"],
  ["one with a fragment", { redirect_uris: ["https://a.example/#x"] }, "invalid_redirect_uri"],
  ["a bad one among good ones", { redirect_uris: [...REDIRECTS, "data:,x"] }, "invalid_redirect_uri"],
  ["a web app on the machine", { application_type: "web", redirect_uris: REDIRECTS }, "invalid_redirect_uri"],
  ["a web app of its own scheme", { application_type: "web", redirect_uris: ["https://a.example/", "app://cb"] }, "invalid_redirect_uri"],
  ["a type that there is not", { application_type: "desktop", redirect_uris: REDIRECTS }, "invalid_client_metadata"],
  ["a grant that gives no codes", { grant_types: ["client_credentials"], redirect_uris: REDIRECTS }, "invalid_client_metadata"],
  ["no grants", { grant_types: [], redirect_uris: REDIRECTS }, "invalid_client_metadata"],
  ["tokens from the page", { response_types: ["token"], redirect_uris: REDIRECTS }, "invalid_client_metadata"],
  ["a home that runs a script", { client_uri: "javascript:alert(1)", redirect_uris: REDIRECTS }, "invalid_client_metadata"],
  ["a name that is no text", { client_name: {}, redirect_uris: REDIRECTS }, "invalid_client_metadata"],
  ["a name without end", { client_name: "a".repeat(1_001), redirect_uris: REDIRECTS }, "invalid_client_metadata"],
])("a registration with %s is refused in OAuth's words, and nothing is kept", async (_, sent, error) => {
  const before = await countClients();
  const { status, headers, body } = await register(sent);
  expect([status, body]).toEqual([400, { error, error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/) }]);
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(await countClients()).toBe(before);
});

test("twenty redirect URIs and a name of a thousand characters are just within the limit", async () => {
  const { status, body } = await register({ client_name: "a".repeat(1_000), redirect_uris: Array.from({ length: 20 }, (_, i) => `https://a.example/${i}`) });
  expect([status, body.redirect_uris.length, body.client_name.length]).toEqual([201, 20, 100]);
});

test("a body that is no JSON or of more than 10 MB is refused", async () => {
  expect((await register("client_name=x", { "content-type": "application/x-www-form-urlencoded" })).body).toMatchObject({ error: "invalid_client_metadata" });
  expect((await register(`{"redirect_uris":["${"a".repeat(10 * 2 ** 20)}"]}`)).status).toBe(413);
});

test("one network address registers ten clients in an hour, all addresses of an IPv6 network together, and refusals count for nothing", async () => {
  const own = await startTestApp();
  for (const [addresses, other] of [[["203.0.113.1"], "203.0.113.2"], [["2001:db8::1", "2001:db8::2", "2001:db8::ffff:1"], "2001:db8:0:1::1"]] as const) {
    const post = (index: number, body: object) => own.newBrowser(addresses[index % addresses.length]).call("POST", "/oauth/register", body);
    for (let i = 0; i < 15; i++) expect((await post(i, { redirect_uris: ["nothing"] })).status).toBe(400);
    for (let i = 0; i < 10; i++) expect((await post(i, { redirect_uris: REDIRECTS })).status).toBe(201);
    const { status, headers, body } = await post(0, { redirect_uris: REDIRECTS });
    expect([status, body.error]).toEqual([429, "temporarily_unavailable"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(3_000);
    expect((await own.newBrowser(other).call("POST", "/oauth/register", { redirect_uris: REDIRECTS })).status).toBe(201);
  }
});

test("what a provider gives one customer registers sixty clients in an hour: a /48 of IPv6, a /24 of IPv4", async () => {
  const own = await startTestApp();
  const post = (address: string) => own.newBrowser(address).call("POST", "/oauth/register", { redirect_uris: REDIRECTS });
  for (const [toAddress, other] of [[(i: number) => `2001:db8:7:${i.toString(16)}::1`, "2001:db8:8::1"], [(i: number) => `203.0.113.${i}`, "203.0.114.1"]] as const) {
    for (let i = 0; i < 60; i++) expect((await post(toAddress(i))).status).toBe(201);
    const { status, headers, body } = await post(toAddress(60));
    expect([status, body.error]).toEqual([429, "temporarily_unavailable"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(3_000);
    expect((await post(other)).status).toBe(201);
  }
});

test("an instance takes a thousand registrations in an hour; who comes then is told when to come back, and nothing is counted for them", async () => {
  const own = await startTestApp();
  const post = (network: number) => own.newBrowser(`10.${network >> 8}.${network & 0xff}.1`).call("POST", "/oauth/register", { redirect_uris: REDIRECTS });
  for (let i = 0; i < 1_000; i++) expect((await post(i)).status).toBe(201);
  for (let i = 0; i < 12; i++) {
    const { status, headers, body } = await post(1_000);
    expect([status, body]).toEqual([503, { error: "temporarily_unavailable", error_description: expect.stringContaining("Too many apps have registered here") }]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(3_000);
  }
});

test("an instance that takes no registrations says so", async () => {
  const { status, body } = await closed().call("POST", "/oauth/register", { redirect_uris: REDIRECTS });
  expect([status, body]).toEqual([403, { error: "access_denied", error_description: expect.stringContaining("Describe the client by a document") }]);
  expect((await closed().call("GET", "/.well-known/oauth-authorization-server")).body.registration_endpoint).toBeUndefined();
});

test("whatever is sent, the answer is a client or a refusal, never a fault of ours", async () => {
  const dice = createDice(20_261_121);
  const texts = ["", "nothing", "https://a.example/cb", "http://127.0.0.1/cb", "http://[", "app:", "://", "\u{0}", "\u{d800}", "\u{202e}", "a".repeat(3_000), "%", "https://a.example:0/", "javascript:x", "cursor://x", "http://localhost:99999/", "web", "native", "code", "authorization_code", "none", newId("cli")];
  const value = (depth = 0): unknown => {
    switch (dice.whole(0, depth > 2 ? 4 : 6)) {
      case 0: return null;
      case 1: return dice.chance(0.5);
      case 2: return dice.whole(-5, 5);
      case 5: return Array.from({ length: dice.whole(0, 4) }, () => value(depth + 1));
      case 6: return Object.fromEntries(Array.from({ length: dice.whole(0, 3) }, (_, i) => [`${dice.pick(texts)}${i}`, value(depth + 1)]));
      default: return dice.pick(texts);
    }
  };
  const fields = ["client_name", "client_uri", "redirect_uris", "application_type", "token_endpoint_auth_method", "grant_types", "response_types", "scope", "jwks", "software_statement"];
  const seen = new Set<number>();
  for (let i = 0; i < 600; i++) {
    const body: Record<string, unknown> = dice.chance(0.6) ? { redirect_uris: Array.from({ length: dice.whole(1, 3) }, () => dice.pick(texts)) } : {};
    for (const field of fields) if (dice.chance(0.25)) body[field] = value();
    const { status } = await register(body);
    seen.add(status);
    expect([201, 400], JSON.stringify(body)).toContain(status);
  }
  expect(seen).toEqual(new Set([201, 400]));
});
