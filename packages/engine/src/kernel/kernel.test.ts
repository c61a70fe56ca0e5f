import * as fc from "fast-check";
import { expect, test } from "vitest";
import { KERNEL_BASE64 } from "./kernel.gen.ts";
import { instantiateKernel, type Kernel } from "./kernel.ts";
import { createScalarKernel } from "./scalar.ts";

// Inputs lie from QUERY up and what a kernel writes from OUT up, so that a stray write shows in the comparison.
const [QUERY, QUERY_BITS, ROWS, IDS, BITS, OUT, HISTOGRAM, BYTES] = [64, 1_024, 2_048, 80_000, 96_000, 131_072, 160_000, 196_608];

type Scan = (kernel: Kernel, buffer: ArrayBuffer) => void;

interface Shape {
  count: number;
  dims: number;
  query: Int8Array;
  rows: Int8Array;
}

const int8 = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: -128, max: 127 }) }, { weight: 1, arbitrary: fc.constantFrom(-128, 127, 0) });
const shapes: fc.Arbitrary<Shape> = fc.record({ count: fc.nat({ max: 40 }), blocks: fc.integer({ min: 1, max: 12 }) })
  .chain(({ count, blocks }) => fc.record({
    count: fc.constant(count),
    dims: fc.constant(blocks * 16),
    query: fc.int8Array({ minLength: blocks * 16, maxLength: blocks * 16 }),
    rows: fc.array(int8, { minLength: count * blocks * 16, maxLength: count * blocks * 16 }).map((values) => Int8Array.from(values)),
  }));

function newMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: BYTES / 65_536 });
}

/** Runs the same scan on the kernel and on its twin, over the same bytes; both memories must end up equal. */
function runOnBoth(simd: WebAssembly.Memory, scalar: WebAssembly.Memory, shape: Shape, scan: Scan): Uint8Array<ArrayBuffer> {
  for (const memory of [simd, scalar]) {
    new Uint8Array(memory.buffer).fill(0xa5);
    new Int16Array(memory.buffer, QUERY).set(shape.query);
    new Int8Array(memory.buffer, ROWS).set(shape.rows);
  }
  scan(instantiateKernel(simd), simd.buffer);
  scan(createScalarKernel(scalar), scalar.buffer);
  expect(Buffer.compare(new Uint8Array(simd.buffer), new Uint8Array(scalar.buffer))).toBe(0);
  return new Uint8Array(simd.buffer);
}

function dotsOf({ query, rows, dims }: Shape, ids: number[]): number[] {
  return ids.map((id) => query.reduce((sum, value, d) => sum + value * rows[id * dims + d]!, 0));
}

test("a scan gives the exact dot product of the query and every row, and writes nothing else", () => {
  const [simd, scalar] = [newMemory(), newMemory()];
  fc.assert(fc.property(shapes, (shape) => {
    const { count, dims } = shape;
    const bytes = runOnBoth(simd, scalar, shape, (kernel) => kernel.scanInt8(QUERY, ROWS, count, dims, OUT));
    expect([...new Int32Array(bytes.buffer, OUT, count)]).toEqual(dotsOf(shape, [...Array(count).keys()]));
    expect(bytes[OUT + count * 4]).toBe(0xa5);
  }));
});

test("a scan of an id list gives the dot products of these rows in the order of the list", () => {
  const [simd, scalar] = [newMemory(), newMemory()];
  const listed = shapes.chain((shape) => fc.tuple(fc.constant(shape), fc.array(fc.nat({ max: Math.max(0, shape.count - 1) }), { maxLength: 60 })));
  fc.assert(fc.property(listed, ([shape, list]) => {
    const ids = shape.count === 0 ? [] : list;
    const bytes = runOnBoth(simd, scalar, shape, (kernel, buffer) => {
      new Uint32Array(buffer, IDS).set(ids);
      kernel.scanInt8Ids(QUERY, ROWS, IDS, ids.length, shape.dims, OUT);
    });
    expect([...new Int32Array(bytes.buffer, OUT, ids.length)]).toEqual(dotsOf(shape, ids));
    expect(bytes[OUT + ids.length * 4]).toBe(0xa5);
  }));
});

test("the scan of sign bits counts the dimensions whose signs differ, and its histogram counts the rows of each distance", () => {
  const [simd, scalar] = [newMemory(), newMemory()];
  fc.assert(fc.property(shapes, (shape) => {
    const { count, dims, query, rows } = shape;
    const stride = Math.ceil(dims / 128) * 16;
    const bytes = runOnBoth(simd, scalar, shape, (kernel, buffer) => {
      new Uint8Array(buffer, HISTOGRAM, (stride * 8 + 1) * 4).fill(0);
      new Uint8Array(buffer, QUERY_BITS, stride).fill(0);
      new Uint8Array(buffer, BITS, count * stride).fill(0);
      new Int8Array(buffer, IDS).set(query);
      kernel.packBits(IDS, 1, dims, QUERY_BITS, stride);
      kernel.packBits(ROWS, count, dims, BITS, stride);
      kernel.scanBits(QUERY_BITS, BITS, count, stride, OUT, HISTOGRAM);
    });
    const distances = Array.from({ length: count }, (_, row) => query.filter((value, d) => value < 0 !== rows[row * dims + d]! < 0).length);
    expect([...new Uint16Array(bytes.buffer, OUT, count)]).toEqual(distances);
    const histogram = new Uint32Array(bytes.buffer, HISTOGRAM, stride * 8 + 1);
    expect([...histogram]).toEqual(Array.from(histogram, (_, distance) => distances.filter((each) => each === distance).length));
  }));
});

test("the largest products of 4,096 dimensions do not overflow", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Int16Array(memory.buffer, 0, 4_096).fill(-128);
  new Int8Array(memory.buffer, 8_192, 4_096).fill(-128);
  instantiateKernel(memory).scanInt8(0, 8_192, 1, 4_096, 16_384);
  expect(new Int32Array(memory.buffer, 16_384, 1)[0]).toBe(4_096 * 128 * 128);
});

test("a module compiled elsewhere is used instead of compiling", () => {
  const module = new WebAssembly.Module(Buffer.from(KERNEL_BASE64, "base64"));
  const kernel = instantiateKernel(new WebAssembly.Memory({ initial: 1 }), module);
  expect(Object.keys(kernel)).toEqual(["scanInt8", "scanInt8Ids", "packBits", "scanBits"]);
});
