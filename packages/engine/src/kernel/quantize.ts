/** What one stands for in a quantised unit vector. */
const UNIT = 127;

/**
 * A vector as int8: scaled to length 127 and rounded, so that the dot product of two of them, over 127², is about the
 * cosine of the originals. Rounding moves each component by at most half a step of 1/127; for two unrelated roundings
 * the cosine is then off by √2 / (127·√12) ≈ 0.0032 (one standard deviation, whatever the dimensions).
 *
 * A zero vector stays zero. Throws a RangeError when a component is not finite.
 */
export function quantize(vector: Float32Array): Int8Array<ArrayBuffer> {
  let squares = 0;
  for (let d = 0; d < vector.length; d++) squares += vector[d]! * vector[d]!;
  if (!Number.isFinite(squares)) throw new RangeError("A vector to quantise holds a component that is not finite.");

  const quantized = new Int8Array(vector.length);
  const scale = squares > 0 ? UNIT / Math.sqrt(squares) : 0;
  for (let d = 0; d < vector.length; d++) quantized[d] = Math.round(vector[d]! * scale);
  return quantized;
}

/** The cosine that a dot product of two quantised vectors stands for; it may pass ±1 by about 0.01 of rounding. */
export function toCosine(dotProduct: number): number {
  return dotProduct / (UNIT * UNIT);
}
