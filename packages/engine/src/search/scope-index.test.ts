import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createVectorHeap, VectorHeapFull } from "../kernel/vector-heap.ts";
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
  const passages = Array.from({ length: values.length / 3 }, (_, at) => quantize(Float32Array.from(values.slice(3 * at, 3 * at + 3))));
  return Int8Array.from(passages.flatMap((passage) => [...passage]));
}

const openIndex = (entries: IndexEntry[] = []) => new ScopeIndex({ heap: createVectorHeap({ bytesMax: 1 << 22 }), dimensions: 3, entries });

function ask(index: ScopeIndex, text: string, plan: Partial<SearchPlan> = {}): Hit[] {
  return index.search({ question: analyzeQuestion(text, NOW, analyzer), vector: null, now: NOW, limit: 10, ...plan });
}
const seqsOf = (hits: Hit[]): number[] => hits.map(({ seq }) => seq);

test("words find a memory, rare ones before common ones", () => {
  const index = openIndex([entryOf(1, "I walked the dog"), entryOf(2, "The dog chased a heron"), entryOf(3, "Nothing here")]);
  expect(seqsOf(ask(index, "Which dogs saw the heron?"))).toEqual([2, 1]);
});

test("meaning finds a memory without a shared word, and its best passage counts", () => {
  const index = openIndex([entryOf(1, "alpha", { vector: [1, 0, 0] }), entryOf(2, "beta", { vector: [1, 0, 0, 0, 1, 0] }), entryOf(3, "gamma")]);
  expect(seqsOf(ask(index, "zzz", { vector: vectorOf([0, 1, 0]) }))).toEqual([2]);
  expect(ask(index, "zzz", { vector: vectorOf([0, 1, 0]), channels: "vector" })[0]?.score).toBeCloseTo(1, 1);
});

test("a vector of another embedder counts as none", () => {
  const index = openIndex([entryOf(1, "alpha", { vector: [1, 0, 0] }), { ...entryOf(2, "beta"), vector: Int8Array.of(1, 2, 3, 4) }]);
  expect(seqsOf(ask(index, "beta", { vector: Int8Array.of(1, 2) }))).toEqual([2]);
});

test("the parts of every score sum to it", () => {
  const base = { session: "s", speaker: "Anna", role: "user" as const, occurred_at: "2024-05-31T10:00:00Z" };
  const index = openIndex([
    entryOf(1, "Shall we go sailing?", { ...base, vector: [1, 1, 0] }),
    entryOf(2, "Yes, from the old harbour", { ...base, speaker: "Ben", vector: [0, 1, 0] }),
    entryOf(3, "Sailing is fun", { vector: [1, 0, 0] }),
  ]);
  const hits = ask(index, "Where did Anna go sailing yesterday?", { vector: vectorOf([1, 0.5, 0]), recency: 0.3, importance: 0.4 });
  expect(hits).toHaveLength(3);
  for (const { score, parts } of hits) expect(Math.abs(Object.values(parts).reduce((sum, part) => sum + part, 0) - score)).toBeLessThan(1e-9);
  expect(hits[0]?.parts).toMatchObject({ speaker: expect.any(Number), time: expect.any(Number) });
});

test("the answer enters by the question before it, in its own group only", () => {
  const index = openIndex([
    entryOf(1, "Where is the key?", { session: "s" }),
    entryOf(2, "Under the mat", { session: "s" }),
    entryOf(3, "In the safe", { session: "s", group: 2 }),
  ]);
  expect(seqsOf(ask(index, "key"))).toEqual([1, 2]);
});

test("neighbours follow when it was said, also for what arrives late or goes", () => {
  const at = (minute: number) => ({ session: "s", occurred_at: new Date(NOW - 1e8 + minute * 60_000).toISOString() });
  const index = openIndex([entryOf(1, "heron", at(1)), entryOf(2, "far away", at(9)), entryOf(3, "one", at(5))]);
  const neighbourOf = (seq: number) => ask(index, "heron", { limit: 10 }).find((hit) => hit.seq === seq)?.parts.neighbour ?? 0;
  expect([neighbourOf(3) > 0, neighbourOf(2) > 0]).toEqual([true, false]);
  index.upsert(entryOf(4, "two", at(2)));
  expect([neighbourOf(4) > 0, neighbourOf(3) > 0]).toEqual([true, false]);
  index.remove(4);
  expect(neighbourOf(3)).toBeGreaterThan(0);
});

test("what is superseded, expired or not trusted enough is out unless asked for", () => {
  const index = openIndex([
    entryOf(1, "heron", { superseded_by: "mem_2" }),
    entryOf(2, "heron", { expires_at: new Date(NOW).toISOString() }),
    entryOf(3, "heron", { trust: "web" }),
    entryOf(4, "heron"),
  ]);
  expect(seqsOf(ask(index, "heron", { min_trust: "agent" }))).toEqual([4]);
  expect(seqsOf(ask(index, "heron"))).toEqual([4, 3]);
  expect(seqsOf(ask(index, "heron", { include_superseded: true, include_expired: true })).toSorted()).toEqual([1, 2, 3, 4]);
});

test("a filter applies before ranking, so that the best of what it leaves come out in full", () => {
  const index = openIndex(Array.from({ length: 300 }, (_, at) => entryOf(at + 1, at < 290 ? "heron heron" : "heron far away in a reed bed", { vector: [1, at / 300, 0] })));
  const hits = ask(index, "heron", { vector: vectorOf([1, 0, 0]), allowed: [291, 295, 300, 999] });
  expect(seqsOf(hits).toSorted()).toEqual([291, 295, 300]);
  expect(ask(index, "heron", { allowed: [] })).toEqual([]);
});

test("what a filter leaves out gives nothing to its neighbours", () => {
  const index = openIndex([entryOf(1, "heron", { session: "s" }), entryOf(2, "mat", { session: "s" })]);
  expect(ask(index, "heron", { allowed: [2] })).toEqual([]);
});

test("limit, offset, group and least score cut the answer", () => {
  const index = openIndex(Array.from({ length: 9 }, (_, at) => entryOf(at + 1, "heron", { group: at % 3 })));
  expect(seqsOf(ask(index, "heron", { limit: 4, offset: 2 }))).toEqual([7, 6, 5, 4]);
  expect(seqsOf(ask(index, "heron", { group: 0 }))).toEqual([7, 4, 1]);
  expect(ask(index, "heron", { min_score: 5 })).toEqual([]);
  expect(ask(index, "heron", { limit: 0 })).toEqual([]);
});

test("a question without words, and an empty index, find nothing", () => {
  expect(ask(openIndex(), "heron")).toEqual([]);
  expect(ask(openIndex([entryOf(1, "heron")]), "?!")).toEqual([]);
});

const WORDS = ["heron", "reed", "mat", "key", "boat"];
const STEP = fc.record({
  seq: fc.integer({ min: 1, max: 12 }),
  remove: fc.boolean(),
  words: fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 6 }),
  minute: fc.nat(5),
  passages: fc.nat(2),
  session: fc.option(fc.constantFrom("s", "t"), { nil: undefined }),
});

test("after any changes the answers are those of an index built anew", () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 60 }), fc.constantFrom(...WORDS), (steps, word) => {
      const [index, entries] = [openIndex(), new Map<number, IndexEntry>()];
      for (const { seq, remove, words, minute, passages, session } of steps) {
        const vector = [words.length, minute, 1, minute, 2, words.length].slice(0, 3 * passages);
        const time = { occurred_at: new Date(NOW - minute * 60_000).toISOString(), ...(session !== undefined && { session }) };
        const entry = entryOf(seq, words.join(" "), { ...time, vector: vector.length > 0 ? vector : undefined });
        if (remove) {
          index.remove(seq);
          entries.delete(seq);
        } else {
          index.upsert(entry);
          entries.set(seq, entry);
        }
      }
      const plan = { vector: vectorOf([1, 2, 0]), limit: 20 };
      const round = (hits: Hit[]) => hits.map(({ seq, score }) => [seq, score.toFixed(9)]).toSorted();
      expect(index.count).toBe(entries.size);
      expect(round(ask(index, `${word} boat`, plan))).toEqual(round(ask(openIndex([...entries.values()]), `${word} boat`, plan)));
    }),
    { numRuns: 200 },
  );
});

test("thousands of changes keep the answers right and the memory bounded", () => {
  const index = openIndex(Array.from({ length: 1_000 }, (_, at) => entryOf(at + 1, `heron word${at}`, { vector: [1, at, 0] })));
  const before = index.bytes;
  for (let round = 0; round < 8; round++) {
    for (let at = 0; at < 1_000; at++) index.upsert(entryOf(at + 1, `reed word${at} round${round}`, { vector: [1, at, round] }));
  }
  expect(index.count).toBe(1_000);
  expect(ask(index, "heron")).toEqual([]);
  expect(seqsOf(ask(index, "word77"))[0]).toBe(78);
  expect(index.bytes).toBeLessThan(4 * before);
});

test("a heap that is full leaves the index as it was, and a freed index gives everything back", () => {
  const heap = createVectorHeap({ bytesMax: 1 << 18 });
  const entries = Array.from({ length: 100 }, (_, at) => entryOf(at + 1, `heron ${at}`, { vector: [1, at, 0] }));
  const [used, index] = [heap.bytesUsed, new ScopeIndex({ heap, dimensions: 3, entries })];
  const wide = entryOf(101, "wide", { vector: Array.from({ length: 3 * 40_000 }, () => 1) });
  expect(() => index.upsert(wide)).toThrow(VectorHeapFull);
  expect(index.count).toBe(100);
  expect(seqsOf(ask(index, "heron 7"))[0]).toBe(8);
  index.free();
  expect(() => new ScopeIndex({ heap, dimensions: 3, entries: [wide] })).toThrow(VectorHeapFull);
  expect(heap.bytesUsed).toBe(used);
});
