import { usageError } from "../exit.ts";
import type { TextOption } from "../arguments/options.ts";

/** Options that several commands have, so that they read alike everywhere. */
export const GROUP_OPTION = { type: "string", short: "g", value: "NAME", completes: "groups", means: "The group: a user, a project, an agent" } as const satisfies TextOption;

export const TYPES = ["general", "task", "project", "technology", "code_pattern", "problem", "solution", "error", "fix", "command", "file_context", "workflow", "conversation", "fact", "preference"] as const;
export const TRUSTS = ["web", "connector", "agent", "user"] as const;
type Trust = (typeof TRUSTS)[number];

/** Throws unless it is a number in the range. The server checks the rest; this is for what it would never see as a number. */
export function readNumber(option: string, text: string | undefined, { min, max, whole = false }: { min: number; max: number; whole?: boolean }): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  throw usageError(`--${option} must be a ${whole ? "whole number" : "number"} from ${min} to ${max}, not "${text}".`);
}

export function readTrust(option: string, text: string | undefined): Trust | undefined {
  if (text === undefined) return undefined;
  const found = TRUSTS.find((trust) => trust === text);
  if (found === undefined) throw usageError(`--${option} must be one of ${TRUSTS.join(", ")}, not "${text}".`);
  return found;
}

const MEMORY_ID = /^mem_[0-9a-f]{32}$/;

/** Throws unless it could be the id of a memory, so that a slip is told from a memory that is gone. */
export function requireMemoryId(text: string): string {
  if (MEMORY_ID.test(text)) return text;
  throw usageError(`"${text}" is no id of a memory: that is mem_ and 32 letters a to f and digits.`, { hint: "Ids stand in what these show: loci list, loci recall" });
}

/** A JSON object, as filters and metadata are. */
export function readObject(option: string, text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told below, as for any other text.
  }
  throw usageError(`--${option} must be a JSON object such as {"importance":{"gte":0.8}}; in a shell, put it in single quotes.`);
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A time as RFC 3339, from a time, a day, or a span from now: `7d` is that long ago, or ahead with `sign` 1. */
export function readTime(option: string, text: string | undefined, sign: -1 | 1, nowMs: number = Date.now()): string | undefined {
  if (text === undefined) return undefined;
  const [, count, unit = ""] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const ms = count === undefined ? readDate(text) : nowMs + sign * Number(count) * (UNIT_MS[unit] ?? 0);
  if (Number.isNaN(ms)) throw usageError(`--${option} must be a time such as 2027-01-31T09:00:00Z, a day such as 2027-01-31, or a span such as 7d (m, h, d, w), not "${text}".`);
  return new Date(ms).toISOString();
}

const readDate = (text: string): number => (/^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN);
