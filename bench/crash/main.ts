import { parseArgs } from "node:util";
import { describeMachine, readMachine, RESULTS_DIR } from "../report.ts";
import { runMemories } from "./memories.ts";
import { runPeople } from "./people/report.ts";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      memories: { type: "boolean" }, people: { type: "boolean" },
      rounds: { type: "string" }, seed: { type: "string", default: "1" }, out: { type: "string", default: RESULTS_DIR },
    },
  });
  const machine = readMachine();
  const wanted = { machine, seed: Number(values.seed), outDir: values.out };
  const roundsOr = (usual: number): number => Number(values.rounds ?? usual);
  console.log(`Crashes · kill -9 · seed ${values.seed} · ${describeMachine(machine)}\n`);
  const both = values.memories !== true && values.people !== true;
  const kept = [
    both || values.memories === true ? await runMemories({ ...wanted, rounds: roundsOr(20) }) : true,
    both || values.people === true ? await runPeople({ ...wanted, kills: roundsOr(50) }) : true,
  ];
  return kept.every(Boolean) ? 0 : 1;
}

process.exitCode = await main();
