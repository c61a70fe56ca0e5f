/** The parts of a score; absent ones are 0. They sum to the score. */
export interface ScoreParts {
  /** Words of the question found in the memory (BM25). */
  text: number;
  /** Likeness of meaning (cosine). */
  vector: number;
  /** What the previous and the next memory of the sitting have. */
  neighbour: number;
  /** What the best memory of the sitting has. */
  sitting: number;
  /** The question names the speaker or a linked entity. */
  speaker: number;
  /** The user said it. */
  role: number;
  /** It happened in the span of time that the question names. */
  time: number;
  recency: number;
  importance: number;
}

/** The parts that are summed; the others are factors on the sum. */
export type BaseParts = Pick<ScoreParts, "text" | "vector" | "neighbour" | "sitting">;

/** What multiplied the base. */
export type Factor = Exclude<keyof ScoreParts, keyof BaseParts>;

/**
 * Turns a base of summed parts and the factors on it into parts that sum to the score: each factor is shown as what it added
 * to, or took from, the product so far.
 */
export function explainScore(base: BaseParts, factors: readonly (readonly [Factor, number])[]): ScoreParts {
  const parts: ScoreParts = { ...base, speaker: 0, role: 0, time: 0, recency: 0, importance: 0 };
  let score = base.text + base.vector + base.neighbour + base.sitting;
  for (const [name, factor] of factors) {
    parts[name] += score * (factor - 1);
    score *= factor;
  }
  return parts;
}

/** The score that the parts make. */
export const sumParts = (parts: ScoreParts): number => Object.values(parts).reduce((sum: number, part: number) => sum + part, 0);
