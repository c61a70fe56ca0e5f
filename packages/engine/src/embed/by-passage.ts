import { splitPassages } from "../steps/passages.ts";
import type { Embedder } from "./embedder.ts";
import { isRefused } from "./vectors.ts";

/** The embedder, but a long text gets the vectors of its passages end to end; passages that are refused are left out. */
export function byPassage(embedder: Embedder): Embedder {
  return {
    model: embedder.model,
    get dimensions() {
      return embedder.dimensions;
    },
    table: embedder.table,
    async embed(texts, purpose, signal) {
      const passages = texts.map((text) => splitPassages(text));
      const vectors = await embedder.embed(passages.flat(), purpose, signal);
      let from = 0;
      return passages.map(({ length }) => joinVectors(vectors.slice(from, (from += length)).filter((vector) => !isRefused(vector))));
    },
    close: () => embedder.close(),
  };
}

export function joinVectors(vectors: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(vectors.reduce((sum, vector) => sum + vector.length, 0));
  let at = 0;
  for (const vector of vectors) {
    joined.set(vector, at);
    at += vector.length;
  }
  return joined;
}
