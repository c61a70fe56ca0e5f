import type { Trust } from "../memory.ts";
import type { Question } from "../steps/question.ts";
import type { ScoreParts } from "../steps/explain.ts";
import type { Ranking } from "../steps/ranking.ts";

/** One search. Everything that leaves a memory out applies before ranking, in both channels. */
export interface SearchPlan {
  question: Question;
  /** The question's vector, quantised by the embedder of the index; `null`: words alone. */
  vector: Int8Array | null;
  /** The time of asking, for expiry and recency: milliseconds since 1970. */
  now: number;
  limit: number;
  offset?: number;
  /** Only these memories (seqs that a filter found, in any order); `null` or absent: all. */
  allowed?: ArrayLike<number> | null;
  /** Only memories of this group, where the index holds several. */
  group?: number;
  include_superseded?: boolean;
  include_expired?: boolean;
  min_trust?: Trust;
  /** Hits below it are left out; see `Hit.score`. */
  min_score?: number;
  channels?: "both" | "text" | "vector";
  /** 0 to 1: how much a memory's age, or its importance, may take from its score. Default 0. */
  recency?: number;
  importance?: number;
  ranking?: Ranking;
}

export interface Hit {
  seq: number;
  /**
   * From 0. Half of each channel's scale is the best score possible, not the best found, so that it says something by itself:
   * with the bundled embedder the best hit of a question that has nothing to do with the memories has 0.3 to 0.5, relevant hits
   * have 0.5 to 1.4.
   */
  score: number;
  /** Named parts that sum to `score`. */
  parts: ScoreParts;
}
