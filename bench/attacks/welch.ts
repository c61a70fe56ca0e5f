/** Welch's t: by how many standard errors the means of two samples differ, whose variances may. */
export const welchT = (first: Iterable<number>, second: Iterable<number>): number => (toMoments(first).mean - toMoments(second).mean) / standardError(first, second);

/** Of the difference of the means of two samples, in their unit. */
export function standardError(first: Iterable<number>, second: Iterable<number>): number {
  const [a, b] = [toMoments(first), toMoments(second)];
  return Math.sqrt(a.variance / a.count + b.variance / b.count);
}

function toMoments(sample: Iterable<number>): { count: number; mean: number; variance: number } {
  const values = [...sample];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { count: values.length, mean, variance };
}
