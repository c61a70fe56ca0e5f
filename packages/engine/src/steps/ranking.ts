import type { Bm25 } from "./lexical.ts";

/** The constants of recall. */
export interface Ranking {
  bm25: Bm25;
  /** Of meaning in the sum of the two channels; words have the rest. */
  vectorShare: number;
  /** Of what the previous and the next memory of the sitting have. */
  neighbour: number;
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
 * The default, chosen on five sets of questions over conversations and documents, all together (bench/recall). Each lies on a wide
 * plateau: half or twice of it costs a point or two. `k1` and `b` are the usual ones (Lucene, FTS5).
 */
export const RANKING: Ranking = {
  bm25: { k1: 1.2, b: 0.75 },
  vectorShare: 0.4,
  neighbour: 0.2,
  sitting: 0.3,
  speaker: 1.5,
  userRole: 1.6,
  time: 1.25,
};
