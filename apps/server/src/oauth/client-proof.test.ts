import { createHmac, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { newId } from "@loci/kit/ids";
import { exportSPKI, importJWK, type CryptoKey, type JWK } from "jose";
import { beforeAll, expect, test } from "vitest";
import { openControl } from "../control/database.ts";
import { SignIn, type Parameters } from "../testing/authorization.ts";
import { newClientKey, signAssertion, toProof, UNKNOWN_EXTENSION, type ClientKey } from "../testing/client-key.ts";
import { newClient } from "../testing/connections.ts";
import { LOOPBACK, shareDocumentHost } from "../testing/document-host.ts";
import { shareTestApp, type Answer } from "../testing/harness.ts";
import { spendAssertion } from "./assertions.ts";

const PUBLIC_URL = "http://localhost:3000";
const clock = { aheadMs: 0 };
const now = () => new Date(Date.now() + clock.aheadMs);
const host = shareDocumentHost();
const app = shareTestApp({ env: { PUBLIC_URL, EGRESS_ALLOW: LOOPBACK }, now });

const newPath = (): string => `/${newId("cli")}.json`;
// Not where the document lies: an app that is answered there is remembered, and asks nobody twice.
const REDIRECT = "https://app.example/callback";
/** The document of an app that proves itself by keys. */
const putKeyClient = (more: object): string => host().putClient(newPath(), { redirect_uris: [REDIRECT], token_endpoint_auth_method: "private_key_jwt", ...more });

async function newSignIn(id: string): Promise<SignIn> {
  return new SignIn(app(), await app().newPerson(), { id, redirect_uri: REDIRECT });
}

/** What shall not be as it should. */
interface Otherwise {
  aud?: string;
  claims?: object;
  header?: object;
}
const proof = async (client_id: string, key: ClientKey, { aud = PUBLIC_URL, ...more }: Otherwise = {}): Promise<Parameters> => toProof(await signAssertion(key, { client_id, aud, at: now() }, more));

const seconds = (aheadS: number): number => Math.floor(now().getTime() / 1_000) + aheadS;
const refused = { status: 401, body: { error: "invalid_client" } };
/** Whether an app that sends this is let in; a token that nobody has is then as good as revoked. */
const isAdmitted = async (client_id: string, sent: Parameters): Promise<boolean> => {
  const answer = await new SignIn(app(), app(), { id: client_id }).revoke("mr_nobody", sent);
  if (answer.status !== 200) expect(answer).toMatchObject(refused);
  return answer.status === 200;
};

let shared: { key: ClientKey; signIn: SignIn };
beforeAll(async () => {
  const key = await newClientKey();
  shared = { key, signIn: await newSignIn(putKeyClient({ jwks: { keys: [key.jwk] } })) };
});

test("an app with keys gets tokens for a code, refreshes them and gives them back, with a new assertion each time", async () => {
  const { key, signIn } = shared;
  const prove = () => proof(signIn.client_id, key);
  const first = await signIn.exchange(await signIn.code(), await prove());
  expect(first.status).toBe(200);
  const second = await signIn.refresh(first.body.refresh_token, await prove());
  expect(second.status).toBe(200);
  expect((await signIn.revoke(second.body.refresh_token, await prove())).status).toBe(200);
  expect(await signIn.refresh(second.body.refresh_token, await prove())).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
});

test("the name in the form may be left out beside an assertion, and must be that of the assertion where it stands", async () => {
  const { key, signIn } = shared;
  const code = await signIn.code();
  const other = putKeyClient({ jwks: { keys: [key.jwk] } });
  await (await newSignIn(other)).question();
  expect(await signIn.exchange(code, { ...(await proof(signIn.client_id, key)), client_id: other })).toMatchObject(refused);
  expect((await signIn.exchange(code, { ...(await proof(signIn.client_id, key)), client_id: undefined })).status).toBe(200);
});

test.each<[what: string, more: Otherwise]>([
  ["the token endpoint as audience", { aud: `${PUBLIC_URL}/oauth/token` }],
  ["a list with the issuer as audience", { claims: { aud: [PUBLIC_URL] } }],
  ["both names of this server as audience", { claims: { aud: [PUBLIC_URL, `${PUBLIC_URL}/oauth/token`] } }],
  ["the type of RFC 7523bis", { header: { typ: "client-authentication+jwt" } }],
  ["no kid", { header: { kid: undefined } }],
])("an assertion with %s holds", async (_, more) => {
  expect(await isAdmitted(shared.signIn.client_id, await proof(shared.signIn.client_id, shared.key, more))).toBe(true);
});

const STRANGER = "https://other.example";
const BAD: [what: string, sent: (id: string, key: ClientKey) => Promise<Parameters> | Parameters][] = [
  ["no assertion", () => ({})],
  ["an assertion without its type", async (id, key) => ({ ...(await proof(id, key)), client_assertion_type: undefined })],
  ["an assertion of another type", async (id, key) => ({ ...(await proof(id, key)), client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:saml2-bearer" })],
  ["a type alone", () => ({ client_assertion_type: toProof("")["client_assertion_type"] })],
  ["no JWT", () => toProof("assertion")],
  ["a JWT of nothing", () => toProof("e30.e30.")],
  ["an assertion of 10,000 characters", (id, key) => proof(id, key, { claims: { more: "a".repeat(10_000) } })],
  ["one that is over", (id, key) => proof(id, key, { claims: { exp: seconds(-31) } })],
  ["one without an end", (id, key) => proof(id, key, { claims: { exp: undefined } })],
  ["one that holds for six minutes", (id, key) => proof(id, key, { claims: { exp: seconds(360) } })],
  ["one that ends in text", (id, key) => proof(id, key, { claims: { exp: String(seconds(60)) } })],
  ["one that does not hold yet", (id, key) => proof(id, key, { claims: { nbf: seconds(60) } })],
  ["one for another server", (id, key) => proof(id, key, { aud: STRANGER })],
  ["one for another server as well", (id, key) => proof(id, key, { claims: { aud: [PUBLIC_URL, STRANGER] } })],
  ["one for a resource", (id, key) => proof(id, key, { aud: `${PUBLIC_URL}/mcp` })],
  ["one for nobody", (id, key) => proof(id, key, { claims: { aud: undefined } })],
  ["one by another client", (id, key) => proof(id, key, { claims: { iss: `${STRANGER}/client` } })],
  ["one about another client", (id, key) => proof(id, key, { claims: { sub: `${STRANGER}/client` } })],
  ["one by nobody", (id, key) => proof(id, key, { claims: { iss: undefined } })],
  ["one without a jti", (id, key) => proof(id, key, { claims: { jti: undefined } })],
  ["one with an empty jti", (id, key) => proof(id, key, { claims: { jti: "" } })],
  ["one with a number as jti", (id, key) => proof(id, key, { claims: { jti: 1 } })],
  ["an unknown kid", (id, key) => proof(id, key, { header: { kid: "unknown" } })],
  ["a type that is a number", (id, key) => proof(id, key, { header: { typ: 5 } })],
  ["a token of another type", (id, key) => proof(id, key, { header: { typ: "at+jwt" } })],
  ["an extension that must be understood", (id, key) => proof(id, key, { header: { crit: [UNKNOWN_EXTENSION], [UNKNOWN_EXTENSION]: 1 } })],
  ["the key of somebody else", async (id, key) => proof(id, await newClientKey("ES256", key.kid))],
  ["the key of somebody else, put into the assertion", async (id, key) => {
    const other = await newClientKey("ES256", key.kid);
    return proof(id, other, { header: { jwk: other.jwk, jku: `${STRANGER}/jwks` } });
  }],
  ["an algorithm that its key is not for", async (id, key) => proof(id, await newClientKey("ES384", key.kid))],
  ["no signature", async (id, key) => toProof(`${(await bare(id, key, { alg: "none" }))}.`)],
  ["no signature where one was promised", async (id, key) => toProof(`${(await bare(id, key, {}))}.`)],
  ["the public key as a secret, in PEM", async (id, key) => withHmac(id, key, await exportSPKI((await importJWK(key.jwk, "ES256")) as CryptoKey))],
  ["the public key as a secret, in JSON", (id, key) => withHmac(id, key, JSON.stringify(key.jwk))],
];

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");

/** The signed part, with another header. */
async function bare(client_id: string, key: ClientKey, header: object): Promise<string> {
  const [, payload = ""] = (await signAssertion(key, { client_id, aud: PUBLIC_URL, at: now() })).split(".");
  return `${encode({ alg: key.alg, kid: key.kid, ...header })}.${payload}`;
}

async function withHmac(client_id: string, key: ClientKey, secret: string): Promise<Parameters> {
  const signed = await bare(client_id, key, { alg: "HS256" });
  return toProof(`${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`);
}

test.each(BAD)("a code with %s gives no tokens, and is not used up for its app", async (_, sent) => {
  const { key } = shared;
  const signIn = await newSignIn(shared.signIn.client_id);
  const code = await signIn.code();
  expect(await signIn.exchange(code, await sent(signIn.client_id, key))).toMatchObject(refused);
  expect((await signIn.exchange(code, await proof(signIn.client_id, key))).status).toBe(200);
});

test("without an assertion nothing is refreshed or revoked either, and the sign-in goes on", async () => {
  const { key, signIn } = shared;
  const { body } = await signIn.exchange(await signIn.code(), await proof(signIn.client_id, key));
  expect(await signIn.refresh(body.refresh_token)).toMatchObject(refused);
  expect(await signIn.revoke(body.refresh_token)).toMatchObject(refused);
  // Let in, and told that there are no streams.
  expect((await app().call("GET", "/mcp", undefined, { authorization: `Bearer ${body.access_token}` })).status).toBe(405);
  expect((await signIn.refresh(body.refresh_token, await proof(signIn.client_id, key))).status).toBe(200);
});

test("an assertion admits once: of twenty at once one gets through, and the others spend nothing", async () => {
  const { key, signIn } = shared;
  const { body } = await signIn.exchange(await signIn.code(), await proof(signIn.client_id, key));
  const sent = await proof(signIn.client_id, key);
  const answers = await Promise.all(Array.from({ length: 20 }, () => signIn.refresh(body.refresh_token, sent)));
  const [won, ...more] = answers.filter(({ status }) => status === 200);
  expect(more).toEqual([]);
  for (const answer of answers.filter((answer: Answer) => answer !== won)) expect(answer).toMatchObject(refused);
  expect(await signIn.refresh(won?.body.refresh_token, sent)).toMatchObject(refused);
  expect((await signIn.refresh(won?.body.refresh_token, await proof(signIn.client_id, key))).status).toBe(200);
});

test("an assertion stays used until nobody would take it any more, also beyond its end", async () => {
  const { key, signIn } = shared;
  const sent = await proof(signIn.client_id, key);
  const was = clock.aheadMs;
  expect(await isAdmitted(signIn.client_id, sent)).toBe(true);
  clock.aheadMs += 75_000;
  await app().runJobs();
  expect(await isAdmitted(signIn.client_id, sent)).toBe(false);
  clock.aheadMs = was;
});

test("two processes do not both take one assertion", async () => {
  const second = await openControl(app().dataDir);
  const one = { client_id: "a", id: randomUUID(), endsMs: now().getTime() };
  const tries = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => spendAssertion({ control: i % 2 === 0 ? app().server.control : second }, one)));
  expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  await spendAssertion({ control: second }, { ...one, client_id: "b" });
  second.close();
});

test("one that was used by one app is still new for another", async () => {
  const { key, signIn } = shared;
  const other = await newSignIn(putKeyClient({ jwks: { keys: [key.jwk] } }));
  await other.question();
  const claims = { jti: randomUUID() };
  expect(await isAdmitted(signIn.client_id, await proof(signIn.client_id, key, { claims }))).toBe(true);
  expect(await isAdmitted(other.client_id, await proof(other.client_id, key, { claims }))).toBe(true);
});

test("of several keys that an app has, each counts, whether it is named or not", async () => {
  const keys = [await newClientKey(), await newClientKey(), await newClientKey("RS256")];
  const { client_id } = await asked(putKeyClient({ jwks: { keys: keys.map(({ jwk: { kid: _, alg: __, ...jwk } }) => jwk as JWK) } }));
  for (const key of keys) expect(await isAdmitted(client_id, await proof(client_id, key, { header: { kid: undefined } }))).toBe(true);
  expect(await isAdmitted(client_id, await proof(client_id, await newClientKey(), { header: { kid: undefined } }))).toBe(false);
});

/** An app after its first question to somebody: it is known from then on. */
async function asked(id: string): Promise<SignIn> {
  const signIn = await newSignIn(id);
  await signIn.question();
  return signIn;
}

test("an app that names its algorithm is held to it", async () => {
  const key = await newClientKey("PS256");
  const { alg: _, ...jwk } = key.jwk;
  const { client_id } = await asked(putKeyClient({ jwks: { keys: [jwk] }, token_endpoint_auth_signing_alg: "PS256" }));
  expect(await isAdmitted(client_id, await proof(client_id, key))).toBe(true);
  const other = await asked(putKeyClient({ jwks: { keys: [jwk] }, token_endpoint_auth_signing_alg: "RS256" }));
  expect(await isAdmitted(other.client_id, await proof(other.client_id, key))).toBe(false);
});

test("a key of RSA that is too short proves nothing", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 1_024 });
  const { client_id } = await asked(putKeyClient({ jwks: { keys: [publicKey.export({ format: "jwk" })] } }));
  const signed = `${encode({ alg: "RS256" })}.${encode({ iss: client_id, sub: client_id, aud: PUBLIC_URL, exp: seconds(60), jti: randomUUID() })}`;
  expect(await isAdmitted(client_id, toProof(`${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`))).toBe(false);
});

test("a public client that shows an assertion is refused, whoever signed it", async () => {
  const key = await newClientKey();
  for (const id of [(await newClient(app())).id, "loci-cli", (await asked(host().putClient(newPath(), { redirect_uris: [REDIRECT] }))).client_id]) expect(await isAdmitted(id, await proof(id, key))).toBe(false);
  const device = await new SignIn(app(), app(), { id: "loci-cli" }).post("/oauth/device", { client_id: "loci-cli", ...(await proof("loci-cli", key)) });
  expect(device).toMatchObject(refused);
});

test("who registers for keys is public all the same", async () => {
  const key = await newClientKey();
  const { body } = await app().call("POST", "/oauth/register", { redirect_uris: ["http://127.0.0.1/callback"], token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [key.jwk] } });
  expect(body.token_endpoint_auth_method).toBe("none");
  expect(await isAdmitted(body.client_id, await proof(body.client_id, key))).toBe(false);
  expect(await isAdmitted(body.client_id, {})).toBe(true);
});
