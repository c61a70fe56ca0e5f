import type * as z from "zod";
import type { Tool } from "./tools/tool.ts";

/** What is wrong with an argument, as the API would say it: the rest of a sentence that begins with its name. */
export function explain(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? `is missing: give ${toNoun(issue.expected)}.` : `must be ${toNoun(issue.expected)}, not ${toNoun(toType(issue.input))}.`;
    case "invalid_value":
      return `must be one of ${issue.values.map((value) => `"${String(value)}"`).join(", ")}.`;
    case "too_small":
      return `must ${toVerb(issue.origin)} at least ${issue.minimum}${toUnit(issue.origin, issue.minimum)}.`;
    case "too_big":
      return `must ${toVerb(issue.origin)} at most ${issue.maximum}${toUnit(issue.origin, issue.maximum)}.`;
    case "unrecognized_keys":
      return issue.keys.map((key) => `\`${key.slice(0, 60)}\` is no argument here.`).join(" ");
    default:
      return "is not valid.";
  }
}

/** Every fault of a call, and what the tool takes. */
export function toFaultText({ name, input }: Tool, { issues }: z.ZodError): string {
  const said = issues.map(({ path, message }) => (/^\p{Ll}/u.test(message) ? `\`${toPath(path)}\` ${message}` : message));
  return `${said.join(" ")} ${name} takes ${Object.keys(input.shape).map((argument) => `\`${argument}\``).join(", ")}.`;
}

const toPath = (path: readonly PropertyKey[]): string => path.map((step, at) => (typeof step === "number" ? `[${step}]` : `${at === 0 ? "" : "."}${String(step)}`)).join("");

const toVerb = (origin: string): string => (origin === "array" ? "hold" : origin === "string" ? "have" : "be");

const UNITS: Record<string, string> = { array: "item", string: "character" };
const toUnit = (origin: string, size: number | bigint): string => (origin in UNITS ? ` ${UNITS[origin]}${size === 1 ? "" : "s"}` : "");

function toType(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

const NOUNS: Record<string, string> = { int: "a whole number", object: "an object", array: "a list", null: "null" };
const toNoun = (type: string): string => NOUNS[type] ?? `a ${type}`;
