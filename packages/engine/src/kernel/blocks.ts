/** The granule of every block: a cache line, and enough for each alignment the kernel's views need. */
const GRANULE = 64;
const PAGE = 65_536;
const PAGES_MAX = 65_536;

/** A piece of the memory. The allocator may move it whenever another block is allocated: read `offset` anew each time. */
export interface Block {
  offset: number;
  size: number;
}

/** Typed views over the whole memory. A grown memory has new ones: never keep them. */
export interface Views {
  readonly int8: Int8Array<ArrayBuffer>;
  readonly uint8: Uint8Array<ArrayBuffer>;
  readonly int16: Int16Array<ArrayBuffer>;
  readonly uint16: Uint16Array<ArrayBuffer>;
  readonly int32: Int32Array<ArrayBuffer>;
  readonly uint32: Uint32Array<ArrayBuffer>;
}

/** The heap has no room for what was asked. Free at least `bytesMissing` (close other slabs), then try again. */
export class VectorHeapFull extends Error {
  readonly code = "vector_heap_full";
  readonly bytesMissing: number;

  constructor(bytesNeeded: number, bytesMissing: number, cause?: unknown) {
    super(`The vector heap needs ${bytesNeeded} bytes and lacks ${bytesMissing}. Free other slabs, or raise bytesMax.`, { cause });
    this.name = "VectorHeapFull";
    this.bytesMissing = bytesMissing;
  }
}

/**
 * Blocks in one WebAssembly memory: best fit, neighbours merged when freed. When no gap is large enough the memory
 * grows, and at its bound the cheapest run of blocks slides together; so an allocation fails only when the bytes are
 * not there, never because they lie apart. All memory outside blocks is zero.
 */
export class BlockAllocator {
  readonly memory: WebAssembly.Memory;
  readonly bytesMax: number;
  readonly #limit: number;
  readonly #blocks = new Set<Block>();
  /** Free stretches in the order of their addresses, no two of them touching. */
  readonly #gaps: Block[] = [];
  #top: number;
  #views: Views;
  #bytesUsed = 0;

  /** `reservedBytes` at the start of the memory (whole pages) are the caller's; the bound does not count them. */
  constructor(bytesMax: number, reservedBytes: number) {
    const pages = Math.ceil((reservedBytes + bytesMax) / PAGE);
    if (!Number.isSafeInteger(bytesMax) || bytesMax < GRANULE || pages > PAGES_MAX) {
      throw new RangeError(`bytesMax must be a whole number from ${GRANULE} to ${PAGES_MAX * PAGE - reservedBytes}, not ${bytesMax}.`);
    }
    this.bytesMax = Math.floor(bytesMax / GRANULE) * GRANULE;
    this.memory = new WebAssembly.Memory({ initial: reservedBytes / PAGE, maximum: pages });
    this.#limit = reservedBytes + this.bytesMax;
    this.#top = reservedBytes;
    this.#views = toViews(this.memory);
  }

  get bytesUsed(): number {
    return this.#bytesUsed;
  }

  get views(): Views {
    return this.#views;
  }

  /** A zeroed block of at least `bytes`. Throws `VectorHeapFull`. */
  allocate(bytes: number): Block {
    const size = Math.max(GRANULE, roundUp(bytes, GRANULE));
    this.#requireRoom(size);
    const block = this.#place(size);
    this.#blocks.add(block);
    return block;
  }

  /** Makes a block at least `bytes` long: its content stays, the added bytes are zero. Throws `VectorHeapFull` and keeps it as it was. */
  resize(block: Block, bytes: number): void {
    const size = roundUp(bytes, GRANULE);
    if (size <= block.size) return;
    this.#requireRoom(size - block.size);
    if (!this.#extend(block, size)) this.#move(block, size);
  }

  /** Zeroes a block and takes it back. */
  release(block: Block): void {
    this.#blocks.delete(block);
    this.#bytesUsed -= block.size;
    this.#views.uint8.fill(0, block.offset, block.offset + block.size);
    this.#insertGap({ ...block });
  }

  #requireRoom(size: number): void {
    const missing = this.#bytesUsed + size - this.bytesMax;
    if (missing > 0) throw new VectorHeapFull(size, missing);
  }

  get #bytesFree(): number {
    return this.#gaps.reduce((sum, gap) => sum + gap.size, 0);
  }

  #findGap(size: number): Block | undefined {
    let best: Block | undefined;
    for (const gap of this.#gaps) if (gap.size >= size && gap.size < (best?.size ?? Infinity)) best = gap;
    return best;
  }

  /** Into the gap right behind the block, growing the memory for it when the block is the last. */
  #extend(block: Block, size: number): boolean {
    const more = size - block.size;
    const end = block.offset + block.size;
    let gap = this.#gaps.find((each) => each.offset === end);
    if (end + (gap?.size ?? 0) === this.#top && more > (gap?.size ?? 0)) {
      this.#growMemory(more);
      gap = this.#gaps.find((each) => each.offset === end);
    }
    if (gap === undefined || gap.size < more) return false;
    this.#takeFront(gap, more);
    block.size = size;
    return true;
  }

  /** By way of a copy outside, so that a block may grow into what it leaves: otherwise none larger than half the heap could. */
  #move(block: Block, size: number): void {
    const content = this.#views.uint8.slice(block.offset, block.offset + block.size);
    this.release(block);
    try {
      Object.assign(block, this.#place(size));
    } catch (refusal) {
      Object.assign(block, this.#place(content.length));
      throw refusal;
    } finally {
      this.#blocks.add(block);
      this.#views.uint8.set(content, block.offset);
      content.fill(0);
    }
  }

  #place(size: number): Block {
    const gap = this.#findGap(size) ?? this.#openGap(size);
    const place = { offset: gap.offset, size };
    this.#takeFront(gap, size);
    return place;
  }

  /** Grows the memory by what the last gap lacks of `size`; past its bound, moves blocks. */
  #openGap(size: number): Block {
    const refusal = this.#growMemory(size);
    const gap = this.#findGap(size) ?? this.#compact(size);
    if (gap === undefined) throw new VectorHeapFull(size, size - this.#bytesFree, refusal);
    return gap;
  }

  /** Towards a last gap of `size`, as far as the bound allows. Returns the host's refusal, if any: it may have less memory than the bound. */
  #growMemory(size: number): unknown {
    const last = this.#gaps.at(-1);
    const tail = last && last.offset + last.size === this.#top ? last.size : 0;
    // An eighth more than asked, since each growth detaches every view.
    for (const wanted of [size - tail + this.#top / 8, size - tail]) {
      const top = Math.min(this.#limit, roundUp(this.#top + wanted, PAGE));
      const pages = Math.ceil(top / PAGE) - this.memory.buffer.byteLength / PAGE;
      try {
        if (pages > 0) this.memory.grow(pages);
      } catch (refusal) {
        if (wanted === size - tail) return refusal;
        continue;
      }
      this.#views = toViews(this.memory);
      if (top > this.#top) this.#insertGap({ offset: this.#top, size: top - this.#top });
      this.#top = top;
      return undefined;
    }
    return undefined;
  }

  /** Slides the blocks between some neighbouring gaps down, so that these become one gap of at least `size`: the run with the fewest bytes to move. */
  #compact(size: number): Block | undefined {
    const run = this.#cheapestRun(size);
    if (run === undefined) return undefined;
    const start = this.#gaps[run.from]!.offset;
    const lastGap = this.#gaps[run.to]!;
    const end = lastGap.offset + lastGap.size;
    const between = [...this.#blocks].filter((block) => block.offset > start && block.offset < end);

    let target = start;
    for (const block of between.sort((a, b) => a.offset - b.offset)) {
      this.#views.uint8.copyWithin(target, block.offset, block.offset + block.size);
      block.offset = target;
      target += block.size;
    }
    this.#views.uint8.fill(0, target, end);
    const gap = { offset: target, size: end - target };
    this.#gaps.splice(run.from, run.to - run.from + 1, gap);
    return gap;
  }

  #cheapestRun(size: number): { from: number; to: number } | undefined {
    let best: { from: number; to: number; moved: number } | undefined;
    let free = 0;
    let from = 0;
    for (const [to, gap] of this.#gaps.entries()) {
      free += gap.size;
      while (free - this.#gaps[from]!.size >= size) free -= this.#gaps[from++]!.size;
      const moved = gap.offset + gap.size - this.#gaps[from]!.offset - free;
      if (free >= size && moved < (best?.moved ?? Infinity)) best = { from, to, moved };
    }
    return best;
  }

  #takeFront(gap: Block, size: number): void {
    this.#bytesUsed += size;
    gap.offset += size;
    gap.size -= size;
    if (gap.size === 0) this.#gaps.splice(this.#gaps.indexOf(gap), 1);
  }

  #insertGap(gap: Block): void {
    const at = this.#gapIndexAfter(gap.offset);
    const [before, after] = [this.#gaps[at - 1], this.#gaps[at]];
    const joinsBefore = before !== undefined && before.offset + before.size === gap.offset;
    const joinsAfter = after !== undefined && gap.offset + gap.size === after.offset;
    if (joinsBefore) before.size += gap.size + (joinsAfter ? after.size : 0);
    if (joinsAfter && !joinsBefore) Object.assign(after, { offset: gap.offset, size: after.size + gap.size });
    if (joinsBefore && joinsAfter) this.#gaps.splice(at, 1);
    if (!joinsBefore && !joinsAfter) this.#gaps.splice(at, 0, gap);
  }

  /** How many gaps lie before an address. */
  #gapIndexAfter(offset: number): number {
    let low = 0;
    let high = this.#gaps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#gaps[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function roundUp(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit;
}

function toViews({ buffer }: WebAssembly.Memory): Views {
  return {
    int8: new Int8Array(buffer), uint8: new Uint8Array(buffer),
    int16: new Int16Array(buffer), uint16: new Uint16Array(buffer),
    int32: new Int32Array(buffer), uint32: new Uint32Array(buffer),
  };
}
