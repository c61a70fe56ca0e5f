/** Who was said before and after whom, by ordinal; negative: nobody. */
export interface Surroundings {
  previous: Int32Array;
  next: Int32Array;
}

/** For each memory, `weight` × the sum of what its two neighbours have: an answer is often found by the question before it. */
export function addNeighbours(added: Float64Array, scores: Float64Array, { previous, next }: Surroundings, weight: number): void {
  for (let at = 0; at < scores.length; at++) {
    const before = previous[at] as number;
    const after = next[at] as number;
    const sum = (before >= 0 ? (scores[before] as number) : 0) + (after >= 0 ? (scores[after] as number) : 0);
    added[at] = (added[at] as number) + weight * sum;
  }
}

/** For each memory, `weight` × the best score in its sitting; `sittings` has a number from 0 for each, negative: none. */
export function addSittingScores(added: Float64Array, scores: Float64Array, sittings: Int32Array, sittingCount: number, weight: number): void {
  const best = new Float64Array(sittingCount);
  for (let at = 0; at < scores.length; at++) {
    const sitting = sittings[at] as number;
    if (sitting >= 0 && (scores[at] as number) > (best[sitting] as number)) best[sitting] = scores[at] as number;
  }
  for (let at = 0; at < scores.length; at++) {
    const sitting = sittings[at] as number;
    if (sitting >= 0) added[at] = (added[at] as number) + weight * (best[sitting] as number);
  }
}

/** For each set of names, `factor` where the question has one of the names, else 1. */
export function nameFactors(nameSets: readonly Float64Array[], asked: ReadonlySet<number>, factor: number): Float64Array {
  return Float64Array.from(nameSets, (names) => (names.some((name) => asked.has(name)) ? factor : 1));
}
