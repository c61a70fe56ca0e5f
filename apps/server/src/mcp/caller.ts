import type { Answer, Arguments, Route } from "@loci/sdk";
import type { Caller } from "@loci/mcp";
import type { ErrorReply } from "../http/errors.ts";
import type { AnyReply, ProgramCall } from "../http/route.ts";

/** A refusal of the API, as the tools tell it on. */
class RefusedCall extends Error {
  readonly code: string;
  readonly param: string | undefined;
  readonly request_id: string;
  readonly retry_after: number | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor({ error: { code, message, param, request_id, retry_after, details } }: ErrorReply["body"]) {
    super(message);
    this.name = "RefusedCall";
    this.code = code;
    this.param = param;
    this.request_id = request_id;
    this.retry_after = retry_after;
    this.details = details;
  }
}

/** What tools call the API with: other routes of this server, for whoever sent the message, named in memories as `client`. */
export function toCaller(call: Pick<ProgramCall, "dispatch">, client: string | undefined): Caller {
  const as = { kind: "mcp", client };
  return {
    async request<R extends Route>(route: R, ...[input, options]: Arguments<R>): Promise<Answer<R>> {
      options?.signal?.throwIfAborted();
      const reply = await call.dispatch(route, { ...input, idempotencyKey: options?.idempotencyKey }, as);
      return readAnswer(reply) as Answer<R>;
    },
  };
}

function readAnswer({ status, text, body }: AnyReply): unknown {
  // An answer that was kept for repeats is text.
  const value = text === undefined ? body : (JSON.parse(text) as unknown);
  if (status >= 400) throw new RefusedCall(value as ErrorReply["body"]);
  return value;
}
