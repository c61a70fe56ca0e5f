import { z } from "zod";
import {
  FILTER_DEPTH_MAX, FILTER_FIELDS, FILTER_OPERATORS, FILTER_TESTS_MAX, FILTER_VALUES_MAX, METADATA_PREFIX, ROLES, TRUST_LEVELS,
  type Filter as EngineFilter, type FilterField, type FilterFieldKind, type FilterOperator,
} from "@loci/engine";
import { suggest } from "../http/parse.ts";
import { readTime } from "./fields.ts";
import { filterJsonSchema } from "./filter-document.ts";

type Path = (string | number)[];
type Kind = FilterFieldKind | "metadata";
interface Fault {
  path: Path;
  message: string;
}

const GROUPINGS = ["AND", "OR", "NOT"];
const ORDERED: readonly string[] = ["gt", "gte", "lt", "lte"];
const WORDS: Partial<Record<FilterField, readonly string[]>> = { trust: TRUST_LEVELS, role: ROLES };
const METADATA_PATH = /^metadata(\.[^.\s][^.]{0,99}){1,5}$/u;
const TEXT_CHARS_MAX = 10_000;

/** The filter grammar of recall, list and forget, with times in UTC; the engine turns what passes here into SQL. */
export const Filter = z.custom<EngineFilter>(() => true)
  .transform((value, ctx): EngineFilter => {
    const reading = new Reading();
    const filter = reading.readFilter(value, [], 0);
    for (const { path, message } of reading.faults.slice(0, 20)) ctx.addIssue({ code: "custom", path, message });
    return reading.faults.length > 0 ? z.NEVER : (filter as EngineFilter);
  })
  .meta(filterJsonSchema());

/** One walk over a filter: it collects every fault, and rewrites times to the form in which they are kept. */
class Reading {
  readonly faults: Fault[] = [];
  private tests = 0;
  private values = 0;

  readFilter(value: unknown, path: Path, groupings: number): unknown {
    if (!isRecord(value)) return this.fault(path, 'must be an object, for example {"type": "fact"} or {"AND": [{"importance": {"gte": 0.5}}]}.');
    if (groupings > FILTER_DEPTH_MAX) return this.fault(path, `lies under more than ${FILTER_DEPTH_MAX} levels of AND, OR and NOT: join conditions of one kind in one list.`);
    if (Object.keys(value).length === 0 && groupings > 0) return this.fault(path, "says nothing: take it out, or name a field.");

    const filter: Record<string, unknown> = {};
    for (const [name, condition] of Object.entries(value)) {
      filter[name] = GROUPINGS.includes(name)
        ? this.readGrouping(name, condition, [...path, name], groupings + 1)
        : this.readField(name, condition, [...path, name]);
    }
    return filter;
  }

  private readGrouping(name: string, value: unknown, path: Path, groupings: number): unknown {
    if (name === "NOT") return this.readFilter(value, path, groupings);
    if (!Array.isArray(value) || value.length === 0) return this.fault(path, "must be a list of at least one filter.");
    return value.map((item, index) => this.readFilter(item, [...path, index], groupings));
  }

  private readField(name: string, condition: unknown, path: Path): unknown {
    const kind = kindOf(name);
    if (kind === null) return this.fault(path, unknownField(name));
    this.tests += 1;
    if (this.tests === FILTER_TESTS_MAX + 1) this.fault(path, `is one test too many: a filter holds ${FILTER_TESTS_MAX} at most. For many values of one field use "in".`);
    if (!isRecord(condition)) return this.readValue(name, kind, condition, path, "eq");
    if (Object.keys(condition).length === 0) return this.fault(path, `must say how to test the field, for example {"exists": true}.`);

    const test: Record<string, unknown> = {};
    for (const [operator, operand] of Object.entries(condition)) test[operator] = this.readTest(name, kind, operator, operand, [...path, operator]);
    return test;
  }

  private readTest(name: string, kind: Kind, operator: string, operand: unknown, path: Path): unknown {
    const allowed: readonly string[] = FILTER_OPERATORS[kind];
    if (!allowed.includes(operator)) return this.fault(path, unknownOperator(name, operator, allowed));
    if (operator === "exists") return typeof operand === "boolean" ? operand : this.fault(path, "must be true or false.");
    if (operator === "in" || operator === "nin") return this.readValues(name, kind, operand, path, operator);
    return this.readValue(name, kind, operand, path, operator as FilterOperator);
  }

  private readValues(name: string, kind: Kind, operand: unknown, path: Path, operator: FilterOperator): unknown {
    if (!Array.isArray(operand) || operand.length === 0) return this.fault(path, "must be a list of at least one value.");
    this.values += operand.length;
    if (this.values > FILTER_VALUES_MAX) return this.fault(path, `lists too many values: a filter holds ${FILTER_VALUES_MAX} in all its lists. Split the request.`);
    return operand.map((value, index) => this.readValue(name, kind, value, [...path, index], operator));
  }

  private readValue(name: string, kind: Kind, value: unknown, path: Path, operator: FilterOperator): unknown {
    if (value === null && (operator === "eq" || operator === "ne")) return null;
    if (kind === "time") return this.readTimeValue(value, path);
    const message = wrongValue(name, kind, value, operator);
    return message === null ? value : this.fault(path, message);
  }

  private readTimeValue(value: unknown, path: Path): unknown {
    const time = typeof value === "string" ? readTime(value) : null;
    return time ?? this.fault(path, 'must be a time in RFC 3339, for example "2026-11-21T07:00:00Z".');
  }

  /** Notes a fault; the walk goes on to find the others. */
  private fault(path: Path, message: string): undefined {
    this.faults.push({ path, message });
    return undefined;
  }
}

function kindOf(name: string): Kind | null {
  if (name.startsWith(METADATA_PREFIX)) return METADATA_PATH.test(name) ? "metadata" : null;
  return Object.hasOwn(FILTER_FIELDS, name) ? FILTER_FIELDS[name as FilterField] : null;
}

/** What is wrong with a value beside a field, or `null`. */
function wrongValue(name: string, kind: Kind, value: unknown, operator: FilterOperator): string | null {
  if (operator === "contains") return isText(value) && value !== "" ? null : `must be a text of 1 to ${TEXT_CHARS_MAX} characters.`;
  if (kind === "number") return isNumber(value) ? null : "must be a number.";
  if (kind === "metadata") return wrongMetadataValue(value, operator);
  if (!isText(value)) return `must be a text of at most ${TEXT_CHARS_MAX} characters.`;

  const words = WORDS[name as FilterField];
  if (kind !== "word" || words === undefined || words.includes(value)) return null;
  return `must be one of ${words.join(", ")}.${suggest(value, words)}`;
}

function wrongMetadataValue(value: unknown, operator: FilterOperator): string | null {
  if (isText(value) || isNumber(value)) return null;
  if (typeof value === "boolean" && !ORDERED.includes(operator)) return null;
  return ORDERED.includes(operator) ? "must be a text or a number." : "must be a text, a number, true or false.";
}

function unknownField(name: string): string {
  if (name === "metadata" || name.startsWith(METADATA_PREFIX)) {
    return 'is not a path into the metadata: name up to 5 fields of up to 100 characters with dots, for example {"metadata.trip": "lisbon"}.';
  }
  if (name.startsWith("$")) return 'is not a field to filter by: operators have no $ and stand inside a field, {"importance": {"gte": 0.5}}.';
  if (GROUPINGS.includes(name.toUpperCase())) return `is not a field to filter by: write ${name.toUpperCase()} in capitals.`;
  const known = [...Object.keys(FILTER_FIELDS), ...GROUPINGS];
  const near = suggest(name, known);
  return `is not a field to filter by.${near === "" ? ` Use one of ${known.join(", ")}, or metadata. and a name.` : near}`;
}

function unknownOperator(name: string, operator: string, allowed: readonly string[]): string {
  return `is not a test of ${name}.${suggest(operator.replaceAll("$", ""), allowed)} It takes ${allowed.join(", ")}.`;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string =>
  typeof value === "string" && value.length <= TEXT_CHARS_MAX && value.isWellFormed() && !value.includes("\0");
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
