import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { parseArgs } from "node:util";
import { fillGroups } from "../load/fill.ts";
import { groupName } from "../load/client-thread.ts";
import { TextSource } from "../load/texts.ts";
import { describeMachine, readMachine, RESULTS_DIR, writeResult, type Machine } from "../report.ts";
import { startServer } from "../server.ts";
import { median, toLatencies } from "../statistics.ts";
import { toRequest } from "./line.ts";
import { measureRound, sendCalls, type Load, type Round } from "./measure.ts";

const CONNECTIONS = 8;
const MEMORIES = 1_000;
const QUESTIONS = 200;
const WARM_UP_CALLS = 5_000;
const WARM_UP_MS_MAX = 15_000;
const GOAL = 0.5;

const VERSIONS = { modern: "2026-07-28", legacy: "2025-11-25" } as const;
type Era = keyof typeof VERSIONS;

const META = {
  "io.modelcontextprotocol/protocolVersion": VERSIONS.modern,
  "io.modelcontextprotocol/clientInfo": { name: "loci-bench", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

function toToolCall(era: Era, at: string, name: string, args: object, headers: Record<string, string> = {}): Buffer {
  const modern = era === "modern";
  return toRequest(at, {
    ...headers, accept: "application/json, text/event-stream", "mcp-protocol-version": VERSIONS[era],
    ...(modern && { "mcp-method": "tools/call", "mcp-name": name }),
  }, { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args, ...(modern && { _meta: META }) } });
}

async function openBare(): Promise<{ port: number; pid: number; close(): void }> {
  const child = fork(path.join(import.meta.dirname, "bare-server.ts"), { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const [port] = (await once(child, "message")) as [number];
  return { port, pid: child.pid ?? 0, close: () => child.disconnect() };
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "7" }, seconds: { type: "string", default: "2" }, seed: { type: "string", default: "1" }, out: { type: "string" } } });
  const machine = readMachine();
  console.log(`MCP recall_memories beside a bare server of the official SDK · ${describeMachine(machine)}\n${CONNECTIONS} connections, ${MEMORIES} memories, both in turn ${values.rounds} times.\n`);
  const [server, bare] = await Promise.all([startServer(), openBare()]);
  try {
    const texts = new TextSource(Number(values.seed));
    await fillGroups({ port: server.port, key: server.key, groups: [0], groupSize: MEMORIES }, texts);
    const questions = Array.from({ length: QUESTIONS }, (_, index) => ({ query: texts.question(0, MEMORIES, index), group: groupName(0), limit: 10 }));
    const key = { authorization: `Bearer ${server.key}` };
    const eras = Object.keys(VERSIONS) as Era[];
    const loads: Load[] = [
      ...eras.map((era) => ({ name: `bare SDK, ${VERSIONS[era]}`, port: bare.port, pid: bare.pid, requests: [toToolCall(era, "/", "nothing", {})], holds: '"result"' })),
      ...eras.map((era) => ({ name: `Loci recall_memories, ${VERSIONS[era]}`, port: server.port, pid: server.pid, requests: questions.map((question) => toToolCall(era, "/mcp", "recall_memories", question, key)), holds: '"structuredContent"' })),
      { name: "Loci POST /v1/recall", port: server.port, pid: server.pid, requests: questions.map((question) => toRequest("/v1/recall", key, question)), holds: '"memories"' },
    ];
    // Until the compiler has seen all of it: a server that is up for a minute is what people meet.
    for (const load of loads) await sendCalls(load, { connections: CONNECTIONS, callsMax: WARM_UP_CALLS, msMax: WARM_UP_MS_MAX });
    const rounds = loads.map((): Round[] => []);
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [index, load] of loads.entries()) rounds[index]?.push(await measureRound(load, { connections: CONNECTIONS, measureMs: Number(values.seconds) * 1_000 }));
    }
    return report(machine, loads, rounds, values.out);
  } finally {
    bare.close();
    await server.stop();
  }
}

function report(machine: Machine, loads: Load[], rounds: Round[][], out: string | undefined): number {
  const rows = loads.map(({ name }, index) => {
    const measured = rounds[index] ?? [];
    const { p50, p95 } = toLatencies(measured.flatMap(({ ms }) => ms));
    return { name, per_second: Math.round(median(measured.map(({ perSecond }) => perSecond))), p50_ms: p50, p95_ms: p95, cpu_us: Math.round(median(measured.map(({ cpuUs }) => cpuUs))) };
  });
  console.log("| | calls/s | p50 ms | p95 ms | CPU µs a call |\n| --- | ---: | ---: | ---: | ---: |");
  for (const { name, per_second, p50_ms, p95_ms, cpu_us } of rows) console.log(`| ${name} | ${per_second} | ${p50_ms.toFixed(2)} | ${p95_ms.toFixed(2)} | ${cpu_us} |`);
  // Of neighbours in time, so that what else the machine does falls on both.
  const shares = Object.values(VERSIONS).map((version, era) => {
    const pairs = (rounds[era] ?? []).map(({ perSecond }, round) => (rounds[era + 2]?.[round]?.perSecond ?? 0) / perSecond);
    return { version, share: median(pairs) };
  });
  for (const { version, share } of shares) console.log(`\n${version}: ${share.toFixed(2)} of the bare server's calls a second (goal ${GOAL}) ${share >= GOAL ? "kept" : "SHORT"}`);
  console.log(`\nresult ${writeResult(path.resolve(out ?? RESULTS_DIR), "mcp", { machine, rows, shares } as { machine: Machine })}`);
  return shares.every(({ share }) => share >= GOAL) ? 0 : 1;
}

process.exitCode = await main();
