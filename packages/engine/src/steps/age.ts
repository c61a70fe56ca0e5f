const DAY_MS = 86_400_000;
/** The usual choice of memory systems; recency hurt on every set that was measured, so it is off unless asked for. */
const HALF_LIFE_DAYS = 30;

/** 1 for what is new, down to 1 − `weight` for what is old; it falls by half every 30 days. */
export function recencyFactor(timeMs: number, nowMs: number, weight: number): number {
  const days = Math.max(0, nowMs - timeMs) / DAY_MS;
  return 1 - weight * (1 - 0.5 ** (days / HALF_LIFE_DAYS));
}

/** 1 for the highest importance (1), 1 − `weight` for the lowest (0). */
export const importanceFactor = (importance: number, weight: number): number => 1 - weight * (1 - importance);
