import { DAY_MS, HOUR_MS, MINUTE_MS } from "@loci/kit/clock";
import type { AppError } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import { LOOPBACK, shareDocumentHost } from "../testing/document-host.ts";
import { shareTestApp } from "../testing/harness.ts";
import { findClient, getClient, type Client } from "./clients.ts";

const clock = { at: Date.parse("2026-11-21T08:00:00.000Z") };
const host = shareDocumentHost();
const app = shareTestApp({ env: { EGRESS_ALLOW: LOOPBACK }, now: () => new Date(clock.at) });
const closed = shareTestApp();

const newPath = (): string => `/${newId("cli")}`;
let networks = 0;
/** A network address that nothing was counted for yet. */
const newAddress = (): string => `198.18.${networks >> 8}.${networks++ & 0xff}`;
const get = (client_id: string, { address = newAddress(), by = app() } = {}): Promise<Client> => getClient(by.server, { client_id, address });
const refusal = async (client_id: string, options: Parameters<typeof get>[1] = {}): Promise<string> => {
  const error = await get(client_id, options).then(() => new Error("It was taken."), (thrown: unknown) => thrown as AppError);
  expect(error).toMatchObject({ oauth_code: "invalid_client", status: 401 });
  return error.message.replace("The metadata document of this client cannot be used: ", "");
};
const isCode = (code: string) => (thrown: unknown): boolean => (thrown as AppError).code === code;

test("an app is known by the document at the URL that is its id", async () => {
  const id = host().putClient(newPath(), { client_name: "Claude", client_uri: "https://claude.example", redirect_uris: ["https://claude.example/callback", "http://localhost/callback"], logo_uri: "https://claude.example/logo.png", contacts: ["ops@claude.example"] });
  expect(await get(id)).toEqual({ id, kind: "document", name: "Claude", uri: "https://claude.example", application_type: "native", redirect_uris: ["https://claude.example/callback", "http://localhost/callback"], keys: null });
  expect((await findClient(app().server, id))?.name).toBe("Claude");
  expect(await findClient(app().server, `${host().origin}${newPath()}`)).toBeUndefined();
});

test("a document may name a loopback address with any port as FastMCP does, and any media type of JSON", async () => {
  const path = newPath();
  const id = host().put(path, (_, response) => response.writeHead(200, { "content-type": "application/ld+json; charset=utf-8" })
    .end(JSON.stringify({ client_id: `${host().origin}${path}`, client_name: "An app", redirect_uris: ["http://localhost:*/callback"] })));
  expect((await get(id)).redirect_uris).toEqual(["http://localhost/callback"]);
});

test("a URL that no document can have is refused before anything is fetched", async () => {
  const { origin, port } = host();
  const before = host().connections();
  const words = Object.fromEntries(await Promise.all([
    `http://localhost:${port}/client`, origin, `${origin}/`, `${origin}/client#`, `${origin}/client#a`, `https://user@localhost:${port}/client`, `https://user:pass@localhost:${port}/client`,
    `${origin}/a/../client`, `${origin}/a/%2e%2e/client`, `${origin}/./client`, `https://LOCALHOST:${port}/client`, "https://localhost:443/client", `${origin}/client\n`, `${origin}/cl ient`, "https://", "https:///client", `https://exämple.org/client`,
    `${origin}/${"a".repeat(500 - origin.length)}`, "HTTPS://localhost/client",
  ].map(async (id) => [id, await refusal(id)] as const)));
  expect(new Set(Object.values(words))).toEqual(new Set([
    "its URL must be https.", "its URL must be written the way that browsers write it.", "its URL needs a path.", "its URL must have no fragment and no user name.", "its URL cannot be read.", "its URL has more than 500 characters.",
  ]));
  expect(host().connections()).toBe(before);
  const long = `/${"a".repeat(500 - origin.length - 1)}`;
  expect((await get(host().putClient(long))).id).toHaveLength(500);
});

test("a client that is neither registered nor described by a document is not known", async () => {
  for (const id of ["", "loci", "cli_019aa5d27c4c7d1eb8a3c0d94b1f8e52", "ftp://localhost/client", "javascript:alert(1)", "a".repeat(10_000), "' or 1=1"]) expect(await refusal(id)).toMatch(/^This client is not known/);
});

const withStatus = (status: number, headers: Record<string, string> = {}) => (): string => host().put(newPath(), (_, response) => response.writeHead(status, { "content-type": "application/json", ...headers }).end("{}"));
const withText = (text: string | Uint8Array, type = "application/json") => (): string => host().put(newPath(), (_, response) => response.writeHead(200, { "content-type": type }).end(text));
const withClient = (more: object) => (): string => host().putClient(newPath(), more);
const BY_KEY = { token_endpoint_auth_method: "private_key_jwt" };
const PUBLIC_KEY = { kty: "EC", crv: "P-256", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" };

test.each<[what: string, id: () => string, reason: RegExp]>([
  ["is not there", () => `${host().origin}${newPath()}`, /answers 404/],
  ["is an error", withStatus(500), /answers 500/],
  ["has no content", withStatus(204), /answers 204/],
  ["leads elsewhere", withStatus(302, { location: "/elsewhere" }), /not followed/],
  ["is not changed", withStatus(304), /not followed/],
  ["is a page", withText("<html>", "text/html"), /not application\/json/],
  ["pretends to be JSON", withText("{}", "text/plain; application/json"), /not application\/json/],
  ["has no type", () => host().put(newPath(), (_, response) => response.writeHead(200).end("{}")), /not application\/json/],
  ["is no JSON", withText("{"), /not valid JSON/],
  ["is empty", withText(""), /not valid JSON/],
  ["is a list", withText("[]"), /./],
  ["is a text", withText('"text"'), /./],
  ["is nothing", withText("null"), /./],
  ["is nested too deep", withText("[".repeat(40) + "]".repeat(40)), /nested too deep/],
  ["names a field twice", withText('{"client_id":"a","client_id":"b"}'), /twice/],
  ["reaches for a prototype", withText('{"__proto__":{}}'), /__proto__/],
  ["is not UTF-8", withText(Buffer.from([0x7b, 0xff, 0x7d])), /UTF-8/],
  ["is larger than 64 KB", () => host().putClient(newPath(), { more: "a".repeat(65_536) }), /65,536 bytes/],
  ["is compressed", withStatus(200, { "content-encoding": "gzip" }), /compressed/],
  ["has no client_id", withClient({ client_id: undefined }), /client_id/],
  ["is that of another", withClient({ client_id: "https://other.example/client" }), /not its own URL/],
  ["has an id with another port", () => host().putClient(newPath(), { client_id: "https://localhost/client" }), /not its own URL/],
  ["has no name", withClient({ client_name: undefined }), /client_name/],
  ["has a name that is no text", withClient({ client_name: 5 }), /client_name/],
  ["has no redirect", withClient({ redirect_uris: [] }), /redirect_uris/],
  ["has no redirects at all", withClient({ redirect_uris: undefined }), /redirect_uris/],
  ["has too many redirects", withClient({ redirect_uris: Array.from({ length: 21 }, (_, i) => `https://app.example/${i}`) }), /redirect_uris/],
  ["has a bad redirect among good ones", withClient({ redirect_uris: ["https://app.example/cb", "http://app.example/cb"] }), /http is for 127\.0\.0\.1/],
  ["has a script as redirect", withClient({ redirect_uris: ["javascript:alert(1)"] }), /nobody can be sent back/],
  ["has a wildcard as redirect", withClient({ redirect_uris: ["https://*.example/cb"] }), /wildcards/],
  ["asks for a secret", withClient({ token_endpoint_auth_method: "client_secret_basic" }), /must be none or private_key_jwt/],
  ["asks for a secret that signs", withClient({ token_endpoint_auth_method: "client_secret_jwt" }), /must be none or private_key_jwt/],
  ["wants certificates", withClient({ token_endpoint_auth_method: "tls_client_auth" }), /must be none or private_key_jwt/],
  ["has no key and asks for one", withClient(BY_KEY), /jwks, or a jwks_uri/],
  ["has keys in two places", withClient({ ...BY_KEY, jwks: { keys: [PUBLIC_KEY] }, jwks_uri: "https://app.example/jwks" }), /not both/],
  ["has no keys", withClient({ ...BY_KEY, jwks: { keys: [] } }), /jwks must be a JWK set/],
  ["has a list as keys", withClient({ ...BY_KEY, jwks: [PUBLIC_KEY] }), /jwks must be a JWK set/],
  ["has too many keys", withClient({ ...BY_KEY, jwks: { keys: Array.from({ length: 21 }, () => PUBLIC_KEY) } }), /jwks must be a JWK set/],
  ["has a private key", withClient({ ...BY_KEY, jwks: { keys: [PUBLIC_KEY, { ...PUBLIC_KEY, d: "c2VjcmV0" }] } }), /private or a symmetric key/],
  ["has a symmetric key", withClient({ ...BY_KEY, jwks: { keys: [{ kty: "oct", k: "c2VjcmV0" }] } }), /private or a symmetric key/],
  ["has keys of another kind alone", withClient({ ...BY_KEY, jwks: { keys: [{ ...PUBLIC_KEY, use: "enc" }, { ...PUBLIC_KEY, crv: "P-384" }, { ...PUBLIC_KEY, alg: "ES512" }] } }), /no public key for ES256/],
  ["has a key that takes too long", withClient({ ...BY_KEY, jwks: { keys: [{ kty: "RSA", n: "a".repeat(10_000), e: "AQAB" }] } }), /no public key for ES256/],
  ["signs with a secret", withClient({ ...BY_KEY, jwks: { keys: [PUBLIC_KEY] }, token_endpoint_auth_signing_alg: "HS256" }), /signing_alg must be one of/],
  ["has keys without TLS", withClient({ ...BY_KEY, jwks_uri: "http://app.example/jwks" }), /jwks_uri must be https/],
  ["has keys behind a password", withClient({ ...BY_KEY, jwks_uri: "https://a:b@app.example/jwks" }), /jwks_uri must have no fragment and no user name/],
  ["has keys at no URL", withClient({ ...BY_KEY, jwks_uri: "jwks.json" }), /jwks_uri cannot be read/],
  ["has a secret that ends", withClient({ client_secret_expires_at: 0 }), /no secret/],
  ["holds a secret", withClient({ client_secret: "s3cret" }), /no secret/],
  ["cannot use codes", withClient({ grant_types: ["implicit"] }), /grant_types/],
  ["wants tokens from the page", withClient({ response_types: ["token"] }), /response_types/],
  ["has a home that runs something", withClient({ client_uri: "javascript:alert(1)" }), /client_uri/],
  ["is of a type that there is not", withClient({ application_type: "desktop" }), /application_type/],
  ["says web and leads to the person's machine", withClient({ application_type: "web", redirect_uris: ["http://localhost/cb"] }), /own machine/],
])("a document that %s makes no client", async (_, id, reason) => {
  const client_id = id();
  expect(await refusal(client_id)).toMatch(reason);
  expect(await findClient(app().server, client_id)).toBeUndefined();
});

test("without the operator's leave no document in the server's own network is read", async () => {
  const id = host().putClient(newPath());
  const before = host().connections();
  expect(await refusal(id, { by: closed() })).toBe("its host has no public address.");
  for (const name of ["169.254.169.254", "[::1]", "[::ffff:7f00:1]", "10.0.0.1"]) expect(await refusal(`https://${name}/latest/meta-data`, { by: closed() })).toBe("its host has no public address.");
  expect(host().connections()).toBe(before);
});

test("a document of exactly 64 KB is read", async () => {
  const path = newPath();
  const empty = JSON.stringify({ client_id: host().origin + path, client_name: "An app with a document", redirect_uris: [`${host().origin}/callback`], token_endpoint_auth_method: "none", more: "" });
  const id = host().putClient(path, { more: "a".repeat(65_536 - empty.length) });
  expect((await get(id)).id).toBe(id);
});

const withFreshness = (control: string): [id: string, path: string] => {
  const path = newPath();
  const id = host().put(path, (_, response) => response.writeHead(200, { "content-type": "application/json", "cache-control": control }).end(JSON.stringify({ client_id: host().origin + path, client_name: `Read ${host().asked(path)}`, redirect_uris: ["https://app.example/cb"] })));
  return [id, path];
};

test("a document is believed for as long as its host says, a day at most, and read anew after", async () => {
  for (const [control, freshMs] of [["max-age=600", 10 * MINUTE_MS], ["max-age=99999999", DAY_MS], ["max-age=1", MINUTE_MS], ["public", HOUR_MS]] as const) {
    const [id, path] = withFreshness(control);
    await get(id);
    clock.at += freshMs - 1;
    expect([(await get(id)).name, host().asked(path)], control).toEqual(["Read 1", 1]);
    clock.at += 1;
    expect([(await get(id)).name, host().asked(path)], control).toEqual(["Read 2", 2]);
  }
  const [id, path] = withFreshness("no-store");
  await get(id);
  await get(id);
  expect(host().asked(path)).toBe(2);
});

test("a client whose document is gone asks nobody for anything, and is still known for what it was given", async () => {
  const [id, path] = withFreshness("max-age=60");
  await get(id);
  host().put(path, (_, response) => response.writeHead(404).end());
  clock.at += MINUTE_MS;
  expect(await refusal(id)).toMatch(/404/);
  expect((await findClient(app().server, id))?.name).toBe("Read 1");
});

test("why a document cannot be used stands in the log, for whoever runs the server", async () => {
  await refusal("https://127.0.0.1:1/client");
  expect(app().logged.filter(({ msg }) => msg === "the metadata document of a client cannot be used").at(-1)).toMatchObject({ level: "info", host: "127.0.0.1:1", err: { message: expect.stringContaining("ECONNREFUSED") } });
});

test("a document that could not be used is not fetched again for a minute, and then it is", async () => {
  const path = newPath();
  const id = host().put(path, (_, response) => response.writeHead(503).end());
  for (let i = 0; i < 50; i++) await refusal(id, { address: "203.0.113.50" });
  expect(host().asked(path)).toBe(1);
  host().putClient(path);
  await refusal(id);
  clock.at += MINUTE_MS;
  expect((await get(id)).id).toBe(id);
});

test("of many who ask at once one fetches", async () => {
  let answer: () => void = () => {};
  const open = new Promise<void>((resolve) => (answer = resolve));
  const path = newPath();
  const id = host().put(path, (_, response) => void open.then(() => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ client_id: host().origin + path, client_name: "Popular", redirect_uris: ["https://app.example/cb"] }))));
  const all = Array.from({ length: 20 }, () => get(id));
  await expect.poll(() => host().asked(path)).toBe(1);
  answer();
  expect(new Set((await Promise.all(all)).map(({ name }) => name))).toEqual(new Set(["Popular"]));
  expect(host().asked(path)).toBe(1);
});

test("one network address has thirty documents fetched in an hour; what is fresh costs nothing", async () => {
  const address = "203.0.113.77";
  const ids = Array.from({ length: 31 }, () => host().putClient(newPath()));
  for (const id of ids.slice(0, 30)) await get(id, { address });
  await expect(get(ids[30] ?? "", { address })).rejects.toSatisfy(isCode("rate_limited"));
  expect((await get(ids[0] ?? "", { address })).id).toBe(ids[0]);
  expect((await get(ids[30] ?? "")).id).toBe(ids[30]);
});
