import type { AppError } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import { SignIn } from "../testing/authorization.ts";
import { LOOPBACK, shareDocumentHost } from "../testing/document-host.ts";
import { shareTestApp } from "../testing/harness.ts";
import { getClient } from "./clients.ts";

const host = shareDocumentHost();
const app = shareTestApp({ env: { EGRESS_ALLOW: LOOPBACK } });
const closed = shareTestApp();

const newPath = (): string => `/${newId("cli")}.json`;
const REDIRECT = "https://app.example/callback";

/** What somebody sees whom an app with this id sends here. */
async function ask(id: string, { redirect_uri = REDIRECT, by = app() } = {}) {
  const signIn = new SignIn(by, await by.newPerson(), { id, redirect_uri });
  const { status, headers, body } = await signIn.ask();
  return { signIn, status, location: headers.get("location"), page: String(body) };
}

test.each<[what: string, id: () => string, reason: string]>([
  ["speaks for another", () => host().putClient(newPath(), { client_id: "https://claude.ai/client.json" }), "client_id is not its own URL"],
  ["is larger than 64 KB", () => host().putClient(newPath(), { padding: "a".repeat(65_536) }), "more than 65,536 bytes"],
  ["lies elsewhere", () => host().put(newPath(), (_, response) => response.writeHead(302, { location: host().putClient(newPath()) }).end()), "leads on to another address"],
  ["lies where clouds tell their secrets", () => "https://169.254.169.254/latest/meta-data", "no public address"],
  ["lies in the network of the server", () => "https://10.0.0.1/client.json", "no public address"],
  ["has an address of IPv4 inside one of IPv6", () => "https://[::ffff:a9fe:a9fe]/latest/meta-data", "no public address"],
  ["comes without TLS", () => "http://127.0.0.1/client.json", "must be https"],
  ["has no path", () => "https://127.0.0.1/", "needs a path"],
  ["has a name and a password in its URL", () => "https://claude.ai:x@127.0.0.1/client.json", "no user name"],
  ["is a page", () => host().put(newPath(), (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>Claude</h1>")), "not application/json"],
  ["asks for a secret", () => host().putClient(newPath(), { token_endpoint_auth_method: "client_secret_post" }), "must be none"],
  ["is answered at a script", () => host().putClient(newPath(), { redirect_uris: ["javascript:alert(1)"] }), "nobody can be sent back"],
  ["is answered at any host", () => host().putClient(newPath(), { redirect_uris: ["https://*/callback"] }), "wildcards"],
  ["is not there", () => `${host().origin}${newPath()}`, "answers 404"],
])("an app whose document %s is answered by a page that says so, and nobody is sent anywhere", async (_, id, reason) => {
  const { status, location, page } = await ask(id());
  expect({ status, location }).toEqual({ status: 400, location: null });
  expect(page).toContain(reason);
  expect(page).not.toContain("csn_");
});

test("an app with a document is answered at the addresses in it alone", async () => {
  const id = host().putClient(newPath(), { redirect_uris: [REDIRECT, "http://localhost/callback"] });
  expect((await ask(id)).status).toBe(200);
  expect((await ask(id, { redirect_uri: "http://localhost:5555/callback" })).status).toBe(200);
  for (const redirect_uri of ["https://evil.example/callback", `${REDIRECT}/`, `${host().origin}/callback`, "http://127.0.0.1/callback"]) expect(await ask(id, { redirect_uri })).toMatchObject({ status: 400, location: null });
});

test("what an app says of itself is shown as text, beside the host that it can be known by", async () => {
  const id = host().putClient(newPath(), { client_name: "<img src=x onerror=alert(1)>\u{202e}Loci", redirect_uris: [REDIRECT] });
  const { page } = await ask(id);
  expect(page).toContain("&lt;img src=x onerror=alert(1)&gt; Loci");
  expect(page).toContain(`<strong>localhost:${host().port}</strong>`);
  expect(page).not.toMatch(/<img src=x|\u{202e}/u);
});

test("an app with a document signs in, and is remembered when it comes back to its own host; with other redirects it asks again", async () => {
  const own = `${host().origin}/callback`;
  const { signIn } = await ask(host().putClient(newPath(), { redirect_uris: [own] }), { redirect_uri: own });
  const { access_token } = await signIn.tokens();
  expect(access_token).toMatch(/^mt_/);
  expect((await signIn.ask()).status).toBe(303);
  const other = (await ask(host().putClient(newPath(), { redirect_uris: [REDIRECT] }))).signIn;
  await other.tokens();
  expect((await other.ask()).status).toBe(200);
});

test("an app whose document hangs keeps no other app out: who asks then is told to come back, and the next try reads the document", async () => {
  const hang = Promise.withResolvers<void>();
  const slow = Array.from({ length: 3 }, () => {
    const path = newPath();
    return host().put(path, (_, response) => void hang.promise.then(() => response.writeHead(404).end()));
  });
  const read = (id: string, address: string) => getClient(app().server, { client_id: id, address }).then(({ name }) => name, (error: unknown) => error as AppError);
  const [first, second, third] = [read(slow[0] ?? "", "198.51.100.1"), read(slow[1] ?? "", "198.51.100.2"), await read(slow[2] ?? "", "198.51.100.3")];
  expect(third).toMatchObject({ code: "unavailable", retry_after: 5 });
  const id = host().putClient(newPath(), { client_name: "Victim" });
  expect(await ask(id)).toMatchObject({ status: 503, location: null });
  const token = await app().newBrowser().call("GET", `/oauth/authorize?client_id=${encodeURIComponent(id)}`);
  expect([token.status, token.headers.get("retry-after")]).toEqual([503, "5"]);
  hang.resolve();
  expect(await Promise.all([first, second])).toEqual([expect.objectContaining({ oauth_code: "invalid_client" }), expect.objectContaining({ oauth_code: "invalid_client" })]);
  expect(await read(id, "198.51.100.4")).toBe("Victim");
});

test("an instance reads no document in its own network, unless its operator opens that", async () => {
  const before = host().connections();
  expect(await ask(host().putClient(newPath()), { by: closed() })).toMatchObject({ status: 400, location: null });
  expect(host().connections()).toBe(before);
});
