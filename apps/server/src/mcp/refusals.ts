import type { AppError } from "@loci/kit/errors";
import { z } from "zod";
import type { ErrorReply } from "../http/errors.ts";
import { json, type AnyReply, type Answers } from "../http/route.ts";

// JSON-RPC 2.0, 5.1; -32000 is the first of those that a server may give a meaning of its own.
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;
const SERVER_ERROR = -32_000;

/** How MCP refuses what does not reach a tool: JSON-RPC around the error that the API would answer. */
export function toRpcRefusal(error: AppError, { status, headers, body }: ErrorReply, id: string | number | null): AnyReply {
  const { message, ...data } = body.error;
  return { status, headers, body: { jsonrpc: "2.0", id, error: { code: toRpcCode(error), message, data } } };
}

function toRpcCode({ code, details }: AppError): number {
  if (code !== "invalid_request") return SERVER_ERROR;
  return details?.["line"] === undefined ? INVALID_REQUEST : PARSE_ERROR;
}

/** The id to answer with: that of the message, if one can be told. */
export function readRpcId(message: unknown): string | number | null {
  if (typeof message !== "object" || message === null || !("id" in message)) return null;
  return typeof message.id === "string" || typeof message.id === "number" ? message.id : null;
}

const RpcError = z.looseObject({
  jsonrpc: z.literal("2.0").describe("The version of JSON-RPC."),
  id: z.union([z.string(), z.number(), z.null()]).describe("The id of the request, where one could be read."),
  error: z.looseObject({
    code: z.int().describe("What went wrong, in the numbers of JSON-RPC and MCP."),
    message: z.string().describe("What went wrong and what to do, for people."),
    data: z.unknown().optional().describe("More to know; for refusals of the API its error, without the message."),
  }).describe("What went wrong."),
}).meta({ id: "RpcError", description: "A failure as JSON-RPC has it." });

const REFUSED = {
  400: "The message is not one of MCP, or its headers say something else than its body.",
  401: "Sign in first: `WWW-Authenticate` says where (RFC 9728).",
  403: "May not do that: `WWW-Authenticate` names the scopes that are missing; or the request came from another site.",
  404: "There is no such workspace, method or session.",
  405: "There are no streams and no sessions to end: send messages with POST.",
  406: "The client must accept JSON and event streams.",
  409: "The session has a stream already.",
  413: "The message is larger than its limit.",
  415: "The message must be JSON.",
  500: "A fault of ours.",
  503: "Not now: repeat after `Retry-After` seconds.",
} as const;

export const RPC_REFUSALS: Answers = Object.fromEntries(Object.entries(REFUSED).map(([status, means]) => [status, json(RpcError, means)]));
