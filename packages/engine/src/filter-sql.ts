import { invalid } from "@loci/kit/errors";
import { sql, type Expression, type SqlBool } from "kysely";
import { FILTER_FIELDS, METADATA_PREFIX } from "./filter-fields.ts";
import type { FieldTest, Filter, FilterValue } from "./filter.ts";
import { holdsText, isBoolean, isNumber, isObject, isSet, isText, someValue, value, type Condition, type JsonPlace } from "./tenants/search-sqlite.ts";
import { toTime } from "./store.ts";

const ALWAYS = sql<SqlBool>`true`;
const NEVER = sql<SqlBool>`false`;
const not = (condition: Condition): Condition => sql<SqlBool>`not coalesce(${condition}, false)`;

/** A filter as SQL over `memories` joined with `groups`. `ne` and `nin` are the exact opposites of `eq` and `in`: a field that is not set passes. */
export function toFilterSql(filter: Filter): Condition {
  const parts: Condition[] = [];
  for (const [name, test] of Object.entries(filter)) {
    if (test === undefined) continue;
    if (name === "AND") parts.push(allOf((test as Filter[]).map(toFilterSql)));
    else if (name === "OR") parts.push(anyOf((test as Filter[]).map(toFilterSql)));
    else if (name === "NOT") parts.push(not(toFilterSql(test as Filter)));
    else parts.push(toFieldSql(name, toFieldTest(test)));
  }
  return allOf(parts);
}

const allOf = (parts: Condition[]): Condition => (parts.length === 0 ? ALWAYS : sql<SqlBool>`(${sql.join(parts, sql` and `)})`);
const anyOf = (parts: Condition[]): Condition => (parts.length === 0 ? NEVER : sql<SqlBool>`(${sql.join(parts, sql` or `)})`);

const toFieldTest = (test: unknown): FieldTest =>
  typeof test === "object" && test !== null ? (test as FieldTest) : { eq: test as FilterValue };

function toFieldSql(name: string, test: FieldTest): Condition {
  const place = findJsonPlace(name);
  const toSql = place
    ? (operator: string, operand: unknown) => toJsonSql(place, operator, operand)
    : (operator: string, operand: unknown) => toColumnSql(requireColumn(name), operator, isTime(name) ? toTimes(operand) : operand);
  return allOf(Object.entries(test).map(([operator, operand]) => toSql(operator, operand)));
}

function findJsonPlace(name: string): JsonPlace | null {
  if (name === "tags") return { column: "tags", path: [] };
  if (name.startsWith(METADATA_PREFIX)) return { column: "metadata", path: name.slice(METADATA_PREFIX.length).split(".") };
  if (name.startsWith("source.")) return { column: "source", path: [name.slice("source.".length)] };
  return null;
}

function requireColumn(name: string): Expression<unknown> {
  if (name === "group") return sql.ref("groups.name");
  if (Object.hasOwn(FILTER_FIELDS, name)) return sql.ref(`memories.${name}`);
  throw invalid(`filter.${name}`, `There is no field "${name}" to filter by. Fields: ${Object.keys(FILTER_FIELDS).join(", ")}, metadata.<path>.`);
}

const isTime = (name: string): boolean => Object.hasOwn(FILTER_FIELDS, name) && FILTER_FIELDS[name as keyof typeof FILTER_FIELDS] === "time";

const toTimes = (operand: unknown): unknown =>
  Array.isArray(operand) ? operand.map(toTimes) : typeof operand === "string" ? toTime(operand) : operand;

const noOperator = (operator: string) => invalid("filter", `There is no operator "${operator}".`);

/** A test of a column, which holds one value or none. */
function toColumnSql(column: Expression<unknown>, operator: string, operand: unknown): Condition {
  switch (operator) {
    case "eq": return isOneOf(column, [operand]);
    case "ne": return not(isOneOf(column, [operand]));
    case "in": return isOneOf(column, operand as unknown[]);
    case "nin": return not(isOneOf(column, operand as unknown[]));
    case "contains": return holdsText(column, String(operand));
    case "exists": return operand === true ? sql<SqlBool>`${column} is not null` : sql<SqlBool>`${column} is null`;
    default: return compare(column, operator, operand);
  }
}

function isOneOf(column: Expression<unknown>, operands: unknown[]): Condition {
  const set = operands.filter((operand) => operand !== null);
  return anyOf([
    ...(set.length > 0 ? [sql<SqlBool>`${column} in (${sql.join(set)})`] : []),
    ...(set.length < operands.length ? [sql<SqlBool>`${column} is null`] : []),
  ]);
}

function compare(held: Expression<unknown>, operator: string, operand: unknown): Condition {
  switch (operator) {
    case "gt": return sql<SqlBool>`${held} > ${operand}`;
    case "gte": return sql<SqlBool>`${held} >= ${operand}`;
    case "lt": return sql<SqlBool>`${held} < ${operand}`;
    case "lte": return sql<SqlBool>`${held} <= ${operand}`;
    default: throw noOperator(operator);
  }
}

/** A test of a place in a document, which holds values of any kind: 1, "1" and true are three. */
function toJsonSql(place: JsonPlace, operator: string, operand: unknown): Condition {
  const isThere = anyOf([someValue(place, isSet), isObject(place)]);
  switch (operator) {
    case "eq": return holdsOneOf(place, [operand], isThere);
    case "ne": return not(holdsOneOf(place, [operand], isThere));
    case "in": return holdsOneOf(place, operand as unknown[], isThere);
    case "nin": return not(holdsOneOf(place, operand as unknown[], isThere));
    case "contains": return someValue(place, allOf([isText, holdsText(value, String(operand))]));
    case "exists": return operand === true ? isThere : not(isThere);
    default: return someValue(place, allOf([typeof operand === "number" ? isNumber : isText, compare(value, operator, operand)]));
  }
}

function holdsOneOf(place: JsonPlace, operands: unknown[], isThere: Condition): Condition {
  const texts = operands.filter((operand) => typeof operand === "string");
  const numbers = operands.filter((operand) => typeof operand === "number");
  const kinds = [
    ...(texts.length > 0 ? [allOf([isText, sql<SqlBool>`${value} in (${sql.join(texts)})`])] : []),
    ...(numbers.length > 0 ? [allOf([isNumber, sql<SqlBool>`${value} in (${sql.join(numbers)})`])] : []),
    ...[true, false].filter((operand) => operands.includes(operand)).map(isBoolean),
  ];
  return anyOf([...(kinds.length > 0 ? [someValue(place, anyOf(kinds))] : []), ...(operands.includes(null) ? [not(isThere)] : [])]);
}
