import { AppError } from "@loci/kit/errors";
import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";

export type Path = (string | number)[];

interface Fault {
  param: string;
  message: string;
  /** A schema may say (`params.code`) that a fault is one of size. */
  code: "invalid_request" | "too_large";
}

// More would only bury the first; the caller repairs and repeats.
const FAULTS_MAX = 20;
/** A message is read by people; `details.faults` has them all. */
const FAULTS_TOLD_MAX = 3;

/** The parsed value, or one error that names every fault; `at` is where `value` lies in the request. */
export function parseWith<Schema extends z.ZodType>(schema: Schema, value: unknown, at: Path = []): z.output<Schema> {
  const parsed = schema.safeParse(value, { error: explain });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => toFaults(issue, at)).slice(0, FAULTS_MAX);
  throw toError(faults);
}

/** `filter.AND[1].importance`; a name that is no word is quoted: `metadata["a b"]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(String(step))) text += text === "" ? String(step) : `.${String(step)}`;
    else text += `[${JSON.stringify(String(step).slice(0, 80))}]`;
  }
  return text;
}

/** ` Did you mean "…"?` when one of `known` is near, else nothing. */
export function suggest(word: string, known: readonly string[]): string {
  if (known.length === 0 || word.length > 60) return "";
  const near = closest(word.toLowerCase(), known);
  return distance(word.toLowerCase(), near) <= Math.max(2, Math.floor(word.length / 3)) ? ` Did you mean "${near}"?` : "";
}

function toError(faults: Fault[]): AppError {
  const [first] = faults;
  if (first === undefined) return new AppError("invalid_request", "The request is not valid.");
  const named = faults.map(({ param, message }) => ({ param, message }));
  const more = faults.length > FAULTS_TOLD_MAX ? ` And ${faults.length - FAULTS_TOLD_MAX} more.` : "";
  return new AppError(first.code, faults.slice(0, FAULTS_TOLD_MAX).map(({ message }) => message).join(" ") + more, { ...(first.param !== "" && { param: first.param }), details: { faults: named } });
}

function toFaults(issue: z.core.$ZodIssue, at: Path): Fault[] {
  const path = [...at, ...issue.path] as Path;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key, index) => toFault([...path, key], issue.message.split("\n")[index] ?? "is not a field here."));
  }
  if (issue.code === "invalid_union") {
    const branch = nearestBranch(issue.errors);
    if (branch !== undefined) return branch.flatMap((inner) => toFaults(inner, path));
  }
  const tooLarge = issue.code === "custom" && issue.params?.["code"] === "too_large";
  return [toFault(path, issue.message, tooLarge ? "too_large" : "invalid_request")];
}

/** A message in lower case is the rest of a sentence about the field; any other is a sentence of its own. */
function toFault(path: Path, message: string, code: Fault["code"] = "invalid_request"): Fault {
  const param = formatPath(path);
  const subject = param === "" ? "The body" : `\`${param}\``;
  return { param, message: /^\p{Ll}/u.test(message) ? `${subject} ${message}` : message, code };
}

/** Of the shapes that a value could have had, the one whose fault lies deepest is the one that was meant. */
function nearestBranch(branches: z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  const depth = (branch: z.core.$ZodIssue[]) => Math.max(...branch.map((issue) => issue.path.length + (issue.code === "invalid_type" ? 0 : 0.5)));
  const deep = branches.filter((branch) => branch.length > 0 && depth(branch) >= 1);
  return deep.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
}

const quote = (values: readonly unknown[]): string => values.map((value) => (typeof value === "string" ? `"${value}"` : String(value))).join(", ");

/** What is wrong, as the rest of a sentence that begins with the name of the field. */
export function explain(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return `is missing: give ${article(issue.expected)}.`;
      return `must be ${article(issue.expected)}, not ${article(typeNameOf(issue.input))}.`;
    case "unrecognized_keys":
      return issue.keys.map((key) => explainUnknownKey(key, issue.inst)).join("\n");
    case "invalid_value": {
      const known = issue.values.filter((value) => typeof value === "string");
      const hint = typeof issue.input === "string" ? suggest(issue.input, known) : "";
      if (issue.input === undefined) return `is missing: give ${issue.values.length > 1 ? "one of " : ""}${quote(issue.values)}.`;
      return issue.values.length === 1 ? `must be ${quote(issue.values)}.` : `must be one of ${quote(issue.values)}.${hint}`;
    }
    case "too_small":
      return `${sizeVerb(issue.origin)} ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${sizeUnit(issue.origin, issue.minimum)}.`;
    case "too_big":
      return `${sizeVerb(issue.origin)} ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${sizeUnit(issue.origin, issue.maximum)}.`;
    case "invalid_format":
      return explainFormat(issue);
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}.`;
    case "invalid_union":
      return explainUnion(issue);
    case "invalid_key":
      return "has a name that is not allowed here.";
    case "invalid_element":
      return "holds a value that is not allowed here.";
    default:
      return "is not valid.";
  }
}

function explainUnknownKey(key: string, inst: z.core.$ZodRawIssue["inst"]): string {
  const shape = inst !== undefined && "shape" in inst._zod.def ? Object.keys(inst._zod.def.shape as object) : [];
  const hint = suggest(key, shape);
  if (hint !== "") return `is not a field here.${hint}`;
  return shape.length === 0 ? "is not a field here: take it out." : `is not a field here. The fields are ${shape.join(", ")}.`;
}

function explainUnion(issue: z.core.$ZodRawIssue): string {
  const options = issue.inst !== undefined && "options" in issue.inst._zod.def ? (issue.inst._zod.def.options as z.core.$ZodType[]) : [];
  const types = [...new Set(options.map((option) => option._zod.def.type))];
  if (issue.input === undefined) return "is missing.";
  return types.length > 1 ? `must be ${types.map(article).join(" or ")}.` : "has none of the shapes that are allowed here.";
}

function explainFormat(issue: { format: string; pattern?: string }): string {
  if (issue.format === "datetime") return "must be a time like 2026-11-21T07:30:00Z (RFC 3339).";
  if (issue.format === "date") return "must be a day like 2026-11-21.";
  if (issue.format === "url") return "must be a URL like https://example.com/path.";
  if (issue.format === "regex") return "is not written the way that this field needs it.";
  return `must be ${article(issue.format.replaceAll("_", " "))}.`;
}

const SIZES: Record<string, [verb: string, unit: string]> = {
  string: ["must have", " character"],
  array: ["must hold", " item"],
  set: ["must hold", " item"],
  object: ["must hold", " field"],
  map: ["must hold", " entr"],
};
const sizeVerb = (origin: string): string => SIZES[origin]?.[0] ?? "must be";
const sizeUnit = (origin: string, size: number | bigint): string => {
  const unit = SIZES[origin]?.[1] ?? "";
  return unit === "" ? "" : `${unit}${size === 1 ? "" : "s"}`;
};

function typeNameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number" && !Number.isFinite(value)) return "number beyond all bounds";
  return typeof value;
}

function article(noun: string): string {
  if (noun === "null" || noun === "undefined") return noun;
  if (noun === "int") return "a whole number";
  if (noun === "record") return "an object";
  return `${/^[aeio]/.test(noun) ? "an" : "a"} ${noun}`;
}
