// One way of searching over one dataset, in its own thread: an isolate shares no JIT feedback with another.
import { parentPort, workerData } from "node:worker_threads";
import { createVectorHeap, type VectorSlab } from "../../packages/engine/src/kernel/vector-heap.ts";
import type { Dataset } from "./dataset.ts";

export type Method = "exact float32" | "scalar int8" | "kernel int8" | "kernel int8, a tenth of the ids" | "kernel bits 500 + int8";

export interface Job {
  method: Method;
  dataset: Dataset;
  sizes: number[];
}

export interface Measured {
  rows: number;
  p50Ms: number;
  p95Ms: number;
  /** The first 20 rows for each query. */
  tops: number[][];
}

const TOP = 20;
const CANDIDATES = 500;
const BUDGET_MS = 1_500;

interface Answer {
  scores: ArrayLike<number>;
  /** Which row each score is of; absent when they are 0, 1, 2, … */
  ordinals?: Uint32Array;
}

type Search = (query: number) => Answer;

function createSearch({ method, dataset }: Job, slab: VectorSlab | null, rows: number): Search {
  const { dimensions, int8, float32 } = dataset;
  const queryAt = (query: number) => (dataset.rows + query) * dimensions;
  const toQuery = (query: number) => int8.slice(queryAt(query), queryAt(query) + dimensions);
  if (slab === null) return (query) => ({ scores: scanFloat32(float32, queryAt(query), rows, dimensions) });
  if (method === "kernel bits 500 + int8") {
    return (query) => {
      const ordinals = slab.nearestByBits(toQuery(query), rows, CANDIDATES);
      return { scores: slab.scoresOf(toQuery(query), ordinals), ordinals };
    };
  }
  if (method === "kernel int8, a tenth of the ids") {
    const ordinals = Uint32Array.from({ length: rows / 10 }, (_, i) => i * 10);
    return (query) => ({ scores: slab.scoresOf(toQuery(query), ordinals), ordinals });
  }
  return (query) => ({ scores: slab.scores(toQuery(query), rows) });
}

function scanFloat32(vectors: Float32Array, queryAt: number, rows: number, dimensions: number): Float32Array {
  const scores = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let d = 0; d < dimensions; d++) sum += vectors[queryAt + d]! * vectors[row * dimensions + d]!;
    scores[row] = sum;
  }
  return scores;
}

function topOf({ scores, ordinals }: Answer): number[] {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
  return Array.from(order.subarray(0, TOP), (i) => ordinals?.[i] ?? i);
}

function measure(search: Search, rows: number, queries: number): Measured {
  const times: number[] = [];
  const end = performance.now() + BUDGET_MS;
  for (let run = 0; run < 20 || performance.now() < end; run++) {
    const start = performance.now();
    search(run % queries);
    times.push(performance.now() - start);
  }
  // The first tenth is warm-up.
  const sorted = times.slice(times.length / 10).sort((a, b) => a - b);
  const tops = Array.from({ length: queries }, (_, query) => topOf(search(query)));
  return { rows, p50Ms: sorted[Math.floor(sorted.length * 0.5)]!, p95Ms: sorted[Math.floor(sorted.length * 0.95)]!, tops };
}

const job = workerData as Job;
const { dataset, method, sizes } = job;
const heap = createVectorHeap({ bytesMax: 2 ** 28, kernel: method === "scalar int8" ? "scalar" : "simd" });
const slab = method === "exact float32" ? null : heap.open(dataset.dimensions, dataset.rows);
slab?.set(0, dataset.int8.subarray(0, dataset.rows * dataset.dimensions));
parentPort!.postMessage(sizes.map((rows) => measure(createSearch(job, slab, rows), rows, dataset.queries)));
