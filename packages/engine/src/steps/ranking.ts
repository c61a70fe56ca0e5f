import type { Bm25 } from "./lexical.ts";

/** The constants of recall. */
export interface Ranking {
  bm25: Bm25;
  /** Of meaning in the sum of the two channels; words have the rest. */
  vectorShare: number;
  /** Of what the previous and the next memory of the sitting have, by words and by meaning. */
  neighbourText: number;
  neighbourVector: number;
  /** Of what the best memory of the sitting has. */
  sitting: number;
  /** Factor when the question names the memory's speaker or a linked entity. */
  speaker: number;
  /** Factor for what the user said. */
  userRole: number;
  /** Factor when the memory happened in the span that the question names. */
  time: number;
}

/**
 * The default. `bm25` is Lucene's; the others were chosen on five sets of questions over real conversations and documents, where
 * each lies on a wide plateau (bench/recall; half or twice of any of them costs a point or two).
 */
export const RANKING: Ranking = {
  bm25: { k1: 1.2, b: 0.75 },
  vectorShare: 0.4,
  neighbourText: 0.3,
  neighbourVector: 0.2,
  sitting: 0.25,
  speaker: 1.5,
  userRole: 1.6,
  time: 1.25,
};
