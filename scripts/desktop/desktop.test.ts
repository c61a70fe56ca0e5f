import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { shareListeningApp } from "../../apps/server/src/testing/chromium.ts";
import { makeDesktopBundle } from "./bundle.ts";

const require = createRequire(import.meta.url);
const MCPB = path.join(path.dirname(require.resolve("@anthropic-ai/mcpb")), "cli/cli.js");
const mcpb = (...words: string[]): string => execFileSync(process.execPath, [MCPB, ...words], { encoding: "utf8" });

const app = shareListeningApp();
const folder = mkdtempSync(path.join(tmpdir(), "loci-desktop-"));
const unpacked = path.join(folder, "unpacked");
let bytes: Uint8Array;
beforeAll(async () => {
  bytes = await makeDesktopBundle();
  writeFileSync(path.join(folder, "loci.mcpb"), bytes);
  mcpb("unpack", path.join(folder, "loci.mcpb"), unpacked);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function openClient(key: string, url = app().url): Promise<Client> {
  const client = new Client({ name: "desktop", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [path.join(unpacked, "server/index.mjs")], env: { LOCI_BASE_URL: url, LOCI_API_KEY: key } }));
  onTestFinished(() => client.close());
  return client;
}

test("the extension has the same bytes each time it is built", async () => {
  expect(Buffer.from(await makeDesktopBundle()).equals(bytes)).toBe(true);
  expect(Buffer.from(bytes).includes(path.join(import.meta.dirname, "../.."))).toBe(false);
});

test("the validator of desktop extensions takes its manifest", () => {
  expect(mcpb("validate", path.join(unpacked, "manifest.json"))).toContain("Manifest schema validation passes!");
});

test("unpacked anywhere, it stores and recalls by a key, with every tool that its manifest names", async () => {
  const { key } = await app().newWorkspace();
  const client = await openClient(key);
  const { tools } = await client.listTools();
  const manifest = JSON.parse(readFileSync(path.join(unpacked, "manifest.json"), "utf8")) as { tools: { name: string }[] };
  expect(tools.map(({ name }) => name)).toEqual(manifest.tools.map(({ name }) => name));
  const stored = await client.callTool({ name: "store_memory", arguments: { content: "Ada prefers tea to coffee." } });
  expect(stored.isError ?? false).toBe(false);
  const recalled = await client.callTool({ name: "recall_memories", arguments: { query: "What does Ada like to drink?" } });
  expect(JSON.stringify(recalled.content)).toContain("Ada prefers tea to coffee.");
});

test("a key that is over is told to the assistant as what it is", async () => {
  const { key, revoke } = await app().newWorkspace();
  await revoke();
  const answer = await (await openClient(key)).callTool({ name: "recall_memories", arguments: { query: "tea" } });
  expect(answer.isError).toBe(true);
  expect(JSON.stringify(answer.content)).toContain("key");
});

test("an address that is none is told by the tools, for nobody reads the log of an extension", async () => {
  const client = await openClient("mk_live_x", "localhost:8080");
  const answer = await client.callTool({ name: "recall_memories", arguments: { query: "tea" } });
  expect(answer.isError).toBe(true);
  expect(JSON.stringify(answer.content)).toContain("The settings of this extension cannot be used.");
});
