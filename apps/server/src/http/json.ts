import { AppError } from "@loci/kit/errors";
import { findDuplicateKey, findSyntaxFault } from "./json-text.ts";
import { formatPath, type Path } from "./parse.ts";

const JSON_DEPTH_MAX = 32;
const JSON_KEYS_MAX = 1_000;
const JSON_ITEMS_MAX = 10_000;

/** From here on a text is looked over before it is parsed: ten million brackets cost the parser seconds. */
const LARGE_CHARS = 65_536;

const refused = (path: Path, message: string): AppError => {
  const param = formatPath(path);
  const subject = param === "" ? "The body" : `\`${param}\``;
  return new AppError("invalid_request", `${subject} ${message}`, param === "" ? {} : { param });
};

/**
 * Parses JSON from outside and holds it to the limits: depth, keys, items, no key twice, none that reaches a prototype,
 * no NUL, no lone surrogate, no number that overflows. The native parser goes first, so that what follows walks sound data.
 */
export function readJson(text: string): unknown {
  const excess = text.length > LARGE_CHARS ? findExcess(text) : null;
  if (excess !== null) throw refused([], excess);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const { line, column, message } = findSyntaxFault(text);
    throw new AppError("invalid_request", `The body is not valid JSON: line ${line}, column ${column}: ${message}`, {
      details: { line, column },
      cause,
    });
  }
  const members = inspect(value, 1);
  if (typeof members !== "number") throw refused(members.path, members.message);
  // A parsed object keeps one value a name: fewer names than the text has means that one came twice.
  if (members !== countMembers(text)) throw toDuplicate(findDuplicateKey(text));
  return value;
}

const toDuplicate = (path: Path | null): AppError =>
  path === null ? refused([], "names a field twice in one object. Keep one of the two.") : refused(path, "is there twice. Keep one of the two.");

interface Fault {
  path: Path;
  message: string;
}

/** The number of members of all objects inside `value`, or the first fault. */
function inspect(value: unknown, depth: number): number | Fault {
  if (typeof value === "string") return inspectText(value) ?? 0;
  if (typeof value === "number") return isKept(value) ? 0 : { path: [], message: "is a number too large to be kept exactly. Send it as text." };
  if (value === null || typeof value !== "object") return 0;
  if (depth > JSON_DEPTH_MAX) return { path: [], message: `is nested too deep: at most ${JSON_DEPTH_MAX} levels.` };
  return Array.isArray(value) ? inspectArray(value, depth) : inspectObject(value as Record<string, unknown>, depth);
}

/**
 * Beyond 2^53 the parser has rounded a whole number already: an id would come back as another. From 1e21 on numbers are
 * written with an exponent, and nobody means an id.
 */
const isKept = (value: number): boolean => Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value) || Math.abs(value) >= 1e21);

function inspectArray(items: unknown[], depth: number): number | Fault {
  if (items.length > JSON_ITEMS_MAX) return { path: [], message: `holds ${items.length} items: at most ${JSON_ITEMS_MAX}.` };
  let members = 0;
  for (let index = 0; index < items.length; index++) {
    const inner = inspect(items[index], depth + 1);
    if (typeof inner !== "number") return { path: [index, ...inner.path], message: inner.message };
    members += inner;
  }
  return members;
}

function inspectObject(object: Record<string, unknown>, depth: number): number | Fault {
  const keys = Object.keys(object);
  if (keys.length > JSON_KEYS_MAX) return { path: [], message: `holds ${keys.length} fields: at most ${JSON_KEYS_MAX}.` };
  let members = keys.length;
  for (const key of keys) {
    const fault = inspectKey(key);
    if (fault !== null) return fault;
    const inner = inspect(object[key], depth + 1);
    if (typeof inner !== "number") return { path: [key, ...inner.path], message: inner.message };
    members += inner;
  }
  return members;
}

function inspectKey(key: string): Fault | null {
  if (key === "__proto__" || key === "constructor" || key === "prototype") return { path: [key], message: "is a name that is not allowed. Rename the field." };
  const fault = inspectText(key);
  return fault === null ? null : { path: [key.toWellFormed().replaceAll("\0", "\\0")], message: `is a field whose name ${fault.message}` };
}

function inspectText(text: string): Fault | null {
  if (text.includes("\0")) return { path: [], message: "holds a NUL character (\\u0000). Take it out." };
  if (!text.isWellFormed()) return { path: [], message: "holds half of a surrogate pair (\\ud800 to \\udfff alone). Send whole characters." };
  return null;
}

/** Which limit a large text breaks, by its brackets and commas alone; `null` for none, and for what is no JSON at all. */
function findExcess(text: string): string | null {
  const commas: number[] = [];
  const limits: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(text, at);
      if (at === -1) return null;
    } else if (code === 0x5b || code === 0x7b) {
      if (commas.push(0) > JSON_DEPTH_MAX) return `is nested too deep: at most ${JSON_DEPTH_MAX} levels.`;
      limits.push(code === 0x5b ? JSON_ITEMS_MAX : JSON_KEYS_MAX);
    } else if (code === 0x5d || code === 0x7d) {
      commas.pop();
      limits.pop();
    } else if (code === 0x2c && commas.length > 0) {
      const last = commas.length - 1;
      const limit = limits[last] as number;
      if ((commas[last] = (commas[last] as number) + 1) >= limit) return `holds more than ${limit} ${limit === JSON_ITEMS_MAX ? "items in one array" : "fields in one object"}.`;
    }
  }
  return null;
}

/** Colons outside strings, in a text that parsed: one per member. */
function countMembers(text: string): number {
  let members = 0;
  let quote = text.indexOf('"');
  while (quote !== -1) {
    const end = endOfString(text, quote);
    const next = text.indexOf('"', end + 1);
    // Only white space can stand between a name and its colon, so the character after it decides.
    for (let at = end + 1; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) continue;
      if (code === 0x3a) members++;
      break;
    }
    quote = next;
  }
  return members;
}

/** The index of the quote that closes the string opened at `quote`, or -1. */
function endOfString(text: string, quote: number): number {
  let end = text.indexOf('"', quote + 1);
  while (end !== -1 && text.charCodeAt(end - 1) === 0x5c) {
    let backslash = end - 2;
    while (backslash > quote && text.charCodeAt(backslash) === 0x5c) backslash--;
    if ((end - backslash) % 2 === 1) return end;
    end = text.indexOf('"', end + 1);
  }
  return end;
}
