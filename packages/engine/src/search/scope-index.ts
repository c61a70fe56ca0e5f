import type { VectorHeap } from "../kernel/vector-heap.ts";
import { Columns } from "./columns.ts";
import type { IndexEntry } from "./entry.ts";
import { NumberTable } from "./number-table.ts";
import { PassageVectors } from "./passage-vectors.ts";
import type { Hit, SearchPlan } from "./plan.ts";
import { searchScope } from "./rank.ts";
import { Scratch } from "./scratch.ts";
import { Sittings } from "./sittings.ts";
import { TermIndex } from "./term-index.ts";

export interface ScopeIndexOptions {
  heap: VectorHeap;
  /** Of one passage's vector; vectors that are not whole passages count as none (they are of another embedder). */
  dimensions: number;
  /** What to start with; much faster than one `upsert` each. */
  entries?: readonly IndexEntry[];
}

/** What a search reads of an index. */
export interface Scope {
  columns: Columns;
  terms: TermIndex;
  sittings: Sittings;
  vectors: PassageVectors;
  seqs: NumberTable;
  scratch: Scratch;
  /** Ordinals from 0 to below it are in use, or were. */
  extent: number;
  /** Memories alive. */
  count: number;
  /** Of the words of all that are alive. */
  meanLength: number;
}

const CAPACITY_MIN = 64;

/**
 * The recall index of one group, or of all groups of a workspace, in memory: derived from index entries, dropped at will. Words in
 * an inverted index, vectors in a slab of the heap. Must be freed. `VectorHeapFull` passes through from the heap; the index is then
 * as it was before the call.
 */
export class ScopeIndex {
  readonly #columns = new Columns();
  readonly #terms = new TermIndex();
  readonly #sittings = new Sittings();
  readonly #scratch = new Scratch();
  readonly #vectors: PassageVectors;
  readonly #seqs: NumberTable;
  #extent = 0;
  #count = 0;
  #words = 0;
  /** Ordinals that no posting names any more, and ordinals that may still be named. */
  #reusable: number[] = [];
  #buried: number[] = [];

  constructor({ heap, dimensions, entries = [] }: ScopeIndexOptions) {
    const capacity = Math.max(CAPACITY_MIN, entries.length);
    this.#vectors = new PassageVectors(heap, dimensions, capacity);
    this.#vectors.growOrdinals(capacity);
    this.#seqs = new NumberTable(capacity);
    this.#columns.grow(capacity);
    this.#sittings.grow(capacity);
    try {
      for (const entry of inOrder(entries)) this.#insert(entry);
    } catch (error) {
      this.#vectors.free();
      throw error;
    }
    if (entries.length > 0) this.#mergeTerms();
  }

  /** Memories in the index. */
  get count(): number {
    return this.#count;
  }

  /** What it takes, in the heap and beside it. */
  get bytes(): number {
    return this.#vectors.bytes + this.#columns.bytes + this.#terms.bytes + this.#sittings.bytes + this.#seqs.bytes + this.#scratch.bytes;
  }

  /** Adds a memory, or puts it in the place of the one with its seq. */
  upsert(entry: IndexEntry): void {
    this.#vectors.reserve(this.#vectors.passagesIn(entry.vector));
    if (this.#reusable.length === 0) this.#reserve(this.#extent + 1);
    this.remove(entry.seq);
    this.#insert(entry);
    if (this.#terms.mergeIsDue) this.#mergeTerms();
  }

  /** Takes a memory out; `false` when it was not there. */
  remove(seq: number): boolean {
    const ordinal = this.#seqs.get(seq);
    if (ordinal < 0) return false;
    const columns = this.#columns;
    this.#seqs.delete(seq);
    this.#sittings.remove(ordinal, columns.sessions[ordinal] as number);
    this.#vectors.clear(ordinal);
    columns.flags[ordinal] = 0;
    this.#words -= columns.lengths[ordinal] as number;
    this.#count--;
    this.#buried.push(ordinal);
    if (this.#buried.length > Math.max(1_000, this.#count / 4)) this.#mergeTerms();
    return true;
  }

  has(seq: number): boolean {
    return this.#seqs.get(seq) >= 0;
  }

  /** The best hits, best first. Deterministic: the same memories give the same answer whatever the order they came in. */
  search(plan: SearchPlan): Hit[] {
    return searchScope(
      {
        columns: this.#columns,
        terms: this.#terms,
        sittings: this.#sittings,
        vectors: this.#vectors,
        seqs: this.#seqs,
        scratch: this.#scratch,
        extent: this.#extent,
        count: this.#count,
        meanLength: this.#count > 0 ? this.#words / this.#count : 0,
      },
      plan,
    );
  }

  /** Gives the vectors' memory back. The index cannot be used after it. */
  free(): void {
    this.#vectors.free();
  }

  #insert(entry: IndexEntry): void {
    const ordinal = this.#reusable.pop() ?? this.#extent++;
    const columns = this.#columns;
    if (entry.vector && this.#vectors.passagesIn(entry.vector) > 0) this.#vectors.set(ordinal, entry.vector);
    columns.set(ordinal, entry);
    this.#terms.add(ordinal, entry.terms);
    this.#sittings.add(ordinal, entry.session, (a, b) => isBefore(columns, a, b));
    this.#seqs.set(entry.seq, ordinal);
    this.#words += entry.length;
    this.#count++;
  }

  #reserve(extent: number): void {
    if (extent <= this.#columns.capacity) return;
    const capacity = Math.max(extent, Math.ceil(this.#columns.capacity * 1.5));
    this.#vectors.growOrdinals(capacity);
    this.#columns.grow(capacity);
    this.#sittings.grow(capacity);
  }

  #mergeTerms(): void {
    this.#terms.merge(this.#columns.flags);
    this.#reusable.push(...this.#buried);
    this.#buried = [];
  }
}

function isBefore({ times, seqs }: Columns, a: number, b: number): boolean {
  const [x, y] = [times[a] as number, times[b] as number];
  return x < y || (x === y && (seqs[a] as number) < (seqs[b] as number));
}

const timeOf = (entry: IndexEntry): number => entry.occurred_at ?? entry.created_at;

/** Sittings grow fastest in order; most loads are in order already. The last of several entries with one seq counts. */
function inOrder(entries: readonly IndexEntry[]): Iterable<IndexEntry> {
  let sorted = true;
  let unique = true;
  for (let at = 1; at < entries.length && (sorted || unique); at++) {
    const [before, entry] = [entries[at - 1] as IndexEntry, entries[at] as IndexEntry];
    sorted &&= timeOf(before) <= timeOf(entry);
    unique &&= before.seq < entry.seq;
  }
  if (sorted && unique) return entries;
  const latest = new Map(entries.map((entry) => [entry.seq, entry]));
  return [...latest.values()].sort((a, b) => timeOf(a) - timeOf(b) || a.seq - b.seq);
}
