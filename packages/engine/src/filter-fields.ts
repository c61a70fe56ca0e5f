/** What may stand beside a field: free text, a word of a closed list, a number, a time (RFC 3339), or a list of texts. */
export type FilterFieldKind = "text" | "word" | "number" | "time" | "texts";

/** Every field that a filter may name, besides `metadata.` and a path into it. */
export const FILTER_FIELDS = {
  id: "text",
  group: "text",
  type: "text",
  title: "text",
  content: "text",
  tags: "texts",
  importance: "number",
  trust: "word",
  session: "text",
  speaker: "text",
  role: "word",
  version: "number",
  "source.kind": "text",
  "source.client": "text",
  "source.ref": "text",
  "source.key_id": "text",
  "source.connection_id": "text",
  occurred_at: "time",
  valid_from: "time",
  valid_to: "time",
  expires_at: "time",
  created_at: "time",
  updated_at: "time",
} as const satisfies Record<string, FilterFieldKind>;
export type FilterField = keyof typeof FILTER_FIELDS;

export type FilterOperator = "eq" | "ne" | "gt" | "gte" | "lt" | "lte" | "in" | "nin" | "contains" | "exists";

/** The operators that make sense for a kind. `eq` and `in` on `texts` ask whether the list holds the text. */
export const FILTER_OPERATORS: Record<FilterFieldKind | "metadata", readonly FilterOperator[]> = {
  text: ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "contains", "exists"],
  word: ["eq", "ne", "in", "nin", "exists"],
  number: ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "exists"],
  time: ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "exists"],
  texts: ["eq", "ne", "in", "nin", "contains", "exists"],
  metadata: ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "contains", "exists"],
};

export const METADATA_PREFIX = "metadata.";

/** The levels of `AND`, `OR` and `NOT` that may stand above a test. */
export const FILTER_DEPTH_MAX = 8;
/** The tests that one filter may hold in all: the bound on the SQL that it becomes. */
export const FILTER_TESTS_MAX = 200;
/** The values that all `in` and `nin` of one filter may list together. */
export const FILTER_VALUES_MAX = 1_000;
