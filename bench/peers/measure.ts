import { median, type Latencies, toLatencies } from "../statistics.ts";
import type { Fact } from "./facts.ts";
import type { Found, Peer } from "./peer.ts";
import { WAYS } from "./ways.ts";

export interface Storing {
  peer: string;
  seconds: number;
  all: Latencies;
  /** Of the first and the last hundred: what a store costs as the memory grows. */
  first: Latencies;
  last: Latencies;
}

export interface Asking {
  peer: string;
  way: string;
  latencies: Latencies;
  /** How many of the questions brought their fact at these ranks or better. */
  found: { first: number; five: number; ten: number };
  /** Of the middle answer. */
  chars: number;
}

const BLOCK = 100;

/** One memory a call, one call after the other, as an assistant stores. The peers take turns, a hundred each, so that whatever else the machine does meets both. */
export async function measureStoring(peers: readonly Peer[], memories: readonly string[]): Promise<Storing[]> {
  const times = peers.map((peer) => ({ peer, ms: [] as number[] }));
  for (let from = 0; from < memories.length; from += BLOCK) {
    for (const { peer, ms } of times) {
      for (const content of memories.slice(from, from + BLOCK)) ms.push((await time(() => peer.store(content))).ms);
    }
  }
  return times.map(({ peer, ms }) => ({
    peer: peer.name, seconds: ms.reduce((total, one) => total + one, 0) / 1_000, all: toLatencies(ms), first: toLatencies(ms.slice(0, BLOCK)), last: toLatencies(ms.slice(-BLOCK)),
  }));
}

/** Every question in every way, the peers in turn. */
export async function measureAsking(peers: readonly Peer[], facts: readonly Fact[]): Promise<Asking[]> {
  const rows = Object.entries(WAYS).flatMap(([way, ask]) => peers.map((peer) => ({ peer, way, ask, ms: [] as number[], ranks: [] as number[], chars: [] as number[] })));
  for (const { peer } of rows) await peer.search("anybody");
  for (const fact of facts) {
    for (const { peer, ask, ms, ranks, chars } of rows) {
      const { ms: taken, result } = await time(() => ask(peer, fact));
      ms.push(taken);
      ranks.push(toRank(result, fact));
      chars.push(result.chars);
    }
  }
  return rows.map(({ peer, way, ms, ranks, chars }) => {
    const within = (rank: number): number => ranks.filter((at) => at <= rank).length;
    return { peer: peer.name, way, latencies: toLatencies(ms), found: { first: within(1), five: within(5), ten: within(10) }, chars: median(chars) };
  });
}

function toRank({ texts }: Found, { content }: Fact): number {
  const at = texts.indexOf(content);
  return at === -1 ? Number.POSITIVE_INFINITY : at + 1;
}

async function time<Result>(work: () => Promise<Result>): Promise<{ ms: number; result: Result }> {
  const from = performance.now();
  const result = await work();
  return { ms: performance.now() - from, result };
}
