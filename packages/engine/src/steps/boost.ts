import type { Ranking } from "./ranking.ts";

/** What the boosts look at, by ordinal. */
export interface Surroundings {
  /** Ordinal of the previous and of the next memory of the sitting; negative: none. */
  previous: Int32Array;
  next: Int32Array;
}

/** For each memory, `weight` × the sum of what its two neighbours have. */
export function neighbourScores(scores: Float64Array, count: number, { previous, next }: Surroundings, weight: number): Float64Array {
  const added = new Float64Array(count);
  if (weight === 0) return added;
  for (let at = 0; at < count; at++) {
    const before = previous[at] as number;
    const after = next[at] as number;
    const sum = (before >= 0 ? (scores[before] as number) : 0) + (after >= 0 ? (scores[after] as number) : 0);
    added[at] = weight * sum;
  }
  return added;
}

/** For each set of names, the factor of a memory that has it: raised when the question has one of the names. */
export function nameFactors(nameSets: readonly Float64Array[], asked: ReadonlySet<number>, { speaker }: Ranking): Float64Array {
  return Float64Array.from(nameSets, (names) => (names.some((name) => asked.has(name)) ? speaker : 1));
}
