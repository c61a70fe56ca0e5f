import type { Block, BlockAllocator } from "./blocks.ts";
import type { Kernel } from "./kernel.ts";

/** Bounded by the scratch below; the widest embedding models in use have 4,096. */
export const DIMENSIONS_MAX = 4_096;

/** What a slab stands on: the heap's memory and the scans over it. */
export interface SlabHeap {
  readonly blocks: BlockAllocator;
  readonly kernel: Kernel;
}

/** Rows for one kernel call: its output then stays in the first-level cache, and scratch has one size. */
const BATCH_ROWS = 4_096;

/** The first page of the memory is scratch: the question in three forms, then what a kernel call reads and writes beside rows. */
const QUERY_WIDE = 0;
const QUERY_INT8 = QUERY_WIDE + DIMENSIONS_MAX * 2;
const QUERY_BITS = QUERY_INT8 + DIMENSIONS_MAX;
const HISTOGRAM = QUERY_BITS + DIMENSIONS_MAX / 8;
const OUT = HISTOGRAM + (DIMENSIONS_MAX + 16) * 4;
const IDS = OUT + BATCH_ROWS * 4;
export const SCRATCH_BYTES = 65_536;

const FREED = "This vector slab was freed. Open a new one.";

/**
 * The int8 vectors of one group, row by row. An ordinal is a row's number, from 0 to below `capacity`; a row never set
 * or cleared is all zero, and leaving it out of an answer is the caller's business. After `free` every call throws.
 */
export class VectorSlab {
  readonly dimensions: number;
  readonly #heap: SlabHeap;
  /** Bytes of a row: the dimensions, padded with zeros. */
  readonly #stride: number;
  readonly #bitStride: number;
  #capacity: number;
  #rows: Block | undefined;
  #bits: Block | undefined;

  /** Only for the heap: callers use `VectorHeap.open`. */
  constructor(heap: SlabHeap, dimensions: number, capacity: number) {
    this.dimensions = requireWhole("dimensions", dimensions, 1, DIMENSIONS_MAX);
    this.#heap = heap;
    this.#stride = Math.ceil(dimensions / 16) * 16;
    this.#bitStride = Math.ceil(dimensions / 128) * 16;
    this.#capacity = requireWhole("capacity", capacity, 0, Number.MAX_SAFE_INTEGER);
    this.#rows = heap.blocks.allocate(capacity * this.#stride);
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** What this slab takes of the heap's bound; 0 once freed. */
  get bytes(): number {
    return (this.#rows?.size ?? 0) + (this.#bits?.size ?? 0);
  }

  /** Writes one vector at `ordinal`, or several that lie end to end at `ordinal` and after. */
  set(ordinal: number, vectors: Int8Array): void {
    const count = vectors.length / this.dimensions;
    if (!Number.isInteger(count)) throw new RangeError(`${vectors.length} values are not whole vectors of ${this.dimensions} dimensions.`);
    this.#requireRows(ordinal, count);
    const { int8 } = this.#heap.blocks.views;
    const at = this.#openRows.offset + ordinal * this.#stride;
    if (this.#stride === this.dimensions) int8.set(vectors, at);
    else for (let row = 0; row < count; row++) {
      int8.set(vectors.subarray(row * this.dimensions, (row + 1) * this.dimensions), at + row * this.#stride);
    }
    if (this.#bits) this.#packBits(this.#bits, ordinal, count);
  }

  /** A copy of the row. */
  get(ordinal: number): Int8Array<ArrayBuffer> {
    this.#requireRows(ordinal, 1);
    const at = this.#openRows.offset + ordinal * this.#stride;
    return this.#heap.blocks.views.int8.slice(at, at + this.dimensions);
  }

  /** Zeroes a row; nothing of its vector stays in memory. */
  clear(ordinal: number): void {
    this.#requireRows(ordinal, 1);
    const at = this.#openRows.offset + ordinal * this.#stride;
    this.#heap.blocks.views.int8.fill(0, at, at + this.#stride);
    if (this.#bits) this.#packBits(this.#bits, ordinal, 1);
  }

  /** Makes room for at least `capacity` rows and keeps those there are. Throws `VectorHeapFull`, and the rows stay as they were. */
  grow(capacity: number): void {
    requireWhole("capacity", capacity, 0, Number.MAX_SAFE_INTEGER);
    const rows = this.#openRows;
    if (capacity <= this.#capacity) return;
    // Packed anew when next asked for: 2 ms for 100,000 rows, and less to move now.
    this.#dropBits();
    this.#heap.blocks.resize(rows, capacity * this.#stride);
    this.#capacity = capacity;
  }

  /** Dot products of the query and the rows 0 to `count` − 1. The answer is the caller's own. */
  scores(query: Int8Array, count: number): Int32Array<ArrayBuffer> {
    this.#requireRows(0, count);
    const { kernel, blocks } = this.#heap;
    const scores = new Int32Array(count);
    this.#withQuery(query, (rows) => {
      for (let from = 0; from < count; from += BATCH_ROWS) {
        const batch = Math.min(BATCH_ROWS, count - from);
        kernel.scanInt8(QUERY_WIDE, rows + from * this.#stride, batch, this.#stride, OUT);
        scores.set(blocks.views.int32.subarray(OUT / 4, OUT / 4 + batch), from);
      }
    });
    return scores;
  }

  /** Dot products of the query and the named rows, in their order. The answer is the caller's own. */
  scoresOf(query: Int8Array, ordinals: Uint32Array): Int32Array<ArrayBuffer> {
    for (let i = 0; i < ordinals.length; i++) {
      if (ordinals[i]! >= this.#capacity) this.#requireRows(ordinals[i]!, 1);
    }
    const { kernel, blocks } = this.#heap;
    const scores = new Int32Array(ordinals.length);
    this.#withQuery(query, (rows) => {
      for (let from = 0; from < ordinals.length; from += BATCH_ROWS) {
        const batch = ordinals.subarray(from, from + BATCH_ROWS);
        blocks.views.uint32.set(batch, IDS / 4);
        kernel.scanInt8Ids(QUERY_WIDE, rows, IDS, batch.length, this.#stride, OUT);
        scores.set(blocks.views.int32.subarray(OUT / 4, OUT / 4 + batch.length), from);
      }
    });
    return scores;
  }

  /**
   * The `k` of the rows 0 to `count` − 1 whose signs differ least from the query's, in the order of their ordinals; of
   * equals the lower ordinals. Candidates for `scoresOf`: take k = max(400, count / 250) for a top 20.
   * The first call packs the sign bits, an eighth of the rows' bytes, and may throw `VectorHeapFull`.
   */
  nearestByBits(query: Int8Array, count: number, k: number): Uint32Array<ArrayBuffer> {
    this.#requireRows(0, count);
    requireWhole("k", k, 0, Number.MAX_SAFE_INTEGER);
    const bits = this.#openBits();
    if (count <= k) return Uint32Array.from({ length: count }, (_, ordinal) => ordinal);

    const { kernel, blocks } = this.#heap;
    const distances = new Uint16Array(count);
    return this.#withQuery(query, () => {
      kernel.packBits(QUERY_INT8, 1, this.#stride, QUERY_BITS, this.#bitStride);
      for (let from = 0; from < count; from += BATCH_ROWS) {
        const batch = Math.min(BATCH_ROWS, count - from);
        kernel.scanBits(QUERY_BITS, bits.offset + from * this.#bitStride, batch, this.#bitStride, OUT, HISTOGRAM);
        distances.set(blocks.views.uint16.subarray(OUT / 2, OUT / 2 + batch), from);
      }
      return selectNearest(distances, blocks.views.uint32.subarray(HISTOGRAM / 4, HISTOGRAM / 4 + this.dimensions + 1), k);
    });
  }

  /** Zeroes the memory and gives it back. A second call does nothing. */
  free(): void {
    this.#dropBits();
    if (this.#rows) this.#heap.blocks.release(this.#rows);
    this.#rows = undefined;
  }

  #dropBits(): void {
    if (this.#bits) this.#heap.blocks.release(this.#bits);
    this.#bits = undefined;
  }

  get #openRows(): Block {
    if (!this.#rows) throw new Error(FREED);
    return this.#rows;
  }

  #openBits(): Block {
    if (this.#bits) return this.#bits;
    const bits = this.#heap.blocks.allocate(this.#capacity * this.#bitStride);
    this.#packBits(bits, 0, this.#capacity);
    this.#bits = bits;
    return bits;
  }

  #packBits(bits: Block, from: number, count: number): void {
    const rows = this.#openRows.offset + from * this.#stride;
    this.#heap.kernel.packBits(rows, count, this.#stride, bits.offset + from * this.#bitStride, this.#bitStride);
  }

  /** Runs a scan with the query in scratch, and wipes scratch after it: a query can be a vector that is erased next. */
  #withQuery<T>(query: Int8Array, scan: (rows: number) => T): T {
    if (query.length !== this.dimensions) throw new RangeError(`The query has ${query.length} dimensions, the slab ${this.dimensions}.`);
    const rows = this.#openRows.offset;
    const { int8, int16, uint8 } = this.#heap.blocks.views;
    int16.set(query, QUERY_WIDE / 2);
    int8.set(query, QUERY_INT8);
    try {
      return scan(rows);
    } finally {
      uint8.fill(0, QUERY_WIDE, OUT);
    }
  }

  #requireRows(ordinal: number, count: number): void {
    if (!this.#rows) throw new Error(FREED);
    requireWhole("count", count, 0, this.#capacity);
    requireWhole("ordinal", ordinal, 0, this.#capacity - count);
  }
}

function selectNearest(distances: Uint16Array, histogram: Uint32Array, k: number): Uint32Array<ArrayBuffer> {
  let limit = 0;
  let nearer = 0;
  while (nearer + histogram[limit]! < k) nearer += histogram[limit++]!;

  const nearest = new Uint32Array(k);
  let equals = k - nearer;
  let found = 0;
  for (let ordinal = 0; found < k && ordinal < distances.length; ordinal++) {
    const distance = distances[ordinal]!;
    if (distance < limit || (distance === limit && equals-- > 0)) nearest[found++] = ordinal;
  }
  return nearest;
}

function requireWhole(name: string, value: number, min: number, max: number): number {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be a whole number from ${min} to ${max}, not ${value}.`);
  }
  return value;
}
