/**
 * How much of a channel's scale is the best score found, the rest being the best score possible. All of the first would make
 * the best of a bad lot look certain; none of it would leave hard questions without a scale. So a channel that finds little
 * counts little, and the other one decides.
 */
const FOUND_SHARE = 0.5;

const scaleOf = (found: number, possible: number): number => FOUND_SHARE * found + (1 - FOUND_SHARE) * possible;

/** Scales BM25 in place to 0 … about 1. `ideal` is the score that no text can reach. */
export function scaleText(scores: Float64Array, ideal: number): void {
  let best = 0;
  for (let at = 0; at < scores.length; at++) if ((scores[at] as number) > best) best = scores[at] as number;
  const scale = scaleOf(best, ideal);
  if (scale > 0) for (let at = 0; at < scores.length; at++) scores[at] = (scores[at] as number) / scale;
}

/** Scales cosines in place to 0 … about 1: the least likely memory has 0, and so has what has no vector (NaN). */
export function scaleCosines(cosines: Float64Array): void {
  let best = -Infinity;
  let worst = Infinity;
  for (let at = 0; at < cosines.length; at++) {
    const cosine = cosines[at] as number;
    if (cosine > best) best = cosine;
    if (cosine < worst) worst = cosine;
  }
  // With one memory, or only equal ones, there is no least likely: unlike is then 0.
  if (best === worst) worst = Math.min(0, best);
  const span = scaleOf(Math.max(best, 0), 1) - worst;
  for (let at = 0; at < cosines.length; at++) cosines[at] = Number.isNaN(cosines[at]) || span <= 0 ? 0 : ((cosines[at] as number) - worst) / span;
}

/** A convex sum of two scaled channels, in place: `share` of meaning, the rest of words. */
export function weighChannels(text: Float64Array, vector: Float64Array, share: number): void {
  for (let at = 0; at < text.length; at++) {
    text[at] = (1 - share) * (text[at] as number);
    vector[at] = share * (vector[at] as number);
  }
}
