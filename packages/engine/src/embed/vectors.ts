/** Stands for the vector of a text that a model will never take. */
export const REFUSED = new Float32Array(0);

export const isRefused = (vector: Float32Array): boolean => vector.length === 0;

/** Scales to length 1 in place; a vector of zeros stays one. False when a component is not finite. */
export function scaleToUnit(vector: Float32Array): boolean {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (!Number.isFinite(squares)) return false;
  const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  for (let d = 0; d < vector.length; d++) vector[d]! *= scale;
  return true;
}
