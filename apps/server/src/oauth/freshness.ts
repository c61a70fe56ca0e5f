import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "@loci/kit/clock";

interface CacheHeaders {
  "cache-control"?: string | undefined;
  expires?: string | undefined;
  date?: string | undefined;
  age?: string | undefined;
}

/** What is not said, and the bounds of what is: nobody shall make us ask all the time, or never again. */
const UNSAID_MS = HOUR_MS;
const [SHORTEST_MS, LONGEST_MS] = [MINUTE_MS, DAY_MS];

/** For how long an answer may be used again, by its headers (RFC 9111 4.2 and 5.2.2); 0 for not at all. */
export function readFreshness(headers: CacheHeaders): number {
  const control = headers["cache-control"] ?? "";
  if (/(?:^|[\s,])no-(?:store|cache)(?=[\s,=]|$)/i.test(control)) return 0;
  return Math.min(Math.max(readLifetime(control, headers) - readAge(headers.age), SHORTEST_MS), LONGEST_MS);
}

function readLifetime(control: string, { expires, date }: CacheHeaders): number {
  const seconds = /(?:^|[\s,])s-maxage="?(\d{1,9})/i.exec(control)?.[1] ?? /(?:^|[\s,])max-age="?(\d{1,9})/i.exec(control)?.[1];
  if (seconds !== undefined) return Number(seconds) * SECOND_MS;
  if (expires === undefined) return UNSAID_MS;
  const lifetimeMs = Date.parse(expires) - Date.parse(date ?? "");
  // One that cannot be read is over (RFC 9111 5.3).
  return Number.isNaN(lifetimeMs) ? 0 : lifetimeMs;
}

const readAge = (age: string | undefined): number => (age !== undefined && /^\d{1,9}$/.test(age) ? Number(age) * SECOND_MS : 0);
