import { quantize } from "../../packages/engine/src/kernel/quantize.ts";

/** Unit vectors shaped like embeddings: 500 topics in 48 hidden dimensions, spread over all dimensions, with noise. */
export interface Dataset {
  dimensions: number;
  rows: number;
  queries: number;
  /** Rows, then queries, end to end. Shared, so that each measuring thread reads the same bytes. */
  float32: Float32Array<SharedArrayBuffer>;
  int8: Int8Array<SharedArrayBuffer>;
}

const TOPICS = 500;
const HIDDEN = 48;
const TOPIC_SPREAD = 0.6;
const NOISE = 0.02;

export function createDataset(dimensions: number, rows: number, queries: number): Dataset {
  const normal = newNormal(dimensions);
  const topics = Float32Array.from({ length: TOPICS * HIDDEN }, normal);
  const spread = Float32Array.from({ length: HIDDEN * dimensions }, () => normal() / Math.sqrt(dimensions));
  const total = rows + queries;
  const float32 = new Float32Array(new SharedArrayBuffer(total * dimensions * 4));
  const int8 = new Int8Array(new SharedArrayBuffer(total * dimensions));
  const vector = new Float32Array(dimensions);
  for (let row = 0; row < total; row++) {
    const topic = Math.floor(Math.abs(normal()) * 1e6) % TOPICS;
    for (let d = 0; d < dimensions; d++) vector[d] = normal() * NOISE;
    for (let h = 0; h < HIDDEN; h++) {
      const weight = topics[topic * HIDDEN + h]! + normal() * TOPIC_SPREAD;
      for (let d = 0; d < dimensions; d++) vector[d]! += weight * spread[h * dimensions + d]!;
    }
    const length = Math.hypot(...vector);
    float32.set(vector.map((value) => value / length), row * dimensions);
    int8.set(quantize(vector), row * dimensions);
  }
  return { dimensions, rows, queries, float32, int8 };
}

/** Standard normal numbers, the same in every run: Box-Muller over mulberry32. */
function newNormal(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
