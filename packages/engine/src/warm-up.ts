import type { Embedder } from "./embed/embedder.ts";
import { createIndexer } from "./indexer.ts";
import { quantize } from "./kernel/quantize.ts";
import type { VectorHeap } from "./kernel/vector-heap.ts";
import type { Memory } from "./memory.ts";
import { decodeEntry } from "./search/entry.ts";
import { ScopeIndex } from "./search/scope-index.ts";
import { analyzeQuestion } from "./steps/question.ts";
import type { Analyzer } from "./text/analyzer.ts";

/** Enough of each step for the compiler to take notice; some 80 ms in all. */
const MEMORIES = 200;
const QUESTIONS = 40;
const WORDS = "the of and moved likes said window garden train coffee in monday yesterday Ada Bob project river meeting not any more".split(" ");

/**
 * Runs what a recall runs, over memories of its own that are dropped at once, so that the first question of a fresh process is
 * not answered by code that nobody has compiled yet (0.2 s instead of a few ms).
 */
export async function warmUp({ heap, embedder, analyzer }: { heap: VectorHeap; embedder: Embedder; analyzer: Analyzer }): Promise<void> {
  const { table, model } = embedder;
  const questions = Array.from({ length: QUESTIONS }, (_, at) => `Where did ${toText(at, 6)}?`);
  // An endpoint is not asked for what nobody wants to know.
  const vectors = table ? (await embedder.embed(questions, "query")).map(quantize) : [];
  const indexer = createIndexer({ model, table: null });
  const entries = Array.from({ length: MEMORIES }, (_, at) => {
    const { entry } = indexer.index(toMemory(at), { seq: at + 1, group_id: 1 });
    return { ...decodeEntry(entry), vector: vectors[at % QUESTIONS] ?? null };
  });
  const index = new ScopeIndex({ heap, dimensions: embedder.dimensions ?? 1, entries });
  for (const [at, text] of questions.entries()) {
    index.search({ question: analyzeQuestion(text, Date.now(), analyzer), vector: vectors[at] ?? null, now: Date.now(), limit: 10 });
  }
  index.free();
}

const toText = (seed: number, words: number): string =>
  Array.from({ length: words }, (_, at) => WORDS[(seed * 7 + at * at * 3 + at) % WORDS.length]).join(" ");

const toMemory = (seed: number): Memory => ({
  id: "", group: "", type: "general", content: `${toText(seed, 20)} ${seed}.`, tags: [], metadata: {}, importance: 0.5, source: { kind: "api" },
  trust: "user", session: `s${seed % 20}`, speaker: seed % 2 ? "Ada" : "Bob", version: 1, created_at: "2026-01-01T00:00:00.000Z", updated_at: "2026-01-01T00:00:00.000Z",
});
