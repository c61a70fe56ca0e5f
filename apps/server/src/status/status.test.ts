import { expect, test } from "vitest";
import { shareTestApp, startTestApp } from "../testing/harness.ts";
import { Metrics } from "./metrics.ts";

const app = shareTestApp();
const idle = { writable: true, embedding: { model: "static", waiting: 3, done: 0 } };

test.each(["/livez", "/readyz", "/health", "/healthz"])("%s is green without a key", async (path) => {
  expect(await app().call("GET", path)).toMatchObject({ status: 200, body: { status: "ok" } });
});

test("/readyz says which part is how, and how far the embedding is", async () => {
  const { body } = await app().call("GET", "/readyz");
  expect(body.checks).toEqual({ running: "ok", database: "ok", migrations: "ok", disk: "ok", engine: "ok" });
  expect(body.embedding).toEqual({ model: expect.any(String), waiting: 0, done: 0 });
});

test("/health and /livez tell nothing but the state", async () => {
  expect((await app().call("GET", "/health")).body).toEqual({ status: "ok" });
  expect((await app().call("GET", "/livez")).body).toEqual({ status: "ok" });
});

test("from the first signal to stop readiness is red, and requests are still answered", async () => {
  const stopping = await startTestApp();
  const ours = await stopping.newWorkspace();
  stopping.server.startStopping();
  expect(await stopping.call("GET", "/readyz")).toMatchObject({ status: 503, body: { status: "failed", checks: { running: "failed", database: "ok" } } });
  expect((await stopping.call("GET", "/health")).status).toBe(503);
  expect((await stopping.call("GET", "/livez")).status).toBe(200);
  expect((await ours.call("GET", "/v1/usage")).status).toBe(200);
});

test("a control database that does not answer turns readiness red, and not the process", async () => {
  const broken = await startTestApp();
  broken.server.control.close();
  expect(await broken.call("GET", "/readyz")).toMatchObject({ status: 503, body: { checks: { database: "failed", migrations: "failed", disk: "ok" } } });
  expect((await broken.call("GET", "/livez")).status).toBe(200);
});

test("/metrics wants its token, where one is set", async () => {
  const METRICS_TOKEN = "k3y-for-the-scraper-only";
  const guarded = await startTestApp({ env: { METRICS_TOKEN } });
  expect((await guarded.call("GET", "/metrics")).status).toBe(401);
  expect((await guarded.call("GET", "/metrics", undefined, { authorization: "Bearer wrong" })).status).toBe(401);
  const { status, headers, body } = await guarded.call("GET", "/metrics", undefined, { authorization: `Bearer ${METRICS_TOKEN}` });
  expect([status, headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
  expect(body).toContain('loci_request_duration_seconds_count{method="GET",route="/metrics",status="401"} 2');
  expect(body).toContain("nodejs_eventloop_lag_p99_seconds");
  expect(body).toContain("process_resident_memory_bytes");
});

test("/metrics without a token answers this machine alone: not a stranger, not a proxy on this machine, in production nobody", async () => {
  const { app: hono } = app().server;
  const ask = async (remoteAddress: string, headers: Record<string, string> = {}) =>
    (await hono.request("/metrics", { headers }, { incoming: { headers, socket: { remoteAddress } } })).status;
  expect(await ask("127.0.0.1")).toBe(200);
  expect(await ask("::1")).toBe(200);
  expect(await ask("10.0.0.5")).toBe(404);
  expect(await ask("127.0.0.1", { "x-forwarded-for": "203.0.113.9" })).toBe(404);
  expect((await app().call("GET", "/metrics")).status).toBe(404);
  const production = await startTestApp({ env: { NODE_ENV: "production", PUBLIC_URL: "https://loci.test", KEY_PEPPER: "q7Vt0m3Zk9xW1bRfYc8Lh2NsGd5JpAe6UiTo4", AUTH_SECRET: "w3Rk8Zq1Xv6Tn0Yb5Lc9Pd2Mf7Hj4Gs8Ua3Ie6" } });
  const answer = await production.server.app.request("/metrics", {}, { incoming: { headers: {}, socket: { remoteAddress: "127.0.0.1" } } });
  expect(answer.status).toBe(404);
});

test("metrics count by route, status and time, in the format that Prometheus reads", async () => {
  const metrics = new Metrics();
  for (const ms of [0.5, 3, 3, 60_000]) metrics.observe({ method: "POST", route: "/v1/store", status: 200, ms });
  metrics.observe({ method: "BREW", route: "", status: 404, ms: 1 });
  metrics.observe({ method: "STEEP", route: "", status: 404, ms: 1 });
  const text = await metrics.toText(idle, 2);
  const series = 'method="POST",route="/v1/store",status="200"';
  expect(text).toContain(`loci_request_duration_seconds_bucket{${series},le="0.001"} 1\n`);
  expect(text).toContain(`loci_request_duration_seconds_bucket{${series},le="0.005"} 3\n`);
  expect(text).toContain(`loci_request_duration_seconds_bucket{${series},le="30"} 3\n`);
  expect(text).toContain(`loci_request_duration_seconds_bucket{${series},le="+Inf"} 4\n`);
  expect(text).toContain('loci_request_duration_seconds_count{method="other",route="none",status="404"} 2\n');
  expect(text).toContain("loci_requests_in_flight 2\n");
  expect(text).toContain("loci_embeddings_waiting 3\n");
  expect(text).not.toMatch(/\{[^}]*workspace/);
  for (const line of text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))) expect(line).toMatch(/^[a-z0-9_:]+(\{[^}]*\})? [-+0-9.eInfNa]+$/);
});
