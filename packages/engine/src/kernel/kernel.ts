import { KERNEL_BASE64 } from "./kernel.gen.ts";

/**
 * Scans over rows in one memory. Every pointer is a byte address; the layouts are described in kernel.wat,
 * function by function. Nothing is checked here: an address or an id outside the rows reads other rows.
 */
export interface Kernel {
  /** `out[i]` (i32) = the query (i16, widened) · row i (i8), for `count` rows that follow each other. */
  scanInt8(query: number, rows: number, count: number, dims: number, out: number): void;
  /** The same for the rows named by `count` u32 at `ids`. */
  scanInt8Ids(query: number, rows: number, ids: number, count: number, dims: number, out: number): void;
  /** Writes the sign bits of `count` rows, `stride` bytes a row. */
  packBits(rows: number, count: number, dims: number, bits: number, stride: number): void;
  /** `out[i]` (u16) = differing bits of the query and bit row i; adds to the u32 `histogram` of distances. */
  scanBits(query: number, bits: number, count: number, stride: number, out: number, histogram: number): void;
}

/** Whether this runtime knows WebAssembly SIMD. */
export function hasSimd(): boolean {
  return WebAssembly.validate(kernelBytes());
}

/**
 * The kernel over a memory. Without a module the bytes in kernel.gen.ts are compiled (half a kilobyte, well under a
 * millisecond); a runtime that forbids this, as Cloudflare Workers does, must import the module and give it here.
 */
export function instantiateKernel(memory: WebAssembly.Memory, module?: WebAssembly.Module): Kernel {
  const instance = new WebAssembly.Instance(module ?? compileKernel(), { heap: { memory } });
  return instance.exports as unknown as Kernel;
}

function compileKernel(): WebAssembly.Module {
  try {
    return new WebAssembly.Module(kernelBytes());
  } catch (cause) {
    throw new Error("This runtime does not compile WebAssembly while running. Import the kernel as a module and pass it as `module`.", { cause });
  }
}

function kernelBytes(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(KERNEL_BASE64), (char) => char.charCodeAt(0));
}
