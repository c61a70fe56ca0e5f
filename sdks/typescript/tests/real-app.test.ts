import { expect, test } from "vitest";
import { newConnection } from "../../../apps/server/src/testing/connections.ts";
import { shareTestApp, type Call, type TestWorkspace } from "../../../apps/server/src/testing/harness.ts";
import { ForbiddenError, Loci, NotFoundError, UnauthenticatedError, type Options } from "../src/index.ts";

const app = shareTestApp();

/** The client as MCP has it: over the app in the same process, without a port. */
function connect({ key }: { key: string }, options: Options = {}): Loci {
  return new Loci({ apiKey: key, fetch: (url, init) => app().server.app.request(url, init), ...options });
}

async function openWorkspace(): Promise<{ workspace: TestWorkspace; loci: Loci }> {
  const workspace = await app().newWorkspace();
  return { workspace, loci: connect(workspace) };
}

test("what is stored is recalled, changed, restored and forgotten", async () => {
  const { loci } = await openWorkspace();
  const { memory, status } = await loci.store({ content: "Ana prefers tea to coffee.", group: "user:ana", tags: ["drinks"] });
  expect(status).toBe("created");
  const found = await loci.recall({ query: "What does Ana like to drink?", group: "user:ana" });
  expect(found.memories.map(({ id }) => id)).toEqual([memory.id]);

  const { memory: changed } = await loci.memories.update(memory.id, { content: "Ana prefers green tea.", version: 1 });
  expect(changed.version).toBe(2);
  const versions: string[] = [];
  for await (const version of loci.memories.history(memory.id)) versions.push(version.memory.content);
  expect(versions).toEqual(["Ana prefers tea to coffee."]);

  expect(await loci.forget({ id: memory.id })).toMatchObject({ forgotten: { memories: 1 } });
  await expect(loci.memories.get(memory.id)).rejects.toThrow(NotFoundError);
  await loci.memories.restore(memory.id);
  expect(await loci.memories.get(memory.id)).toMatchObject({ content: "Ana prefers green tea." });
  expect(await loci.memories.delete(memory.id, { permanent: true })).toMatchObject({ restorable_until: null });
});

test("a conversation gives a receipt for each message", async () => {
  const { loci } = await openWorkspace();
  const { results } = await loci.store({ messages: [{ role: "user", content: "The pump leaks." }, { role: "assistant", content: "Tighten the valve." }] });
  expect(results.map(({ memory }) => memory.content)).toEqual(["The pump leaks.", "Tighten the valve."]);
});

test("lists are awaited for a page and iterated for all, with filters as objects", async () => {
  const { loci } = await openWorkspace();
  await loci.batch(Array.from({ length: 7 }, (_, n) => ({ op: "store" as const, content: `Note ${n}`, group: `g${n % 2}`, importance: n / 10 })));
  const page = await loci.memories.list({ limit: 3, total: true });
  expect(page).toMatchObject({ has_more: true, total: 7 });
  expect(page.items).toHaveLength(3);
  const all: string[] = [];
  for await (const { content } of loci.memories.list({ limit: 3, order: "oldest", filter: { importance: { gte: 0.2 } } })) all.push(content);
  expect(all).toEqual(["Note 2", "Note 3", "Note 4", "Note 5", "Note 6"]);
  const groups: string[] = [];
  for await (const { name } of loci.groups.list({ limit: 1 })) groups.push(name);
  expect(groups).toEqual(["g0", "g1"]);
  expect(await loci.groups.get("g1")).toMatchObject({ memories: 3 });
  await loci.groups.delete("g1");
  await expect(loci.groups.get("g1")).rejects.toThrow(NotFoundError);
});

test("relationships make a graph that can be walked", async () => {
  const { loci } = await openWorkspace();
  const [{ memory: problem }, { memory: solution }] = await Promise.all([loci.store({ content: "The pump leaks." }), loci.store({ content: "Tighten the valve." })]);
  const { relationship } = await loci.relationships.create({ from: solution.id, to: problem.id, type: "SOLVES" });
  const { related } = await loci.memories.related(problem.id);
  expect(related.map(({ memory }) => memory.id)).toEqual([solution.id]);
  expect((await loci.relationships.graph({ memory: [problem.id] })).nodes).toHaveLength(2);
  expect(await loci.relationships.list({ memory: problem.id })).toMatchObject({ items: [{ id: relationship.id }] });
  await loci.relationships.delete(relationship.id);
  await expect(loci.relationships.get(relationship.id)).rejects.toThrow(NotFoundError);
});

test("a try whose answer is lost is made again and has no second effect", async () => {
  const { workspace } = await openWorkspace();
  let lost = 0;
  const loci = connect(workspace, {
    fetch: async (url, init) => {
      const response = await app().server.app.request(url, init);
      if (lost++ > 0) return response;
      throw new TypeError("fetch failed");
    },
  });
  expect(await loci.store({ content: "Once." })).toMatchObject({ status: "created" });
  expect((await loci.memories.list()).items).toHaveLength(1);
  expect((await loci.usage()).meters.memories.total).toBe(1);
});

test("an export goes into another workspace line by line, and twice changes nothing", async () => {
  const { loci } = await openWorkspace();
  const { loci: other } = await openWorkspace();
  const [{ memory: a }, { memory: b }] = await Promise.all([loci.store({ content: "The pump leaks.", group: "plant" }), loci.store({ content: "Tighten the valve.", group: "plant" })]);
  await loci.memories.update(a.id, { content: "The big pump leaks." });
  await loci.relationships.create({ from: b.id, to: a.id, type: "SOLVES" });

  const receipt = await other.import((await loci.export({ group: "plant" })).lines());
  expect(receipt).toEqual({ format: "loci", imported: { memories: 2, versions: 1, relationships: 1 }, unchanged: { memories: 0, versions: 0, relationships: 0 }, skipped: [] });
  expect(await other.memories.get(a.id)).toMatchObject({ content: "The big pump leaks.", group: "plant" });
  expect(await other.import(await (await loci.export()).text())).toMatchObject({ imported: { memories: 0 }, unchanged: { memories: 2 } });
  expect(await other.import('[{"memory": "Bo plays chess."}]', { group: "user:bo" })).toMatchObject({ format: "mem0", imported: { memories: 1 } });
});

test("a key is made, seen by itself, rotated and revoked", async () => {
  const { loci } = await openWorkspace();
  const { secret, id } = await loci.keys.create({ name: "reader", scopes: ["memories:read"] });
  const reader = connect({ key: secret });
  expect(await reader.keys.own()).toMatchObject({ key_id: id, scopes: ["memories:read"] });
  await expect(reader.store({ content: "a" })).rejects.toThrow(ForbiddenError);
  expect((await loci.keys.rotate(id)).secret).not.toBe(secret);
  expect(await loci.keys.revoke(id)).toBeUndefined();
  const refused = await reader.keys.own().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UnauthenticatedError);
  expect(refused).toMatchObject({ status: 401, code: "unauthenticated" });
  expect((refused as UnauthenticatedError).request_id).toMatch(/^req_/);
});

test("an error names the field, and memories know which program wrote them", async () => {
  const { workspace, loci } = await openWorkspace();
  await expect(loci.recall({ query: "x", filter: { AND: [{ importance: { gte: 2, nonsense: 1 } as never }] } })).rejects.toMatchObject({ name: "InvalidRequestError", status: 400, param: "filter.AND[0].importance.nonsense" });
  const { memory } = await connect(workspace, { client: "support-bot/2.1" }).store({ content: "Bo called." });
  expect(memory.source).toMatchObject({ client: "support-bot/2.1" });
});

test("the audit log is listed and exported, and a key sees its own workspace and no account", async () => {
  const { workspace, loci } = await openWorkspace();
  await loci.keys.create({ name: "one more", scopes: ["memories:read"] });
  expect((await loci.audit.list({ action: "key.created" })).items.length).toBeGreaterThan(0);
  const lines: string[] = [];
  for await (const line of (await loci.audit.export()).lines()) lines.push(line);
  expect(lines.length).toBeGreaterThan(0);
  expect(await loci.workspaces.get(workspace.id)).toMatchObject({ id: workspace.id });
  await expect(loci.account.get()).rejects.toThrow(ForbiddenError);
});

test("what has no method is reached by its route", async () => {
  const { loci } = await openWorkspace();
  expect(await loci.request("GET /livez")).toMatchObject({ status: "ok" });
  const account = await loci.request("POST /v1/auth/sign-in", { body: { email: "nobody@example.com", password: "wrong horse battery" } }).catch((error: unknown) => error);
  expect(account).toMatchObject({ status: 401 });
});

/** The client as the person's browser has it: by their session. */
function open({ call }: { call: Call }, workspace?: string): Loci {
  return new Loci({
    workspace,
    fetch: async (url, init) => {
      const { status, headers, body } = await call(init.method ?? "GET", url.slice("http://127.0.0.1:8080".length), init.body ?? undefined, init.headers as Record<string, string>);
      return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
    },
  });
}

test("a person works by their session, in the workspace that the client names", async () => {
  const person = await app().newPerson();
  const { slug } = await open(person).workspaces.create({ name: "Acme" });
  const loci = open(person, slug);
  await loci.store({ content: "Acme ships on Fridays." });
  expect((await loci.memories.list()).items).toHaveLength(1);
  expect((await loci.workspaces.members.list(slug)).items).toMatchObject([{ role: "owner" }]);
  expect((await loci.account.sessions.list()).items).toHaveLength(1);
  const slugs: string[] = [];
  for await (const workspace of loci.workspaces.list()) slugs.push(workspace.slug);
  expect(slugs).toContain(slug);
});

test("a person sees what a connected app read and wrote, limits it and cuts it off", async () => {
  const person = await app().newPerson();
  const { connection_id, token } = await newConnection(app(), person);
  const [agent, loci] = [connect({ key: token }), open(person)];
  expect(await agent.whoami()).toMatchObject({ kind: "connection", id: connection_id, person: { id: person.user_id }, workspace: { id: person.workspace } });
  const { memory } = await agent.store({ content: "Ana prefers tea." });
  expect(memory.source).toMatchObject({ connection_id });
  await agent.recall({ query: "tea" });
  const requests = await Array.fromAsync(loci.connections.requests(connection_id));
  expect(requests.map(({ action, effect, memories }) => [action, effect, memories])).toEqual([["recallMemories", "read", [memory.id]], ["storeMemory", "write", [memory.id]]]);

  expect(await loci.connections.update(connection_id, { read_only: true })).toMatchObject({ read_only: true });
  await expect(agent.store({ content: "Another." })).rejects.toThrow(ForbiddenError);
  expect((await loci.workspaces.connections.list(person.workspace ?? "")).items).toMatchObject([{ id: connection_id, state: "active" }]);
  await loci.connections.revoke(connection_id);
  await expect(agent.whoami()).rejects.toThrow(UnauthenticatedError);
  expect(await loci.connections.get(connection_id)).toMatchObject({ state: "revoked" });
});

test("guides for MCP clients name this server, and the person's own addresses", async () => {
  const person = await app().newPerson();
  const { items } = await new Loci({ fetch: (url, init) => app().server.app.request(url, init) }).mcp.clients();
  expect(items.map(({ client }) => client)).toContain("claude-code");
  expect(JSON.stringify(await open(person).mcp.personal({ client: "cursor" }))).toContain("/mcp/cursor/");
});
