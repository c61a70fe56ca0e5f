import type { CallToolResult } from "@modelcontextprotocol/server";
import { clean } from "./clean.ts";

/** What a call that failed says of itself: `LociError` and the server's own errors alike. */
interface Failure {
  code: string;
  message: string;
  param?: string | null | undefined;
  request_id?: string | null | undefined;
  retry_after?: number | null | undefined;
  details?: Record<string, unknown> | null | undefined;
}

/** Codes of ours are words in lower case; those of Node (`ECONNRESET`) are not, and their messages are not for callers. */
const isFailure = (error: unknown): error is Error & Failure => error instanceof Error && "code" in error && typeof error.code === "string" && /^[a-z_]+$/.test(error.code);

/** What a caller may know of an error; null when it is none of those that are written for callers. */
export function toFailure(error: unknown): Failure | null {
  if (!isFailure(error)) return null;
  const { code, message, param, request_id, retry_after, details } = error;
  return {
    code, message: clean(message),
    ...(typeof param === "string" && { param }),
    ...(typeof request_id === "string" && { request_id }),
    ...(typeof retry_after === "number" && { retry_after }),
    ...(details !== undefined && details !== null && { details }),
  };
}

export const INTERNAL: Failure = { code: "internal", message: "Something failed on our side. Try again; if it stays, tell the user." };

/**
 * An error as a model reads it. Its parts travel in `_meta`: clients that hold `structuredContent` against the tool's
 * output schema, errors or not, would refuse them there.
 */
export function toErrorResult(failure: Failure): CallToolResult {
  const { code, param, retry_after } = failure;
  const message = toMessage(failure);
  const where = typeof param !== "string" || message.includes(param) ? "" : ` (\`${param}\`)`;
  const again = typeof retry_after !== "number" ? "" : ` Try again in ${retry_after} s.`;
  return { isError: true, content: [{ type: "text", text: `${code}: ${message}${where}${again}` }], _meta: { "loci/error": failure } };
}

/** All faults at once, where the API found several. */
function toMessage({ message, details }: Failure): string {
  const faults = Array.isArray(details?.["faults"]) ? (details["faults"] as { message: string }[]) : [];
  return faults.length < 2 ? message : clean(faults.map((fault) => fault.message).join(" "));
}
