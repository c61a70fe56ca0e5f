import path from "node:path";
import { parseArgs } from "node:util";
import { TextSource } from "../load/texts.ts";
import { describeMachine, readMachine, RESULTS_DIR, toTable, writeResult } from "../report.ts";
import { createRandom } from "../statistics.ts";
import { FACTS } from "./facts.ts";
import { type Asking, measureAsking, measureStoring, type Storing } from "./measure.ts";
import { openLoci, openReference, type Peer } from "./peer.ts";

const SEED = 2026;
const MEMORIES = 5_000;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { memories: { type: "string" }, out: { type: "string" } } });
  const count = Number(values.memories ?? MEMORIES);
  if (!Number.isInteger(count) || count < FACTS.length) throw new Error(`--memories wants a whole number from ${FACTS.length} on.`);
  const machine = readMachine();
  console.log(`Peers · ${describeMachine(machine)}`);
  console.log(`${count} memories, ${FACTS.length} of which are asked for in other words; both by the official MCP client, one call at a time.\n`);
  const memories = toMemories(count);
  const peers = await openPeers();
  try {
    say(`storing ${memories.length} memories in each`);
    const storing = await measureStoring(peers, memories);
    say(`asking ${FACTS.length} questions`);
    const asking = await measureAsking(peers, FACTS);
    console.log(`${toStoringTable(storing)}\n\n${toAskingTable(asking)}`);
    const result = { machine, count, storing, asking };
    console.log(`\nresult ${writeResult(path.resolve(values.out ?? RESULTS_DIR), "peers", result)}`);
  } finally {
    for (const peer of peers) await peer.close();
  }
}

async function openPeers(): Promise<Peer[]> {
  const loci = await openLoci();
  try {
    return [loci, await openReference()];
  } catch (error) {
    await loci.close();
    throw error;
  }
}

/** The facts, each at a place of its own among texts that nobody asks for. */
function toMemories(count: number): string[] {
  const source = new TextSource(SEED);
  const memories = Array.from({ length: count - FACTS.length }, (_, index) => source.memory(0, index).content);
  const random = createRandom(SEED);
  for (const { content } of FACTS) memories.splice(Math.floor(random() * (memories.length + 1)), 0, content);
  return memories;
}

const toStoringTable = (rows: Storing[]): string =>
  toTable(["store", "seconds in all", "median ms", "p95 ms", "of the first 100", "of the last 100"], rows.map(({ peer, seconds, all, first, last }) => [peer, seconds, all.p50, all.p95, first.p50, last.p50]));

const toAskingTable = (rows: Asking[]): string =>
  toTable(["search", "asked with", "median ms", "p95 ms", "first", "in 5", "in 10", "chars to read"], rows.map(({ peer, way, latencies, found, chars }) => [peer, way, latencies.p50, latencies.p95, found.first, found.five, found.ten, chars]));

function say(what: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);
}

await main();
