import { sql, type Expression, type SqlBool } from "kysely";
import type { AccessRow } from "./schema.ts";

// What SQLite says its own way; everything else of a filter is the same SQL on both databases.

export type Condition = Expression<SqlBool>;

/** A document of a memory, and where in it to look. */
export interface JsonPlace {
  column: "tags" | "metadata" | "source";
  path: string[];
}

const toPath = (path: string[]): string => `$${path.map((step) => `."${step.replaceAll(/["\\]/g, "\\$&")}"`).join("")}`;

/** Whether one of the values at a place (the elements of a list, or the one value) meets `condition`; an object has none. */
export const someValue = ({ column, path }: JsonPlace, condition: Condition): Condition => sql<SqlBool>`exists (
  select 1 from json_each(${sql.ref(`memories.${column}`)}, ${toPath(path)}) as one
  where json_type(${sql.ref(`memories.${column}`)}, ${toPath(path)}) <> 'object' and ${condition})`;

export const isObject = ({ column, path }: JsonPlace): Condition =>
  sql<SqlBool>`coalesce(json_type(${sql.ref(`memories.${column}`)}, ${toPath(path)}) = 'object', false)`;

/** The value that `someValue` looks at, and its kind. */
export const value = sql.ref("one.value");
export const isText = sql<SqlBool>`one.type = 'text'`;
export const isNumber = sql<SqlBool>`one.type in ('integer', 'real')`;
export const isSet = sql<SqlBool>`one.type <> 'null'`;
export const isBoolean = (wanted: boolean): Condition => sql<SqlBool>`one.type = ${String(wanted)}`;

/** Upper and lower case are one for A to Z, which is all that SQLite folds. */
export const holdsText = (held: Expression<unknown>, text: string): Condition =>
  sql<SqlBool>`instr(lower(coalesce(${held}, '')), lower(${text})) > 0`;

/** Many rows in one statement and one value: a statement of as many placeholders takes ten times as long to build. */
export const ledgerRows = (lines: readonly unknown[][]) => sql`
  insert into ledger (operation_id, part, meter, quantity, key_id, at)
  select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 from json_each(${JSON.stringify(lines)})`;

export const counterRows = (sums: readonly unknown[][]) => sql`
  insert into usage_counters (hour, meter, quantity)
  select value ->> 0, value ->> 1, value ->> 2 from json_each(${JSON.stringify(sums)}) where true
  on conflict (hour, meter) do update set quantity = quantity + excluded.quantity`;

export const accessRows = (lines: readonly Omit<AccessRow, "seq">[]) => sql`
  insert into accesses (connection_id, operation_id, action, effect, memories, memory_count, at)
  select value ->> 'connection_id', value ->> 'operation_id', value ->> 'action', value ->> 'effect', value ->> 'memories', value ->> 'memory_count', value ->> 'at'
  from json_each(${JSON.stringify(lines)})`;
