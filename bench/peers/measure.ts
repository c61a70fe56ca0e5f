import { type Latencies, toLatencies } from "../statistics.ts";
import type { Fact } from "./facts.ts";
import type { Peer } from "./peer.ts";

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

const EDGE = 100;

/** One memory a call, one call after the other, as an assistant stores. */
export async function measureStoring(peer: Peer, memories: readonly string[]): Promise<Storing> {
  const ms: number[] = [];
  for (const content of memories) ms.push(await time(() => peer.store(content)));
  const sum = ms.reduce((total, one) => total + one, 0);
  return { peer: peer.name, seconds: sum / 1_000, all: toLatencies(ms), first: toLatencies(ms.slice(0, EDGE)), last: toLatencies(ms.slice(-EDGE)) };
}

export async function measureAsking(peer: Peer, facts: readonly Fact[]): Promise<Asking[]> {
  const askings: Asking[] = [];
  for (const [way, ask] of Object.entries(peer.ways)) {
    await ask("Is anybody there?");
    const [ms, ranks, chars]: [number[], number[], number[]] = [[], [], []];
    for (const { content, question } of facts) {
      const found = { texts: [""], chars: 0 };
      ms.push(await time(async () => Object.assign(found, await ask(question))));
      ranks.push(found.texts.indexOf(content));
      chars.push(found.chars);
    }
    const within = (rank: number): number => ranks.filter((at) => at !== -1 && at < rank).length;
    askings.push({ peer: peer.name, way, latencies: toLatencies(ms), found: { first: within(1), five: within(5), ten: within(10) }, chars: chars.toSorted((a, b) => a - b)[Math.floor(chars.length / 2)] ?? 0 });
  }
  return askings;
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
