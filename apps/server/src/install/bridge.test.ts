import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect, onTestFinished, test, vi } from "vitest";
import { openProfile, shareBrowser, shareListeningApp } from "../testing/chromium.ts";
import type { TestPerson } from "../testing/people.ts";

const app = shareListeningApp();
const browser = shareBrowser();
const require = createRequire(import.meta.url);
const BRIDGE = require.resolve("mcp-remote/dist/proxy.js");

interface Block {
  command: string;
  args: string[];
}

interface Started {
  client: Client;
  /** The next address at which the person is asked, as the program says it. */
  nextQuestion(): Promise<string>;
}

/** Starts what the block names as a client would, but from this repository and without a browser of its own. */
function startBlock({ command, args: [yes, name, ...args] }: Block): { transport: StdioClientTransport } & Started {
  if (`${command} ${yes} ${name}` !== "npx -y mcp-remote") throw new Error(`The block starts something else: ${command} ${yes} ${name}`);
  const home = mkdtempSync(path.join(tmpdir(), "loci-bridge-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const transport = new StdioClientTransport({ command: process.execPath, args: [BRIDGE, ...args], env: { PATH: home, HOME: home, MCP_REMOTE_CONFIG_DIR: home }, stderr: "pipe" });
  let said = "";
  transport.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const nextQuestion = () => vi.waitUntil(() => {
    const found = /(http\S+\/oauth\/authorize\?\S+)\s/.exec(said);
    if (found !== null) said = said.slice(found.index + found[0].length);
    return found?.[1];
  }, { timeout: 20_000 });
  const client = new Client({ name: "stdio-only", version: "1.0.0" });
  onTestFinished(() => client.close());
  return { transport, client, nextQuestion };
}

async function pressConnect(person: TestPerson, url: string): Promise<void> {
  const context = await openProfile(browser(), app().url);
  await context.addCookies([{ name: "sid", value: person.cookies.get("sid") ?? "", url: app().url }]);
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.waitForURL(({ origin }) => origin !== app().url);
}

const textOf = ({ content }: Awaited<ReturnType<Client["callTool"]>>): string => (content as { text?: string }[]).map(({ text = "" }) => text).join("\n");

test("the block for clients that only start programs signs a person in, stores, recalls and forgets under the client's name, renews its token, and has to ask anew when it was cut off", async () => {
  const ada = await app().newPerson({ name: "Ada" });
  const [{ clients }] = (await ada.call("GET", "/v1/account/mcp?client=claude-desktop")).body.items;
  const { client, transport, nextQuestion } = startBlock((JSON.parse(clients[0].ways[0].text) as { mcpServers: { loci: Block } }).mcpServers.loci);
  await Promise.all([client.connect(transport), nextQuestion().then((url) => pressConnect(ada, url))]);
  expect((await client.listTools()).tools.length).toBeGreaterThanOrEqual(10);
  await client.callTool({ name: "store_memory", arguments: { content: "Ada prefers tea to coffee." } });

  // As a quarter of an hour later.
  await app().server.control.db.deleteFrom("tokens").where("kind", "=", "access").execute();
  const recalled = textOf(await client.callTool({ name: "recall_memories", arguments: { query: "What does Ada like to drink?" } }));
  expect(recalled).toContain("Ada prefers tea to coffee.");
  expect(recalled).toContain("Claude Desktop");

  // It asks for what it was told of at first, and for nothing more later.
  const [id = ""] = /mem_\w+/.exec(recalled) ?? [];
  expect(textOf(await client.callTool({ name: "forget_memories", arguments: { ids: [id] } }))).toContain("1 memory forgotten");
  expect(textOf(await client.callTool({ name: "recall_memories", arguments: { query: "What does Ada like to drink?" } }))).not.toContain("Ada prefers tea");

  const { items } = (await ada.call("GET", "/v1/connections")).body;
  expect(items).toMatchObject([{ label: "Claude Desktop (MCP CLI Proxy)", resource: clients[0].url, workspace: { id: ada.workspace } }]);
  expect((await ada.call("DELETE", `/v1/connections/${items[0].id}`)).status).toBeLessThan(300);
  // Nobody answers the question, so neither is the call.
  void client.callTool({ name: "recall_memories", arguments: { query: "tea" } }).catch(() => undefined);
  expect(new URL(await nextQuestion()).searchParams.get("resource")).toBe(clients[0].url);
}, 60_000);
