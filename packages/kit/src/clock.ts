/** The time, as a function, so that a test can own it. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** An RFC 3339 time begins with its hour, and that names a row of usage: `2026-11-21T07`. */
export const HOUR_CHARS = 13;

export const toHour = (time: Date): string => time.toISOString().slice(0, HOUR_CHARS);
