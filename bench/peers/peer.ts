import { Client, StreamableHTTPClientTransport, type Transport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { createRequire } from "node:module";
import path from "node:path";
import { openDataDir, startServer } from "../server.ts";
import { toContentWords } from "./words.ts";

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
  /** Ways to ask, by what they are called in the table. */
  ways: Record<string, (question: string) => Promise<Found>>;
  close(): Promise<void>;
}

const RESULTS_MAX = 10;

/** Loci as its own process, over HTTP, with the key of its first start. */
export async function openLoci(): Promise<Peer> {
  const server = await startServer();
  const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit: { headers: { authorization: `Bearer ${server.key}` } } });
  const client = await openClient(transport);
  const recall = async (query: string): Promise<Found> => {
    const { data, chars } = await callTool(client, "recall_memories", { query, limit: RESULTS_MAX });
    return { texts: (data["memories"] as { content: string }[]).map(({ content }) => content), chars };
  };
  return {
    name: "Loci",
    store: async (content) => void (await callTool(client, "store_memory", { content })),
    ways: { "the question": recall },
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
  const main = path.join(path.dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/server-memory/package.json")), "dist/index.js");
  const client = await openClient(new StdioClientTransport({ command: process.execPath, args: [main], env: { MEMORY_FILE_PATH: path.join(dir, "memory.jsonl") }, stderr: "ignore" }));
  const search = async (query: string): Promise<Found> => {
    const { data, chars } = await callTool(client, "search_nodes", { query });
    return { texts: (data["entities"] as Entity[]).map(({ observations }) => observations[0] ?? ""), chars };
  };
  let stored = 0;
  return {
    name: "server-memory",
    store: async (content) => {
      stored += 1;
      await callTool(client, "create_entities", { entities: [{ name: `memory ${stored}`, entityType: "memory", observations: [content] }] });
    },
    ways: { "the question": search, "its words, one by one": (question) => searchWords(search, question) },
    close: async () => {
      await client.close();
      remove();
    },
  };
}

/** As a patient and clever model would: each word that means something; what few memories have says more than what many have. */
async function searchWords(search: (word: string) => Promise<Found>, question: string): Promise<Found> {
  const weights = new Map<string, number>();
  let read = 0;
  for (const word of toContentWords(question)) {
    const { texts, chars } = await search(word);
    read += chars;
    for (const text of texts) weights.set(text, (weights.get(text) ?? 0) + 1 / texts.length);
  }
  return { texts: [...weights].toSorted(([, a], [, b]) => b - a).map(([text]) => text), chars: read };
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
