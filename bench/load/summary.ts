import { type Cell, toTable } from "../report.ts";
import { median, quantile } from "../statistics.ts";
import type { DiskRate } from "./disk.ts";
import type { Access } from "./access.ts";
import type { ColdRecalls, Measured, Starts, UnderLoad } from "./measures.ts";
import { type Plan, STORES_PER_S } from "./plan.ts";

export interface Rates extends Measured {
  what: "recall" | "store" | "trivial";
  where: "large" | "small";
  connections: number;
}

export interface LoadFindings {
  disk: { before: DiskRate; after_stores: DiskRate };
  starts: Starts;
  /** Through batches of 500 at four connections. */
  stored_per_second: number;
  recalls: Rates[];
  /** p50 of each round. */
  among: number[];
  alone: number[];
  under_load: { large: UnderLoad; small: UnderLoad };
  writes: Rates[];
  access: Access;
  rss_mb: { after_recalls: number; at_end: number };
  cold: ColdRecalls;
}

export interface Figure {
  name: string;
  value: number;
  unit: string;
  target: string;
  ok: boolean;
}

/** The figures that were promised, beside what was promised. */
export function judge(findings: LoadFindings, plan: Plan): Figure[] {
  const { starts, under_load, cold, among, alone, access } = findings;
  const recall = rateOf(findings.recalls, "recall", "large", 1);
  const [store1, store64, trivial64] = [rateOf(findings.writes, "store", "large", 1), rateOf(findings.writes, "store", "large", 64), rateOf(findings.writes, "trivial", "large", 64)];
  return [
    atMost(`recall p50, group of ${plan.largeGroup}, 1 connection`, recall.p50, 3, "ms"),
    atMost(`recall p95, group of ${plan.largeGroup}, 1 connection`, recall.p95, 8, "ms"),
    atMost(`recall p95 under ${STORES_PER_S} stores/s, of idle, group of ${plan.largeGroup}`, under_load.large.p95_ratio, 2, "×"),
    atMost(`recall p95 under ${STORES_PER_S} stores/s, of idle, groups of ${plan.smallGroup}`, under_load.small.p95_ratio, 2, "×"),
    atLeast("stores/s at 64 connections, of those at 1", store64.per_second / store1.per_second, 5, "×"),
    atLeast("stores/s at 64 connections, of the trivial route", store64.per_second / trivial64.per_second, 1 / 3, "×"),
    atMost(`recall p50 in a group among ${plan.smallGroups}, of the group alone`, median(among) / median(alone), 1.3, "×"),
    atMost("key authentication over an open route, p50", median(access.key_over_open_ms), 0.2, "ms"),
    atMost("session check over key authentication, p50", median(access.session_over_key_ms), 0.3, "ms"),
    atMost("first recall of a fresh process, cold group (worst)", Math.max(...cold.first_of_process_ms), 25, "ms"),
    atMost("first recall in a cold group (p95)", p95(cold.next_groups_ms), 25, "ms"),
    atMost("start, empty (median)", median(starts.later_ms), 1_000, "ms"),
    atMost("start over the data of this run (median)", median(cold.start_ms), 1_000, "ms"),
    atMost("memory when idle", starts.idle_rss_mb, 150, "MB"),
  ];
}

const atMost = (name: string, value: number, limit: number, unit: string): Figure => ({ name, value, unit, target: `at most ${toShort(limit)} ${unit}`, ok: value <= limit });
const atLeast = (name: string, value: number, limit: number, unit: string): Figure => ({ name, value, unit, target: `at least ${toShort(limit)} ${unit}`, ok: value >= limit });
const toShort = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));
const p95 = (values: number[]): number => quantile(Float64Array.from(values).sort(), 0.95);

function rateOf(rates: Rates[], what: Rates["what"], where: Rates["where"], connections: number): Rates {
  const found = rates.find((rate) => rate.what === what && rate.where === where && rate.connections === connections);
  if (found === undefined) throw new Error(`${what} at ${connections} connections was not measured.`);
  return found;
}

const WHERE = { large: "one large group", small: "many small groups" };

export function toLatencyTable({ recalls, writes, under_load, disk }: LoadFindings): string {
  const toRow = (what: string, where: string, connections: Cell, { p50, p95, p99, max, per_second, count }: Measured): Cell[] => [what, where, connections, p50, p95, p99, max, per_second, count];
  const measured = [...recalls, ...writes].map((rate) => toRow(rate.what, rate.what === "trivial" ? "no store" : WHERE[rate.where], rate.connections, rate));
  const beside = (["large", "small"] as const).flatMap((where) => [
    toRow("recall, idle", WHERE[where], 1, under_load[where].idle),
    toRow(`recall, beside ${STORES_PER_S} stores/s`, WHERE[where], 1, under_load[where].loaded),
    toRow(`store, ${STORES_PER_S}/s (open loop)`, WHERE[where], undefined, under_load[where].stores),
  ]);
  const alone = (when: string, { p50_ms, p95_ms, per_second }: DiskRate): Cell[] => ["fdatasync of 4 KB", `the disk, ${when}`, 1, p50_ms, p95_ms, undefined, undefined, per_second];
  const raw = [alone("at the start", disk.before), alone("after the stores", disk.after_stores)];
  return toTable(["request", "where", "connections", "p50 ms", "p95 ms", "p99 ms", "max ms", "per second", "count"], [...measured, ...beside, ...raw]);
}

export function toStartTable({ starts, cold, among, alone, access, rss_mb, stored_per_second }: LoadFindings): string {
  const list = (values: number[], digits: number) => values.map((value) => value.toFixed(digits)).join(" ");
  return toTable(["also", "found"], [
    ["start, very first, ms", String(starts.first_ms)],
    ["start, empty, ms", list(starts.later_ms, 0)],
    ["start, over the data, ms", list(cold.start_ms, 0)],
    ["first recall of a fresh process, ms", list(cold.first_of_process_ms, 1)],
    ["first recall in further cold groups, ms", `p50 ${median(cold.next_groups_ms).toFixed(1)}, p95 ${p95(cold.next_groups_ms).toFixed(1)}, max ${Math.max(...cold.next_groups_ms).toFixed(1)}`],
    ["second recall in them, ms", `p50 ${median(cold.warm_ms).toFixed(1)}, p95 ${p95(cold.warm_ms).toFixed(1)}`],
    ["group among many, p50 of rounds, ms", list(among, 2)],
    ["the same alone, p50 of rounds, ms", list(alone, 2)],
    ["who calls, p50 of rounds, ms: open route", list(access.open_ms, 3)],
    ["the like with a key", list(access.key_ms, 3)],
    ["another by key", list(access.same_by_key_ms, 3)],
    ["the same by session", list(access.same_by_session_ms, 3)],
    ["memory idle, after recalls, at the end, MB", `${starts.idle_rss_mb} ${rss_mb.after_recalls} ${rss_mb.at_end}`],
    ["stored in batches, memories a second", String(stored_per_second)],
  ]);
}

export const toFigureTable = (figures: Figure[]): string =>
  toTable(["figure", "value", "target", "verdict"], figures.map(({ name, value, unit, target, ok }) => [name, `${value.toFixed(unit === "×" || Math.abs(value) < 1 ? 2 : 1)} ${unit}`, target, ok ? "pass" : "SHORT"]));
