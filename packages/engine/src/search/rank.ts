import { importanceFactor, recencyFactor } from "../steps/age.ts";
import { addNeighbours, addSittingScores, nameFactors } from "../steps/boost.ts";
import { explainScore, sumParts } from "../steps/explain.ts";
import type { Factor } from "../steps/explain.ts";
import { scaleCosines, scaleText, weighChannels } from "../steps/fuse.ts";
import { RANKING } from "../steps/ranking.ts";
import type { Ranking } from "../steps/ranking.ts";
import { selectTop } from "../steps/select.ts";
import { timeFactor } from "../steps/time.ts";
import { scoreText } from "./channels.ts";
import { USER_ROLE } from "./columns.ts";
import { findEligible } from "./eligible.ts";
import type { Eligible } from "./eligible.ts";
import type { Hit, SearchPlan } from "./plan.ts";
import type { Scope } from "./scope-index.ts";

/** The parts that are summed, by ordinal. */
interface Bases {
  text: Float64Array;
  vector: Float64Array;
  neighbour: Float64Array;
  sitting: Float64Array;
}

/** The whole ranking of one question over one scope. */
export function searchScope(scope: Scope, plan: SearchPlan): Hit[] {
  const eligible = findEligible(scope, plan);
  const limit = Math.min((plan.offset ?? 0) + plan.limit, eligible.count);
  if (limit < 1 || plan.limit < 1) return [];
  const ranking = plan.ranking ?? RANKING;
  scope.scratch.begin(scope.extent);
  const bases = scoreBases(scope, plan, eligible, ranking);
  const factors = factorsOf(scope, plan, ranking);
  const scores = scope.scratch.take(-Infinity);
  const scoreMin = Math.max(plan.min_score ?? 0, Number.MIN_VALUE);
  for (let at = 0; at < scope.extent; at++) {
    if (eligible.mask[at] !== 1) continue;
    const base = (bases.text[at] as number) + (bases.vector[at] as number) + (bases.neighbour[at] as number) + (bases.sitting[at] as number);
    if (base <= 0) continue;
    const score = base * factors.product(at);
    if (score >= scoreMin) scores[at] = score;
  }
  const best = selectTop(scores, scope.extent, limit, scope.columns.seqs).slice(plan.offset ?? 0);
  return best.map(({ ordinal }) => toHit(scope, bases, factors.list(ordinal), ordinal));
}

/** Both channels scaled and weighed, and what a memory's surroundings give it. */
function scoreBases(scope: Scope, plan: SearchPlan, eligible: Eligible, ranking: Ranking): Bases {
  const { sittings, scratch } = scope;
  const channels = plan.channels ?? "both";
  const text = channels === "vector" ? scratch.take() : scaledText(scope, plan, eligible, ranking);
  const cosines = channels === "text" || !plan.vector ? null : scaledCosines(scope, plan.vector, eligible);
  const vector = cosines ?? scratch.take();
  weighChannels(text, vector, channels === "vector" ? 1 : cosines ? ranking.vectorShare : 0);
  const bases = { text, vector, neighbour: scratch.take(), sitting: scratch.take() };
  if (channels !== "both" || sittings.count === 0) return bases;

  const fused = scratch.take();
  for (let at = 0; at < fused.length; at++) fused[at] = (text[at] as number) + (vector[at] as number);
  addNeighbours(bases.neighbour, fused, sittings, ranking.neighbour);
  addSittingScores(bases.sitting, fused, sittings.numbers, sittings.count, ranking.sitting);
  return bases;
}

function scaledText(scope: Scope, { question }: SearchPlan, eligible: Eligible, { bm25 }: Ranking): Float64Array {
  const { scores, ideal } = scoreText(scope, question, eligible, bm25);
  scaleText(scores, ideal);
  return scores;
}

/** `null` when nothing eligible has a vector: words then have the whole score. */
function scaledCosines({ scratch, vectors }: Scope, query: Int8Array, { mask, count }: Eligible): Float64Array | null {
  const cosines = scratch.take(Number.NaN);
  if (!vectors.scoreBest(query, mask, count, cosines)) return null;
  scaleCosines(cosines);
  return cosines;
}

interface Factors {
  /** Of all factors of a memory. */
  product(ordinal: number): number;
  list(ordinal: number): (readonly [Factor, number])[];
}

/** The factors on a memory's base. Single channels, which are there to compare with, have none but those that are asked for. */
function factorsOf({ columns }: Scope, plan: SearchPlan, ranking: Ranking): Factors {
  const boosts = (plan.channels ?? "both") === "both";
  const asked = new Set(boosts ? plan.question.terms.map(({ hash }) => hash) : []);
  const names = nameFactors(columns.nameSets, asked, ranking.speaker);
  const range = boosts ? plan.question.range : null;
  const [recency, importance] = [plan.recency ?? 0, plan.importance ?? 0];
  const speaker = (at: number) => names[columns.names[at] as number] as number;
  const role = (at: number) => (boosts && columns.roles[at] === USER_ROLE ? ranking.userRole : 1);
  const time = (at: number) => timeFactor(columns.occurred[at] as number, range, ranking.time);
  const age = (at: number) => (recency === 0 ? 1 : recencyFactor(columns.times[at] as number, plan.now, recency));
  const weight = (at: number) => (importance === 0 ? 1 : importanceFactor(columns.importance[at] as number, importance));
  return {
    product: (at) => speaker(at) * role(at) * time(at) * age(at) * weight(at),
    list: (at) => [["speaker", speaker(at)], ["role", role(at)], ["time", time(at)], ["recency", age(at)], ["importance", weight(at)]],
  };
}

function toHit({ columns }: Scope, bases: Bases, factors: readonly (readonly [Factor, number])[], ordinal: number): Hit {
  const base = {
    text: bases.text[ordinal] as number,
    vector: bases.vector[ordinal] as number,
    neighbour: bases.neighbour[ordinal] as number,
    sitting: bases.sitting[ordinal] as number,
  };
  const parts = explainScore(base, factors);
  return { seq: columns.seqs[ordinal] as number, score: sumParts(parts), parts };
}
