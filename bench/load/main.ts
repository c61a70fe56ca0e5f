import path from "node:path";
import { parseArgs } from "node:util";
import { describeMachine, readMachine, readRssMb, RESULTS_DIR, writeResult } from "../report.ts";
import { type BenchServer, createWorkspace, openDataDir, startServer } from "../server.ts";
import { measureAccess } from "./access.ts";
import { type Target, TRIVIAL } from "./client-thread.ts";
import { ClientThread } from "./clients.ts";
import { measureDisk } from "./disk.ts";
import { fillGroups } from "./fill.ts";
import { type Bench, type Case, measureColdRecalls, measureInTurn, measureStarts, measureUnderLoad } from "./measures.ts";
import { FULL, type Plan, QUICK } from "./plan.ts";
import { judge, type LoadFindings, type Rates, toFigureTable, toLatencyTable, toStartTable } from "./summary.ts";
import { TextSource } from "./texts.ts";

const SEED = 2026;
const DISK_MS = 2_000;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: "boolean" }, out: { type: "string" }, data: { type: "string" } } });
  const plan = values.quick === true ? QUICK : FULL;
  const { dir: dataDir, remove } = openDataDir("load", values.data);
  const machine = readMachine();
  console.log(`Load · ${describeMachine(machine)}`);
  console.log(`Server, its writer thread and the clients share ${machine.cores} cores: what the clients take, the server lacks.\n`);

  const findings = await measureAll(plan, dataDir);
  const figures = judge(findings, plan);
  console.log(`\n${toLatencyTable(findings)}\n\n${toStartTable(findings)}\n\n${toFigureTable(figures)}`);
  const result = { machine, plan, findings, figures };
  console.log(`\nresult ${writeResult(path.resolve(values.out ?? RESULTS_DIR), "load", result)}`);
  remove();
}

async function measureAll(plan: Plan, dataDir: string): Promise<LoadFindings> {
  const texts = new TextSource(SEED);
  say("the disk alone");
  const diskBefore = measureDisk(dataDir, DISK_MS);
  say("starts");
  const starts = await measureStarts(dataDir, plan);
  const server = await startServer({ dataDir });
  try {
    const targets = await fill(server, plan, texts);
    const bench: Bench = { plan, port: server.port, probe: new ClientThread(SEED), load: new ClientThread(SEED) };
    const measured = await measureRunning(bench, server, targets);
    // Disks of rented machines change their pace: once more, next to the stores.
    const disk = { before: diskBefore, after_stores: measureDisk(dataDir, DISK_MS) };
    await server.stop();
    say("first recalls of fresh processes");
    const cold = await measureColdRecalls(dataDir, targets.small, texts, plan);
    return { disk, starts, stored_per_second: targets.storedPerS, ...measured, cold };
  } finally {
    await server.stop();
  }
}

interface Targets {
  /** One group of 10,000 in a workspace of its own. */
  large: Target;
  /** Groups of 1,000, many in one workspace. */
  small: Target;
  /** One of the small groups beside its 99 neighbours, and a twin of it without any. */
  among: Target;
  alone: Target;
  storedPerS: number;
}

async function fill(server: BenchServer, plan: Plan, texts: TextSource): Promise<Targets> {
  const { largeGroup, smallGroups, smallGroup } = plan;
  const many = Array.from({ length: smallGroups }, (_, index) => index + 1);
  const one = many[Math.floor(smallGroups / 2)] ?? 1;
  const [hundred, single] = [await createWorkspace(server, "hundred"), await createWorkspace(server, "single")];
  const targets = {
    large: { key: server.key, groups: [0], groupSize: largeGroup },
    small: { key: hundred.key, groups: many, groupSize: smallGroup },
    among: { key: hundred.key, groups: [one], groupSize: smallGroup },
    alone: { key: single.key, groups: [one], groupSize: smallGroup },
  };
  say(`storing ${largeGroup} + ${smallGroups * smallGroup} memories`);
  await fillGroups({ port: server.port, ...targets.large }, texts);
  await fillGroups({ port: server.port, ...targets.alone }, texts);
  const storedPerS = await fillGroups({ port: server.port, ...targets.small }, texts);
  return { ...targets, storedPerS };
}

type Running = Pick<LoadFindings, "recalls" | "among" | "alone" | "under_load" | "writes" | "access" | "rss_mb">;

async function measureRunning(bench: Bench, server: BenchServer, { large, small, among, alone }: Targets): Promise<Running> {
  say("recalls");
  const recalls: Rates[] = [];
  for (const connections of [1, 16]) {
    const [ofLarge, ofSmall] = await measureInTurn(bench, [{ target: large, ask: "recall", connections }, { target: small, ask: "recall", connections }]);
    if (ofLarge === undefined || ofSmall === undefined) continue;
    recalls.push({ what: "recall", where: "large", connections, ...ofLarge.all }, { what: "recall", where: "small", connections, ...ofSmall.all });
  }
  const rss_mb = { after_recalls: readRssMb(server.pid), at_end: 0 };

  say("one group among many, and alone");
  const neighbours = await measureInTurn({ ...bench, plan: { ...bench.plan, rounds: bench.plan.rounds * 3 } }, [among, alone].map((target) => ({ target, ask: "recall", connections: 1 })));
  say("recalls beside stores");
  const under_load = { large: await measureUnderLoad(bench, large), small: await measureUnderLoad(bench, small) };
  say("stores");
  const writes = await measureWrites(bench, large, small);
  say("who calls: nobody, a key, a person");
  const access = await measureAccess(bench, server);
  rss_mb.at_end = readRssMb(server.pid);
  return { recalls, among: neighbours[0]?.p50s ?? [], alone: neighbours[1]?.p50s ?? [], under_load, writes, access, rss_mb };
}

/** Stores go into groups of their own beside the large one, so that all measurements meet the same size. */
async function measureWrites(bench: Bench, large: Target, small: Target): Promise<Rates[]> {
  const writes: Rates[] = [];
  for (const connections of [1, 16, 64]) {
    const beside = { ...large, groups: Array.from({ length: connections }, (_, index) => 1_000 + index) };
    const cases: Case[] = [{ target: beside, ask: "store", connections }, { target: small, ask: "store", connections }, { target: large, ask: TRIVIAL, connections }];
    const [ofLarge, ofSmall, trivial] = await measureInTurn(bench, cases);
    if (ofLarge === undefined || ofSmall === undefined || trivial === undefined) continue;
    writes.push(
      { what: "store", where: "large", connections, ...ofLarge.all },
      { what: "store", where: "small", connections, ...ofSmall.all },
      { what: "trivial", where: "large", connections, ...trivial.all },
    );
  }
  return writes;
}

function say(what: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);
}

await main();
