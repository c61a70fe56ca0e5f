import { Connection } from "../client.ts";
import { toTable } from "../report.ts";
import { createRandom, quantile } from "../statistics.ts";
import { ADDRESS_CALLS, type AddressCall } from "./sameness.ts";
import type { Site } from "./site.ts";
import type { Verdicts } from "./verdicts.ts";
import { standardError, welchT } from "./welch.ts";

/** Above this two means are held to differ (the bound of dudect). */
const T_MAX = 4.5;
const WARM_UP = 20;
// The slowest tenth is noise of the machine; without it smaller differences can be seen.
const FASTEST = 0.9;

export interface Timing {
  call: string;
  known_p50_ms: number;
  unknown_p50_ms: number;
  /** Known minus unknown. */
  difference_of_means_ms: number;
  t: number;
  /** The same of the fastest nine tenths of each. */
  t_of_fastest: number;
  /** A difference from which on that would have been told apart. */
  seen_from_ms: number;
}

/** Times each call for known and unknown addresses, each address once, one after the other in random order. */
export async function compareTimes(site: Site, verdicts: Verdicts, { samples, seed }: { samples: number; seed: number }): Promise<Timing[]> {
  const people = await site.newPeople(samples + WARM_UP);
  const random = createRandom(seed);
  const timings: Timing[] = [];
  for (const call of ADDRESS_CALLS) {
    // Forgets whom it mailed, so that all addresses are new to the counters.
    await site.restart();
    const { known, unknown } = await timeCall(site, call, { known: people.map(({ email }) => email), unknown: people.map(() => site.newEmail()), random });
    const timing = toTiming(call.name, known, unknown);
    timings.push(timing);
    const { t, t_of_fastest, seen_from_ms } = timing;
    const found = `t = ${t.toFixed(2)}; of the fastest 90 %: ${t_of_fastest.toFixed(2)}, where ${seen_from_ms.toFixed(2)} ms would be seen`;
    verdicts.add(`${call.name}: time does not tell known from unknown addresses, Welch's |t| < ${T_MAX} of 2 × ${samples}`, Math.abs(t) < T_MAX && Math.abs(t_of_fastest) < T_MAX, found);
  }
  return timings;
}

interface Addresses {
  known: string[];
  unknown: string[];
  random: () => number;
}

async function timeCall(site: Site, call: AddressCall, { known, unknown, random }: Addresses): Promise<{ known: number[]; unknown: number[] }> {
  const requests = shuffle([...known.map((email) => ({ email, isKnown: true })), ...unknown.map((email) => ({ email, isKnown: false }))], random);
  const connection = new Connection({ port: site.server.port, headers: { Origin: site.server.url } });
  await connection.open();
  const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
  for (const [index, { email, isKnown }] of requests.entries()) {
    const body = JSON.stringify(call.toBody(email));
    const headers = { "X-Forwarded-For": site.newAddress() };
    const sentMs = performance.now();
    const { status, body: answer } = await connection.request("POST", call.path, body, headers);
    const tookMs = performance.now() - sentMs;
    if (status !== call.status) throw new Error(`${call.name} answered ${status} instead of ${call.status}: ${answer.toString()}`);
    if (index >= 2 * WARM_UP) times[isKnown ? "known" : "unknown"].push(tookMs);
  }
  connection.close();
  return times;
}

function shuffle<Item>(items: Item[], random: () => number): Item[] {
  return items.map((item) => ({ item, order: random() })).sort((a, b) => a.order - b.order).map(({ item }) => item);
}

function toTiming(call: string, known: number[], unknown: number[]): Timing {
  const [sortedKnown, sortedUnknown] = [Float64Array.from(known).sort(), Float64Array.from(unknown).sort()];
  const [fastKnown, fastUnknown] = [sortedKnown, sortedUnknown].map((sorted) => sorted.subarray(0, Math.floor(sorted.length * FASTEST))) as [Float64Array, Float64Array];
  return {
    call, known_p50_ms: quantile(sortedKnown, 0.5), unknown_p50_ms: quantile(sortedUnknown, 0.5), difference_of_means_ms: mean(known) - mean(unknown),
    t: welchT(known, unknown), t_of_fastest: welchT(fastKnown, fastUnknown),
    seen_from_ms: T_MAX * standardError(fastKnown, fastUnknown),
  };
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export const toTimingTable = (timings: Timing[]): string =>
  toTable(["call", "known p50 ms", "unknown p50 ms", "difference of means ms", "t", "t of the fastest 90 %", "seen from ms"], timings.map((timing) =>
    [timing.call, timing.known_p50_ms, timing.unknown_p50_ms, timing.difference_of_means_ms.toFixed(3), timing.t.toFixed(2), timing.t_of_fastest.toFixed(2), timing.seen_from_ms.toFixed(2)]));
