import * as fc from "fast-check";
import { expect, test } from "vitest";
import { KERNEL_BASE64 } from "./kernel.gen.ts";
import { createVectorHeap, VectorHeapFull, type VectorHeap, type VectorSlab } from "./vector-heap.ts";

const KERNELS = ["simd", "scalar"] as const;

/** A slab beside the plain arrays it must equal. */
interface Twin {
  slab: VectorSlab;
  rows: Int8Array[];
}

interface Step {
  action: "open" | "set" | "clear" | "grow" | "pack" | "free";
  pick: number;
  dimensions: number;
  rows: number;
  seed: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(fc.record({
  action: fc.constantFrom("open", "open", "set", "set", "clear", "grow", "pack", "free"),
  pick: fc.nat(),
  dimensions: fc.integer({ min: 1, max: 100 }),
  rows: fc.nat({ max: 120 }),
  seed: fc.nat(),
}), { minLength: 1, maxLength: 120, size: "max" });

/** mulberry32. */
function newRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function newVectors(seed: number, length: number): Int8Array<ArrayBuffer> {
  const random = newRandom(seed);
  return Int8Array.from({ length }, () => Math.floor(random() * 256) - 128);
}

function dotOf(a: Int8Array, b: Int8Array): number {
  return a.reduce((sum, value, d) => sum + value * b[d]!, 0);
}

function hammingOf(a: Int8Array, b: Int8Array): number {
  return a.filter((value, d) => value < 0 !== b[d]! < 0).length;
}

function nearestOf(query: Int8Array, rows: Int8Array[], k: number): number[] {
  const distances = rows.map((row) => hammingOf(query, row));
  const order = [...rows.keys()].sort((a, b) => distances[a]! - distances[b]! || a - b);
  return order.slice(0, k).sort((a, b) => a - b);
}

function newTwin(heap: VectorHeap, dimensions: number, capacity: number): Twin {
  return { slab: heap.open(dimensions, capacity), rows: Array.from({ length: capacity }, () => new Int8Array(dimensions)) };
}

function setRows({ slab, rows }: Twin, ordinal: number, count: number, seed: number): void {
  const vectors = newVectors(seed, count * slab.dimensions);
  slab.set(ordinal, vectors);
  for (let i = 0; i < count; i++) rows[ordinal + i] = vectors.slice(i * slab.dimensions, (i + 1) * slab.dimensions);
}

function growTwin({ slab, rows }: Twin, capacity: number): void {
  slab.grow(capacity);
  while (rows.length < capacity) rows.push(new Int8Array(slab.dimensions));
}

function expectSame({ slab, rows }: Twin, seed: number): void {
  expect(slab.capacity).toBe(rows.length);
  const query = newVectors(seed, slab.dimensions);
  const dots = rows.map((row) => dotOf(query, row));
  expect([...slab.scores(query, rows.length)]).toEqual(dots);
  expect(rows.map((_, ordinal) => slab.get(ordinal).join())).toEqual(rows.map((row) => row.join()));
}

/** Applies a step to slab and arrays alike. */
function applyStep(heap: VectorHeap, twins: Twin[], { action, pick, dimensions, rows, seed }: Step): void {
  if (action === "open") twins.push(newTwin(heap, dimensions, rows));
  const twin = twins[pick % twins.length];
  if (twin === undefined) return;
  if (action === "grow") growTwin(twin, twin.rows.length + rows);
  if (action === "pack") twin.slab.nearestByBits(newVectors(seed, twin.slab.dimensions), twin.rows.length, 5);
  if (action === "free") twins.splice(pick % twins.length, 1)[0]!.slab.free();
  if (twin.rows.length === 0) return;
  const ordinal = seed % twin.rows.length;
  if (action === "set") setRows(twin, ordinal, Math.min(1 + (rows % 20), twin.rows.length - ordinal), seed);
  if (action === "clear") {
    twin.slab.clear(ordinal);
    twin.rows[ordinal] = new Int8Array(twin.slab.dimensions);
  }
}

/** A full heap is a fair answer to any step, when it says what it lacks. */
function allowFull(step: () => void): void {
  try {
    step();
  } catch (full) {
    if (!(full instanceof VectorHeapFull && full.bytesMissing > 0)) throw full;
  }
}

test.each(KERNELS)("slabs opened, written, grown and freed in any order hold what plain arrays hold (%s)", (kernel) => {
  // One heap for all runs: what an earlier run left behind would show in a later one. Small, so that it is often full.
  const heap = createVectorHeap({ bytesMax: 60_000, kernel });
  fc.assert(fc.property(steps, (list) => {
    const twins: Twin[] = [];
    try {
      for (const step of list) {
        allowFull(() => applyStep(heap, twins, step));
        expect(heap.bytesUsed).toBe(twins.reduce((sum, { slab }) => sum + slab.bytes, 0));
      }
      for (const twin of twins) expectSame(twin, list[0]!.seed);
    } finally {
      for (const { slab } of twins) slab.free();
    }
    expect(heap.bytesUsed).toBe(0);
  }), { numRuns: 150, interruptAfterTimeLimit: 4_000 });
});

test("thousands of slabs neither overlap nor leak, and the heap is full only when its bytes are used up", () => {
  const heap = createVectorHeap({ bytesMax: 4_000_000 });
  const random = newRandom(7);
  const open: { slab: VectorSlab; mark: number; rows: number }[] = [];
  const freeOne = () => {
    const [gone] = open.splice(Math.floor(random() * open.length), 1);
    expect(gone!.slab.get(gone!.rows - 1)).toEqual(new Int8Array(48).fill(gone!.mark));
    gone!.slab.free();
  };
  for (let i = 0; i < 6_000; i++) {
    const rows = 1 + Math.floor(random() ** 4 * 1_500);
    while (heap.bytesUsed + Math.ceil((rows * 48) / 64) * 64 > heap.bytesMax) freeOne();
    const slab = heap.open(48, rows);
    const mark = 1 + (i % 127);
    slab.set(0, new Int8Array(rows * 48).fill(mark));
    open.push({ slab, mark, rows });
  }
  for (const { slab, mark, rows } of open) expect(slab.scores(new Int8Array(48).fill(1), rows)).toEqual(new Int32Array(rows).fill(48 * mark));
  while (open.length > 0) freeOne();
  expect(heap.bytesUsed).toBe(0);
});

test("nothing of a freed, cleared, grown or moved vector stays in the heap", () => {
  const heap = createVectorHeap({ bytesMax: 64_000 });
  const slabs = Array.from({ length: 9 }, () => heap.open(64, 100));
  for (const slab of slabs) slab.set(0, new Int8Array(6_400).fill(-99));
  slabs[0]!.nearestByBits(new Int8Array(64).fill(-99), 100, 1);
  for (const i of [1, 3, 5, 7]) slabs[i]!.free();
  slabs[2]!.grow(150);
  const wide = heap.open(64, 250);
  wide.set(0, new Int8Array(16_000).fill(77));
  wide.clear(3);
  expect(wide.get(3)).toEqual(new Int8Array(64));
  for (const slab of [...slabs, wide]) slab.free();

  const whole = heap.open(64, 1_000);
  expect(heap.bytesUsed).toBe(heap.bytesMax);
  for (let ordinal = 0; ordinal < 1_000; ordinal++) expect(whole.get(ordinal)).toEqual(new Int8Array(64));
});

test("a slab larger than half of the heap can grow to all of it, wherever it lies", () => {
  const heap = createVectorHeap({ bytesMax: 64_000 });
  const first = heap.open(64, 300);
  const large = heap.open(64, 600);
  large.set(0, newVectors(1, 600 * 64));
  first.free();
  large.grow(1_000);
  expect(large.get(599)).toEqual(newVectors(1, 600 * 64).slice(599 * 64));
  expect(large.get(999)).toEqual(new Int8Array(64));
});

test("a full heap says how much is missing, and opens the slab once that much is freed", () => {
  const heap = createVectorHeap({ bytesMax: 64_000 });
  const [a, b, c] = [heap.open(64, 400), heap.open(64, 200), heap.open(64, 400)];
  b.free();
  expect(() => heap.open(64, 300)).toThrow(expect.objectContaining({ code: "vector_heap_full", bytesMissing: 6_400 }));
  expect(() => a.grow(601)).toThrow(VectorHeapFull);
  expect(a.capacity).toBe(400);
  c.free();
  expect(heap.open(64, 600).capacity).toBe(600);
});

test.each(KERNELS)("the nearest by bits are those whose signs differ least, before and after rows change (%s)", (kernel) => {
  const heap = createVectorHeap({ bytesMax: 1_000_000, kernel });
  const shape = fc.record({ dimensions: fc.integer({ min: 1, max: 300 }), count: fc.integer({ min: 1, max: 80 }), k: fc.nat({ max: 100 }), seed: fc.nat() });
  fc.assert(fc.property(shape, ({ dimensions, count, k, seed }) => {
    const twin = newTwin(heap, dimensions, count);
    setRows(twin, 0, count, seed);
    const query = newVectors(seed + 1, dimensions);
    expect([...twin.slab.nearestByBits(query, count, k)]).toEqual(nearestOf(query, twin.rows, k));

    setRows(twin, count >> 1, count - (count >> 1), seed + 2);
    twin.slab.clear(0);
    twin.rows[0] = new Int8Array(dimensions);
    expect([...twin.slab.nearestByBits(query, count, k)]).toEqual(nearestOf(query, twin.rows, k));

    growTwin(twin, count + 5);
    expect([...twin.slab.nearestByBits(query, count + 5, k)]).toEqual(nearestOf(query, twin.rows, k));
    twin.slab.free();
  }));
});

test("scans of more rows than one kernel call takes are put together in order", () => {
  const heap = createVectorHeap({ bytesMax: 1_000_000 });
  const twin = newTwin(heap, 16, 10_000);
  setRows(twin, 0, 10_000, 3);
  const query = newVectors(4, 16);
  const ordinals = Uint32Array.from({ length: 9_000 }, (_, i) => 9_999 - i);
  expect([...twin.slab.scores(query, 10_000)]).toEqual(twin.rows.map((row) => dotOf(query, row)));
  expect([...twin.slab.scoresOf(query, ordinals)]).toEqual([...ordinals].map((ordinal) => dotOf(query, twin.rows[ordinal]!)));
  expect([...twin.slab.nearestByBits(query, 10_000, 500)]).toEqual(nearestOf(query, twin.rows, 500));
});

test("an answer stays as it is when the heap is used again", () => {
  const heap = createVectorHeap({ bytesMax: 1_000_000 });
  const slab = heap.open(16, 2);
  slab.set(0, new Int8Array(32).fill(1));
  const scores = slab.scores(new Int8Array(16).fill(1), 2);
  slab.scores(new Int8Array(16).fill(9), 2);
  heap.open(16, 10_000);
  expect(scores).toEqual(Int32Array.of(16, 16));
});

test("rows outside the slab, vectors of another length and freed slabs are refused", () => {
  const heap = createVectorHeap({ bytesMax: 1_000_000 });
  const slab = heap.open(16, 10);
  const query = new Int8Array(16);
  const outside = [
    () => slab.get(10), () => slab.get(-1), () => slab.set(9, new Int8Array(32)), () => slab.clear(0.5),
    () => slab.scores(query, 11), () => slab.scoresOf(query, Uint32Array.of(3, 10)), () => slab.nearestByBits(query, 11, 1),
    () => slab.set(0, new Int8Array(17)), () => slab.scores(new Int8Array(15), 1), () => slab.nearestByBits(new Int8Array(17), 5, 1),
    () => heap.open(0, 1), () => heap.open(4_097, 1), () => heap.open(16, -1), () => createVectorHeap({ bytesMax: 2 ** 32 }),
  ];
  for (const call of outside) expect(call).toThrow(RangeError);

  slab.free();
  slab.free();
  const freed = [
    () => slab.get(0), () => slab.set(0, query), () => slab.clear(0), () => slab.grow(20),
    () => slab.scores(query, 1), () => slab.scoresOf(query, new Uint32Array(0)), () => slab.nearestByBits(query, 1, 1),
  ];
  for (const call of freed) expect(call).toThrow("This vector slab was freed");
  expect(heap.bytesUsed).toBe(0);
});

test("the heap takes a module that the caller compiled", () => {
  const module = new WebAssembly.Module(Buffer.from(KERNEL_BASE64, "base64"));
  const heap = createVectorHeap({ bytesMax: 64_000, module });
  const slab = heap.open(3, 1);
  slab.set(0, Int8Array.of(1, 2, 3));
  expect([heap.kernel, ...slab.scores(Int8Array.of(1, 1, 1), 1)]).toEqual(["simd", 6]);
});
