import { toCosine } from "../kernel/quantize.ts";
import { addTermScores, inverseFrequency } from "../steps/lexical.ts";
import type { Bm25 } from "../steps/lexical.ts";
import type { Question } from "../steps/question.ts";
import { ALIVE, HAS_VECTOR } from "./columns.ts";
import type { Eligible } from "./eligible.ts";
import type { Scope } from "./scope-index.ts";

/** Above this many vectors sign bits choose the candidates first: below it an exact scan is as fast (STACK B). */
const EXACT_SCAN_MAX = 50_000;
/** Candidates by sign bits: 400 or one in 250, which kept recall@20 above .99 (STACK B). */
const BIT_CANDIDATES_MIN = 400;
const BIT_CANDIDATES_SHARE = 250;

/** BM25 of every eligible memory over the statistics of all that are alive in the scope; 0 for the others. */
export function scoreText(scope: Scope, question: Question, eligible: Eligible, bm25: Bm25): Float64Array {
  const scores = new Float64Array(scope.extent);
  const { lengths, flags } = scope.columns;
  for (const postings of scope.terms.find(question.terms.map(({ hash }) => hash))) {
    let found = postings.ordinals.length;
    // Postings of removed memories stay until the next merge; their ordinals must not count.
    if (scope.count < scope.extent) {
      found = 0;
      for (const ordinal of postings.ordinals) found += (flags[ordinal] as number) & ALIVE;
    }
    addTermScores(scores, { ...postings, weight: inverseFrequency(found, scope.count) }, lengths, scope.meanLength, bm25);
  }
  if (eligible.count < scope.extent) for (let at = 0; at < scope.extent; at++) if (eligible.mask[at] === 0) scores[at] = 0;
  return scores;
}

/** The cosine of every eligible memory with a vector; NaN for the others. */
export function scoreVectors(scope: Scope, query: Int8Array, eligible: Eligible): Float64Array {
  const cosines = new Float64Array(scope.extent).fill(Number.NaN);
  const { flags } = scope.columns;
  const candidates = findCandidates(scope, query, eligible);
  const dots = candidates ? scope.vectors.scoresOf(query, candidates) : scope.vectors.scores(query, scope.extent);
  for (let at = 0; at < dots.length; at++) {
    const ordinal = candidates ? (candidates[at] as number) : at;
    if (eligible.mask[ordinal] === 1 && (flags[ordinal] as number) & HAS_VECTOR) cosines[ordinal] = toCosine(dots[at] as number);
  }
  return cosines;
}

/** The ordinals to compare, or `null` for all. */
function findCandidates(scope: Scope, query: Int8Array, { mask, count }: Eligible): Uint32Array | null {
  if (count < scope.extent / 4) {
    const ordinals = new Uint32Array(count);
    for (let at = 0, used = 0; at < scope.extent; at++) if (mask[at] === 1) ordinals[used++] = at;
    return ordinals;
  }
  if (scope.extent <= EXACT_SCAN_MAX) return null;
  const wanted = Math.max(BIT_CANDIDATES_MIN, scope.extent / BIT_CANDIDATES_SHARE);
  return scope.vectors.nearestByBits(query, scope.extent, Math.ceil((wanted * scope.extent) / count));
}
