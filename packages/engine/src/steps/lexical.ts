/**
 * Okapi BM25 (Robertson & Zaragoza, 2009): `k1` says how soon a repeated word stops counting, `b` how much a long text is marked
 * down for its length.
 */
export interface Bm25 {
  k1: number;
  b: number;
}

/** How much a word says that `found` of `count` texts have; never negative (the form of Lucene's BM25). */
export const inverseFrequency = (found: number, count: number): number => Math.log(1 + (count - found + 0.5) / (found + 0.5));

export interface TermScores {
  ordinals: Uint32Array;
  counts: Uint8Array;
  /** Of the term, already multiplied by what else weighs it. */
  weight: number;
}

/** Adds one term's BM25 to the scores of the texts that have it. `lengths` are in words, `meanLength` their mean. */
export function addTermScores(scores: Float64Array, { ordinals, counts, weight }: TermScores, lengths: Uint32Array, meanLength: number, { k1, b }: Bm25): void {
  const perWord = (k1 * b) / Math.max(meanLength, 1);
  const fixed = k1 * (1 - b);
  for (let at = 0; at < ordinals.length; at++) {
    const ordinal = ordinals[at] as number;
    const count = counts[at] as number;
    scores[ordinal] = (scores[ordinal] as number) + (weight * count * (k1 + 1)) / (count + fixed + perWord * (lengths[ordinal] as number));
  }
}
