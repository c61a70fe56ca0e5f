import { systemClock, type Clock } from "@loci/kit/clock";
import type { Log } from "@loci/kit/log";
import type { Hono } from "hono";
import { toRoutes } from "./app.ts";
import { appendIntent } from "./audit/intent.ts";
import type { Config } from "./config.ts";
import { keepAnswers } from "./control/kept-answers.ts";
import { mountRoutes } from "./http/app.ts";
import { toBlockList } from "./http/client-address.ts";
import { toSecurityHeaders } from "./http/headers.ts";
import type { AnyReply, Route } from "./http/route.ts";
import type { Front, ServerEnv } from "./http/serve.ts";
import { closeParts, openParts, type Parts } from "./parts.ts";
import { sessionCookieOf } from "./sessions/cookie.ts";
import { Metrics } from "./status/metrics.ts";

export interface WiringOptions {
  config: Config;
  log: Log;
  now?: Clock;
  /** More routes than the product has, for tests. */
  extraRoutes?: Route[];
  checkReply?: (route: Route, reply: AnyReply) => void;
}

/** Everything of one server, built and not yet listening. Whoever opened it closes it. */
export interface Wired extends Parts {
  app: Hono<ServerEnv>;
  routes: Route[];
  front: Front;
  /** Turns readiness red; requests are still answered. */
  startStopping(): void;
  /** The listening server tells how many requests it is answering. */
  watchInFlight(read: () => number): void;
  close(): Promise<void>;
}

export async function openServer({ config, log, now = systemClock, extraRoutes = [], checkReply }: WiringOptions): Promise<Wired> {
  const parts = await openParts({ config, log, now });
  const metrics = new Metrics();
  let stopping = false;
  let inFlight = () => 0;
  const routes = [...toRoutes(parts, { metrics, isStopping: () => stopping, inFlight: () => inFlight() }), ...extraRoutes];
  const front = { ...toFront(parts, metrics), ...(checkReply !== undefined && { checkReply }) };
  return {
    ...parts, routes, front,
    app: mountRoutes(front, routes),
    startStopping: () => {
      stopping = true;
    },
    watchInFlight: (read) => {
      inFlight = read;
    },
    close: () => closeParts(parts),
  };
}

function onlyOnce(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}

function toFront(parts: Parts, metrics: Metrics): Front {
  const { config, log, now, stores, verifier, sessions, connections, memberships } = parts;
  const { publicUrl } = config;
  return {
    now,
    log,
    requestLog: log.child({}, { redact: [] }),
    errorDocs: `${publicUrl}/docs/errors`,
    securityHeaders: toSecurityHeaders(publicUrl),
    publicUrl,
    trustedProxies: toBlockList(config.trustedProxies),
    noteUntrustedForward: onlyOnce(() => log.warn("A request told of its client in X-Forwarded-For, from an address that TRUSTED_PROXIES does not name, so that was not believed. If this server is behind a proxy, name it there: until then everybody has the proxy's address, and the failed sign-ins of one count for all. This is said once.")),
    sessionCookie: sessionCookieOf(publicUrl),
    authenticateKey: (headers, address) => verifier.authenticate(headers, address),
    authenticateClient: (token, audience) => connections.authenticate(token, audience),
    authenticatePerson: (cookie) => sessions.authenticate(cookie),
    findMember: (person, workspace) => memberships.require(person, workspace),
    isSlugOf: (id, slug) => memberships.isSlugOf(id, slug),
    openWorkspace: (actor) => stores.open(actor),
    keepAnswer: keepAnswers(parts),
    appendIntent: (call, intent) => appendIntent(parts, call, intent),
    observe: (seen) => metrics.observe(seen),
  };
}
