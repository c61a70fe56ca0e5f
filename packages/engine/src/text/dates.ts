import type { Language } from "./languages/language.ts";

/** A moment as words, "8 may 2023 monday" (UTC), so that a question can name the day, the month or the year of a memory. */
export function toDateWords(atMs: number, language: Language): string {
  const date = new Date(atMs);
  return `${date.getUTCDate()} ${language.months[date.getUTCMonth()]} ${date.getUTCFullYear()} ${language.weekdays[date.getUTCDay()]}`;
}
