import { expect, test } from "vitest";
import { SignIn } from "../testing/authorization.ts";
import { newClient } from "../testing/connections.ts";
import { shareTestApp, type Answer } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";

const PUBLIC_URL = "http://localhost:3000";
const app = shareTestApp({ env: { PUBLIC_URL } });

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const SCOPES = "memory:read memory:write memory:delete";
const post = (path: string, form: Record<string, string>): Promise<Answer> => app().call("POST", path, new URLSearchParams({ client_id: "loci-cli", ...form }).toString(), FORM);

const begin = async (): Promise<{ device_code: string; user_code: string }> => (await post("/oauth/device", { scope: SCOPES })).body;

interface Device {
  status: number;
  token: string;
}

/** A machine that the command line signs in on, as its person answers. */
async function letIn(person: TestPerson, answer: Record<string, unknown>): Promise<Device> {
  const { device_code, user_code } = await begin();
  const { status } = await person.call("POST", "/v1/oauth/devices", { user_code, allow: true, workspace: person.workspace, ...answer });
  const { body } = await post("/oauth/token", { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code });
  return { status, token: body.access_token };
}

const call = (token: string, method: string, path: string, body?: object): Promise<Answer> => app().call(method, path, body, { authorization: `Bearer ${token}` });
const limitsOf = async (person: TestPerson) => {
  const [{ group, read_only, scopes }] = (await person.call("GET", "/v1/connections")).body.items;
  return { group, read_only, scopes };
};
const ALL = SCOPES.split(" ");

test("a laptop that signs in without limits lifts none of the build machine that signed in with them: it reads no other group, writes nothing and forgets nothing", async () => {
  const ada = await app().newPerson();
  const build = await letIn(ada, { group: "ci", read_only: true });
  const { body: safe } = await ada.call("POST", "/v1/store", { content: "The safe code is 9911.", group: "private" }, { "x-workspace": ada.workspace });
  const laptop = await letIn(ada, {});
  for (const { token } of [build, laptop]) {
    expect((await call(token, "POST", "/v1/recall", { query: "safe code" })).body.memories).toEqual([]);
    expect((await call(token, "POST", "/v1/store", { content: "Mine.", group: "ci" })).status).toBe(403);
    expect((await call(token, "POST", "/v1/forget", { ids: [safe.memory.id] })).status).toBe(403);
  }
  expect(await limitsOf(ada)).toEqual({ group: "ci", read_only: true, scopes: ALL });
});

test("a later consent can limit further, for the sign-ins of before too", async () => {
  const ada = await app().newPerson();
  const first = await letIn(ada, {});
  expect((await call(first.token, "POST", "/v1/store", { content: "Before." })).status).toBe(200);
  await letIn(ada, { group: "ci" });
  expect((await call(first.token, "POST", "/v1/recall", { query: "before" })).body.memories).toEqual([]);
  await letIn(ada, { group: null, read_only: true });
  expect((await call(first.token, "POST", "/v1/store", { content: "After.", group: "ci" })).status).toBe(403);
  expect(await limitsOf(ada)).toMatchObject({ group: "ci", read_only: true });
});

test("another group than the one that stands is refused by name, and the question can be answered again", async () => {
  const ada = await app().newPerson();
  const signIn = new SignIn(app(), ada, await newClient(app()));
  await signIn.tokens({}, { group: "user:ana" });
  const id = await signIn.question();
  expect(await signIn.answer(id, { group: "user:bob" })).toMatchObject({ status: 400, body: { error: { param: "group", message: expect.stringContaining('"Heron" is limited to the group user:ana') } } });
  expect((await signIn.answer(id, { group: "user:ana" })).status).toBe(200);
  expect((await letIn(ada, { group: "ci" })).status).toBe(200);
  expect((await letIn(ada, { group: "home" })).status).toBe(400);
});

test("an app that its person has limited asks once more and gets no further by their Connect, but for scopes; lifting it under connections works", async () => {
  const ada = await app().newPerson();
  const signIn = new SignIn(app(), ada, await newClient(app(), "Heron", "own"));
  const api = { resource: `${PUBLIC_URL}/v1`, scope: SCOPES };
  const { access_token } = await signIn.tokens(api);
  const [{ id }] = (await ada.call("GET", "/v1/connections")).body.items;
  await ada.call("PATCH", `/v1/connections/${id}`, { group: "g1", read_only: true, scopes: ["memory:read"] });
  const again = await signIn.tokens(api, { read_only: false, group: null });
  expect(await limitsOf(ada)).toEqual({ group: "g1", read_only: true, scopes: ALL });
  for (const token of [access_token, again.access_token]) expect((await call(token, "POST", "/v1/store", { content: "No.", group: "g1" })).status).toBe(403);
  await ada.call("PATCH", `/v1/connections/${id}`, { group: null, read_only: false });
  expect((await call(access_token, "POST", "/v1/store", { content: "Yes." })).status).toBe(200);
});

test("a sign-in keeps the scopes that it was given, whatever a later one is given", async () => {
  const ada = await app().newPerson();
  const signIn = new SignIn(app(), ada, await newClient(app(), "Heron", "own"));
  const api = { resource: `${PUBLIC_URL}/v1` };
  const { access_token } = await signIn.tokens({ ...api, scope: "memory:read" });
  await signIn.tokens({ ...api, scope: SCOPES });
  expect((await call(access_token, "POST", "/v1/store", { content: "No." })).status).toBe(403);
});

test("the pages are told the limits that stand in each workspace, of this app at this address alone", async () => {
  const ada = await app().newPerson();
  const { body: team } = await ada.call("POST", "/v1/workspaces", { name: "Acme" });
  const signIn = new SignIn(app(), ada, await newClient(app()));
  const standing = async (more = {}) => [...String((await signIn.ask(more)).body).matchAll(/value="(wsp_\w+)"(?: data-limits="([^"]+)")?/g)].map(([, id, limits]) => [id, limits?.replaceAll("&quot;", '"')]);
  await signIn.tokens({}, { group: 'a"b', workspace: team.id });
  expect(await standing()).toEqual([[ada.workspace, undefined], [team.id, JSON.stringify({ group: 'a"b', read_only: false })]]);
  expect(await standing({ resource: `${PUBLIC_URL}/mcp/claude/${team.id}` })).toEqual([[team.id, undefined]]);
  await letIn(ada, { read_only: true, workspace: team.id });
  const { user_code } = await begin();
  expect((await ada.call("POST", "/v1/oauth/devices/read", { user_code })).body.workspaces).toMatchObject([{ id: ada.workspace, limits: null }, { id: team.id, limits: { group: null, read_only: true } }]);
});

test("a workspace that is in use is offered first while the personal one never was, and after that the personal one", async () => {
  const ada = await app().newPerson();
  const [acme, beta] = await Promise.all(["Acme", "Beta"].map(async (name) => (await ada.call("POST", "/v1/workspaces", { name })).body.id as string));
  const signIn = new SignIn(app(), ada, await newClient(app()));
  const first = async () => /value="(wsp_\w+)"/.exec(String((await signIn.ask()).body))?.[1];
  const use = (workspace = "") => ada.call("POST", "/v1/store", { content: "It rains." }, { "x-workspace": workspace });
  expect(await first()).toBe(ada.workspace);
  await use(beta);
  expect(await first()).toBe(beta);
  await use(ada.workspace);
  expect(await first()).toBe(ada.workspace);
  expect(acme).not.toBe(beta);
});
