import { sql, type Expression, type SqlBool } from "kysely";

// What SQLite says its own way; everything else of a filter is the same SQL on both databases.

/** The value at a path of the metadata; a missing path is NULL. Booleans are 1 and 0, as JSON functions give them. */
export const metadataValue = (path: string[]): Expression<unknown> =>
  sql`json_extract(memories.metadata, ${`$${path.map((step) => `."${step.replaceAll('"', '\\"')}"`).join("")}`})`;

export const sourceValue = (field: string): Expression<unknown> => sql`json_extract(memories.source, ${`$.${field}`})`;

export const tagsHold = (tag: unknown): Expression<SqlBool> =>
  sql<SqlBool>`exists (select 1 from json_each(memories.tags) where json_each.value = ${tag})`;

export const tagsContain = (text: string): Expression<SqlBool> =>
  sql<SqlBool>`exists (select 1 from json_each(memories.tags) where instr(lower(json_each.value), lower(${text})) > 0)`;

export const tagsExist = (): Expression<SqlBool> => sql<SqlBool>`json_array_length(memories.tags) > 0`;

/** Upper and lower case are one for A to Z, which is all that SQLite folds. */
export const holdsText = (value: Expression<unknown>, text: string): Expression<SqlBool> =>
  sql<SqlBool>`instr(lower(coalesce(${value}, '')), lower(${text})) > 0`;
