import { AppError } from "@loci/kit/errors";
import { readClientName } from "@loci/mcp";
import { z } from "zod";
import type { ErrorReply } from "../http/errors.ts";
import { guarded, redirect, whole, type Answers, type AnyReply, type Declaration, type OpenCall, type ProgramCall, type RequestParts, type Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { toCaller } from "./caller.ts";
import { McpGate } from "./gate.ts";
import { McpHost } from "./host.ts";
import { readRpcId, RPC_REFUSALS, toRpcRefusal } from "./refusals.ts";

/** The limit of SECURITY 3.6, which the SDK of the protocol has as well. */
const MESSAGE_BYTES_MAX = 4 * 2 ** 20;

const Profiled = z.strictObject({
  profile: z.enum(["full", "minimal"]).default("full").describe("`minimal` shows four tools instead of all."),
});
const Personal = z.strictObject({
  client: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "must be the name of a program in small letters, digits and hyphens, as in /mcp/cursor/acme. Take the address as /connect shows it.").describe("The program, as memories shall name it: claude, cursor."),
  workspace: z.string().describe("The workspace, by id or slug."),
});
const Message = z.unknown().meta({ description: "A message of MCP (JSON-RPC 2.0)." });

const ANSWERS: Answers = {
  200: whole("application/json", "The answer; an event stream where more is said before it."),
  202: whole("application/json", "A notification was taken."),
  ...RPC_REFUSALS,
};

const TO_CONNECT = redirect("For browsers: to the page that shows how an assistant is connected.");

interface McpRequest extends RequestParts {
  params?: typeof Personal;
  query: typeof Profiled;
  body?: typeof Message;
}

interface McpParts extends Pick<Parts, "config" | "log"> {
  version: string;
}

/** MCP over streamable HTTP, both eras of it, without sessions. A personal URL names program and workspace; it carries no secret. */
export function mcpRoutes(parts: McpParts, others: readonly Route[]): Route[] {
  const gate = new McpGate(parts.config, others);
  const host = new McpHost({ ...parts, fixtures: parts.config.conformanceFixtures });
  const answer = (call: ProgramCall<McpRequest>) => answerMessage(gate, host, call);

  return [{ path: "/mcp", name: "Mcp" }, { path: "/mcp/{client}/{workspace}", name: "PersonalMcp", params: Personal }].flatMap(({ path, name, params }) => {
    const declare = (method: Declaration["method"], more: Pick<Declaration, "id" | "summary" | "description" | "repeat"> & { body?: typeof Message }) => {
      const { body, ...rest } = more;
      return guarded<"any program", McpRequest, Answers>("any program", {
        ...rest, method, path, tags: ["MCP"], responses: method === "get" ? { ...ANSWERS, 303: TO_CONNECT } : ANSWERS,
        request: { query: Profiled, ...(params !== undefined && { params }), ...(body !== undefined && { body, bodyBytesMax: MESSAGE_BYTES_MAX }) },
        audience: (url) => gate.listResources(url),
        refusal: (error, standard, call) => (method === "get" && wantsPage(call) ? { status: 303, location: `${parts.config.publicUrl}/connect` } : refuse(gate, error, standard, call)),
      }, answer);
    };
    return [
      declare("post", { id: `send${name}Message`, summary: "Send a message of MCP", repeat: "never", body: Message, description: "The tools, resources and prompts of Loci, by the Model Context Protocol of 2026-07-28 or 2025-11-25." }),
      declare("get", { id: `open${name}Stream`, summary: "Open a stream of MCP", repeat: "safe", description: "There are none: this server speaks when it is asked." }),
      declare("delete", { id: `end${name}Session`, summary: "End a session of MCP", repeat: "idempotent", description: "There are none: each message stands for itself." }),
    ];
  });
}

async function answerMessage(gate: McpGate, host: McpHost, call: ProgramCall<McpRequest>): Promise<{ status: number; response: Response }> {
  const { request, params, query, body } = call;
  gate.requireOwnSite(call);
  if (request.method === "POST" && body === undefined) throw new AppError("invalid_request", "There is no message: the body is empty. Send one message of JSON-RPC, with the header \"Content-Type: application/json\".");
  gate.requireMessage(body, call);
  // Most programs leave the header to what they are built on, as "node".
  const client = params?.client ?? readClientName(body) ?? call.header("user-agent")?.split(" ", 1)[0]?.slice(0, 100);
  const onError = (error: unknown) => call.log.error({ err: error }, "a tool failed");
  const response = await host.answer(request, body, { caller: toCaller(call, client), profile: query.profile, onError });
  // Of streams the protocol says less than we do: nothing that people remember is to be kept on the way.
  if (response.headers.has("cache-control")) response.headers.set("cache-control", "no-store, no-transform");
  return { status: response.status, response };
}

/** A person has opened the address in a browser. Clients of MCP ask for an event stream. */
const wantsPage = ({ header }: Pick<OpenCall, "header">): boolean => /\btext\/html\b/.test(header("accept") ?? "");

function refuse(gate: McpGate, error: AppError, standard: ErrorReply, call: OpenCall): AnyReply {
  if (standard.status !== 401) return toRpcRefusal(error, standard, readRpcId(call.body));
  const headers = { ...standard.headers, "www-authenticate": gate.toChallenge(call) };
  const message = call.header("authorization") === null && call.header("x-api-key") === null ? gate.toWelcome() : error.message;
  return toRpcRefusal(error, { ...standard, headers, body: { error: { ...standard.body.error, message } } }, readRpcId(call.body));
}
