import { TRUST_LEVELS } from "../memory.ts";
import { ALIVE, SUPERSEDED } from "./columns.ts";
import type { SearchPlan } from "./plan.ts";
import type { Scope } from "./scope-index.ts";

/** Which memories may be found, by ordinal (1 or 0), and how many. */
export interface Eligible {
  mask: Uint8Array;
  count: number;
}

/** Applies everything in the plan that leaves memories out. */
export function findEligible(scope: Scope, plan: SearchPlan): Eligible {
  const mask = new Uint8Array(scope.extent);
  if (plan.allowed) {
    for (let at = 0; at < plan.allowed.length; at++) {
      const ordinal = scope.seqs.get(plan.allowed[at] as number);
      if (ordinal >= 0) mask[ordinal] = 1;
    }
  } else mask.fill(1);

  const { flags, expires, trust, groups } = scope.columns;
  const unwanted = plan.include_superseded ? 0 : SUPERSEDED;
  const deadline = plan.include_expired ? -Infinity : plan.now;
  const trustMin = plan.min_trust ? TRUST_LEVELS.indexOf(plan.min_trust) : 0;
  let count = 0;
  for (let at = 0; at < scope.extent; at++) {
    const wanted =
      mask[at] === 1 &&
      ((flags[at] as number) & (ALIVE | unwanted)) === ALIVE &&
      (expires[at] as number) > deadline &&
      (trust[at] as number) >= trustMin &&
      (plan.group === undefined || groups[at] === plan.group);
    mask[at] = wanted ? 1 : 0;
    if (wanted) count++;
  }
  return { mask, count };
}
