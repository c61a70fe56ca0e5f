import { toCosine } from "../kernel/quantize.ts";
import type { VectorHeap, VectorSlab } from "../kernel/vector-heap.ts";

/** Above this many vectors sign bits choose the candidates first: below it an exact scan is as fast (measured with the kernel). */
const EXACT_SCAN_MAX = 50_000;
/** Candidates by sign bits: 400 or one in 250 kept recall@20 above .99 for one in 1. */
const BIT_CANDIDATES_MIN = 400;
const BIT_CANDIDATES_SHARE = 250;
const NOBODY = -1;

/** The vectors of memories, one for each passage, in a slab of the heap; the passages of a memory lie side by side. */
export class PassageVectors {
  readonly #slab: VectorSlab;
  /** By slot: the ordinal of its memory. */
  #owners = new Int32Array(0);
  /** By ordinal: its first slot and how many it has. */
  #firsts = new Uint32Array(0);
  #counts = new Uint32Array(0);
  #extent = 0;
  /** First slots of runs that were given back, by their length. */
  readonly #freeRuns = new Map<number, number[]>();

  constructor(heap: VectorHeap, dimensions: number, capacity: number) {
    this.#slab = heap.open(dimensions, capacity);
    this.#owners = new Int32Array(capacity).fill(NOBODY);
  }

  get bytes(): number {
    return this.#slab.bytes + this.#owners.byteLength + this.#firsts.byteLength * 2;
  }

  /** How many passages `vector` holds; 0 for none and for the vectors of another embedder. */
  passagesIn(vector: Int8Array | null): number {
    const count = (vector?.length ?? 0) / this.#slab.dimensions;
    return Number.isInteger(count) ? count : 0;
  }

  growOrdinals(capacity: number): void {
    const [firsts, counts] = [this.#firsts, this.#counts];
    this.#firsts = new Uint32Array(capacity);
    this.#counts = new Uint32Array(capacity);
    this.#firsts.set(firsts);
    this.#counts.set(counts);
  }

  /** Makes room for `passages` more, so that the next `set` of as many cannot fail. May throw `VectorHeapFull`. */
  reserve(passages: number): void {
    const wanted = this.#extent + passages;
    if (wanted <= this.#owners.length) return;
    const capacity = Math.max(wanted, Math.ceil(this.#owners.length * 1.5));
    this.#slab.grow(capacity);
    const owners = this.#owners;
    this.#owners = new Int32Array(capacity).fill(NOBODY);
    this.#owners.set(owners);
  }

  set(ordinal: number, vectors: Int8Array): void {
    const count = this.passagesIn(vectors);
    const first = this.#freeRuns.get(count)?.pop() ?? this.#extent;
    if (first === this.#extent) {
      this.reserve(count);
      this.#extent += count;
    }
    this.#slab.set(first, vectors);
    this.#owners.fill(ordinal, first, first + count);
    this.#firsts[ordinal] = first;
    this.#counts[ordinal] = count;
  }

  clear(ordinal: number): void {
    const first = this.#firsts[ordinal] as number;
    const count = this.#counts[ordinal] as number;
    if (count === 0) return;
    for (let slot = first; slot < first + count; slot++) this.#slab.clear(slot);
    this.#owners.fill(NOBODY, first, first + count);
    this.#counts[ordinal] = 0;
    const runs = this.#freeRuns.get(count);
    if (runs) runs.push(first);
    else this.#freeRuns.set(count, [first]);
  }

  /**
   * Writes the cosine of the best passage of every memory that `mask` (by ordinal) has into `cosines`, which comes full of NaN.
   * `wanted` of the ordinals are in the mask. `false` when none has a vector.
   */
  scoreBest(query: Int8Array, mask: Uint8Array, wanted: number, cosines: Float64Array): boolean {
    if (this.#extent === 0 || wanted === 0 || query.length !== this.#slab.dimensions) return false;
    const slots = this.#chooseSlots(query, mask, wanted);
    const dots = slots ? this.#slab.scoresOf(query, slots) : this.#slab.scores(query, this.#extent);
    let found = false;
    for (let at = 0; at < dots.length; at++) {
      const owner = this.#owners[slots ? (slots[at] as number) : at] as number;
      if (owner === NOBODY || mask[owner] !== 1) continue;
      const cosine = toCosine(dots[at] as number);
      if (!((cosines[owner] as number) >= cosine)) cosines[owner] = cosine;
      found = true;
    }
    return found;
  }

  /** The slots to compare, or `null` for all. */
  #chooseSlots(query: Int8Array, mask: Uint8Array, wanted: number): Uint32Array | null {
    if (wanted < mask.length / 4) return this.#slotsOf(mask);
    if (this.#extent <= EXACT_SCAN_MAX) return null;
    const candidates = Math.max(BIT_CANDIDATES_MIN, this.#extent / BIT_CANDIDATES_SHARE);
    return this.#slab.nearestByBits(query, this.#extent, Math.ceil((candidates * mask.length) / wanted));
  }

  #slotsOf(mask: Uint8Array): Uint32Array {
    const slots: number[] = [];
    for (let ordinal = 0; ordinal < mask.length; ordinal++) {
      if (mask[ordinal] !== 1) continue;
      const first = this.#firsts[ordinal] as number;
      for (let passage = 0; passage < (this.#counts[ordinal] as number); passage++) slots.push(first + passage);
    }
    return Uint32Array.from(slots);
  }

  /** Zeroes the vectors and gives their memory back. */
  free(): void {
    this.#slab.free();
  }
}
