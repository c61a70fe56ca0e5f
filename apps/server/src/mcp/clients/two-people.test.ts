import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { shareBrowser } from "../../testing/chromium.ts";
import { sendBare } from "../../testing/mcp-apps/mcp-app.ts";
import { McpRemote } from "../../testing/mcp-apps/mcp-remote.ts";
import { OfficialApp } from "../../testing/mcp-apps/official-app.ts";
import { UsedApp } from "../../testing/mcp-apps/used-app.ts";
import { openServerProcess, type ServerProcess } from "../../testing/server-process.ts";
import { shareCallback, Visitor } from "../../testing/visitor.ts";

const chromium = shareBrowser();
const callback = shareCallback();

const NOBODYS = "mem_00000000000000000000000000000000";

let server: ServerProcess;
let apps: UsedApp[];
let [ada, grace]: Visitor[] = [];
beforeAll(async () => {
  server = await openServerProcess();
  [ada, grace] = [await Visitor.open(server, chromium(), "Ada"), await Visitor.open(server, chromium(), "Grace")];
  apps = (await Promise.all([openApps(ada), openApps(grace)])).flat();
}, 60_000);
afterAll(async () => {
  for (const { app } of apps ?? []) await app.close();
  await server?.remove();
});

/** One at the address of all, and one at a person's own. */
async function openApps(person: Visitor): Promise<UsedApp[]> {
  const answer = (url: URL) => person.answer(url);
  const official = new OfficialApp({ url: `${server.url}/mcp`, name: "Heron", redirect_uri: callback(), modern: true });
  await official.connect(answer);
  const remote = await McpRemote.open(personalUrl(person), answer);
  return [new UsedApp(person, official), new UsedApp(person, remote)];
}

const personalUrl = ({ workspace }: Visitor, client = "cursor"): string => `${server.url}/mcp/${client}/${workspace.slug}`;

/** The app of one person. */
function appOf(person: Visitor | undefined, name: "Heron" | "Cursor"): UsedApp {
  const found = apps.find((used) => used.person === person && nameOf(used) === name);
  if (found === undefined) throw new TypeError(`There is no ${name}.`);
  return found;
}

const nameOf = ({ app }: UsedApp): "Heron" | "Cursor" => (app instanceof OfficialApp ? "Heron" : "Cursor");

const storedBy = (...used: UsedApp[]): UsedApp["stored"] => used.flatMap(({ stored }) => stored);
const contentsOf = (stored: UsedApp["stored"]): string[] => stored.map(({ content }) => content).toSorted();

/** Those of a person, and those of everybody else. */
const ownOf = (person: Visitor): UsedApp["stored"] => storedBy(...apps.filter((app) => app.person === person));
const othersOf = (person: Visitor): UsedApp["stored"] => storedBy(...apps.filter((app) => app.person !== person));

// No two share a word.
const CANARIES = [["Fernhollow opens its gate at dawn.", "Quillon keeps Kestrels."], ["Jaspervane sails on Monday.", "Tamarisk blooms late."], ["Opalgate stands empty.", "Umbrafield was ploughed twice."], ["Vortigern plays chess.", "Yarrowbrook froze over."]];

describe("two people with two apps each", () => {
  test("have them store side by side", async () => {
    await Promise.all(apps.map(async (app, index) => {
      for (const [n, content] of (CANARIES[index] ?? []).entries()) await app.store(content, `${app.person.name.toLowerCase()}:${nameOf(app).toLowerCase()}-${n}`);
    }));
    expect(storedBy(...apps)).toHaveLength(8);
  });

  test("find by each app what both of theirs have stored, and nothing of the other person's", async () => {
    for (const app of apps) {
      const own = ownOf(app.person);
      expect((await app.list()).toSorted()).toEqual(contentsOf(own));
      expect((await app.groups()).toSorted()).toEqual(own.map(({ group }) => group).toSorted());
      for (const { id, content } of own) expect(await app.get(id)).toBe(content);
      for (const { content } of own) expect((await app.recall(content))[0]).toBe(content);
      for (const { content, group } of othersOf(app.person)) {
        expect(contentsOf(own)).toEqual(expect.arrayContaining(await app.recall(content)));
        expect(await app.recall(content, group)).toEqual([]);
      }
    }
  });

  test("get nothing by the ids of the other person's, by no tool and no resource, and the words are those for ids that nobody has", async () => {
    const shapes = (id: string, own: string): [string, Record<string, unknown>][] => [
      ["get_memory", { id }], ["get_related_memories", { id }], ["update_memory", { id, content: "Mine now." }], ["relate_memories", { from: own, to: id, type: "RELATED_TO" }], ["relate_memories", { from: id, to: own, type: "RELATED_TO" }],
    ];
    for (const app of apps) {
      const own = app.stored[0]?.id ?? "";
      const words = await Promise.all(shapes(NOBODYS, own).map(([name, args]) => app.refused(name, args)));
      expect(words.every((text) => text.startsWith("not_found"))).toBe(true);
      for (const { id } of othersOf(app.person)) {
        expect(await Promise.all(shapes(id, own).map(([name, args]) => app.refused(name, args)))).toEqual(words.map((text) => text.replaceAll(NOBODYS, id)));
        await expect(app.app.client.readResource({ uri: `loci://memory/${id}` })).rejects.toThrow(/not found/i);
      }
    }
    for (const { person, stored } of apps) {
      for (const { id, content } of stored) expect((await person.call("GET", `/v1/memories/${id}`)).body).toMatchObject({ content, version: 1 });
    }
  });

  test("cannot forget the other person's memories", async () => {
    for (const app of apps) {
      expect(await app.forget([NOBODYS, ...othersOf(app.person).map(({ id }) => id)])).toBe(0);
    }
    for (const app of apps) expect((await app.list()).toSorted()).toEqual(contentsOf(ownOf(app.person)));
  });

  test("cannot get in by the other person's personal URL, with their token or with their session", async () => {
    for (const { app, person } of apps) {
      const other = person === ada ? grace : ada;
      if (other === undefined) throw new TypeError("Nobody else is there.");
      const answers = [];
      for (const url of [personalUrl(other), `${server.url}/mcp/cursor/${other.workspace.id}`, `${server.url}/mcp/cursor/nobody`]) {
        const response = await sendBare(url, app.tokens.access);
        answers.push({ status: response.status, text: (await response.text()).replaceAll(/req_\w+/g, "") });
      }
      // A token for a personal URL is for no other; one for all of MCP is told that there is no such workspace.
      expect(answers.map(({ status }) => status)).toEqual(app instanceof OfficialApp ? [404, 404, 404] : [401, 401, 401]);
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect((await fetch(`${server.url}/v1/memories`, { headers: { authorization: `Bearer ${app.tokens.access}` } })).status).toBe(401);
      const redirect_uri = app instanceof OfficialApp ? callback() : "http://localhost/oauth/callback";
      const asked = { response_type: "code", client_id: app.tokens.client_id, redirect_uri, state: "x", scope: "memory:read", code_challenge: "c".repeat(43), code_challenge_method: "S256" };
      const ask = async (resource: string) => {
        const { status, body } = await person.call("GET", `/oauth/authorize?${new URLSearchParams({ ...asked, resource }).toString()}`);
        return { status, page: String(body).replaceAll(new URL(resource).pathname.split("/").at(-1) ?? "", "it").replaceAll(/<a [^>]*>/g, "") };
      };
      expect(await ask(personalUrl(person))).toMatchObject({ status: 200, page: expect.stringContaining("Connect ") as string });
      expect(await ask(personalUrl(other))).toMatchObject({ status: 404, page: expect.stringContaining("This app cannot be connected") as string });
      expect(await ask(personalUrl(other))).toEqual(await ask(`${server.url}/mcp/cursor/nobody`));
    }
  });

  test("cannot see, limit or end the other person's connections", async () => {
    for (const app of apps) {
      const { id } = await app.connection();
      const other = app.person === ada ? grace : ada;
      const path = `/v1/connections/${id}`;
      const answers = [await other?.call("GET", path), await other?.call("GET", `${path}/requests`), await other?.call("PATCH", path, { read_only: true }), await other?.call("DELETE", path)];
      expect(answers.map((answer) => answer?.status)).toEqual([404, 404, 404, 404]);
    }
  });

  test("see of each app exactly what it did", async () => {
    for (const app of apps) expect(await app.log()).toEqual(app.done);
  });

  test("have the four apps as clients of their own, which registered themselves", async () => {
    const ids = apps.map(({ app }) => app.tokens.client_id);
    expect(new Set(ids).size).toBe(4);
    for (const [n, app] of apps.entries()) expect(await app.connection()).toMatchObject({ client: { id: ids[n], kind: "registered" }, person: { name: app.person.name }, workspace: { id: app.person.workspace.id } });
  });

  test("see at each memory which app it came from", async () => {
    for (const app of apps) {
      const { id: connection_id, label: client } = await app.connection();
      expect(client).toMatch(new RegExp(`^${nameOf(app)}\\b`));
      for (const { id } of app.stored) expect((await app.person.call("GET", `/v1/memories/${id}`)).body).toMatchObject({ trust: "agent", source: { kind: "mcp", client, connection_id } });
      const filter = encodeURIComponent(JSON.stringify({ "source.connection_id": connection_id }));
      const { items } = (await app.person.call("GET", `/v1/memories?filter=${filter}`)).body as { items: { content: string }[] };
      expect(items.map(({ content }) => content).toSorted()).toEqual(contentsOf(app.stored));
    }
  });
});

describe("a limit that a person sets", () => {
  test("to reading holds at the app's next call, for this app alone, until it is lifted", async () => {
    const [heron, cursor] = [appOf(ada, "Heron"), appOf(ada, "Cursor")];
    await heron.limit({ read_only: true });
    expect(await heron.refused("store_memory", { content: "Halberdfox sleeps.", group: "ada:heron-0" })).toMatch(/^forbidden/);
    expect((await heron.list()).toSorted()).toEqual(contentsOf(ownOf(heron.person)));
    await cursor.store("Lanternfish glow.", "ada:cursor-0");
    await heron.limit({ read_only: false });
    await heron.store("Halberdfox wakes.", "ada:heron-0");
  });

  test("to one group holds at the app's next call, for reading and writing, by every way", async () => {
    const [heron, cursor] = [appOf(grace, "Heron"), appOf(grace, "Cursor")];
    const all = ownOf(cursor.person);
    const [inside, outside] = [all.filter(({ group }) => group === "grace:heron-0"), all.filter(({ group }) => group !== "grace:heron-0")];
    await cursor.limit({ group: "grace:heron-0" });
    expect(await cursor.list()).toEqual(contentsOf(inside));
    expect(await cursor.groups()).toEqual(["grace:heron-0"]);
    for (const { id, content } of outside) {
      expect(await cursor.refused("get_memory", { id })).toMatch(/^not_found/);
      expect(contentsOf(inside)).toEqual(expect.arrayContaining(await cursor.recall(content)));
    }
    expect(await cursor.refused("store_memory", { content: "Out of bounds.", group: "grace:elsewhere" })).toMatch(/^(forbidden|not_found)/);
    expect((await heron.list()).toSorted()).toEqual(contentsOf(all));
    await cursor.limit({ group: null });
    expect((await cursor.list()).toSorted()).toEqual(contentsOf(all));
  });

  test("that ends one app leaves the others at work, and its log to be read", async () => {
    const heron = appOf(ada, "Heron");
    const { id } = await heron.connection();
    // The library says on the console why it asks anew.
    const said = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    onTestFinished(() => said.mockRestore());
    await heron.person.revoke(heron.app.tokens.client_id);
    expect((await sendBare(`${server.url}/mcp`, heron.app.tokens.access)).status).toBe(401);
    await expect(heron.app.callTool("list_groups", {})).rejects.toThrow(/unauthorized/i);
    for (const app of apps.filter((each) => each !== heron)) expect((await app.list()).toSorted()).toEqual(contentsOf(ownOf(app.person)));
    expect(await heron.person.call("GET", `/v1/connections/${id}/requests?limit=1`)).toMatchObject({ status: 200, body: { items: [{ action: "storeMemory", memories: [heron.stored.at(-1)?.id] }] } });
    for (const app of apps.filter((each) => each !== heron)) expect(await app.log()).toEqual(app.done);
  });
});
