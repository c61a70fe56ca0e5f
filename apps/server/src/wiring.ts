import { openEngine, type Engine } from "@loci/engine";
import { systemClock, type Clock } from "@loci/kit/clock";
import type { Log } from "@loci/kit/log";
import type { Hono } from "hono";
import { toRoutes } from "./app.ts";
import type { Config } from "./config.ts";
import { openControl, type Control } from "./control/database.ts";
import { mountRoutes } from "./http/app.ts";
import { toSecurityHeaders } from "./http/headers.ts";
import type { AnyReply, Route } from "./http/route.ts";
import type { Front, ServerEnv } from "./http/serve.ts";
import { requireKnownPepper, type Peppers } from "./keys/secrets.ts";
import { KeyVerifier } from "./keys/verifier.ts";
import { openWorkspaces } from "./workspaces/stores.ts";
import { keepAnswers } from "./control/kept-answers.ts";
import { Sealer } from "./control/sealer.ts";
import { toBlockList } from "./http/client-address.ts";
import { toSecrets } from "./secrets.ts";
import { SessionVerifier } from "./sessions/verifier.ts";
import { sessionCookieOf } from "./sessions/cookie.ts";
import { Memberships } from "./workspaces/memberships.ts";
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
export interface Wired {
  app: Hono<ServerEnv>;
  routes: Route[];
  front: Front;
  control: Control;
  engine: Engine;
  verifier: KeyVerifier;
  peppers: Peppers;
  sealer: Sealer;
  authSecret: string;
  now: Clock;
  /** Turns readiness red; requests are still answered. */
  startStopping(): void;
  /** The listening server tells how many requests it is answering. */
  watchInFlight(read: () => number): void;
  close(): Promise<void>;
}

export async function openServer({ config, log, now = systemClock, extraRoutes = [], checkReply }: WiringOptions): Promise<Wired> {
  const { dataDir, publicUrl, metricsToken, mode } = config;
  const control = await openControl(dataDir);
  const { peppers, authSecret } = toSecrets(config);
  const sealer = new Sealer(authSecret);
  await requireKnownPepper(control.db, peppers);
  const engine = await openEngine({
    dataDir,
    embedder: config.embedder,
    writerThreads: config.writerThreads,
    openStoresMax: config.openStoresMax,
    indexBytesMax: config.indexMemoryMb * 2 ** 20,
    warm: config.mode !== "test",
    log,
    now,
  });
  const verifier = new KeyVerifier({ control, peppers, now, log });
  const sessions = new SessionVerifier({ control, authSecret, now, log });
  const memberships = new Memberships(control);
  const metrics = new Metrics();
  let stopping = false;
  let inFlight = () => 0;
  const routes = [
    ...toRoutes({
      publicUrl,
      status: { control, engine, dataDir, metrics, metricsToken, production: mode === "production", isStopping: () => stopping, inFlight: () => inFlight() },
    }),
    ...extraRoutes,
  ];
  const front: Front = {
    now,
    log,
    requestLog: log.child({}, { redact: [] }),
    errorDocs: `${publicUrl}/docs/errors`,
    securityHeaders: toSecurityHeaders(publicUrl),
    publicUrl,
    trustedProxies: toBlockList(config.trustedProxies),
    sessionCookie: sessionCookieOf(publicUrl),
    authenticateKey: (headers, address) => verifier.authenticate(headers, address),
    authenticatePerson: (cookie) => sessions.authenticate(cookie),
    findMember: (person, workspace) => memberships.require(person, workspace),
    isSlugOf: (id, slug) => memberships.isSlugOf(id, slug),
    openWorkspace: openWorkspaces({ engine, control, now, log }),
    keepAnswer: keepAnswers({ control, sealer, now }),
    observe: (seen) => metrics.observe(seen),
    ...(checkReply !== undefined && { checkReply }),
  };
  return {
    app: mountRoutes(front, routes),
    routes, front, control, engine, verifier, peppers, sealer, authSecret, now,
    startStopping: () => {
      stopping = true;
    },
    watchInFlight: (read) => {
      inFlight = read;
    },
    close: async () => {
      await verifier.close();
      await sessions.close();
      await engine.close();
      control.close();
    },
  };
}
