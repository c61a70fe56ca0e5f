import type { Kysely } from "kysely";
import type { QueryVectors } from "./embed/query-vectors.ts";
import { walkEdges } from "./graph.ts";
import type { IndexCache } from "./index-cache.ts";
import { TRUST_LEVELS, type Trust } from "./memory.ts";
import { quantize } from "./kernel/quantize.ts";
import { applyConditions, toBoundGroup } from "./reads.ts";
import { analyzeQuestion } from "./steps/question.ts";
import { listMemoryRowsBySeq, selectMemories, toMemory, type MemoryRow } from "./tenants/memories.ts";
import type { MemoryStore } from "./tenants/memory-store.ts";
import type { TenantTables } from "./tenants/schema.ts";
import { toTime } from "./store.ts";
import type { Analyzer } from "./text/analyzer.ts";
import type { RecallQuery, RecalledMemory } from "./workspace.ts";

export interface RecallParts {
  store: MemoryStore;
  bound: string | null;
  cache: IndexCache;
  analyzer: Analyzer;
  queryVectors: QueryVectors;
  now: Date;
}

/** The strongest hits whose neighbours in the graph are looked at, and what a neighbour gets of its hit's score per step. */
const GRAPH_STARTS = 10;
const GRAPH_SHARE = 0.3;

/** The memories that answer a question best, best first. Every condition applies inside the search, never after it. */
export async function recallMemories(parts: RecallParts, query: RecallQuery): Promise<RecalledMemory[]> {
  const { store, cache, analyzer, now } = parts;
  const group = toBoundGroup(query.group, parts.bound);
  if (group === undefined) return [];

  const asked = query.asked_at === undefined ? now : new Date(query.asked_at);
  const question = analyzeQuestion(query.query, asked.getTime(), analyzer);
  const vector = query.channels === "text" ? null : await parts.queryVectors.find(store.name, query.query);
  const allowed = await store.read((db) => findAllowed(db, group, query));
  const depth = query.depth ?? 0;

  const hits = await cache.use(store, group, (index) => index.search({
    question, vector: vector && quantize(vector), now: now.getTime(), allowed,
    limit: depth > 0 ? Math.max(query.limit, GRAPH_STARTS) : query.limit,
    channels: query.channels ?? "both",
    recency: query.recency ?? 0, importance: query.importance ?? 0,
    include_superseded: query.include_superseded ?? false,
    include_expired: query.include_expired ?? false,
    ...(query.min_trust !== undefined && { min_trust: query.min_trust }),
    ...(query.min_score !== undefined && { min_score: query.min_score }),
  }));
  if (!hits || hits.length === 0) return [];
  const ranked = hits.map((hit): Ranked => ({ ...hit, parts: { ...hit.parts } }));
  const found = depth > 0 ? await store.read((db) => addGraphNeighbours(db, group, ranked, depth, allowed, query)) : ranked;
  return store.read((db) => toRecalled(db, found, query, now));
}

interface Ranked {
  seq: number;
  score: number;
  parts: Record<string, number>;
}

/** The seqs that the caller's conditions leave, or `null` where there are none. */
async function findAllowed(db: Kysely<TenantTables>, group: string | null, query: RecallQuery): Promise<number[] | null> {
  const { filter, types, tags, since, until } = query;
  if ([filter, types, tags, since, until].every((condition) => condition === undefined)) return null;
  let rows = applyConditions(selectMemories(db), query).clearSelect().select("seq").where("forgotten_at", "is", null);
  if (group !== null) rows = rows.where("groups.name", "=", group);
  const [from, to] = [toTime(since), toTime(until)];
  if (from !== null) rows = rows.where((eb) => eb(eb.fn.coalesce("occurred_at", "memories.created_at"), ">=", from));
  if (to !== null) rows = rows.where((eb) => eb(eb.fn.coalesce("occurred_at", "memories.created_at"), "<", to));
  return (await rows.execute()).map((row) => row.seq);
}

/** What is linked to the strongest hits gets a share of their score, less with each step and with weaker edges. */
async function addGraphNeighbours(db: Kysely<TenantTables>, group: string | null, hits: Ranked[], depth: number, allowed: number[] | null, query: RecallQuery): Promise<Ranked[]> {
  const allowedSeqs = allowed && new Set(allowed);
  const bySeq = new Map(hits.map((hit) => [hit.seq, hit]));
  for (const start of hits.slice(0, GRAPH_STARTS)) {
    const base = start.score - (start.parts["graph"] ?? 0);
    const reached = await walkEdges(db, group, [start.seq], { depth, direction: "both", limit: query.limit });
    for (const { seq, path } of reached) {
      if (allowedSeqs && !allowedSeqs.has(seq)) continue;
      const share = path.reduce((part, edge) => part * GRAPH_SHARE * edge.strength * 2, base);
      const hit = bySeq.get(seq) ?? { seq, score: 0, parts: {} };
      const gain = Math.max(0, share - (hit.parts["graph"] ?? 0));
      hit.parts["graph"] = (hit.parts["graph"] ?? 0) + gain;
      hit.score += gain;
      bySeq.set(seq, hit);
    }
  }
  return [...bySeq.values()].filter((hit) => hit.score >= (query.min_score ?? 0)).sort((a, b) => b.score - a.score || a.seq - b.seq);
}

/** Texts can have 1 MB each: the best are read until together they weigh more than an answer should. */
const ROWS_PER_READ = 20;
const ANSWER_BYTES_MAX = 32 * 2 ** 20;

async function readRows(db: Kysely<TenantTables>, seqs: number[]): Promise<MemoryRow[]> {
  const rows: MemoryRow[] = [];
  let bytes = 0;
  for (let from = 0; from < seqs.length && bytes < ANSWER_BYTES_MAX; from += ROWS_PER_READ) {
    const part = await listMemoryRowsBySeq(db, seqs.slice(from, from + ROWS_PER_READ));
    bytes += part.reduce((sum, row) => sum + row.bytes, 0);
    rows.push(...part);
  }
  return rows;
}

async function toRecalled(db: Kysely<TenantTables>, hits: Ranked[], query: RecallQuery, now: Date): Promise<RecalledMemory[]> {
  const rows = await readRows(db, hits.map((hit) => hit.seq));
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  const trustMin = TRUST_LEVELS.indexOf(query.min_trust ?? "web");
  const recalled = hits.flatMap((hit) => {
    const row = bySeq.get(hit.seq);
    // Forgotten since it was ranked; or a graph neighbour that recall itself would have left out.
    if (!row || row.forgotten_at !== null) return [];
    if (row.superseded_by !== null && !query.include_superseded) return [];
    if (row.expires_at !== null && row.expires_at <= now.toISOString() && !query.include_expired) return [];
    if (TRUST_LEVELS.indexOf(row.trust as Trust) < trustMin) return [];
    return [{ ...toMemory(row), score: hit.score, ...(query.explain && { explain: hit.parts }) }];
  });
  return recalled.slice(0, query.limit);
}

