import { Loci, type Route } from "@loci/sdk";
import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import { onTestFinished } from "vitest";
import type { TestApp, TestWorkspace } from "../../../../apps/server/src/testing/harness.ts";
import type { Caller } from "../caller.ts";
import { createMcpServer, type McpOptions } from "../server.ts";

/** What came of a tool, with what its schema promises as plain data. */
export interface Answer {
  failed: boolean;
  text: string;
  // Tests look into answers freely; their shape is what is being tested.
  // oxlint-disable-next-line no-explicit-any
  data: any;
  /** The parts of an error. */
  error: { code: string; message: string; param?: string } | undefined;
}

export interface OpenMemory {
  client: Client;
  caller: Caller;
  workspace: TestWorkspace;
  call(name: string, args?: Record<string, unknown>): Promise<Answer>;
  /** The routes called since the beginning. */
  called: Route[];
}

/** The official client on a server of ours, without a port; it closes after the test. */
export async function openClient(caller: Caller, options: Partial<McpOptions> = {}): Promise<Client> {
  const server = createMcpServer(caller, { profile: "full", version: "1.0.0", ...options });
  const client = new Client({ name: "test", version: "1.0.0" });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(theirs), client.connect(ours)]);
  onTestFinished(() => client.close());
  return client;
}

/** The official client on the memory of a workspace of the real app, by the SDK. */
export async function openMemory(app: TestApp, options: Partial<McpOptions> = {}, given?: TestWorkspace): Promise<OpenMemory> {
  const workspace = given ?? (await app.newWorkspace());
  const loci = new Loci({ apiKey: workspace.key, baseUrl: "http://127.0.0.1", client: "test", fetch: (url, init) => app.server.app.request(url, init) });
  const called: Route[] = [];
  const caller: Caller = {
    request: (route, ...args) => {
      called.push(route);
      return loci.request(route, ...args);
    },
  };
  const client = await openClient(caller, options);
  return { client, caller, workspace, called, call: (name, args = {}) => callTool(client, name, args) };
}

export async function callTool(client: Client, name: string, args: Record<string, unknown>): Promise<Answer> {
  const { isError = false, content, structuredContent, _meta } = await client.callTool({ name, arguments: args });
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("\n");
  return { failed: isError, text, data: structuredContent, error: _meta?.["loci/error"] as Answer["error"] };
}
