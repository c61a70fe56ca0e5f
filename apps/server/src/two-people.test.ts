import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { beforeAll, expect, test } from "vitest";
import { SignIn } from "./testing/authorization.ts";
import { shareListeningApp } from "./testing/chromium.ts";
import type { TestPerson } from "./testing/people.ts";

const app = shareListeningApp();

const REDIRECT_URI = "http://127.0.0.1:4444/callback";

/** A client of MCP that a person let in: it registered, they allowed it, and it has its tokens. */
interface Assistant {
  name: string;
  connection_id: string;
  refresh: string;
  signIn: SignIn;
  /** What it is to keep, and nobody else's client may see. */
  secret: string;
  url: string;
  token: string;
  /** The memory that it stored. */
  memory: string;
}

interface Household {
  person: TestPerson;
  assistants: [Assistant, Assistant];
}

let ada: Household;
let bob: Household;
const everybody = (): Assistant[] => [...ada.assistants, ...bob.assistants];

async function letIn(person: TestPerson, name: string, path: string, secret: string): Promise<Assistant> {
  const registered = await app().call("POST", "/oauth/register", { client_name: name, redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: "none" });
  expect(registered.status).toBe(201);
  const url = `${app().url}${path}`;
  const signIn = new SignIn(app(), person, { id: registered.body.client_id, redirect_uri: REDIRECT_URI });
  const tokens = await signIn.tokens({ resource: url });
  const [{ id }] = (await person.call("GET", "/v1/connections?limit=1")).body.items;
  return { name, url, secret, signIn, token: tokens.access_token, refresh: tokens.refresh_token, connection_id: id, memory: "" };
}

/** A person whose one assistant uses the common address, and whose other one that which names it. */
async function newHousehold(name: string, [first, second]: [string, string]): Promise<Household> {
  const person = await app().newPerson({ name, password: null });
  return { person, assistants: [await letIn(person, "Claude", "/mcp", first), await letIn(person, "An editor", `/mcp/cursor/${person.workspace}`, second)] };
}

beforeAll(async () => {
  ada = await newHousehold("Ada", ["Quillfeather", "Marshlantern"]);
  bob = await newHousehold("Bob", ["Copperwick", "Thistledown"]);
  for (const assistant of everybody()) {
    const answer = await useTool(assistant, "store_memory", { content: `The word for the gate is ${assistant.secret}.` });
    assistant.memory = /mem_[0-9a-f]{32}/.exec(answer)?.[0] ?? "";
  }
});

async function openClient({ url, token }: Pick<Assistant, "url" | "token">): Promise<Client> {
  const client = new Client({ name: "two-people", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization: `Bearer ${token}` } } }));
  return client;
}

/** All that a tool answers, as one text. */
async function useTool(assistant: Pick<Assistant, "url" | "token">, name: string, input: Record<string, unknown>): Promise<string> {
  const client = await openClient(assistant);
  try {
    return JSON.stringify(await client.callTool({ name, arguments: input }));
  } finally {
    await client.close();
  }
}

const secretsIn = (text: string): string[] => everybody().flatMap(({ secret }) => (text.includes(secret) ? [secret] : []));
const secretsOf = ({ assistants }: Household): string[] => assistants.map(({ secret }) => secret);

test("each assistant recalls what both of its person's stored, and nothing of the other person's, by any tool", async () => {
  for (const household of [ada, bob]) {
    const foreign = everybody().find((assistant) => !household.assistants.includes(assistant));
    for (const assistant of household.assistants) {
      for (const [tool, input] of [["recall_memories", { query: "the word for the gate" }], ["list_memories", {}]] as const) {
        expect(secretsIn(await useTool(assistant, tool, input)), `${assistant.name}: ${tool}`).toEqual(secretsOf(household));
      }
      const missing = `mem_${"0".repeat(32)}`;
      for (const [tool, toInput] of [["get_memory", (id: string) => ({ id })], ["get_related_memories", (id: string) => ({ id })], ["update_memory", (id: string) => ({ id, content: "x" })]] as const) {
        const [theirs, none] = [await useTool(assistant, tool, toInput(foreign?.memory ?? "")), await useTool(assistant, tool, toInput(missing))];
        expect(theirs.replaceAll(/req_\w+/g, "").replaceAll(foreign?.memory ?? "", missing), tool).toBe(none.replaceAll(/req_\w+/g, ""));
        expect(theirs).toContain('"isError":true');
      }
    }
  }
});

test("a token opens nobody else's address: not the other person's, not that of the other assistant, and not the API", async () => {
  const statusAt = async (url: string, token: string): Promise<number> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "application/json, text/event-stream" };
    return (await fetch(url, { method: "POST", headers, body })).status;
  };
  const [shared, personal] = ada.assistants;
  expect(await statusAt(bob.assistants[1].url, shared.token)).toBe(404);
  expect(await statusAt(bob.assistants[1].url, personal.token)).toBe(401);
  expect(await statusAt(shared.url, personal.token)).toBe(401);
  expect(await statusAt(personal.url, shared.token)).toBe(200);
  for (const { token } of everybody()) expect((await app().call("GET", "/v1/memories", undefined, { authorization: `Bearer ${token}` })).status).toBe(401);
});

test("each memory says which assistant wrote it, and each assistant's log what it read and wrote, to its person alone", async () => {
  for (const { person, assistants } of [ada, bob]) {
    const other = person === ada.person ? bob.person : ada.person;
    const inOwn = { "x-workspace": person.workspace };
    expect((await person.call("GET", "/v1/connections")).body.items.map(({ label }: { label: string }) => label)).toEqual(["Cursor (An editor)", "Claude"]);
    for (const [at, { connection_id, memory }] of assistants.entries()) {
      const { source } = (await person.call("GET", `/v1/memories/${memory}`, undefined, inOwn)).body;
      expect(source).toEqual({ kind: "mcp", client: at === 0 ? "Claude" : "Cursor (An editor)", connection_id });
      const { items } = (await person.call("GET", `/v1/connections/${connection_id}/requests?limit=200`)).body;
      expect(items.at(-1)).toMatchObject({ effect: "write", memories: [memory] });
      const read = items.filter(({ effect, memory_count }: { effect: string; memory_count: number }) => effect === "read" && memory_count > 0);
      expect(read.length).toBeGreaterThan(0);
      for (const { memories } of read) expect(memories.toSorted()).toEqual(assistants.map((own) => own.memory).toSorted());
      expect((await other.call("GET", `/v1/connections/${connection_id}/requests`)).status).toBe(404);
    }
  }
});

test("an assistant that is limited, and then cut off, is so at its next request; the other three work on", async () => {
  const [claude, cursor] = ada.assistants;
  const open = (assistant: Assistant) => useTool(assistant, "recall_memories", { query: "the word for the gate" });
  expect((await ada.person.call("PATCH", `/v1/connections/${claude.connection_id}`, { read_only: true })).status).toBe(200);
  expect(await useTool(claude, "store_memory", { content: "No." })).toContain("it was limited to reading");
  expect(secretsIn(await open(claude))).toEqual(secretsOf(ada));

  expect((await ada.person.call("DELETE", `/v1/connections/${claude.connection_id}`)).status).toBe(204);
  await expect(openClient(claude)).rejects.toThrow(/unauthorized|401/i);
  expect(await claude.signIn.refresh(claude.refresh)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  expect(secretsIn(await open(cursor))).toEqual(secretsOf(ada));
  for (const assistant of bob.assistants) expect(secretsIn(await open(assistant))).toEqual(secretsOf(bob));
  expect(await cursor.signIn.refresh(cursor.refresh)).toMatchObject({ status: 200 });
});
