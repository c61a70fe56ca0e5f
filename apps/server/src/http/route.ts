import type { Clock } from "@loci/kit/clock";
import type { AppError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import type { Operation, Workspace } from "@loci/engine";
import type { z } from "zod";
import type { Actor, KeyActor, Person, ProgramActor } from "../policy/actor.ts";
import type { Permission, StorePermission } from "../policy/permissions.ts";
import type { Intent } from "../audit/intent.ts";
import type { Origin } from "../audit/origin.ts";
import type { TextBody } from "./body.ts";
import type { ErrorReply } from "./errors.ts";
import type { FaultStatus } from "./faults.ts";
import type { InnerRequest } from "./sent.ts";

/**
 * Who may call: who has a permission in the workspace; any key; any program (a key or a connected app's token); any key
 * or member (the handler looks further);
 * any person who is signed in, or has shown a proof within ten minutes; an operator of the instance; everybody.
 */
export type RouteScope = Permission | "any key" | "any program" | "any caller" | "account" | "proven account" | "operator" | "open";

type Method = "get" | "post" | "put" | "patch" | "delete";

/** Whether a caller may send the same request again: it changes nothing, it changes nothing more, only under an `Idempotency-Key`, or it may do it twice. */
type Repeat = "safe" | "idempotent" | "with key" | "never";

/** What an answer is made of: JSON by a schema, bytes of a media type, the way to another page, a whole response of its own, or nothing. */
export type Answer<Schema extends z.ZodType = z.ZodType> =
  | { kind: "json"; schema: Schema; description: string }
  | { kind: "stream"; type: string; description: string }
  | { kind: "redirect"; description: string }
  | { kind: "whole"; type: string; description: string }
  | { kind: "empty"; description: string };
export type Answers = Record<number, Answer>;

export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({ kind: "json" as const, schema, description });
export const stream = (type: string, description: string) => ({ kind: "stream" as const, type, description });
export const redirect = (description: string) => ({ kind: "redirect" as const, description });
/** An answer that the handler makes whole, of a protocol with rules of its own; only the security headers are added. */
export const whole = (type: string, description: string) => ({ kind: "whole" as const, type, description });
/** An answer without a body, as of 204. */
export const empty = (description: string) => ({ kind: "empty" as const, description });

export interface RequestParts {
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Where the protocol has a smaller limit than that of all bodies. */
  bodyBytesMax?: number;
  /** Instead of `body`: text that is not JSON. */
  text?: TextBody;
}

export interface Declaration<Request extends RequestParts = RequestParts, Responses extends Answers = Answers> {
  /** The operation's name for those who generate code: verb and noun, `storeMemory`. */
  id: string;
  method: Method;
  /** The whole path, with `{name}` for what varies. */
  path: string;
  summary: string;
  description?: string;
  tags: [string, ...string[]];
  repeat: Repeat;
  request?: Request;
  responses: Responses;
  /** Statuses that it refuses with beyond those that follow from the rest of the declaration. */
  faults?: readonly FaultStatus[];
  /** The answer may set cookies, so an open call from another site's page is refused. */
  setsCookies?: true;
  /** Whether it still works for a person whose account waits for its deletion, although it is more than looking. */
  whileLeaving?: true;
  /** What goes to the audit log before the handler runs, for effects in a workspace's store; null for nothing. */
  intent?(call: MemberCall<Request>): Intent | null;
  /** The resources (RFC 8707) whose tokens it takes; those of `/v1` unless said. */
  audience?(url: string): readonly string[];
  /** How it refuses, where the standard shape is not that of its protocol. */
  refusal?(error: AppError, standard: ErrorReply, call: OpenCall): AnyReply;
  /** Pages of every site may call it and read its answers; it looks at no cookie. */
  cors?: true;
  /** Schemas that the document should name although no part of this route is one of them. */
  components?: Record<string, z.ZodType>;
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** What every handler is given. */
export interface OpenCall<Request extends RequestParts = RequestParts> {
  readonly params: Parsed<Request["params"]>;
  readonly query: Parsed<Request["query"]>;
  readonly body: Parsed<Request["body"]>;
  /** The body of a route that asks for `text`, else empty. */
  readonly text: string;
  readonly request_id: string;
  readonly url: string;
  /** Where the request came from, when it came by a socket. */
  readonly peer: string | undefined;
  /** Who calls and from where, for the audit log; `address` in it is the client's, behind trusted proxies too. */
  readonly origin: Origin;
  readonly now: Clock;
  /** Carries the request id. */
  readonly log: Log;
  header(name: string): string | null;
  cookie(name: string): string | null;
  /** The rendering of an error, for answers that hold several. */
  toError(thrown: unknown): ErrorReply;
}

/** What the handler of a route for people is given. */
export interface AccountCall<Request extends RequestParts = RequestParts> extends OpenCall<Request> {
  readonly person: Person;
}

/** What the handler of a route in a workspace is given. */
export interface MemberCall<Request extends RequestParts = RequestParts> extends OpenCall<Request> {
  readonly actor: Actor;
  readonly operation: Operation;
}

/** What the handler of a route on memories is given: the workspace is bound to the caller's workspace, group and mode. */
export interface Call<Request extends RequestParts = RequestParts> extends MemberCall<Request> {
  readonly workspace: Workspace;
}

export interface ProgramCall<Request extends RequestParts = RequestParts> extends MemberCall<Request> {
  readonly actor: ProgramActor;
  /** The request as it came. */
  readonly request: globalThis.Request;
  /** Calls another route of this server for the same caller, by method and path as declared; `as` is what memories name as their source. */
  dispatch(name: string, request: InnerRequest, as: { kind: string; client: string | undefined }): Promise<AnyReply>;
}

interface KeyCall<Request extends RequestParts = RequestParts> extends MemberCall<Request> {
  readonly actor: KeyActor;
}

export type CallOf<S extends RouteScope, Request extends RequestParts> = S extends "open"
  ? OpenCall<Request>
  : S extends "account" | "proven account" | "operator"
    ? AccountCall<Request>
    : S extends StorePermission | "any caller"
      ? Call<Request>
      : S extends "any key"
        ? KeyCall<Request>
        : S extends "any program"
        ? ProgramCall<Request>
        : MemberCall<Request>;

interface ReplyMore {
  headers?: Record<string, string>;
  /** Values of `Set-Cookie`, a line each. */
  cookies?: string[];
}
type ReplyOf<Status, A> = A extends { kind: "json"; schema: infer Schema extends z.ZodType }
  ? ({ status: Status; body: z.input<Schema> } | { status: Status; text: string }) & ReplyMore
  : A extends { kind: "redirect" } ? { status: Status; location: string } & ReplyMore
  : A extends { kind: "whole" } ? { status: Status; response: Response }
  : A extends { kind: "empty" } ? { status: Status } & ReplyMore
  : ({ status: Status; stream: ReadableStream<Uint8Array> } | { status: Status; text: string }) & ReplyMore;

/** An answer as data, of one of the statuses that the route declares. */
export type Reply<Responses extends Answers> = { [Status in keyof Responses]: ReplyOf<Status, Responses[Status]> }[keyof Responses];

export interface AnyReply extends ReplyMore {
  status: number;
  body?: unknown;
  text?: string;
  stream?: ReadableStream<Uint8Array>;
  location?: string;
  response?: Response;
}

/** A call before it is known whose it is: each part throws when the route's scope does not give it. */
export type AnyCall = Call & AccountCall & Pick<ProgramCall, "request" | "dispatch">;

/** A declared route with its types folded away: what is mounted, and what OpenAPI is written from. */
export interface Route extends Declaration {
  scope: RouteScope;
  handle(call: AnyCall): Promise<AnyReply> | AnyReply;
}

/** Declares a route. Who may call it stands first, and is checked before anything that they sent is read. */
export function guarded<S extends RouteScope, Request extends RequestParts, Responses extends Answers>(
  scope: S,
  declaration: Declaration<Request, Responses>,
  handler: (call: CallOf<S, Request>) => Promise<Reply<NoInfer<Responses>>> | Reply<NoInfer<Responses>>,
): Route {
  // The pipeline parses by this very declaration, so the call it hands over has these very types.
  return { ...(declaration as Declaration), scope, handle: handler as unknown as Route["handle"] };
}
