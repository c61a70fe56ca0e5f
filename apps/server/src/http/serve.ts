import type { IncomingHttpHeaders } from "node:http";
import type { BlockList } from "node:net";
import { newId } from "@loci/kit/ids";
import type { Log } from "@loci/kit/log";
import type { Context } from "hono";
import { z } from "zod";
import type { Intent } from "../audit/intent.ts";
import type { KeepAnswer } from "../control/kept-answers.ts";
import { admit, opensStore, type Gate } from "./admit.ts";
import { RouteCall, type CallHost } from "./call.ts";
import { isUntrustedForward, readClientAddress } from "./client-address.ts";
import { requireSameSite } from "./csrf.ts";
import type { Dispatch } from "./dispatch.ts";
import { toAppError } from "./errors.ts";
import { NodeHeaders, readRequestId } from "./headers.ts";
import { readIdempotency } from "./idempotency.ts";
import { parseWith } from "./parse.ts";
import type { AnyReply, MemberCall, Route } from "./route.ts";
import { HttpSent, type Sent } from "./sent.ts";

/** What the pipeline needs of the rest of the server. */
export interface Front extends CallHost, Gate {
  securityHeaders: Record<string, string>;
  /** Takes the line per request. Its fields are fixed, so it needs none of the redaction that costs four times the line. */
  requestLog: Log;
  keepAnswer: KeepAnswer;
  appendIntent(call: MemberCall, intent: Intent): Promise<void>;
  /** Whose word on a client's address is believed. */
  trustedProxies: BlockList;
  /** Somebody who is not trusted told of another client. */
  noteUntrustedForward(): void;
  /** Counts an answered request; a request that met no route has the route `""`. */
  observe(seen: { method: string; route: string; status: number; ms: number }): void;
  /** Set in tests: looks at each answer before it leaves. */
  checkReply?(route: Route, reply: AnyReply): void;
}

export interface ServerEnv {
  Bindings: {
    incoming?: { headers: IncomingHttpHeaders; socket: { remoteAddress?: string } };
  };
}

/** A route as the router serves it; `dispatch` is how it may call others. */
export function serveRoute(front: Front, route: Route, dispatch: Dispatch) {
  return async (c: Context<ServerEnv>): Promise<Response> => {
    const call = toCall(front, c, dispatch);
    const reply = await runRoute(front, route, call, new HttpSent(c, call.headers));
    return toResponse(front, route, call.request_id, reply);
  };
}

/** The whole way of a request: who calls, may they, what they sent, may it repeat, the handler, the answer, one log line. */
export async function runRoute(front: Front, route: Route, call: RouteCall, sent: Sent): Promise<AnyReply> {
  const startedMs = performance.now();
  let reply: AnyReply;
  try {
    if (route.scope !== "open") await admit(front, route, call, sent.param("workspace"));
    else if (route.setsCookies === true) requireSameSite(call.method, call.headers, new URL(front.publicUrl));
    await readRequest(route, call, sent);
    const intent = route.intent?.(call) ?? null;
    if (intent !== null) await front.appendIntent(call, intent);
    reply = await handle(front, route, call);
  } catch (thrown) {
    reply = toErrorReply(call, thrown, { route });
  }
  front.checkReply?.(route, reply);
  logRequest(front, { call, route: route.path, status: reply.status, startedMs });
  return reply;
}

/** Calls on memories keep their answers in the workspace's store; the others here. */
function handle(front: Front, route: Route, call: RouteCall): Promise<AnyReply> | AnyReply {
  const { idempotency } = call;
  if (idempotency === undefined || opensStore(route.scope)) return route.handle(call);
  const { workspace_id, key_id, connection_id, user_id } = call.seen;
  const caller = [workspace_id, key_id ?? connection_id ?? user_id].join(" ");
  return front.keepAnswer(caller, idempotency, async () => route.handle(call));
}

/** Whether a repeat under the same `Idempotency-Key` is answered with the first answer. */
export const takesIdempotencyKey = ({ repeat, scope }: Pick<Route, "repeat" | "scope">): boolean =>
  scope !== "open" && repeat !== "safe" && repeat !== "never" && (repeat === "with key" || opensStore(scope));

/** An answer to what met no route, with the same headers and log line as the others; in the words of the route that was meant, where one nearly fits. */
export function refuse(front: Front, c: Context<ServerEnv>, thrown: unknown, meant: Route | null = null): Response {
  const startedMs = performance.now();
  const call = toCall(front, c, noDispatch);
  const reply = toErrorReply(call, thrown, { route: null, meant });
  logRequest(front, { call, route: "", status: reply.status, startedMs });
  return toResponse(front, meant?.cors === true ? meant : null, call.request_id, reply);
}

const noDispatch: Dispatch = () => {
  throw new TypeError("What met no route calls none.");
};

function toCall(host: Front, c: Context<ServerEnv>, dispatch: Dispatch): RouteCall {
  const request = c.req.raw;
  const { incoming } = (c.env as ServerEnv["Bindings"] | undefined) ?? {};
  const headers = incoming === undefined ? request.headers : new NodeHeaders(incoming.headers);
  const given = readRequestId(headers.get("x-request-id"));
  const peer = incoming?.socket.remoteAddress;
  const forwardedFor = headers.get("x-forwarded-for");
  if (isUntrustedForward(peer, forwardedFor, host.trustedProxies)) host.noteUntrustedForward();
  const address = readClientAddress(peer, forwardedFor, host.trustedProxies);
  return new RouteCall({ host, dispatch, method: request.method, request, url: () => request.url, headers, request_id: given ?? newId("req"), ownId: given === null, peer, address });
}

async function readRequest({ request: parts, repeat, scope }: Route, call: RouteCall, sent: Sent): Promise<void> {
  if (parts?.params !== undefined) call.params = parseWith(parts.params, sent.params());
  if (parts?.query !== undefined) call.query = parseWith(parts.query, sent.query());
  else if (scope !== "open") parseWith(NO_QUERY, sent.query());
  let body: unknown;
  if (parts?.body !== undefined) {
    body = await sent.body(parts.bodyBytesMax);
    call.body = parseWith(parts.body, body);
  } else if (parts?.text !== undefined) {
    body = call.text = await sent.text(parts.text);
  }
  const key = takesIdempotencyKey({ repeat, scope }) ? call.header("idempotency-key") : null;
  if (key === null) return;
  const { pathname, search } = new URL(call.url);
  call.idempotency = readIdempotency(key, { method: call.method, target: pathname + search, body });
}

// A misspelt parameter is a fault like a misspelt field. Probes of open routes may carry what they like.
const NO_QUERY = z.strictObject({});

/** The reason of a path that is none names it, and people paste links and keys where they do not belong. */
function toErrorReply(call: RouteCall, thrown: unknown, { route, meant = route }: { route: Route | null; meant?: Route | null }): AnyReply {
  const error = toAppError(thrown);
  const rendered = call.toError(error);
  // Expected errors wake nobody up; 5xx is a bug or a broken upstream.
  if (rendered.status >= 500) call.log.error({ err: error.cause ?? error, code: error.code }, "request failed");
  else call.log.debug({ code: error.code, param: error.param, ...(route !== null && { reason: error.message }) }, "request refused");
  return meant?.refusal?.(error, rendered, call) ?? rendered;
}

interface Answered {
  call: RouteCall;
  route: string;
  status: number;
  startedMs: number;
}

function logRequest(front: Front, { call, route, status, startedMs }: Answered): void {
  const ms = performance.now() - startedMs;
  const { method, request_id, seen: { workspace_id, key_id, user_id, connection_id } } = call;
  front.observe({ method, route, status, ms });
  const via_request_id = call.via?.origin.request_id ?? undefined;
  front.requestLog.info({ method, route, status, ms: Math.round(ms * 100) / 100, request_id, workspace_id, key_id, user_id, connection_id, via_request_id }, "request");
}

const CORS = { "access-control-allow-origin": "*", "access-control-expose-headers": "x-request-id, retry-after, www-authenticate", "cross-origin-resource-policy": "cross-origin" };
const PREFLIGHT = { ...CORS, "access-control-allow-methods": "GET, POST", "access-control-allow-headers": "content-type, authorization, mcp-protocol-version", "access-control-max-age": "86400" };

/** The answer to a browser that asks whether a page of another site may call a route. */
export function answerPreflight(front: Front) {
  return (): Response => new Response(null, { status: 204, headers: { ...front.securityHeaders, ...PREFLIGHT } });
}

function toWholeResponse(securityHeaders: Record<string, string>, request_id: string, response: Response): Response {
  const { headers } = response;
  for (const name in securityHeaders) if (!headers.has(name)) headers.set(name, securityHeaders[name] as string);
  headers.set("x-request-id", request_id);
  return response;
}

const JSON_TYPE = "application/json";

function toResponse({ securityHeaders }: Front, route: Route | null, request_id: string, reply: AnyReply): Response {
  if (reply.response !== undefined) return toWholeResponse(securityHeaders, request_id, reply.response);
  const answer = route?.responses[reply.status];
  const type = answer?.kind === "stream" ? answer.type : JSON_TYPE;
  const text = reply.text ?? (reply.body === undefined ? null : JSON.stringify(reply.body));
  const headers: Record<string, string> = { ...securityHeaders, ...(route?.cors === true && CORS), "x-request-id": request_id, ...reply.headers };
  if (text !== null || reply.stream !== undefined) headers["content-type"] ??= type;
  if (reply.location !== undefined) headers["location"] = reply.location;
  const response = new Response(reply.stream ?? text, { status: reply.status, headers });
  for (const cookie of reply.cookies ?? []) response.headers.append("set-cookie", cookie);
  return response;
}

