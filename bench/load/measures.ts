import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "../client.ts";
import { readRssMb } from "../report.ts";
import { startServer } from "../server.ts";
import { type Latencies, median, toLatencies } from "../statistics.ts";
import { groupName, type Job, type Target } from "./client-thread.ts";
import type { ClientThread } from "./clients.ts";
import { OPEN_LOOP_CONNECTIONS, type Plan, STORES_PER_S, WARM_UP_MS } from "./plan.ts";
import type { TextSource } from "./texts.ts";

/** Who asks: one thread measures, a second one makes load beside it. */
export interface Bench {
  plan: Plan;
  port: number;
  probe: ClientThread;
  load: ClientThread;
}

export interface Measured extends Latencies {
  per_second: number;
}

export interface Case {
  target: Target;
  ask: Job["ask"];
  connections: number;
}

/** Measures the cases in turn, round by round, so that what the machine does meanwhile hits all of them alike. */
export async function measureInTurn({ plan, port, probe }: Bench, cases: Case[]): Promise<{ all: Measured; p50s: number[] }[]> {
  const found = cases.map(() => ({ latencies: [] as number[], seconds: 0, p50s: [] as number[] }));
  for (let round = 0; round < plan.rounds; round++) {
    for (const [index, one] of cases.entries()) {
      const sum = found[index];
      if (sum === undefined) continue;
      const { latencies, seconds } = await probe.run({ port, ...one, warmUpMs: WARM_UP_MS, measureMs: plan.measureMs / plan.rounds });
      sum.latencies.push(...latencies);
      sum.seconds += seconds;
      sum.p50s.push(toLatencies(latencies).p50);
    }
  }
  return found.map(({ latencies, seconds, p50s }) => ({ all: { ...toLatencies(latencies), per_second: Math.round(latencies.length / seconds) }, p50s }));
}

export interface UnderLoad {
  idle: Measured;
  loaded: Measured;
  stores: Measured;
  /** The median over the rounds of loaded p95 / idle p95. */
  p95_ratio: number;
}

/** Recalls at one connection, in turn without and with stores at a fixed rate beside them. */
export async function measureUnderLoad(bench: Bench, target: Target): Promise<UnderLoad> {
  const { plan, port, probe, load } = bench;
  const measureMs = plan.measureMs / plan.rounds;
  const kept = { idle: [] as number[], loaded: [] as number[], stores: [] as number[] };
  const ratios: number[] = [];
  for (let round = 0; round < plan.rounds; round++) {
    const recall = { port, target, ask: "recall", connections: 1, warmUpMs: WARM_UP_MS, measureMs } as const;
    const idle = await probe.run(recall);
    const storing = load.run({ port, target, ask: "store", connections: OPEN_LOOP_CONNECTIONS, ratePerS: STORES_PER_S, warmUpMs: WARM_UP_MS, measureMs });
    const loaded = await probe.run(recall);
    const stores = await storing;
    kept.idle.push(...idle.latencies);
    kept.loaded.push(...loaded.latencies);
    kept.stores.push(...stores.latencies);
    ratios.push(toLatencies(loaded.latencies).p95 / toLatencies(idle.latencies).p95);
  }
  const toMeasured = (latencies: number[]): Measured => ({ ...toLatencies(latencies), per_second: Math.round(latencies.length / (plan.measureMs / 1_000)) });
  return { idle: toMeasured(kept.idle), loaded: toMeasured(kept.loaded), stores: toMeasured(kept.stores), p95_ratio: median(ratios) };
}

export interface Starts {
  /** The very first, which also makes the store and the compile cache's entries. */
  first_ms: number;
  later_ms: number[];
  idle_rss_mb: number;
}

const IDLE_AFTER_MS = 2_000;

/** Starts it over the same empty data again and again; the last one is left to look at its memory. */
export async function measureStarts(dataDir: string, plan: Plan): Promise<Starts> {
  const later: number[] = [];
  const first = await startServer({ dataDir });
  await first.stop();
  let idle_rss_mb = 0;
  for (let start = 0; start < plan.starts; start++) {
    const server = await startServer({ dataDir });
    later.push(Math.round(server.startMs));
    if (start === plan.starts - 1) {
      await sleep(IDLE_AFTER_MS);
      idle_rss_mb = readRssMb(server.pid);
    }
    await server.stop();
  }
  return { first_ms: Math.round(first.startMs), later_ms: later, idle_rss_mb };
}

export interface ColdRecalls {
  start_ms: number[];
  /** The first request of all to a fresh process is such a recall: code that was never run, too. */
  first_of_process_ms: number[];
  next_groups_ms: number[];
  warm_ms: number[];
}

/** Fresh processes over the data, in each the first recall of several groups, and their second. The page cache is warm. */
export async function measureColdRecalls(dataDir: string, target: Target, texts: TextSource, plan: Plan): Promise<ColdRecalls> {
  const found: ColdRecalls = { start_ms: [], first_of_process_ms: [], next_groups_ms: [], warm_ms: [] };
  for (let process = 0; process < plan.coldProcesses; process++) {
    const server = await startServer({ dataDir });
    found.start_ms.push(Math.round(server.startMs));
    const connection = new Connection({ port: server.port, key: target.key });
    const groups = pickGroups(target.groups, process, plan.coldGroups);
    for (const [index, group] of groups.entries()) {
      const ms = await timeRecall(connection, texts, target, group, index);
      (index === 0 ? found.first_of_process_ms : found.next_groups_ms).push(ms);
    }
    for (const [index, group] of groups.entries()) found.warm_ms.push(await timeRecall(connection, texts, target, group, 100 + index));
    connection.close();
    await server.stop();
  }
  return found;
}

const pickGroups = (groups: number[], process: number, count: number): number[] =>
  Array.from({ length: Math.min(count, groups.length) }, (_, index) => groups[(process * count + index) % groups.length] ?? 0);

async function timeRecall(connection: Connection, texts: TextSource, { groupSize }: Target, group: number, number: number): Promise<number> {
  const body = JSON.stringify({ query: texts.question(group, groupSize, number), group: groupName(group), limit: 10 });
  await connection.open();
  const sentMs = performance.now();
  const answer = await connection.request("POST", "/v1/recall", body);
  const ms = performance.now() - sentMs;
  if (answer.status !== 200 || !answer.body.includes('"score"')) throw new Error(`A recall found nothing: ${answer.status} ${answer.body.toString()}`);
  return ms;
}

