import path from "node:path";
import { type Machine, toTable, writeResult } from "../../report.ts";
import { KINDS, type Kind } from "./line.ts";
import { type PeopleResult, type PeopleRound, runPeopleRounds } from "./rounds.ts";

const WORKERS = 8;

const TITLES: Record<Kind, string> = {
  sign_up: "ask for an account", verify: "sign up with the code", key: "create a key (Idempotency-Key)", provision: "first store by the first key (Idempotency-Key)", team: "create a team (Idempotency-Key)",
  invite: "invite (Idempotency-Key)", accept: "accept an invitation (with and without a key)", transfer: "hand a team over", delete_workspace: "delete a workspace, now=true", delete_account: "delete the account, now=true",
};

const MUST_NOT: [kind: string, words: string][] = [
  ["half", "something half-made, half-deleted, or pointing at nothing"],
  ["lost", "an acknowledged account, workspace, membership, key or memory lost"],
  ["back", "something deleted is there, or a byte of it in some file"],
  ["twice", "an invitation, or a key's effect, twice"],
  ["answer", "an answer that must not come, or a repeat with another"],
  ["audit", "a broken audit chain, or a change without its link"],
  ["mail", "a mail that was not sent"],
  ["job", "a job that was lost, failed, or did not end"],
];

/** Kills the server while people come, join, and leave, and prints what was half or lost; true when nothing was. */
export async function runPeople({ machine, kills, seed, outDir }: { machine: Machine; kills: number; seed: number; outDir: string }): Promise<boolean> {
  console.log(`People: ${kills} kills, 50 to 600 ms into the traffic of ${WORKERS} workers, each followed by a look into the tables and \`audit verify\`; then who was cut off goes on,\nand everything is asked through the API. Every second time the jobs may end first, and every file is searched for words of what was deleted.\n`);
  const result = await runPeopleRounds({
    kills, seed, workers: WORKERS, killAfterMs: { min: 50, max: 600 }, restEvery: 2,
    onRound: ({ violations }) => void process.stderr.write(violations === 0 ? "." : "x"),
  });
  const { rounds, violations, people, workspaces, mails } = result;
  console.log(`\n${toRoundTable(rounds)}\n\n${toKindTable(result)}\n`);
  console.log(toTable(["what must not happen", "found"], MUST_NOT.map(([kind, words]) => [words, violations.filter((violation) => violation.startsWith(`${kind}:`)).length])));
  for (const violation of violations.slice(0, 50)) console.log(`  ${violation}`);
  console.log(`\nAt the end: ${people.living} accounts and ${people.gone} deleted, ${workspaces.living} workspaces and ${workspaces.gone} deleted, ${mails.mails} mails, ${mails.more_than_once} of them sent more than once.`);
  console.log(`Result ${writeResult(path.resolve(outDir), "crash-people", { machine, ...result } as { machine: Machine })}`);
  return violations.length === 0;
}

const toRoundTable = (rounds: PeopleRound[]): string =>
  toTable(
    ["kill", "after ms", "changes", "in flight", "of these done", "being erased", "ready again ms", "chains", "links", "jobs ended", "violations"],
    rounds.map(({ killed_after_ms, acknowledged, in_flight, carried_out, erasing, restart_ms, audit, rested, violations }, index) =>
      [index + 1, killed_after_ms, acknowledged, in_flight.length, carried_out.length, erasing, restart_ms, audit.chains, audit.links, rested ? "yes" : "no", violations]),
  );

/** "acknowledged" holds what was made ready for the traffic, in peace, as well. */
function toKindTable({ rounds, acknowledged }: PeopleResult): string {
  const count = (of: "in_flight" | "carried_out", kind: Kind) => rounds.flatMap((round) => round[of]).filter((one) => one === kind).length;
  return toTable(["what people do", "acknowledged", "in flight at a kill", "of these done"], KINDS.map((kind) => [TITLES[kind], acknowledged[kind] ?? 0, count("in_flight", kind), count("carried_out", kind)]));
}
