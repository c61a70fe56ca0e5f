import path from "node:path";
import { parseArgs } from "node:util";
import { describeMachine, readMachine, RESULTS_DIR, writeResult } from "../report.ts";
import { floodMailbox, guessCodes, guessCodesOverAskings, guessFromOneAddress, guessPasswords } from "./guesses.ts";
import { runRaces } from "./races.ts";
import { compareAnswers } from "./sameness.ts";
import { guessFactorsFromOneAddress, guessSecondFactors } from "./second-factor.ts";
import { Site } from "./site.ts";
import { compareTimes, type Timing, toTimingTable } from "./timing.ts";
import { guessTokens } from "./tokens.ts";
import { Verdicts } from "./verdicts.ts";

const ATTACKS: Record<string, (site: Site, verdicts: Verdicts) => Promise<void>> = {
  passwords: guessPasswords,
  addresses: guessFromOneAddress,
  codes: guessCodes,
  askings: guessCodesOverAskings,
  mails: floodMailbox,
  tokens: guessTokens,
  factors: guessSecondFactors,
  accounts: guessFactorsFromOneAddress,
  races: runRaces,
  answers: compareAnswers,
};
const TIMES = "times";

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: "string" }, samples: { type: "string", default: "300" }, seed: { type: "string", default: "1" }, out: { type: "string" } } });
  const chosen = values.only?.split(",") ?? [...Object.keys(ATTACKS), TIMES];
  const unknown = chosen.filter((name) => name !== TIMES && ATTACKS[name] === undefined);
  if (unknown.length > 0) throw new Error(`There is no attack ${unknown.join(", ")}. There are: ${[...Object.keys(ATTACKS), TIMES].join(", ")}.`);
  const machine = readMachine();
  console.log(`Attacks · ${describeMachine(machine)}\nOn a real server over HTTP, from as many network addresses as it takes.\n`);

  const verdicts = new Verdicts(({ kept }) => void process.stderr.write(kept ? "." : "x"));
  let timings: Timing[] = [];
  for (const name of chosen) {
    const site = await Site.open();
    try {
      if (name === TIMES) timings = await compareTimes(site, verdicts, { samples: Number(values.samples), seed: Number(values.seed) });
      else await ATTACKS[name]?.(site, verdicts);
    } finally {
      await site.close();
    }
  }

  console.log(`\n${verdicts.toTable()}\n`);
  if (timings.length > 0) console.log(`${toTimingTable(timings)}\n`);
  const { all, fallen } = verdicts;
  console.log(`${all.length - fallen.length} of ${all.length} promises kept · result ${writeResult(path.resolve(values.out ?? RESULTS_DIR), "attacks", { machine, verdicts: all, timings } as { machine: typeof machine })}`);
  return fallen.length === 0 ? 0 : 1;
}

process.exitCode = await main();
