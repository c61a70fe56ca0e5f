/** Divides by the best, so that it has 1. */
export function scaleByBest(scores: Float64Array, count: number): void {
  let best = 0;
  for (let at = 0; at < count; at++) if ((scores[at] as number) > best) best = scores[at] as number;
  if (best > 0) for (let at = 0; at < count; at++) scores[at] = (scores[at] as number) / best;
}

/** From 0 for the worst to 1 for the best; what is NaN (no vector) becomes 0. */
export function scaleBySpan(scores: Float64Array, count: number): void {
  let best = -Infinity;
  let worst = Infinity;
  for (let at = 0; at < count; at++) {
    const score = scores[at] as number;
    if (score > best) best = score;
    if (score < worst) worst = score;
  }
  const span = best - worst;
  for (let at = 0; at < count; at++) scores[at] = span > 0 && !Number.isNaN(scores[at]) ? ((scores[at] as number) - worst) / span : 0;
}
