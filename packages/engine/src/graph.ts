import type { Kysely } from "kysely";
import type { Memory, Relationship } from "./memory.ts";
import { toBoundGroup } from "./reads.ts";
import { listMemoryRowsBySeq, requireMemoryRow, selectMemories, toMemory } from "./tenants/memories.ts";
import { selectEdges, toRelationship, type EdgeRow } from "./tenants/relationships.ts";
import type { TenantTables } from "./tenants/schema.ts";
import type { Graph, GraphQuery, RelatedQuery } from "./workspace.ts";

type Db = Kysely<TenantTables>;

/** Edges followed from one step; a hub with more is followed along its strongest. */
const EDGES_PER_STEP = 1_000;

interface Reached {
  seq: number;
  /** The edges from the start to here. */
  path: EdgeRow[];
}

/** Memories that can be reached along edges, nearest first, stronger edges first among equals. */
export async function listRelated(db: Db, bound: string | null, id: string, query: RelatedQuery): Promise<{ memory: Memory; path: Relationship[] }[]> {
  const start = await requireMemoryRow(db, id, bound);
  const reached = await walkEdges(db, bound, [start.seq], query);
  const rows = new Map((await listMemoryRowsBySeq(db, reached.map((step) => step.seq))).map((row) => [row.seq, row]));
  return reached.flatMap(({ seq, path }) => {
    const row = rows.get(seq);
    return row && row.forgotten_at === null ? [{ memory: toMemory(row), path: path.map(toRelationship) }] : [];
  });
}

/** Breadth first from the given memories, each reached once, by its shortest path. */
export async function walkEdges(db: Db, bound: string | null, starts: number[], { depth, types, direction, limit }: RelatedQuery): Promise<Reached[]> {
  const seen = new Map<number, EdgeRow[]>(starts.map((seq) => [seq, []]));
  const reached: Reached[] = [];
  let frontier = starts;
  for (let step = 0; step < depth && frontier.length > 0 && reached.length < limit; step++) {
    const next: number[] = [];
    for (const edge of await listEdges(db, bound, frontier, types, direction)) {
      for (const [at, to] of stepsAlong(edge, direction)) {
        const path = seen.get(at);
        if (path === undefined || seen.has(to) || reached.length >= limit || !frontier.includes(at)) continue;
        seen.set(to, [...path, edge]);
        reached.push({ seq: to, path: [...path, edge] });
        next.push(to);
      }
    }
    frontier = next;
  }
  return reached;
}

const stepsAlong = (edge: EdgeRow, direction: RelatedQuery["direction"]): [number, number][] => [
  ...(direction === "in" ? [] : [[edge.from_seq, edge.to_seq] as [number, number]]),
  ...(direction === "out" ? [] : [[edge.to_seq, edge.from_seq] as [number, number]]),
];

function listEdges(db: Db, bound: string | null, at: number[], types: string[] | undefined, direction: RelatedQuery["direction"]): Promise<EdgeRow[]> {
  let edges = selectEdges(db, bound).where((eb) => eb.or([
    ...(direction === "in" ? [] : [eb("from_seq", "in", at)]),
    ...(direction === "out" ? [] : [eb("to_seq", "in", at)]),
  ]));
  if (types !== undefined && types.length > 0) edges = edges.where("relationships.type", "in", types);
  return edges.orderBy("strength", "desc").orderBy("relationships.seq").limit(EDGES_PER_STEP).execute();
}

/** A part of the graph for drawing: around the given memories, or around those with the most edges. */
export async function readGraph(db: Db, bound: string | null, query: GraphQuery): Promise<Graph> {
  const group = toBoundGroup(query.group, bound);
  if (group === undefined) return { nodes: [], edges: [], truncated: false };

  const starts = query.memories ? await requireStarts(db, group, query.memories) : await listHubs(db, group, query);
  const walked = await walkEdges(db, group, starts, { depth: query.depth, types: query.types, direction: "both", limit: query.limit + 1 });
  const seqs = [...new Set([...starts, ...walked.map((step) => step.seq)])];
  const kept = seqs.slice(0, query.limit);
  const rows = (await listMemoryRowsBySeq(db, kept)).filter((row) => row.forgotten_at === null);
  return { nodes: rows.map(toMemory), edges: await listInnerEdges(db, group, kept, query.types), truncated: seqs.length > kept.length };
}

async function requireStarts(db: Db, bound: string | null, ids: string[]): Promise<number[]> {
  const seqs: number[] = [];
  for (const id of ids) seqs.push((await requireMemoryRow(db, id, bound)).seq);
  return seqs;
}

/** The memories with the most edges; a group without edges shows its newest memories. */
async function listHubs(db: Db, group: string | null, { types, limit }: GraphQuery): Promise<number[]> {
  let edges = selectEdges(db, group);
  if (types !== undefined && types.length > 0) edges = edges.where("relationships.type", "in", types);
  const degrees = new Map<number, number>();
  for (const { from_seq, to_seq } of await edges.orderBy("relationships.seq", "desc").limit(EDGES_PER_STEP * 10).execute()) {
    degrees.set(from_seq, (degrees.get(from_seq) ?? 0) + 1);
    degrees.set(to_seq, (degrees.get(to_seq) ?? 0) + 1);
  }
  if (degrees.size > 0) return [...degrees].sort((a, b) => b[1] - a[1]).slice(0, limit).map(([seq]) => seq);

  const newest = selectMemories(db).clearSelect().select("seq").where("forgotten_at", "is", null).orderBy("seq", "desc").limit(limit);
  return (await (group === null ? newest : newest.where("groups.name", "=", group)).execute()).map((row) => row.seq);
}

async function listInnerEdges(db: Db, group: string | null, seqs: number[], types: string[] | undefined): Promise<Relationship[]> {
  if (seqs.length === 0) return [];
  let edges = selectEdges(db, group).where("from_seq", "in", seqs).where("to_seq", "in", seqs);
  if (types !== undefined && types.length > 0) edges = edges.where("relationships.type", "in", types);
  return (await edges.orderBy("relationships.seq").execute()).map(toRelationship);
}
