import path from "node:path";
import { type Machine, toTable, writeResult } from "../report.ts";
import { type CrashRound, runCrashRounds } from "./rounds.ts";

/** Below this the crashes hit a server that has little to lose, and prove little. */
const STORES_PER_SECOND_MIN = 100;

/** Kills the server while memories are stored, and prints what was lost; true when nothing was. */
export async function runMemories({ machine, rounds, seed, outDir }: { machine: Machine; rounds: number; seed: number; outDir: string }): Promise<boolean> {
  console.log(`Memories: ${rounds} kills under load from outside, each followed by a restart over the same data; then everything is asked through the API.\n`);
  const result = await runCrashRounds({
    rounds, seed, crashAfterMs: { min: 500, max: 2_000 },
    onRound: ({ violations }) => void process.stderr.write(violations === 0 ? "." : "x"),
  });
  const { violations, memories } = result;
  const thin = result.rounds.filter((round) => round.stores_per_second < STORES_PER_SECOND_MIN).length;

  console.log(`\n${toRoundTable(result.rounds)}\n`);
  console.log(toTable(["what must not happen", "found"], [
    ["acknowledged writes lost", countOf(violations, "lost")],
    ["forgotten memories back", countOf(violations, "back")],
    ["one key, two effects", countOf(violations, "twice")],
    ["a repeat with another answer, or a refused request", countOf(violations, "answer")],
    ["store and index disagree", countOf(violations, "index")],
    ["ledger and effects disagree", countOf(violations, "ledger")],
    [`rounds with fewer than ${STORES_PER_SECOND_MIN} acknowledged stores a second`, thin],
  ]));
  for (const violation of violations.slice(0, 50)) console.log(`  ${violation}`);
  console.log(`\n${memories} memories asked for at the end · result ${writeResult(path.resolve(outDir), "crash", { machine, ...result } as { machine: Machine })}\n`);
  return violations.length === 0 && thin === 0;
}

const countOf = (violations: string[], kind: string): number => violations.filter((violation) => violation.startsWith(`${kind}:`)).length;

const toRoundTable = (rounds: CrashRound[]): string =>
  toTable(
    ["round", "killed after ms", "stores", "stores/s", "forgets", "updates", "relations", "in flight", "ready again ms", "violations"],
    rounds.map(({ ran_ms, acknowledged: { store, forget, update, relate }, stores_per_second, in_flight, restart_ms, violations }, index) =>
      [index + 1, ran_ms, store, stores_per_second, forget, update, relate, in_flight, restart_ms, violations]),
  );
