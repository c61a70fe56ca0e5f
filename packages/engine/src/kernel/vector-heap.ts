import { BlockAllocator } from "./blocks.ts";
import { hasSimd, instantiateKernel } from "./kernel.ts";
import { createScalarKernel } from "./scalar.ts";
import { SCRATCH_BYTES, VectorSlab, type SlabHeap } from "./vector-slab.ts";

export { VectorHeapFull } from "./blocks.ts";
export type { VectorSlab } from "./vector-slab.ts";

export interface VectorHeapOptions {
  /** What all slabs together may take; at most 4 GiB less one page. The memory grows towards it and never shrinks. */
  bytesMax: number;
  /** kernel.wat compiled, for runtimes that do not compile WebAssembly while running. */
  module?: WebAssembly.Module;
  /** Which kernel: by default `simd` where the runtime has it or a module is given, else `scalar`. */
  kernel?: "simd" | "scalar";
}

/** The vectors of recently used groups, in one WebAssembly memory for the process: V8 sets address space aside per memory. */
export class VectorHeap {
  /** `scalar` scans some 20 times slower: worth a line in the log at start. */
  readonly kernel: "simd" | "scalar";
  readonly #heap: SlabHeap;

  /** Only for `createVectorHeap`. */
  constructor(kernel: "simd" | "scalar", heap: SlabHeap) {
    this.kernel = kernel;
    this.#heap = heap;
  }

  get bytesUsed(): number {
    return this.#heap.blocks.bytesUsed;
  }

  get bytesMax(): number {
    return this.#heap.blocks.bytesMax;
  }

  /**
   * A zeroed slab of `capacity` vectors (`dimensions`: 1 to 4,096); the caller frees it. Throws `VectorHeapFull`, which
   * says how much to free; memory that lies in pieces never causes it.
   */
  open(dimensions: number, capacity: number): VectorSlab {
    return new VectorSlab(this.#heap, dimensions, capacity);
  }
}

/** An empty heap. Throws when the runtime refuses to compile WebAssembly and no module is given. */
export function createVectorHeap({ bytesMax, module, kernel }: VectorHeapOptions): VectorHeap {
  const chosen = kernel ?? (module !== undefined || hasSimd() ? "simd" : "scalar");
  const blocks = new BlockAllocator(bytesMax, SCRATCH_BYTES);
  const scans = chosen === "simd" ? instantiateKernel(blocks.memory, module) : createScalarKernel(blocks.memory);
  return new VectorHeap(chosen, { blocks, kernel: scans });
}
