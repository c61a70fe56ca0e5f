import { foldWord } from "./fold.ts";
import type { Language, TimeWords } from "./languages/language.ts";

/** From `since` (inclusive) to `until` (exclusive), in milliseconds since 1970, UTC. */
export interface TimeRange {
  since: number;
  until: number;
}

const DAY_MS = 86_400_000;
const TOKEN = /\d{4}-\d{2}-\d{2}|[\p{L}\p{M}]+|\d+/gu;
const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
type Unit = "day" | "week" | "month" | "year";
const UNITS: readonly Unit[] = ["day", "week", "month", "year"];

/**
 * The span of time that a question names, relative to when it is asked: "last week", "in May", "yesterday", "in 2023", "on
 * 8 May", "two months ago". The narrowest wins; `null` where none is named. A month or day without a year is the latest one begun.
 */
export function findTimeRange(question: string, askedAtMs: number, languages: readonly Language[]): TimeRange | null {
  const tokens = foldWord(question).match(TOKEN) ?? [];
  let narrowest: TimeRange | null = null;
  for (const language of languages) {
    for (let at = 0; at < tokens.length; at++) {
      const range = readRange(tokens, at, askedAtMs, language);
      if (range && (!narrowest || range.until - range.since < narrowest.until - narrowest.since)) narrowest = range;
    }
  }
  return narrowest;
}

function readRange(tokens: readonly string[], at: number, askedAtMs: number, language: Language): TimeRange | null {
  const token = tokens[at] as string;
  const { times } = language;
  const today = startOfDay(askedAtMs);
  const iso = ISO_DATE.exec(token);
  if (iso) return dayOf(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3]));
  if (times.today.includes(token)) return { since: today, until: today + DAY_MS };
  if (times.yesterday.includes(token)) return { since: today - DAY_MS, until: today };
  return readCalendar(tokens, at, askedAtMs, language) ?? readWeekday(tokens, at, today, language) ?? readUnit(tokens, at, today, times);
}

/** "8 May 2023", "May 8th", "in May", "May 2023", "in 2023". */
function readCalendar(tokens: readonly string[], at: number, askedAtMs: number, language: Language): TimeRange | null {
  const token = tokens[at] as string;
  const month = language.months.indexOf(token);
  if (month < 0) {
    const led = language.times.leads.includes(tokens[at - 1] ?? "") && yearOf(token) !== null;
    return led ? { since: Date.UTC(Number(token), 0), until: Date.UTC(Number(token) + 1, 0) } : null;
  }
  const before = dayNumber(tokens, at - 1, -1, language.times);
  const after = before === null ? dayNumber(tokens, at + 1, 1, language.times) : null;
  const day = before ?? after;
  const year = yearOf(tokens[at + 1] ?? "") ?? yearOf(tokens[at + 2] ?? "") ?? (after === null ? null : yearOf(tokens[at + 3] ?? ""));
  const sure = day !== null || year !== null || language.times.leads.includes(tokens[at - 1] ?? "");
  if (!sure && language.times.ambiguous.includes(token)) return null;
  if (day !== null) return latest(year, askedAtMs, (y) => dayOf(y, month, day));
  return latest(year, askedAtMs, (y) => ({ since: Date.UTC(y, month), until: Date.UTC(y, month + 1) }));
}

function yearOf(token: string): number | null {
  return /^(?:19|20)\d{2}$/.test(token) ? Number(token) : null;
}

/** The day beside a month: "8 May", "8th of May", "May 8"; before it, two small words may stand between. */
function dayNumber(tokens: readonly string[], at: number, step: -1 | 1, times: TimeWords): number | null {
  const isBetween = (token: string) => times.leads.includes(token) || /^(?:st|nd|rd|th|de|di)$/.test(token);
  let near = at;
  if (step === -1) while (near > at - 2 && isBetween(tokens[near] ?? "")) near--;
  const day = /^\d{1,2}$/.test(tokens[near] ?? "") ? Number(tokens[near]) : 0;
  return day >= 1 && day <= 31 ? day : null;
}

function latest(year: number | null, askedAtMs: number, rangeIn: (year: number) => TimeRange): TimeRange {
  if (year !== null) return rangeIn(year);
  const thisYear = new Date(askedAtMs).getUTCFullYear();
  const range = rangeIn(thisYear);
  return range.since <= askedAtMs ? range : rangeIn(thisYear - 1);
}

/** "on Monday", "last Monday": the last one before the day of asking. */
function readWeekday(tokens: readonly string[], at: number, today: number, language: Language): TimeRange | null {
  const weekday = language.weekdays.indexOf(tokens[at] as string);
  if (weekday < 0) return null;
  const back = (new Date(today).getUTCDay() - weekday + 6) % 7 + 1;
  return { since: today - back * DAY_MS, until: today - (back - 1) * DAY_MS };
}

/** "last week", "this month", "past 3 days", "two months ago", and the same in the other order. */
function readUnit(tokens: readonly string[], at: number, today: number, times: TimeWords): TimeRange | null {
  const unit = UNITS.find((name) => times[name].includes(tokens[at] as string));
  if (!unit) return null;
  const before = tokens[at - 1] ?? "";
  const after = tokens[at + 1] ?? "";
  const count = countOf(before, times);
  if (count !== null && (times.ago.includes(after) || times.ago.includes(tokens[at - 2] ?? ""))) return periodAgo(unit, count, today);
  if (times.last.includes(before) || times.last.includes(after)) return lastPeriods(unit, 1, today);
  if (count !== null && times.last.includes(tokens[at - 2] ?? "")) return lastPeriods(unit, count, today);
  if (times.current.includes(before) || times.current.includes(after)) return { since: startOf(unit, today, 0), until: today + DAY_MS };
  return null;
}

function countOf(token: string, times: TimeWords): number | null {
  if (/^\d{1,3}$/.test(token)) return Number(token);
  if (times.one.includes(token)) return 1;
  const at = times.numbers.indexOf(token);
  return at < 0 ? null : at + 1;
}

/** "Two months ago" is said roughly: half a unit either way, at least a day. */
function periodAgo(unit: Unit, count: number, today: number): TimeRange {
  const half = unit === "day" ? 0 : Math.ceil(lengthOf(unit) / 2);
  const then = unit === "month" || unit === "year" ? startOfDay(monthsBack(today, count * (unit === "year" ? 12 : 1))) : today - count * lengthOf(unit) * DAY_MS;
  return { since: then - half * DAY_MS, until: then + (half + 1) * DAY_MS };
}

/** "Last week" is the calendar week before and what of this one is gone: people mean either. */
function lastPeriods(unit: Unit, count: number, today: number): TimeRange {
  return { since: startOf(unit, today, count), until: today + DAY_MS };
}

const lengthOf = (unit: Unit): number => ({ day: 1, week: 7, month: 30, year: 365 })[unit];

function startOf(unit: Unit, today: number, back: number): number {
  const date = new Date(today);
  if (unit === "day") return today - back * DAY_MS;
  if (unit === "week") return today - (((date.getUTCDay() + 6) % 7) + 7 * back) * DAY_MS;
  if (unit === "month") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back);
  return Date.UTC(date.getUTCFullYear() - back, 0);
}

function monthsBack(at: number, months: number): number {
  const date = new Date(at);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months));
  const days = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return first.getTime() + (Math.min(date.getUTCDate(), days) - 1) * DAY_MS;
}

const startOfDay = (atMs: number): number => Math.floor(atMs / DAY_MS) * DAY_MS;

function dayOf(year: number, month: number, day: number): TimeRange {
  const since = Date.UTC(year, month, day);
  return { since, until: since + DAY_MS };
}
