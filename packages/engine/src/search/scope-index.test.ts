import fc from "fast-check";
import { expect, test } from "vitest";
import { createVectorHeap } from "../kernel/vector-heap.ts";
import { quantize } from "../kernel/quantize.ts";
import { analyzeQuestion } from "../steps/question.ts";
import { createAnalyzer } from "../text/analyzer.ts";
import type { IndexEntry } from "./entry.ts";
import type { IndexedFields } from "./memory-entry.ts";
import { toIndexEntry } from "./memory-entry.ts";
import type { Hit, SearchPlan } from "./plan.ts";
import { ScopeIndex } from "./scope-index.ts";

const NOW = Date.parse("2024-06-01T00:00:00Z");
const analyzer = createAnalyzer();

type Fields = Partial<IndexedFields> & { group?: number; vector?: number[] | undefined };

function entryOf(seq: number, content: string, { group = 1, vector, ...fields }: Fields = {}): IndexEntry {
  const memory: IndexedFields = { content, tags: [], importance: 0.5, trust: "user", created_at: new Date(NOW - 1e9 + seq).toISOString(), ...fields };
  return toIndexEntry(memory, { seq, group, vector: vector ? vectorOf(vector) : null }, analyzer);
}

/** One passage for every three numbers. */
function vectorOf(values: number[]): Int8Array {
  return Int8Array.from({ length: values.length / 3 }, (_, at) => [...quantize(Float32Array.from(values.slice(3 * at, 3 * at + 3)))]).constructor === Int8Array
    ? Int8Array.from(Array.from({ length: values.length / 3 }, (_, at) => [...quantize(Float32Array.from(values.slice(3 * at, 3 * at + 3)))]).flat())
    : new Int8Array(0);
}

const openIndex = (entries: IndexEntry[] = []) => new ScopeIndex({ heap: createVectorHeap({ bytesMax: 1 << 22 }), dimensions: 3, entries });

function ask(index: ScopeIndex, text: string, plan: Partial<SearchPlan> = {}): Hit[] {
  return index.search({ question: analyzeQuestion(text, NOW, analyzer), vector: null, now: NOW, limit: 10, ...plan });
}
const seqsOf = (hits: Hit[]): number[] => hits.map(({ seq }) => seq);
