import type { AppError } from "@loci/kit/errors";
import { createMcpServer, type Profile } from "@loci/mcp";
import { createMcpHandler, type McpRequestContext } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { ErrorReply } from "../http/errors.ts";
import { guarded, whole, type Answers, type AnyReply, type OpenCall, type ProgramCall, type Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { toCaller } from "./caller.ts";
import { McpGate } from "./gate.ts";
import { readRpcId, RPC_REFUSALS, toRpcRefusal } from "./refusals.ts";

/** The limit of SECURITY 3.6, which is that of the protocol's own SDK as well. */
const MESSAGE_BYTES_MAX = 4 * 2 ** 20;

type McpParts = Pick<Parts, "config" | "log"> & { version: string };

const Profiled = z.strictObject({
  profile: z.enum(["full", "minimal"]).optional().describe("`minimal` shows four tools instead of all."),
});
const Personal = z.strictObject({
  client: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/).describe("What memories name as their source, such as claude or cursor."),
  workspace: z.string().describe("The workspace, by id or slug."),
});
const Message = z.unknown().meta({ description: "A message of MCP (JSON-RPC 2.0)." });

const ANSWERS: Answers = {
  200: whole("application/json", "The answer; as an event stream where there is more to say before it."),
  202: whole("application/json", "A notification was taken."),
  ...RPC_REFUSALS,
};

type Asked = ProgramCall<{ query: typeof Profiled }>;

/** MCP by streamable HTTP, both eras of it, without sessions. A personal URL names the client; it carries no secret. */
export function mcpRoutes(parts: McpParts, others: readonly Route[]): Route[] {
  const host = new McpHost(parts, others);
  return ["/mcp", "/mcp/{client}/{workspace}"].flatMap((path) => [post(host, path), get(host, path), end(host, path)]);
}
