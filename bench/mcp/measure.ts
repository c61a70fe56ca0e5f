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

/** Closed loop: each connection sends when it has its answer. */
export async function measureRound({ port, pid, requests, holds }: Load, { connections, warmUpMs, measureMs }: { connections: number; warmUpMs: number; measureMs: number }): Promise<Round> {
  const lines = Array.from({ length: connections }, () => new Line(port));
  let next = 0;
  const runUntil = async (endMs: number): Promise<number[]> => {
    const ms: number[] = [];
    await Promise.all(lines.map(async (line) => {
      while (performance.now() < endMs) {
        const startedMs = performance.now();
        const answer = await line.send(requests[next++ % requests.length] as Buffer);
        ms.push(performance.now() - startedMs);
        if (!answer.startsWith("HTTP/1.1 200") || !answer.includes(holds)) throw new Error(`An answer is not what was asked for: ${answer.slice(0, 600)}`);
      }
    }));
    return ms;
  };
  try {
    await runUntil(performance.now() + warmUpMs);
    const [startedMs, cpuBeforeUs] = [performance.now(), readCpuUs(pid)];
    const ms = await runUntil(startedMs + measureMs);
    return { ms, perSecond: ms.length / ((performance.now() - startedMs) / 1_000), cpuUs: (readCpuUs(pid) - cpuBeforeUs) / ms.length };
  } finally {
    for (const line of lines) line.close();
  }
}

// Linux counts in ticks of a hundredth of a second, whatever the kernel's own.
const TICK_US = 10_000;

/** The time that all threads of a process have spent, in user and system. */
function readCpuUs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}
