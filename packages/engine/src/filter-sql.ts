import { invalid } from "@loci/kit/errors";
import { sql, type Expression, type SqlBool } from "kysely";
import { FILTER_FIELDS, METADATA_PREFIX } from "./filter-fields.ts";
import type { FieldTest, Filter, FilterValue } from "./filter.ts";
import { holdsText, metadataValue, sourceValue, tagsContain, tagsExist, tagsHold } from "./tenants/search-sqlite.ts";
import { toTime } from "./store.ts";

type Condition = Expression<SqlBool>;

/** A filter as SQL over `memories` joined with `groups`. `ne` and `nin` are the exact opposites of `eq` and `in`: a field that is not set passes. */
export function toFilterSql(filter: Filter): Condition {
  const parts: Condition[] = [];
  for (const [name, test] of Object.entries(filter)) {
    if (test === undefined) continue;
    if (name === "AND") parts.push(joinAll((test as Filter[]).map(toFilterSql), "and"));
    else if (name === "OR") parts.push(joinAll((test as Filter[]).map(toFilterSql), "or"));
    else if (name === "NOT") parts.push(sql<SqlBool>`not coalesce(${toFilterSql(test as Filter)}, false)`);
    else parts.push(toFieldSql(name, toFieldTest(test)));
  }
  return joinAll(parts, "and");
}

function joinAll(conditions: Condition[], word: "and" | "or"): Condition {
  if (conditions.length === 0) return word === "and" ? sql<SqlBool>`true` : sql<SqlBool>`false`;
  return sql<SqlBool>`(${sql.join(conditions, word === "and" ? sql` and ` : sql` or `)})`;
}

const toFieldTest = (test: unknown): FieldTest =>
  typeof test === "object" && test !== null ? (test as FieldTest) : { eq: test as FilterValue };

function toFieldSql(name: string, test: FieldTest): Condition {
  if (name === "tags") return joinAll(Object.entries(test).map(([operator, value]) => toTagsSql(operator, value)), "and");
  const column = toColumn(name);
  const isTime = FILTER_FIELDS[name as keyof typeof FILTER_FIELDS] === "time";
  const toValue = (value: unknown): unknown => {
    if (typeof value === "boolean") return value ? 1 : 0;
    return isTime && typeof value === "string" ? toTime(value) : value;
  };
  return joinAll(Object.entries(test).map(([operator, value]) => toTestSql(column, operator, value, toValue)), "and");
}

function toColumn(name: string): Expression<unknown> {
  if (name.startsWith(METADATA_PREFIX)) return metadataValue(name.slice(METADATA_PREFIX.length).split("."));
  if (name.startsWith("source.")) return sourceValue(name.slice("source.".length));
  if (name === "group") return sql.ref("groups.name");
  if (name in FILTER_FIELDS) return sql.ref(`memories.${name}`);
  throw invalid(`filter.${name}`, `There is no field "${name}" to filter by. Fields: ${Object.keys(FILTER_FIELDS).join(", ")}, metadata.<path>.`);
}

function toTestSql(column: Expression<unknown>, operator: string, given: unknown, toValue: (value: unknown) => unknown): Condition {
  const value = toValue(given);
  switch (operator) {
    case "eq": return sql<SqlBool>`${column} is not distinct from ${value}`;
    case "ne": return sql<SqlBool>`${column} is distinct from ${value}`;
    case "gt": return sql<SqlBool>`${column} > ${value}`;
    case "gte": return sql<SqlBool>`${column} >= ${value}`;
    case "lt": return sql<SqlBool>`${column} < ${value}`;
    case "lte": return sql<SqlBool>`${column} <= ${value}`;
    case "in": return joinAll((given as unknown[]).map((one) => toTestSql(column, "eq", one, toValue)), "or");
    case "nin": return joinAll((given as unknown[]).map((one) => toTestSql(column, "ne", one, toValue)), "and");
    case "contains": return holdsText(column, String(given));
    case "exists": return given === true ? sql<SqlBool>`${column} is not null` : sql<SqlBool>`${column} is null`;
    default: throw invalid("filter", `There is no operator "${operator}".`);
  }
}

function toTagsSql(operator: string, value: unknown): Condition {
  switch (operator) {
    case "eq": return tagsHold(value);
    case "ne": return sql<SqlBool>`not ${tagsHold(value)}`;
    case "in": return joinAll((value as unknown[]).map(tagsHold), "or");
    case "nin": return joinAll((value as unknown[]).map((tag) => sql<SqlBool>`not ${tagsHold(tag)}`), "and");
    case "contains": return tagsContain(String(value));
    case "exists": return value === true ? tagsExist() : sql<SqlBool>`not ${tagsExist()}`;
    default: throw invalid("filter.tags", `There is no operator "${operator}" for tags.`);
  }
}
