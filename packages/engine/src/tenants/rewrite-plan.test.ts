import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { RewritePlan } from "./rewrite-plan.ts";

const MIB = 2 ** 20;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
});

/** Counts how often a store's turn came while `act` happened each `everyMs` for `forMs`. */
function countTurns(plan: RewritePlan, { everyMs, forMs }: { everyMs: number; forMs: number }, act: () => void): number {
  let turns = 0;
  for (let at = 0; at < forMs; at += everyMs) {
    act();
    vi.advanceTimersByTime(everyMs);
    if (plan.take(true) !== undefined) turns += 1;
  }
  return turns;
}

test("a store is rewritten once it has been quiet for a second, and only once", () => {
  const plan = new RewritePlan(() => undefined);
  plan.add("a", MIB);
  vi.advanceTimersByTime(900);
  plan.touch("a");
  vi.advanceTimersByTime(900);
  expect(plan.take(true)).toBeUndefined();
  vi.advanceTimersByTime(100);
  expect(plan.take(true)).toBe("a");
  vi.advanceTimersByTime(60_000);
  expect(plan.take(true)).toBeUndefined();
});

test("erasures in a row are rewritten together, each 30 s in a small store and each hour in a large one", () => {
  const [small, large] = [new RewritePlan(() => undefined), new RewritePlan(() => undefined)];
  expect(countTurns(small, { everyMs: 500, forMs: 60_000 }, () => small.add("a", 64 * MIB))).toBe(2);
  expect(countTurns(large, { everyMs: 30_000, forMs: 7_200_000 }, () => large.add("a", 65 * MIB))).toBe(2);
});

test("a large store that is quiet for a minute does not wait for its hour", () => {
  const plan = new RewritePlan(() => undefined);
  plan.add("a", 65 * MIB);
  vi.advanceTimersByTime(60_000);
  expect(plan.take(true)).toBe("a");
});

test("commands of others go first until a rewrite can be put off no longer", () => {
  const onDue = vi.fn();
  const plan = new RewritePlan(onDue);
  plan.add("a", MIB);
  vi.advanceTimersByTime(29_999);
  expect(onDue).toHaveBeenCalledOnce();
  expect(plan.take(false)).toBeUndefined();
  vi.advanceTimersByTime(1);
  expect(plan.take(false)).toBe("a");
});

test("a store that is gone is not rewritten", () => {
  const plan = new RewritePlan(() => undefined);
  plan.add("a", MIB);
  plan.drop("a");
  vi.advanceTimersByTime(60_000);
  expect(plan.take(true)).toBeUndefined();
});
