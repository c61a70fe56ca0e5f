import { newId } from "@loci/kit/ids";
import { RouteCall, type Via } from "./call.ts";
import type { HeaderSource } from "./headers.ts";
import type { AnyReply, Route } from "./route.ts";
import { InnerSent, listQuery, type InnerRequest } from "./sent.ts";
import { runRoute, type Front } from "./serve.ts";

/** Calls a route, by method and path as it is declared, for somebody who was let in already. */
export type Dispatch = (name: string, request: InnerRequest, via: Via) => Promise<AnyReply>;

/**
 * The way from one route to another: through the whole pipeline, without HTTP and JSON text between. Who calls was found
 * out at the door; may they, limits, ledger, audit and the log line are as for any other request.
 */
export function toDispatch(front: Front, routes: Route[]): Dispatch {
  const named = new Map(routes.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route]));
  return (name, request, via) => {
    const route = named.get(name);
    if (route === undefined) throw new TypeError(`There is no route ${name}.`);
    const call = new RouteCall({
      host: front, via,
      method: route.method.toUpperCase(),
      url: () => toUrl(front.publicUrl, route.path, request),
      headers: toHeaders(request),
      request_id: newId("req"), ownId: true,
      peer: undefined, address: via.origin.address,
    });
    return runRoute(front, route, call, new InnerSent(request));
  };
}

const NO_HEADERS: HeaderSource = { get: () => null };

const toHeaders = ({ idempotencyKey }: InnerRequest): HeaderSource =>
  idempotencyKey === undefined ? NO_HEADERS : { get: (name) => (name === "idempotency-key" ? idempotencyKey : null) };

/** What the fingerprint of a repeat is made of. */
function toUrl(publicUrl: string, path: string, request: InnerRequest): string {
  const url = new URL(publicUrl + path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(request.params?.[name] ?? "")));
  for (const [name, values] of Object.entries(listQuery(request))) for (const value of values) url.searchParams.append(name, value);
  return url.href;
}
