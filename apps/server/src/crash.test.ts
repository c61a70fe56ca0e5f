import { expect, test } from "vitest";
import { runPeopleRounds } from "../../../bench/crash/people/rounds.ts";
import { runCrashRounds } from "../../../bench/crash/rounds.ts";

test("after kill -9 under load nothing acknowledged is lost, nothing forgotten is back, no effect is there twice, and index and ledger agree", async () => {
  const { rounds, violations, memories } = await runCrashRounds({ rounds: 3, seed: 3, crashAfterMs: { min: 500, max: 1_000 } });
  expect(violations).toEqual([]);
  expect(rounds).toHaveLength(3);
  expect(memories).toBeGreaterThan(10);
});

// Each start and each lease takes its time, more where much else runs.
const PATIENT = { timeout: 120_000 };

test("after kill -9 while people sign up, make teams and keys, join and leave, nothing is half-made or lost, nothing deleted is left, and every audit chain verifies", PATIENT, async () => {
  const { rounds, violations } = await runPeopleRounds({ kills: 3, seed: 3, workers: 4, killAfterMs: { min: 50, max: 600 }, restEvery: 3 });
  expect(violations).toEqual([]);
  expect(rounds).toHaveLength(3);
  expect(rounds.flatMap(({ in_flight }) => in_flight).length).toBeGreaterThan(0);
  for (const { audit } of rounds) expect(audit.chains).toBeGreaterThan(10);
});
