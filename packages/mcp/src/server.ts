import { Server, type ServerOptions } from "@modelcontextprotocol/server";
import type { Caller } from "./caller.ts";
import { callTool } from "./dispatch.ts";
import { TOOL_LIST } from "./list.ts";
import { TOOLS, type Profile } from "./table.ts";
import type { Tool } from "./tools/tool.ts";

export interface McpOptions {
  profile: Profile;
  /** The version of the product, as clients show it. */
  version: string;
  /** Also offer what the conformance suite calls; never in production. */
  fixtures?: boolean | undefined;
}

const HOUR_MS = 3_600_000;
const SAME_FOR_ALL = { ttlMs: HOUR_MS, cacheScope: "public" } as const;

const OPTIONS: ServerOptions = {
  capabilities: { tools: {} },
  cacheHints: { "tools/list": SAME_FOR_ALL, "server/discover": SAME_FOR_ALL },
};

const TABLES: Record<Profile, ReadonlyMap<string, Tool>> = {
  full: new Map(TOOLS.full.map((tool) => [tool.name, tool])),
  minimal: new Map(TOOLS.minimal.map((tool) => [tool.name, tool])),
};

/** An MCP server of one caller, for both eras of the protocol. It is cheap: make one for each request. */
export function createMcpServer(caller: Caller, { profile, version }: McpOptions): Server {
  const server = new Server({ name: "loci", title: "Loci memory", version }, OPTIONS);
  server.setRequestHandler("tools/list", () => ({ tools: [...TOOL_LIST[profile]] }));
  server.setRequestHandler("tools/call", ({ params }, { mcpReq: { signal } }) =>
    callTool(TABLES[profile], params, { caller, signal, onError: (error) => server.onerror?.(error as Error) }));
  return server;
}
