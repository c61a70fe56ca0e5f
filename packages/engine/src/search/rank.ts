import { importanceFactor, recencyFactor } from "../steps/age.ts";
import { nameFactors, neighbourScores } from "../steps/boost.ts";
import { explainScore, sumParts } from "../steps/explain.ts";
import type { Factor, ScoreParts } from "../steps/explain.ts";
import { scaleByBest, scaleBySpan } from "../steps/fuse.ts";
import { RANKING } from "../steps/ranking.ts";
import type { Ranking } from "../steps/ranking.ts";
import { selectTop } from "../steps/select.ts";
import { timeFactor } from "../steps/time.ts";
import { scoreText, scoreVectors } from "./channels.ts";
import { USER_ROLE } from "./columns.ts";
import { findEligible } from "./eligible.ts";
import type { Hit, SearchPlan } from "./plan.ts";
import type { Scope } from "./scope-index.ts";

/** The two channels weighed and the neighbours' share, by ordinal. */
interface Bases {
  text: Float64Array;
  vector: Float64Array;
  neighbour: Float64Array;
}

/** The whole ranking of one question over one scope. */
export function searchScope(scope: Scope, plan: SearchPlan): Hit[] {
  const eligible = findEligible(scope, plan);
  if (eligible.count === 0 || plan.limit < 1) return [];
  const ranking = plan.ranking ?? RANKING;
  const bases = scoreBases(scope, plan, eligible, ranking);
  const factors = factorsOf(scope, plan, ranking);
  const scores = new Float64Array(scope.extent);
  const scoreMin = Math.max(plan.min_score ?? 0, Number.MIN_VALUE);
  for (let at = 0; at < scope.extent; at++) {
    const base = (bases.text[at] as number) + (bases.vector[at] as number) + (bases.neighbour[at] as number);
    const score = eligible.mask[at] === 1 && base > 0 ? base * factors.product(at) : 0;
    scores[at] = score >= scoreMin ? score : -Infinity;
  }
  const offset = plan.offset ?? 0;
  const best = selectTop(scores, scope.extent, offset + plan.limit, scope.columns.seqs).slice(offset);
  return best.map(({ ordinal }) => toHit(scope, bases, factors.list(ordinal), ordinal));
}

function scoreBases(scope: Scope, plan: SearchPlan, eligible: ReturnType<typeof findEligible>, ranking: Ranking): Bases {
  const { extent } = scope;
  const channels = plan.channels ?? "both";
  const text = channels === "vector" ? new Float64Array(extent) : scoreText(scope, plan.question, eligible, ranking.bm25);
  const vector = channels === "text" || !plan.vector ? new Float64Array(extent) : scoreVectors(scope, plan.vector, eligible);
  scaleByBest(text, extent);
  if (channels !== "text" && plan.vector) scaleBySpan(vector, extent);
  const share = channels === "vector" ? 1 : channels === "text" || !plan.vector ? 0 : ranking.vectorShare;
  const fused = new Float64Array(extent);
  for (let at = 0; at < extent; at++) {
    text[at] = (1 - share) * (text[at] as number);
    vector[at] = share * (vector[at] as number);
    fused[at] = (text[at] as number) + (vector[at] as number);
  }
  return { text, vector, neighbour: neighbourScores(fused, extent, scope.sittings, channels === "both" ? ranking.neighbour : 0) };
}

/** The factors on the base of a memory: their product for ranking, the list for explaining. */
function factorsOf({ columns }: Scope, plan: SearchPlan, ranking: Ranking) {
  const asked = new Set(plan.question.terms.map(({ hash }) => hash));
  const names = nameFactors(columns.nameSets, asked, ranking);
  const plain = plan.channels !== undefined && plan.channels !== "both";
  const list = (at: number): (readonly [Factor, number])[] => [
    ["speaker", plain ? 1 : (names[columns.names[at] as number] as number)],
    ["role", !plain && columns.roles[at] === USER_ROLE ? ranking.userRole : 1],
    ["time", plain ? 1 : timeFactor(columns.occurred[at] as number, plan.question.range, ranking.time)],
    ["recency", plan.recency ? recencyFactor(columns.times[at] as number, plan.now, plan.recency) : 1],
    ["importance", plan.importance ? importanceFactor(columns.importance[at] as number, plan.importance) : 1],
  ];
  return { list, product: (at: number) => list(at).reduce((product, [, factor]) => product * factor, 1) };
}

function toHit({ columns }: Scope, bases: Bases, factors: readonly (readonly [Factor, number])[], ordinal: number): Hit {
  const base = { text: bases.text[ordinal] as number, vector: bases.vector[ordinal] as number, neighbour: bases.neighbour[ordinal] as number };
  const parts: ScoreParts = explainScore(base, factors);
  return { seq: columns.seqs[ordinal] as number, score: sumParts(parts), parts };
}
