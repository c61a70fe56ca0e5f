import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import { insertMember } from "../testing/signed-in.ts";
import { SignIn, type Parameters } from "../testing/authorization.ts";
import { newClient } from "../testing/connections.ts";
import { shareTestApp } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";

const PUBLIC_URL = "http://localhost:3000";
const app = shareTestApp({ env: { PUBLIC_URL } });

const SOON = new Date(Date.now() + 3_600_000).toISOString();

/** A client whose document at `https://HOST/client.json` was read a moment ago. */
async function newDocumentClient({ redirects }: { redirects?: (origin: string) => string[] } = {}): Promise<{ id: string; redirect_uri: string }> {
  const origin = `https://${newId("cli").replace("_", "-")}.example`;
  const id = `${origin}/client.json`;
  const redirect_uris = redirects?.(origin) ?? [`${origin}/callback`];
  await app().server.control.db.insertInto("clients").values({
    id, kind: "document", name: "Heron", uri: null, application_type: "web", redirect_uris: JSON.stringify(redirect_uris), fetched_at: new Date().toISOString(), fresh_until: SOON, created_at: new Date().toISOString(), last_used_at: null,
  }).execute();
  return { id, redirect_uri: redirect_uris[0] ?? "" };
}

async function newVisit(client?: { id: string; redirect_uri?: string }): Promise<{ person: TestPerson; signIn: SignIn }> {
  const person = await app().newPerson();
  return { person, signIn: new SignIn(app(), person, client ?? (await newDocumentClient())) };
}

/** What comes of a request: `asked` where the person is, else what the app is answered at once. */
async function outcomeOf(signIn: SignIn, more: Parameters = {}): Promise<string> {
  const { status, headers } = await signIn.ask(more);
  if (status === 200) return "asked";
  const { searchParams } = new URL(headers.get("location") ?? "");
  return searchParams.has("code") ? "code" : (searchParams.get("error") ?? "");
}

test("an app that is known by its host and was allowed before is not asked about again, and its code works", async () => {
  const { signIn } = await newVisit();
  expect(await outcomeOf(signIn)).toBe("asked");
  await signIn.tokens();
  const { status, headers } = await signIn.ask();
  expect(status).toBe(303);
  const location = new URL(headers.get("location") ?? "");
  expect(location.searchParams.get("state")).toBe("as it was");
  expect(location.searchParams.get("iss")).toBe(PUBLIC_URL);
  expect((await signIn.exchange(location.searchParams.get("code") ?? "")).status).toBe(200);
  expect(await outcomeOf(signIn, { prompt: "none" })).toBe("code");
});

test("less than was allowed before needs no question; more, another resource, or the wish to be asked does", async () => {
  const { signIn, person } = await newVisit();
  await signIn.tokens();
  expect(await outcomeOf(signIn, { scope: "memory:read" })).toBe("code");
  expect(await outcomeOf(signIn, { scope: "memory:read memory:write memory:delete" })).toBe("asked");
  expect(await outcomeOf(signIn, { resource: `${PUBLIC_URL}/mcp/claude/${person.workspace}` })).toBe("asked");
  expect(await outcomeOf(signIn, { prompt: "consent" })).toBe("asked");
});

test("a person is asked each time about an app that registered itself", async () => {
  const { signIn } = await newVisit(await newClient(app()));
  await signIn.tokens();
  expect(await outcomeOf(signIn)).toBe("asked");
});

test.each([
  ["on the person's machine", () => ["http://127.0.0.1:4444/callback"]],
  ["at another host", () => ["https://elsewhere.example/callback"]],
  ["at its own host and on the person's machine", (origin: string) => [`${origin}/callback`, "http://127.0.0.1/callback"]],
  ["at its own host without TLS", (origin: string) => [`${origin}/callback`, `${origin.replace("https", "http")}/callback`]],
])("a person is asked each time about an app that is described by a document and answered %s", async (_, redirects) => {
  const { signIn } = await newVisit(await newDocumentClient({ redirects }));
  await signIn.tokens();
  expect(await outcomeOf(signIn)).toBe("asked");
});

test("a person is asked again about an app that they have revoked, that they allowed less, or that works in two of their workspaces", async () => {
  const { signIn, person } = await newVisit();
  await signIn.tokens({}, { scopes: ["memory:read"] });
  expect(await outcomeOf(signIn)).toBe("asked");
  await signIn.tokens();
  expect(await outcomeOf(signIn)).toBe("code");
  const { body: team } = await person.call("POST", "/v1/workspaces", { name: "Acme" });
  await signIn.tokens({ prompt: "consent" }, { workspace: team.id });
  expect(await outcomeOf(signIn)).toBe("asked");
  const { body: connections } = await person.call("GET", "/v1/connections");
  for (const { id } of connections.items) expect((await person.call("DELETE", `/v1/connections/${id}`)).status).toBe(204);
  expect(await outcomeOf(signIn)).toBe("asked");
});

test("what one person allowed counts for nobody else", async () => {
  const client = await newDocumentClient();
  await (await newVisit(client)).signIn.tokens();
  expect(await outcomeOf((await newVisit(client)).signIn)).toBe("asked");
});

test("to connect anew changes the connection that is there, and tokens of before keep no more than is allowed now", async () => {
  const { signIn, person } = await newVisit(await newClient(app(), "Heron", "own"));
  const api = { resource: `${PUBLIC_URL}/v1` };
  const before = await signIn.tokens(api);
  await signIn.tokens(api, { scopes: ["memory:read"], group: "user:ana" });
  const { body } = await person.call("GET", "/v1/connections");
  expect(body.items).toHaveLength(1);
  expect(body.items[0]).toMatchObject({ scopes: ["memory:read"], group: "user:ana" });
  const stored = await app().call("POST", "/v1/store", { content: "It rains." }, { authorization: `Bearer ${before.access_token}` });
  expect(stored.status).toBe(403);
  expect((await signIn.refresh(before.refresh_token)).body.scope).toBe("memory:read");
});

test("a connection by a personal URL is called as the program that the URL names, with the client's own name where that is another; the page names the address", async () => {
  const { signIn, person } = await newVisit(await newClient(app(), "Zed Industries"));
  const helper = new SignIn(app(), person, await newClient(app(), "Notes helper"));
  const at = (program: string) => ({ resource: `${PUBLIC_URL}/mcp/${program}/${person.workspace}` });
  await signIn.tokens(at("zed"));
  for (const asked of [at("claude"), at("my-own-agent"), at("other"), {}]) await helper.tokens(asked);
  const { body } = await person.call("GET", "/v1/connections");
  expect(body.items.map(({ label }: { label: string }) => label).toSorted()).toEqual(["Claude (Notes helper)", "Notes helper", "Notes helper", "Zed", "my-own-agent (Notes helper)"]);
  const said = "at the personal address for <strong>Claude</strong>";
  expect([(await helper.ask(at("claude"))).body, (await helper.ask()).body].map((page) => String(page).includes(said))).toEqual([true, false]);
});

test("the page offers the workspaces in which the person may do something of that, and allows no other", async () => {
  const { signIn, person } = await newVisit(await newClient(app()));
  const owner = await app().newPerson();
  const [reads, pays, leaves] = await Promise.all(["Reads", "Pays", "Leaves"].map(async (name) => (await owner.call("POST", "/v1/workspaces", { name })).body));
  const member = { ...person, headers: {} };
  await insertMember(app(), reads.id, member, "viewer");
  await insertMember(app(), pays.id, member, "billing");
  await insertMember(app(), leaves.id, member, "viewer");
  await owner.call("POST", "/v1/account/prove", { password: owner.password });
  expect((await owner.call("DELETE", `/v1/workspaces/${leaves.id}`)).status).toBe(200);

  const offered = async (scope: string) => [...(await signIn.ask({ scope })).body.matchAll(/value="(wsp_\w+)"/g)].map(([, id]) => id);
  expect(await offered("memory:read")).toEqual([person.workspace, reads.id]);
  expect(await offered("memory:write")).toEqual([person.workspace]);
  const answers = await Promise.all([pays, leaves].map(async ({ id }) => signIn.answer(await signIn.question(), { workspace: id })));
  expect(answers.map(({ status, body }) => [status, body.error.details.reason])).toEqual([[403, "role"], [403, "workspace_leaving"]]);
});

test("a question whose answer was at fault can be answered again", async () => {
  const { signIn } = await newVisit(await newClient(app()));
  const id = await signIn.question();
  for (const given of [{ workspace: undefined }, { group: "" }, { scopes: ["memory:delete"] }, { color: "red" }]) expect((await signIn.answer(id, given)).status).toBe(400);
  expect((await signIn.answer(id)).status).toBe(200);
});

test("a no takes the app back with the reason, and connects nothing", async () => {
  const { signIn, person } = await newVisit(await newClient(app()));
  const { status, body } = await person.call("POST", `/v1/oauth/consents/${await signIn.question()}`, { allow: false });
  expect(status).toBe(200);
  expect(Object.fromEntries(new URL(body.location).searchParams)).toMatchObject({ error: "access_denied", state: "as it was", iss: PUBLIC_URL });
  expect((await person.call("GET", "/v1/connections")).body.items).toEqual([]);
});

test("a redirect URI with a query keeps it as it was written", async () => {
  const { id } = await newDocumentClient({ redirects: (origin) => [`${origin}/callback?tenant=a%20b&x=~`] });
  const redirect_uri = `${new URL(id).origin}/callback?tenant=a%20b&x=~`;
  const { signIn } = await newVisit({ id, redirect_uri });
  const { body } = await signIn.answer(await signIn.question({ state: undefined }));
  expect(body.location).toMatch(/\/callback\?tenant=a%20b&x=~&code=mc_[\w-]+&iss=http%3A%2F%2Flocalhost%3A3000$/);
});

test("an account that waits for its deletion connects nothing", async () => {
  const { signIn, person } = await newVisit(await newClient(app()));
  const id = await signIn.question();
  await person.call("POST", "/v1/account/prove", { password: person.password });
  expect((await person.call("DELETE", "/v1/account")).status).toBe(200);
  const signedIn = await person.call("POST", "/v1/auth/sign-in", { email: person.email, password: person.password });
  expect(signedIn.status).toBe(200);
  const { status, body } = await signIn.ask();
  expect(status).toBe(403);
  expect(body).toContain("is going to be deleted");
  expect((await signIn.answer(id)).status).toBe(403);
});
