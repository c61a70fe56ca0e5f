import { FILTER_FIELDS, FILTER_OPERATORS, FILTER_DEPTH_MAX, FILTER_VALUES_MAX, ROLES, TRUST_LEVELS, type FilterFieldKind, type FilterOperator } from "@loci/engine";

type JsonSchema = Record<string, unknown>;

const FILTER = { $ref: "#/components/schemas/Filter" };
const WORDS: Record<string, readonly string[]> = { trust: TRUST_LEVELS, role: ROLES };
const MEANS: Record<FilterOperator, string> = {
  eq: "Is this value; a bare value means the same. `null` means not set.",
  ne: "Is not this value, or is not set.",
  gt: "Is greater, or later.",
  gte: "Is at least this, or not before.",
  lt: "Is less, or before.",
  lte: "Is at most this, or not after.",
  in: `Is one of these values; all lists of a filter hold ${FILTER_VALUES_MAX} together.`,
  nin: "Is none of these values.",
  contains: "Holds this text, whatever the case of its letters A to Z; of tags: one of them holds it.",
  exists: "Is set (`true`), or is not (`false`).",
};

/** The JSON Schema of a filter, made from the engine's table of fields. */
export function filterJsonSchema(): JsonSchema {
  const fields = Object.entries(FILTER_FIELDS).map(([name, kind]) => [name, fieldSchema(name, kind)]);
  return {
    id: "Filter",
    type: "object",
    description: `A condition on memories: tests of fields by name, joined by AND, OR and NOT, ${FILTER_DEPTH_MAX} deep at most. Several fields in one object must all hold. A field \`metadata.\` and a path reaches into your own metadata.`,
    properties: {
      AND: { type: "array", minItems: 1, items: FILTER, description: "All of these hold." },
      OR: { type: "array", minItems: 1, items: FILTER, description: "At least one of these holds." },
      NOT: { ...FILTER, description: "This does not hold." },
      ...Object.fromEntries(fields),
    },
    patternProperties: { "^metadata\\..+$": { ...testSchema("metadata", { type: ["string", "number", "boolean"] }), description: "A field of the metadata, by its path." } },
    additionalProperties: false,
    examples: [{ AND: [{ type: "preference" }, { importance: { gte: 0.5 } }, { NOT: { tags: "draft" } }] }],
  };
}

function fieldSchema(name: string, kind: FilterFieldKind): JsonSchema {
  return { ...testSchema(kind, valueSchema(name, kind)), description: `Tests ${name} (${kind === "texts" ? "list of texts" : kind}).` };
}

function valueSchema(name: string, kind: FilterFieldKind): JsonSchema {
  if (kind === "number") return { type: "number" };
  if (kind === "time") return { type: "string", format: "date-time" };
  if (kind === "word") return { type: "string", enum: [...(WORDS[name] ?? [])] };
  return { type: "string" };
}

function testSchema(kind: FilterFieldKind | "metadata", value: JsonSchema): JsonSchema {
  const operators = FILTER_OPERATORS[kind].map((operator) => [operator, { ...operandSchema(operator, value), description: MEANS[operator] }]);
  return {
    anyOf: [
      value,
      { type: "null" },
      { type: "object", properties: Object.fromEntries(operators), additionalProperties: false, minProperties: 1 },
    ],
  };
}

function operandSchema(operator: FilterOperator, value: JsonSchema): JsonSchema {
  if (operator === "exists") return { type: "boolean" };
  if (operator === "contains") return { type: "string", minLength: 1 };
  if (operator === "in" || operator === "nin") return { type: "array", minItems: 1, items: value };
  if (operator === "eq" || operator === "ne") return { anyOf: [value, { type: "null" }] };
  return value;
}
