import type { Kernel } from "./kernel.ts";

/**
 * The kernel in plain TypeScript: what kernel.wat is tested against, and what runs where WebAssembly SIMD is missing.
 * Same arguments, same results to the bit; about 20 times slower.
 */
export function createScalarKernel(memory: { readonly buffer: ArrayBuffer }): Kernel {
  return {
    scanInt8(query, rows, count, dims, out) {
      const wide = new Int16Array(memory.buffer, query, dims);
      const bytes = new Int8Array(memory.buffer, rows, count * dims);
      const scores = new Int32Array(memory.buffer, out, count);
      for (let row = 0; row < count; row++) scores[row] = dot(wide, bytes, row * dims);
    },

    scanInt8Ids(query, rows, ids, count, dims, out) {
      const wide = new Int16Array(memory.buffer, query, dims);
      const bytes = new Int8Array(memory.buffer, rows);
      const scores = new Int32Array(memory.buffer, out, count);
      const list = new Uint32Array(memory.buffer, ids, count);
      for (let i = 0; i < count; i++) scores[i] = dot(wide, bytes, list[i]! * dims);
    },

    packBits(rows, count, dims, bits, stride) {
      for (let row = 0; row < count; row++) {
        const values = new Int8Array(memory.buffer, rows + row * dims, dims);
        packRow(values, new Uint8Array(memory.buffer, bits + row * stride, dims / 8));
      }
    },

    scanBits(query, bits, count, stride, out, histogram) {
      const words = stride / 4;
      const asked = new Uint32Array(memory.buffer, query, words);
      const stored = new Uint32Array(memory.buffer, bits, count * words);
      const distances = new Uint16Array(memory.buffer, out, count);
      const bins = new Uint32Array(memory.buffer, histogram, stride * 8 + 1);
      for (let row = 0; row < count; row++) {
        const distance = hamming(asked, stored, row * words);
        distances[row] = distance;
        bins[distance] = bins[distance]! + 1;
      }
    },
  };
}

function dot(query: Int16Array, rows: Int8Array, from: number): number {
  let sum = 0;
  for (let d = 0; d < query.length; d++) sum = (sum + query[d]! * rows[from + d]!) | 0;
  return sum;
}

function packRow(values: Int8Array, bits: Uint8Array): void {
  bits.fill(0);
  for (let d = 0; d < values.length; d++) bits[d >> 3]! |= values[d]! < 0 ? 1 << (d & 7) : 0;
}

function hamming(query: Uint32Array, rows: Uint32Array, from: number): number {
  let distance = 0;
  for (let w = 0; w < query.length; w++) distance += popcount(query[w]! ^ rows[from + w]!);
  return distance;
}

/** Hacker's Delight, 2nd edition, figure 5-2. */
function popcount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
