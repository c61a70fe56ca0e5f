import { expect, test } from "vitest";
import { runCrashRounds } from "../../../bench/crash/rounds.ts";

test("after kill -9 under load nothing acknowledged is lost, nothing forgotten is back, no effect is there twice, and index and ledger agree", async () => {
  const { rounds, violations, memories } = await runCrashRounds({ rounds: 3, seed: 3, crashAfterMs: { min: 500, max: 1_000 } });
  expect(violations).toEqual([]);
  expect(rounds).toHaveLength(3);
  expect(memories).toBeGreaterThan(10);
});
