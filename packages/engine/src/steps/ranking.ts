import type { Bm25 } from "./lexical.ts";

/** The constants of recall. */
export interface Ranking {
  bm25: Bm25;
  /** Of meaning in the sum of the two channels; words have the rest. */
  vectorShare: number;
  /** Of the previous and the next memory's fused score. */
  neighbour: number;
  /** Factor when the question names the memory's speaker or a linked entity. */
  speaker: number;
  /** Factor for what the user said. */
  userRole: number;
  /** Factor when the memory happened in the span that the question names. */
  time: number;
}

export const RANKING: Ranking = {
  bm25: { k1: 1.2, b: 0.75 },
  vectorShare: 0.35,
  neighbour: 0.3,
  speaker: 1.5,
  userRole: 1.5,
  time: 1,
};
