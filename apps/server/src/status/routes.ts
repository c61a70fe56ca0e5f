import { timingSafeEqual, createHash } from "node:crypto";
import { AppError } from "@loci/kit/errors";
import { z } from "zod";
import { guarded, json, stream, type OpenCall, type Route } from "../http/route.ts";
import type { Metrics } from "./metrics.ts";
import { readReadiness, type Vitals } from "./readiness.ts";

const State = z.enum(["ok", "failed"]);
const Health = z.strictObject({ status: State.describe("ok while the server works.") }).meta({ id: "Health", description: "The state of the server, without details." });
const Readiness = z
  .strictObject({
    status: State.describe("ok when every check is."),
    checks: z
      .strictObject({
        running: State.describe("failed from the first signal to stop."),
        database: State.describe("Whether the control database answers."),
        migrations: State.describe("Whether its tables are those of this program."),
        disk: State.describe("Whether at least 5 % of the disk are free."),
        engine: State.describe("Whether memories can be written."),
      })
      .describe("The parts, one by one; each has a second to answer."),
    embedding: z.strictObject({
      model: z.string().describe("The embedder in use."),
      waiting: z.int().describe("Memories of open workspaces that wait for a vector of it; they are found by their words meanwhile."),
      done: z.int().describe("Memories that got one since the start."),
    }).describe("How far the embedding is."),
  })
  .meta({ id: "Readiness", description: "Whether requests should be sent here, and why not." });

const OK = "ok" as const;
const FAILED = "failed" as const;

export interface StatusParts extends Vitals {
  metrics: Metrics;
  metricsToken: string | null;
  /** In production without a token nobody reads the metrics: behind a proxy every peer looks local. */
  production: boolean;
  inFlight(): number;
}

export function statusRoutes(parts: StatusParts): Route[] {
  const health = (id: string, path: string) =>
    guarded(
      "open",
      {
        id, method: "get", path,
        summary: "Whether the server works",
        description: "The answer of /readyz without its details.",
        tags: ["Status"], repeat: "safe",
        responses: { 200: json(Health, "It works."), 503: json(Health, "It does not, or is stopping.") },
      },
      async () => ((await readReadiness(parts)).ready ? { status: 200, body: { status: OK } } : { status: 503, body: { status: FAILED } }),
    );

  const livez = guarded(
    "open",
    {
      id: "readLiveness", method: "get", path: "/livez",
      summary: "Whether the process runs",
      description: "Green as long as the process answers at all; restart it when it does not.",
      tags: ["Status"], repeat: "safe",
      responses: { 200: json(Health, "It runs.") },
    },
    () => ({ status: 200, body: { status: OK } }),
  );

  const readyz = guarded(
    "open",
    {
      id: "readReadiness", method: "get", path: "/readyz",
      summary: "Whether requests should be sent here",
      description: "Looks at the database, its migrations, the disk (5 % free at least) and the engine. Red from the first signal to stop.",
      tags: ["Status"], repeat: "safe",
      responses: { 200: json(Readiness, "Ready."), 503: json(Readiness, "Not ready: the failed checks say why.") },
    },
    async () => {
      const { ready, checks, embedding } = await readReadiness(parts);
      return ready ? { status: 200, body: { status: OK, checks, embedding } } : { status: 503, body: { status: FAILED, checks, embedding } };
    },
  );

  const metrics = guarded(
    "open",
    {
      id: "readMetrics", method: "get", path: "/metrics",
      summary: "Prometheus metrics",
      description: "With METRICS_TOKEN set: for who sends it as a bearer token. Without: for this machine, and in production for nobody.",
      tags: ["Status"], repeat: "safe",
      responses: { 200: stream("text/plain; version=0.0.4; charset=utf-8", "Requests by route, the engine and the process.") },
      faults: [401, 404],
    },
    async (call) => {
      requireMetricsReader(parts, call);
      return { status: 200, text: await parts.metrics.toText(parts.engine.status(), parts.inFlight()) };
    },
  );

  return [health("readHealth", "/health"), health("readHealthz", "/healthz"), livez, readyz, metrics];
}

const FORWARDED = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];
const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/;

function requireMetricsReader({ metricsToken, production }: StatusParts, call: OpenCall): void {
  if (metricsToken !== null) {
    const sent = /^bearer +(\S+)$/i.exec(call.header("authorization") ?? "")?.[1] ?? "";
    if (sameSecret(sent, metricsToken)) return;
    throw new AppError("unauthenticated", "Send METRICS_TOKEN in the header: Authorization: Bearer …");
  }
  const local = LOOPBACK.test(call.peer ?? "") && FORWARDED.every((name) => call.header(name) === null);
  if (production || !local) throw new AppError("not_found", "There is nothing here for you. To read the metrics, set METRICS_TOKEN.");
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const sameSecret = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
