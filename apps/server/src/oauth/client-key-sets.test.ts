import { HOUR_MS, MINUTE_MS, SECOND_MS } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import { SignIn, type Parameters } from "../testing/authorization.ts";
import { newClientKey, signAssertion, toProof, type ClientKey } from "../testing/client-key.ts";
import { LOOPBACK, shareDocumentHost } from "../testing/document-host.ts";
import { shareTestApp } from "../testing/harness.ts";

const PUBLIC_URL = "http://localhost:3000";
const REDIRECT = "https://app.example/callback";
const clock = { aheadMs: 0 };
const now = () => new Date(Date.now() + clock.aheadMs);
const host = shareDocumentHost();
const app = shareTestApp({ env: { PUBLIC_URL, EGRESS_ALLOW: LOOPBACK }, now });

const newPath = (): string => `/${newId("cli")}.json`;
const serveKeys = (path: string, keys: readonly ClientKey[], control = "max-age=3600"): string => host().put(path, (_, response) => response.writeHead(200, { "content-type": "application/jwk-set+json", "cache-control": control }).end(JSON.stringify({ keys: keys.map(({ jwk }) => jwk) })));

/** An app that was asked for once, so that it is known. */
async function newApp(more: object, path = newPath()): Promise<SignIn> {
  const id = host().putClient(path, { redirect_uris: [REDIRECT], token_endpoint_auth_method: "private_key_jwt", ...more });
  const signIn = new SignIn(app(), await app().newPerson(), { id, redirect_uri: REDIRECT });
  await signIn.question();
  return signIn;
}

const proof = async ({ client_id }: SignIn, key: ClientKey, header: object = {}): Promise<Parameters> => toProof(await signAssertion(key, { client_id, aud: PUBLIC_URL, at: now() }, { header }));

/** Why an app is not let in with a new assertion by this key; `null` when it is. */
async function refusalOf(signIn: SignIn, key: ClientKey, header: object = {}): Promise<string | null> {
  const { status, body } = await signIn.revoke("mr_nobody", await proof(signIn, key, header));
  if (status === 200) return null;
  expect({ status, error: body.error }).toEqual({ status: 401, error: "invalid_client" });
  return body.error_description.replace("The key set of this client cannot be used: ", "");
}

test("keys at a URL of their own prove an app, from its first tokens on", async () => {
  const key = await newClientKey("EdDSA");
  const signIn = await newApp({ jwks_uri: serveKeys(newPath(), [key]) });
  const { status, body } = await signIn.exchange(await signIn.code(), await proof(signIn, key));
  expect(status).toBe(200);
  expect((await signIn.refresh(body.refresh_token, await proof(signIn, key))).status).toBe(200);
  expect((await signIn.refresh(body.refresh_token)).status).toBe(401);
});

test("keys are kept for as long as their host says, a minute at least, and what it has taken away proves nothing after", async () => {
  for (const [control, freshMs] of [["max-age=600", 10 * MINUTE_MS], ["no-store", MINUTE_MS], ["public", HOUR_MS]] as const) {
    const [key, path] = [await newClientKey(), newPath()];
    const signIn = await newApp({ jwks_uri: serveKeys(path, [key], control) });
    for (let i = 0; i < 5; i++) expect(await refusalOf(signIn, key)).toBeNull();
    expect(host().asked(path)).toBe(1);
    serveKeys(path, [await newClientKey()]);
    clock.aheadMs += freshMs - 10 * SECOND_MS;
    expect(await refusalOf(signIn, key)).toBeNull();
    clock.aheadMs += 20 * SECOND_MS;
    expect(await refusalOf(signIn, key)).toMatch(/none of the keys/);
    expect(host().asked(path)).toBe(2);
  }
});

test("keys that nobody knows yet are looked for once, and no stranger makes us look again so soon", async () => {
  const [before, after, path] = [await newClientKey(), await newClientKey(), newPath()];
  const signIn = await newApp({ jwks_uri: serveKeys(path, [before]) });
  expect(await refusalOf(signIn, before)).toBeNull();
  clock.aheadMs += MINUTE_MS;
  serveKeys(path, [before, after]);
  expect(await refusalOf(signIn, after)).toBeNull();
  expect(await refusalOf(signIn, before)).toBeNull();
  expect(host().asked(path)).toBe(2);
  const stranger = await newClientKey();
  clock.aheadMs += MINUTE_MS;
  for (let i = 0; i < 20; i++) expect(await refusalOf(signIn, stranger, { kid: `kid ${i}` })).toMatch(/none of the keys/);
  expect(host().asked(path)).toBe(3);
  expect(await refusalOf(signIn, after)).toBeNull();
});

test("keys in the document go with it: new ones count, and old ones do not any more", async () => {
  const [before, after, path] = [await newClientKey(), await newClientKey(), newPath()];
  const signIn = await newApp({ jwks: { keys: [before.jwk] } }, path);
  expect(await refusalOf(signIn, before)).toBeNull();
  host().putClient(path, { redirect_uris: [REDIRECT], token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [after.jwk] } });
  clock.aheadMs += MINUTE_MS;
  expect(await refusalOf(signIn, after)).toBeNull();
  expect(await refusalOf(signIn, before)).toMatch(/none of the keys/);
  expect(host().asked(path)).toBe(2);
});

test("a document that is gone for longer than it was fresh proves nobody", async () => {
  const [key, path] = [await newClientKey(), newPath()];
  const signIn = await newApp({ jwks: { keys: [key.jwk] } }, path);
  host().put(path, (_, response) => response.writeHead(410).end());
  clock.aheadMs += HOUR_MS - 10 * SECOND_MS;
  expect(await refusalOf(signIn, key)).toBeNull();
  clock.aheadMs += 20 * SECOND_MS;
  expect(await refusalOf(signIn, key)).toMatch(/answers 410/);
});

test("an app that takes keys is held to them from the first that it shows; one that had keys needs them until a person is asked anew", async () => {
  const { key, signIn, tokens, describe } = await newPublicApp();
  describe({ token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [key.jwk] } });
  clock.aheadMs += MINUTE_MS;
  const second = await signIn.refresh(tokens.refresh_token, await proof(signIn, key));
  expect(second.status).toBe(200);
  expect((await signIn.refresh(second.body.refresh_token)).status).toBe(401);
  describe({ token_endpoint_auth_method: "none" });
  clock.aheadMs += HOUR_MS;
  expect((await signIn.refresh(second.body.refresh_token)).status).toBe(401);
  await signIn.question();
  expect((await signIn.refresh(second.body.refresh_token)).status).toBe(200);
});

test("an app that takes keys and shows none is refused once its old document is not fresh any more", async () => {
  const { key, signIn, tokens, describe } = await newPublicApp();
  describe({ token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [key.jwk] } });
  clock.aheadMs += HOUR_MS;
  expect((await signIn.refresh(tokens.refresh_token)).status).toBe(401);
  expect((await signIn.refresh(tokens.refresh_token, await proof(signIn, key))).status).toBe(200);
});

test("a public app whose document is gone still refreshes what it was given", async () => {
  const { signIn, tokens, path } = await newPublicApp();
  host().put(path, (_, response) => response.writeHead(404).end());
  clock.aheadMs += HOUR_MS;
  expect((await signIn.refresh(tokens.refresh_token)).status).toBe(200);
});

/** An app with tokens and without keys, and a key that it may take. */
async function newPublicApp() {
  const [key, path] = [await newClientKey(), newPath()];
  const signIn = await newApp({ token_endpoint_auth_method: "none" }, path);
  return { key, path, signIn, tokens: await signIn.tokens(), describe: (more: object) => host().putClient(path, { redirect_uris: [REDIRECT], ...more }) };
}

const withText = (text: string, type = "application/json") => (): string => host().put(newPath(), (_, response) => response.writeHead(200, { "content-type": type }).end(text));

test.each<[what: string, uri: (key: ClientKey) => string, reason: RegExp]>([
  ["are not there", () => `${host().origin}${newPath()}`, /answers 404/],
  ["lie elsewhere", (key) => host().put(newPath(), (_, response) => response.writeHead(302, { location: serveKeys(newPath(), [key]) }).end()), /not followed/],
  ["lie in the network of the server", () => "https://10.0.0.1/jwks", /no public address/],
  ["lie where clouds tell their secrets", () => "https://169.254.169.254/latest/meta-data", /no public address/],
  ["come too slowly", () => host().put(newPath(), () => {}), /within 5 seconds/],
  ["are larger than 64 KB", ({ jwk }) => host().put(newPath(), { keys: [jwk], more: "a".repeat(65_536) }), /65,536 bytes/],
  ["are a page", withText("<html>", "text/html"), /not application\/json/],
  ["are no JSON", withText("{"), /not valid JSON/],
  ["are a list", withText("[]"), /JWK set/],
  ["are none", withText('{"keys":[]}'), /JWK set/],
  ["are of another kind", withText('{"keys":[{"kty":"AKP"}]}'), /no public key/],
  ["show the private half", ({ jwk }) => host().put(newPath(), { keys: [{ ...jwk, d: "c2VjcmV0" }] }), /private or a symmetric/],
  ["are a secret", withText('{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}'), /private or a symmetric/],
])("keys that %s prove nothing, and what was to be spent is not", async (_, toUri, reason) => {
  const key = await newClientKey();
  const jwks_uri = toUri(key);
  const signIn = await newApp({ jwks_uri });
  const code = await signIn.code();
  const { pathname } = new URL(jwks_uri);
  const before = host().asked(pathname);
  const { status, body } = await signIn.exchange(code, await proof(signIn, key));
  expect({ status, error: body.error }).toEqual({ status: 401, error: "invalid_client" });
  expect(body.error_description).toMatch(reason);
  // That is remembered for a minute.
  expect(await refusalOf(signIn, key)).toMatch(reason);
  expect(host().asked(pathname) - before).toBeLessThanOrEqual(1);
  const { spent_at } = await app().server.control.db.selectFrom("authorization_codes").select("spent_at").where("client_id", "=", signIn.client_id).executeTakeFirstOrThrow();
  expect(spent_at).toBeNull();
}, 20_000);

test("of many who prove themselves at once by keys that are not there yet, one fetches them", async () => {
  const [key, path] = [await newClientKey(), newPath()];
  const signIn = await newApp({ jwks_uri: serveKeys(path, [key]) });
  expect(await Promise.all(Array.from({ length: 20 }, () => refusalOf(signIn, key)))).toEqual(Array.from({ length: 20 }, () => null));
  expect(host().asked(path)).toBe(1);
});

test("one network address has three hundred documents and key sets read again in an hour; what is fresh costs nothing", async () => {
  const [key, stranger] = [await newClientKey(), await newClientKey()];
  const signIn = await newApp({ jwks: { keys: [key.jwk] } });
  const revoke = async (by: ClientKey, address: string): Promise<number> => {
    const form = new URLSearchParams({ token: "mr_nobody", client_id: signIn.client_id, ...((await proof(signIn, by)) as Record<string, string>) });
    return (await app().newBrowser(address).call("POST", "/oauth/revoke", form.toString(), { "content-type": "application/x-www-form-urlencoded" })).status;
  };
  const again = (address: string): Promise<number> => {
    clock.aheadMs += 31 * SECOND_MS;
    return revoke(stranger, address);
  };
  for (let i = 0; i < 300; i++) expect(await again("198.51.100.7")).toBe(401);
  expect(await again("198.51.100.7")).toBe(429);
  expect(await revoke(key, "198.51.100.7")).toBe(200);
  expect(await again("198.51.100.8")).toBe(401);
});
