import { joinVectors } from "./embed/by-passage.ts";
import { readStaticTable } from "./embed/static-table.ts";
import { quantize } from "./kernel/quantize.ts";
import type { Memory } from "./memory.ts";
import { decodeEntry, encodeEntry } from "./search/entry.ts";
import { toIndexEntry } from "./search/memory-entry.ts";
import { readUtterance } from "./steps/speaker.ts";
import { splitPassages } from "./steps/passages.ts";
import { createAnalyzer } from "./text/analyzer.ts";
import type { Indexer, Place } from "./write-context.ts";

export interface IndexerOptions {
  /** The id of the current embedder. */
  model: string;
  /** The static table, shared between threads, where it is the embedder; with another one vectors come later. */
  table: SharedArrayBuffer | null;
}

/** What is embedded of a memory: its title and its text, without a speaker before it. */
export function toEmbeddedText({ title, content, speaker }: Pick<Memory, "title" | "content" | "speaker">): string {
  const { text } = readUtterance(content, speaker ?? null, null);
  return title === undefined ? text : `${title}\n${text}`;
}

/** An indexer with an analyzer of its own; the table is read where it lies. */
export function createIndexer({ model, table }: IndexerOptions): Indexer {
  const analyzer = createAnalyzer();
  const words = table && readStaticTable(table);
  const toEntry = (memory: Memory, { seq, group_id }: Place, vector: Int8Array | null) =>
    toIndexEntry(memory, { seq, group: group_id, vector }, analyzer);

  return {
    model,
    index(memory, place) {
      const vectors = words && joinVectors(splitPassages(toEmbeddedText(memory)).map((passage) => words.embed(passage)));
      const vector = vectors && quantizeEach(vectors, words.dimensions);
      return { entry: encodeEntry(toEntry(memory, place, vector)), model: vector && model };
    },
    refresh(entry, memory) {
      const { seq, group, vector } = decodeEntry(entry);
      return encodeEntry(toEntry(memory, { seq, group_id: group }, vector));
    },
    withVectors(entry, vectors, dimensions) {
      return encodeEntry({ ...decodeEntry(entry), vector: quantizeEach(vectors, dimensions) });
    },
  };
}

/** Vectors end to end, each quantised by itself. */
function quantizeEach(vectors: Float32Array, dimensions: number): Int8Array {
  const quantized = new Int8Array(vectors.length);
  for (let at = 0; at < vectors.length; at += dimensions) quantized.set(quantize(vectors.subarray(at, at + dimensions)), at);
  return quantized;
}
