import { KEY_PATTERN } from "../keys/format.ts";
import type { JsonValue } from "./link.ts";

export type Details = Record<string, JsonValue>;

const SECRET_NAMES = /(?:^|_)(?:password|secret|token|cookie|pepper|authorization)$|^(?:recovery_)?codes?$/;
// A key of ours, and an address: people write both into the names of things.
const SECRET_TEXTS = new RegExp(`${KEY_PATTERN}|[^\\s@]{1,64}@[^\\s@]{1,255}`, "g");
const CENSORED = "[removed]";
const TEXT_CHARS_MAX = 500;

/** Details as the log may keep them: no secrets and no mail addresses, whatever a caller hands over by mistake. */
export const toKeptDetails = (details: Details): Details =>
  Object.fromEntries(Object.entries(details).map(([name, value]) => [name, SECRET_NAMES.test(name) ? CENSORED : toKept(value)]));

function toKept(value: JsonValue): JsonValue {
  if (typeof value === "string") return value.replaceAll(SECRET_TEXTS, CENSORED).slice(0, TEXT_CHARS_MAX).toWellFormed();
  if (Array.isArray(value)) return value.map(toKept);
  return typeof value === "object" && value !== null ? toKeptDetails(value) : value;
}
