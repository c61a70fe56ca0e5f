import { TextSource } from "../load/texts.ts";
import { openDataDir, startServer } from "../server.ts";
import { createRandom } from "../statistics.ts";
import { CrashCheck } from "./check.ts";
import { CrashLoad } from "./load.ts";
import { CrashRecord, type Kind } from "./record.ts";

export interface CrashRound {
  ran_ms: number;
  acknowledged: Record<Exclude<Kind, "recall">, number>;
  in_flight: number;
  stores_per_second: number;
  /** From spawn to ready, over what the crash left. */
  restart_ms: number;
  violations: number;
}

export interface CrashResult {
  rounds: CrashRound[];
  violations: string[];
  memories: number;
}

export interface CrashOptions {
  rounds: number;
  seed: number;
  /** The crash comes at a random moment between these. */
  crashAfterMs: { min: number; max: number };
  onRound?: (round: CrashRound) => void;
}

/** Kills the server under load again and again over the same data, and each time looks whether it kept its word. */
export async function runCrashRounds({ rounds, seed, crashAfterMs: { min, max }, onRound }: CrashOptions): Promise<CrashResult> {
  const { dir: dataDir, remove } = openDataDir("crash");
  const random = createRandom(seed);
  const parts = { random, texts: new TextSource(seed), counts: { words: 0 } };
  const record = new CrashRecord();
  const done: CrashRound[] = [];
  let server = await startServer({ dataDir });
  try {
    for (let round = 0; round < rounds; round++) {
      record.startRound();
      const violationsBefore = record.violations.length;
      const crashAfterMs = Math.round(min + random() * (max - min));
      const running = server;
      await new CrashLoad(server, record, parts).run(crashAfterMs, () => running.kill());
      server = await startServer({ dataDir });
      const acknowledged = countByKind(record);
      const in_flight = record.inFlight.length;
      await using(new CrashCheck(server, record), (check) => check.checkRound());
      const found: CrashRound = {
        ran_ms: crashAfterMs, acknowledged, in_flight, stores_per_second: Math.round(acknowledged.store / (crashAfterMs / 1_000)),
        restart_ms: Math.round(server.startMs), violations: record.violations.length - violationsBefore,
      };
      done.push(found);
      onRound?.(found);
    }
    await using(new CrashCheck(server, record), (check) => check.checkAll());
    return { rounds: done, violations: record.violations, memories: record.memories.size };
  } finally {
    await server.stop();
    remove();
  }
}

async function using(check: CrashCheck, work: (check: CrashCheck) => Promise<void>): Promise<void> {
  try {
    await work(check);
  } finally {
    check.close();
  }
}

function countByKind({ acknowledged }: CrashRecord): CrashRound["acknowledged"] {
  const of = (kind: Kind) => acknowledged.filter((sent) => sent.kind === kind).length;
  return { store: of("store"), forget: of("forget"), update: of("update"), relate: of("relate") };
}
