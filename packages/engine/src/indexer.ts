import { readStaticTable } from "./embed/static-table.ts";
import { quantize } from "./kernel/quantize.ts";
import type { Memory } from "./memory.ts";
import { decodeEntry, encodeEntry } from "./search/entry.ts";
import { toIndexEntry } from "./search/memory-entry.ts";
import { createAnalyzer } from "./text/analyzer.ts";
import type { Indexer, Place } from "./write-context.ts";

export interface IndexerOptions {
  /** The id of the current embedder. */
  model: string;
  /** The static table, shared between threads, where it is the embedder; with another one vectors come later. */
  table: SharedArrayBuffer | null;
}

/** What is embedded of a memory: its title and its text. */
export const toEmbeddedText = ({ title, content }: Pick<Memory, "title" | "content">): string =>
  title === undefined ? content : `${title}\n${content}`;

/** An indexer with an analyzer of its own; the table is read where it lies. */
export function createIndexer({ model, table }: IndexerOptions): Indexer {
  const analyzer = createAnalyzer();
  const words = table && readStaticTable(table);
  const toEntry = (memory: Memory, { seq, group_id }: Place, vector: Int8Array | null) =>
    toIndexEntry(memory, { seq, group: group_id, vector }, analyzer);

  return {
    model,
    index(memory, place) {
      const vector = words && quantize(words.embed(toEmbeddedText(memory)));
      return { entry: encodeEntry(toEntry(memory, place, vector)), model: vector && model };
    },
    refresh(entry, memory) {
      const { seq, group, vector } = decodeEntry(entry);
      return encodeEntry(toEntry(memory, { seq, group_id: group }, vector));
    },
    withVector(entry, vector) {
      return encodeEntry({ ...decodeEntry(entry), vector: quantize(vector) });
    },
  };
}
