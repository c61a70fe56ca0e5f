import type { EngineStatus } from "@loci/engine";
import type { Registry } from "prom-client";

/** Upper bounds of the latency buckets, seconds. */
const BOUNDS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

interface Series {
  labels: string;
  count: number;
  sumS: number;
  buckets: number[];
}

export interface Seen {
  method: string;
  route: string;
  status: number;
  ms: number;
}

/**
 * What `/metrics` shows: rate, errors and duration by route, and the process. Requests are counted here and not by
 * prom-client, whose labels cost more than the rest of a request's accounts, and which loads only when somebody asks.
 */
export class Metrics {
  private readonly series = new Map<string, Series>();
  private registry: Promise<Registry> | undefined;

  observe({ method, route, status, ms }: Seen): void {
    const series = this.seriesOf(method, route, status);
    const seconds = ms / 1_000;
    series.count += 1;
    series.sumS += seconds;
    const bucket = BOUNDS_S.findIndex((bound) => seconds <= bound);
    if (bucket !== -1) series.buckets[bucket] = (series.buckets[bucket] ?? 0) + 1;
  }

  /** Prometheus text. No label names a workspace: there may be any number of them. */
  async toText(engine: EngineStatus, inFlight: number): Promise<string> {
    this.registry ??= openRegistry();
    const process = await (await this.registry).metrics();
    return [this.requestsText(), gauge("loci_requests_in_flight", "Requests being answered.", inFlight), engineText(engine), process].join("\n");
  }

  private seriesOf(sent: string, route: string, status: number): Series {
    // Any word can be sent as a method; each would be a series of its own.
    const method = METHODS.has(sent) ? sent : "other";
    const key = `${status}${method}${route}`;
    const known = this.series.get(key);
    if (known !== undefined) return known;
    const labels = `method="${method}",route="${route === "" ? "none" : route}",status="${status}"`;
    const series = { labels, count: 0, sumS: 0, buckets: BOUNDS_S.map(() => 0) };
    this.series.set(key, series);
    return series;
  }

  private requestsText(): string {
    const lines = ["# HELP loci_request_duration_seconds Time to answer, by route.", "# TYPE loci_request_duration_seconds histogram"];
    for (const { labels, count, sumS, buckets } of this.series.values()) {
      let below = 0;
      for (const [index, bound] of BOUNDS_S.entries()) {
        below += buckets[index] ?? 0;
        lines.push(`loci_request_duration_seconds_bucket{${labels},le="${bound}"} ${below}`);
      }
      lines.push(`loci_request_duration_seconds_bucket{${labels},le="+Inf"} ${count}`);
      lines.push(`loci_request_duration_seconds_sum{${labels}} ${sumS}`, `loci_request_duration_seconds_count{${labels}} ${count}`);
    }
    return lines.join("\n");
  }
}

const gauge = (name: string, help: string, value: number): string => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}`;

const engineText = ({ writable, embedding }: EngineStatus): string =>
  [
    gauge("loci_engine_writable", "1 while memories can be written.", writable ? 1 : 0),
    gauge("loci_embeddings_waiting", "Memories of open workspaces that wait for a vector.", embedding.waiting),
  ].join("\n");

/** Memory, CPU, garbage collection and event-loop delay of the process, in a registry of our own. */
async function openRegistry(): Promise<Registry> {
  const { collectDefaultMetrics, Registry } = await import("prom-client");
  const register = new Registry();
  collectDefaultMetrics({ register });
  return register;
}
