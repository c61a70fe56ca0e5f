import { Client, StreamableHTTPClientTransport, type Transport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { openDataDir, startServer } from "../server.ts";

/** What a search brought: the texts of memories, the best first. */
export interface Found {
  texts: string[];
  /** How much an assistant has to read. */
  chars: number;
}

/** A memory server as an assistant meets it: by its MCP tools. */
export interface Peer {
  name: string;
  store(content: string): Promise<void>;
  search(query: string): Promise<Found>;
  close(): Promise<void>;
}

const RESULTS_MAX = 10;

/** Loci as its own process, over HTTP, with the key of its first start. */
export async function openLoci(): Promise<Peer> {
  const server = await startServer();
  const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit: { headers: { authorization: `Bearer ${server.key}` } } });
  const client = await openClient(transport);
  return {
    name: "Loci",
    store: async (content) => void (await callTool(client, "store_memory", { content })),
    search: async (query) => {
      const { data, chars } = await callTool(client, "recall_memories", { query, limit: RESULTS_MAX });
      return { texts: (data["memories"] as { content: string }[]).map(({ content }) => content), chars };
    },
    close: async () => {
      await client.close();
      await server.stop();
    },
  };
}

interface Entity {
  name: string;
  observations: string[];
}

/** The reference memory server over stdio, as its manual starts it: a memory is an entity with one observation. */
export async function openReference(): Promise<Peer> {
  const { dir, remove } = openDataDir("reference");
  // The package has no entry to import, only a program.
  const main = fileURLToPath(new URL("dist/index.js", import.meta.resolve("@modelcontextprotocol/server-memory/package.json")));
  const client = await openClient(new StdioClientTransport({ command: process.execPath, args: [main], env: { MEMORY_FILE_PATH: path.join(dir, "memory.jsonl") }, stderr: "ignore" }));
  let stored = 0;
  return {
    name: "server-memory",
    store: async (content) => {
      stored += 1;
      await callTool(client, "create_entities", { entities: [{ name: `memory ${stored}`, entityType: "memory", observations: [content] }] });
    },
    search: async (query) => {
      const { data, chars } = await callTool(client, "search_nodes", { query });
      return { texts: (data["entities"] as Entity[]).map(({ observations }) => observations[0] ?? ""), chars };
    },
    close: async () => {
      await client.close();
      remove();
    },
  };
}

async function openClient(transport: Transport): Promise<Client> {
  const client = new Client({ name: "bench", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
  await client.connect(transport);
  return client;
}

async function callTool(client: Client, name: string, args: Record<string, unknown>): Promise<{ data: Record<string, unknown>; chars: number }> {
  const { isError, content, structuredContent } = await client.callTool({ name, arguments: args });
  const text = (content as { text?: string }[]).map((part) => part.text ?? "").join("\n");
  if (isError === true) throw new Error(`${name} failed: ${text}`);
  return { data: structuredContent as Record<string, unknown>, chars: text.length };
}
