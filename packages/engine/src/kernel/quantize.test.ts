import * as fc from "fast-check";
import { expect, test } from "vitest";
import { quantize, toCosine } from "./quantize.ts";

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, d) => sum + value * y[d]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function dotOf(a: Int8Array, b: Int8Array): number {
  return a.reduce((sum, value, d) => sum + value * b[d]!, 0);
}

const vectors = fc.float32Array({ minLength: 384, maxLength: 384, noNaN: true, noDefaultInfinity: true, min: -100, max: 100 })
  .filter((vector) => vector.some((value) => Math.abs(value) > 0.01));

test("the dot product of two quantised vectors is their cosine to within two hundredths", () => {
  fc.assert(fc.property(vectors, vectors, (a, b) => {
    expect(Math.abs(toCosine(dotOf(quantize(a), quantize(b))) - cosine(a, b))).toBeLessThan(0.02);
  }));
});

test("each component is within half a step of the unit vector", () => {
  fc.assert(fc.property(vectors, (vector) => {
    const length = Math.hypot(...vector);
    for (const [d, step] of quantize(vector).entries()) expect(Math.abs(step / 127 - vector[d]! / length)).toBeLessThan(0.5 / 127 + 1e-6);
  }));
});

test("the length of a vector does not matter", () => {
  const vector = Float32Array.of(3, -4, 0, 12);
  expect(quantize(vector.map((value) => value * 1_000))).toEqual(quantize(vector));
  expect(quantize(vector)).toEqual(Int8Array.of(29, -39, 0, 117));
});

test("a zero vector stays zero", () => {
  expect(quantize(new Float32Array(16))).toEqual(new Int8Array(16));
});

test("a component that is not finite is refused", () => {
  expect(() => quantize(Float32Array.of(1, Number.NaN))).toThrow(RangeError);
  expect(() => quantize(Float32Array.of(1, Number.POSITIVE_INFINITY))).toThrow(RangeError);
});
