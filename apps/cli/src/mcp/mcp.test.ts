import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { findInstallClient, toSharedServer, type ConfigWay } from "@loci/mcp/install";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, onTestFinished, test } from "vitest";
import { shareListeningApp } from "../../../server/src/testing/chromium.ts";
import { newConnection } from "../../../server/src/testing/connections.ts";
import { MAIN, newMachine, type Machine } from "../testing/machine.ts";
import { writeWay } from "./settings-file.ts";

const app = shareListeningApp();

/** An assistant that starts `loci mcp` as they do. */
async function connectAssistant({ env }: Machine, args: readonly string[], era: "auto" | "legacy" = "auto"): Promise<Client> {
  const client = new Client({ name: "assistant", version: "1.0.0" }, { versionNegotiation: { mode: era } });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [MAIN, ...args], env, stderr: "ignore" }));
  onTestFinished(() => client.close());
  return client;
}

const call = async (client: Client, name: string, given: Record<string, unknown>) => {
  const { isError, structuredContent, content } = await client.callTool({ name, arguments: given });
  if (isError === true) throw new Error(JSON.stringify(content));
  return structuredContent as Record<string, unknown>;
};

test.each(["auto", "legacy"] as const)("an assistant stores and recalls over stdio at the server that its person is signed in to (%s)", async (era) => {
  const { key, call: ask } = await app().newWorkspace();
  const client = await connectAssistant(newMachine({ LOCI_API_KEY: key, LOCI_BASE_URL: app().url }), ["mcp"], era);
  const { id } = await call(client, "store_memory", { content: "Ada prefers tea." });
  expect(await call(client, "recall_memories", { query: "what does Ada prefer" })).toMatchObject({ memories: [{ id }] });
  expect(await ask("GET", `/v1/memories/${String(id)}`)).toMatchObject({ status: 200, body: { content: "Ada prefers tea." } });
});

test.each(["auto", "legacy"] as const)("what an assistant stores with a key, or in a folder, names the assistant (%s)", async (era) => {
  const { key, call: ask } = await app().newWorkspace();
  const client = await connectAssistant(newMachine({ LOCI_API_KEY: key, LOCI_BASE_URL: app().url }), ["mcp"], era);
  const { id } = await call(client, "store_memory", { content: "Ada prefers tea." });
  expect((await ask("GET", `/v1/memories/${String(id)}`)).body.source).toMatchObject({ kind: "mcp", client: "assistant/1.0.0" });

  const local = await connectAssistant(newMachine(), ["mcp", "--local"], era);
  await call(local, "store_memory", { content: "Ada plays the cello." });
  expect(await call(local, "list_memories", {})).toMatchObject({ memories: [{ source: "mcp/assistant/1.0.0" }] });
});

test("a sign-in goes by the label that its person knows it by, whatever the assistant calls itself", async () => {
  const person = await app().newPerson();
  const { token } = await newConnection(app(), person, { client: { id: "loci-cli", name: "Loci CLI" } });
  const client = await connectAssistant(newMachine({ LOCI_API_KEY: token, LOCI_BASE_URL: app().url }), ["mcp"]);
  await call(client, "store_memory", { content: "Ada prefers tea." });
  expect(await call(client, "list_memories", {})).toMatchObject({ memories: [{ source: "mcp/Loci CLI" }] });
});

test("the minimal set of tools is offered to who asks for it", async () => {
  const { key } = await app().newWorkspace();
  const client = await connectAssistant(newMachine({ LOCI_API_KEY: key, LOCI_BASE_URL: app().url }), ["mcp", "--tools", "minimal"]);
  const { tools } = await client.listTools();
  expect(tools).toHaveLength(4);
});

test("loci mcp --local needs no server and no account, two assistants share it, and what they stored is there afterwards", async () => {
  const machine = newMachine();
  const [one, other] = await Promise.all([connectAssistant(machine, ["mcp", "--local"]), connectAssistant(machine, ["mcp", "--local"])]);
  const { id } = await call(one, "store_memory", { content: "Ada plays the cello." });
  expect(await call(other, "recall_memories", { query: "who plays the cello" })).toMatchObject({ memories: [{ id }] });
  await Promise.all([one.close(), other.close()]);
  expect(existsSync(path.join(machine.home, ".local/share/loci"))).toBe(true);

  const later = await connectAssistant(machine, ["mcp", "--local"]);
  expect(await call(later, "list_memories", {})).toMatchObject({ memories: [{ id }] });

  // Their person sees, corrects, exports and forgets them by the same commands as those of a server, also meanwhile.
  expect((await machine.runJson(["recall", "--local", "who plays the cello"]))[0]).toMatchObject({ id, content: "Ada plays the cello." });
  expect((await machine.runJson(["update", "--local", String(id), "Ada plays the viola."]))[0]).toMatchObject({ memory: { version: 2 } });
  expect((await machine.runJson(["export", "--local", "all.jsonl"]))[0]).toMatchObject({ memories: 1 });
  expect((await machine.run(["forget", "--local", String(id), "--yes"])).code).toBe(0);
  expect(await call(later, "list_memories", {})).toMatchObject({ memories: [] });
  expect(await machine.runJson(["list", "--local", "--folder", path.join(machine.home, "other")])).toEqual([]);
});

test("loci mcp writes nothing but the protocol, and ends when its client does", async () => {
  const { key } = await app().newWorkspace();
  const machine = newMachine({ LOCI_API_KEY: key, LOCI_BASE_URL: app().url });
  const { code, stdout } = await machine.run(["mcp"], { input: '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}\n' });
  expect(code).toBe(0);
  for (const line of stdout.split("\n").slice(0, -1)) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
});

test("without a sign-in loci mcp ends at once, and says what to do where clients show it", async () => {
  expect(await newMachine().run(["mcp"])).toMatchObject({ code: 4, stdout: "", stderr: expect.stringContaining("loci login") });
});

test("mcp add names every client, shows its blocks, and its own address where it is asked for", async () => {
  const { key } = await app().newWorkspace();
  const machine = newMachine({ LOCI_API_KEY: key, LOCI_BASE_URL: app().url });
  expect((await machine.runJson(["mcp", "add"])).map(({ client }) => client)).toContain("cursor");
  const { stdout } = await machine.run(["mcp", "add", "claude-code"]);
  expect(stdout).toContain(`claude mcp add --transport http --scope user loci ${app().url}/mcp`);
  const [who] = await machine.runJson(["whoami"]);
  const { slug } = (who as { workspace: { slug: string } }).workspace;
  expect((await machine.runJson(["mcp", "add", "cursor", "--personal"]))[0]).toMatchObject({ url: `${app().url}/mcp/cursor/${slug}` });
});

test("mcp add --write puts the server beside what is in the settings, and can be repeated", async () => {
  const machine = newMachine({ LOCI_BASE_URL: "https://loci.example.com" });
  const file = path.join(machine.home, ".cursor/mcp.json");
  mkdirSync(path.dirname(file));
  writeFileSync(file, JSON.stringify({ mcpServers: { other: { url: "https://other.example.com" } }, more: 1 }));
  for (const _ of [1, 2]) expect((await machine.run(["mcp", "add", "cursor", "--write"])).code).toBe(0);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ mcpServers: { other: { url: "https://other.example.com" }, loci: { url: "https://loci.example.com/mcp" } }, more: 1 });
});

test("mcp add --write into a project's file writes the address that all share, and says whom it is for", async () => {
  const { key } = await app().newWorkspace();
  const machine = newMachine({ LOCI_API_KEY: key, LOCI_BASE_URL: app().url });
  const { stdout } = await machine.run(["mcp", "add", "claude-code", "--personal", "--write"]);
  expect(JSON.parse(readFileSync(path.join(machine.home, ".mcp.json"), "utf8"))).toEqual({ mcpServers: { loci: { type: "http", url: `${app().url}/mcp` } } });
  expect(stdout).toMatch(/for all who have it\. For all of your projects: claude mcp add .*\/mcp\/claude-code\//);
});

const wayOf = (slug: string): ConfigWay => findInstallClient(slug)!.toWays(toSharedServer("https://loci.example.com")).find((way) => way.kind === "config")!;

test("settings with comments, or with something else in the place, are left as they are, and the block is shown", () => {
  const { home } = newMachine();
  const file = path.join(home, ".cursor/mcp.json");
  mkdirSync(path.dirname(file));
  for (const text of ["{\n  // mine\n}", '{"mcpServers":[]}', "[]"]) {
    writeFileSync(file, text);
    expect(() => writeWay(wayOf("cursor"), "linux", home)).toThrow("left as it is");
    expect(readFileSync(file, "utf8")).toBe(text);
  }
});

test("a TOML file keeps all that it has, and gets the table once", () => {
  const { home } = newMachine();
  const file = path.join(home, ".codex/config.toml");
  mkdirSync(path.dirname(file));
  writeFileSync(file, 'model = "x" # mine\n');
  expect(writeWay(wayOf("codex"), "linux", home)).toBe(file);
  expect(readFileSync(file, "utf8")).toBe('model = "x" # mine\n\n[mcp_servers.loci]\nurl = "https://loci.example.com/mcp"\n');
  const before = readFileSync(file, "utf8");
  expect(writeWay(wayOf("codex"), "linux", home)).toBe(file);
  expect(readFileSync(file, "utf8")).toBe(before);
  writeFileSync(file, before.replace("loci.example.com", "other.example.com"));
  expect(() => writeWay(wayOf("codex"), "linux", home)).toThrow("has [mcp_servers.loci] already");
});
