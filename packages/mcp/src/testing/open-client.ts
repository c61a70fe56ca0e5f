import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import { onTestFinished } from "vitest";
import type { Caller } from "../caller.ts";
import { createMcpServer, type McpOptions } from "../server.ts";

/** The official client on a server of ours, without a port; both close after the test. */
export async function openClient(caller: Caller, options: Partial<McpOptions> = {}): Promise<Client> {
  const server = createMcpServer(caller, { profile: "full", version: "1.0.0", ...options });
  const client = new Client({ name: "test", version: "1.0.0" });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(theirs), client.connect(ours)]);
  onTestFinished(() => client.close());
  return client;
}
