import { addTermScores, inverseFrequency } from "../steps/lexical.ts";
import type { Bm25 } from "../steps/lexical.ts";
import type { Question } from "../steps/question.ts";
import { ALIVE } from "./columns.ts";
import type { Eligible } from "./eligible.ts";
import type { Scope } from "./scope-index.ts";

export interface TextScores {
  /** By ordinal; 0 for what is not eligible. */
  scores: Float64Array;
  /** What no text can reach: every word of the question, repeated without end. */
  ideal: number;
}

/** BM25 of every eligible memory, over the statistics of all that are alive in the scope. */
export function scoreText(scope: Scope, question: Question, { mask, count }: Eligible, bm25: Bm25): TextScores {
  const scores = scope.scratch.take();
  const { lengths } = scope.columns;
  let ideal = 0;
  for (const postings of scope.terms.find(question.terms.map(({ hash }) => hash))) {
    const weight = inverseFrequency(countAlive(scope, postings.ordinals), scope.count);
    ideal += weight * (bm25.k1 + 1);
    addTermScores(scores, { ...postings, weight }, lengths, scope.meanLength, bm25);
  }
  if (count < scope.extent) for (let at = 0; at < scope.extent; at++) if (mask[at] === 0) scores[at] = 0;
  return { scores, ideal };
}

/** Postings of removed memories stay until the next merge; they must not count. */
function countAlive({ columns, count, extent }: Scope, ordinals: Uint32Array): number {
  if (count === extent) return ordinals.length;
  let alive = 0;
  for (let at = 0; at < ordinals.length; at++) alive += (columns.flags[ordinals[at] as number] as number) & ALIVE;
  return alive;
}
