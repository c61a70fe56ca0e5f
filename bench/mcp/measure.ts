import { readFileSync } from "node:fs";
import { Line } from "./line.ts";

/** A server and what it is asked, over and over. */
export interface Load {
  name: string;
  port: number;
  pid: number;
  requests: Buffer[];
  /** What the body of an answer that is right holds. */
  holds: string;
}

/** What a load gave in one round. */
export interface Round {
  ms: number[];
  perSecond: number;
  /** Of the server's process, all its threads, microseconds a call. */
  cpuUs: number;
}

interface Span {
  connections: number;
  /** Ends with whichever comes first. */
  callsMax: number;
  msMax: number;
}

/** Closed loop: each connection sends when it has its answer. Gives how long each call took, in ms. */
export async function sendCalls({ port, requests, holds }: Load, { connections, callsMax, msMax }: Span): Promise<number[]> {
  const lines = Array.from({ length: connections }, () => new Line(port));
  const endMs = performance.now() + msMax;
  const ms: number[] = [];
  let sent = 0;
  try {
    await Promise.all(lines.map(async (line) => {
      while (performance.now() < endMs && sent < callsMax) {
        const startedMs = performance.now();
        const answer = await line.send(requests[sent++ % requests.length] as Buffer);
        ms.push(performance.now() - startedMs);
        if (!answer.startsWith("HTTP/1.1 200") || !answer.includes(holds)) throw new Error(`An answer is not what was asked for: ${answer.slice(0, 600)}`);
      }
    }));
    return ms;
  } finally {
    for (const line of lines) line.close();
  }
}

export async function measureRound(load: Load, { connections, measureMs }: { connections: number; measureMs: number }): Promise<Round> {
  await sendCalls(load, { connections, callsMax: Infinity, msMax: measureMs / 10 });
  const [startedMs, cpuBeforeUs] = [performance.now(), readCpuUs(load.pid)];
  const ms = await sendCalls(load, { connections, callsMax: Infinity, msMax: measureMs });
  return { ms, perSecond: ms.length / ((performance.now() - startedMs) / 1_000), cpuUs: (readCpuUs(load.pid) - cpuBeforeUs) / ms.length };
}

// Linux counts in ticks of a hundredth of a second, whatever the kernel's own.
const TICK_US = 10_000;

/** The time that all threads of a process have spent, in user and system. */
function readCpuUs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}
