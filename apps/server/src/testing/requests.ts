/** A stream of numbers from 0 to 1 that a seed fixes (mulberry32, by Tommy Ettinger, public domain). */
export function createDice(seed: number): Dice {
  let state = seed;
  const roll = (): number => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    chance: (share) => roll() < share,
    whole: (min, max) => min + Math.floor(roll() * (max - min + 1)),
    pick: (items) => items[Math.floor(roll() * items.length)] as never,
  };
}

export interface Dice {
  chance(share: number): boolean;
  whole(min: number, max: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

/** JSON Schema as the API document holds it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  items?: Schema;
  minItems?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  format?: string;
  examples?: unknown[];
}

interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  schema: Schema;
}

export interface Operation {
  method: string;
  path: string;
  operationId: string;
  "x-scope": string;
  tags: string[];
  parameters?: (Parameter | { $ref: string })[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** Where the texts of requests come from: the name of the field says what kind of text it wants. */
export type TextSource = (name: string, schema: Schema) => string;

export interface MadeRequest {
  method: string;
  url: string;
  body: string | null;
  type: string | null;
}

export const listOperations = ({ paths }: ApiDocument): Operation[] =>
  Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })));

/** A request to an operation, made from the document alone: of the right shape, with values that the dice chose. */
export function makeRequest(document: ApiDocument, { method, path, parameters = [], requestBody }: Operation, dice: Dice, text: TextSource): MadeRequest {
  const maker = new ValueMaker(document, dice, text);
  const known = parameters.filter((parameter): parameter is Parameter => "name" in parameter);
  const place = path.replaceAll(/([\w-]+)\/\{(\w+)\}/g, (_, noun: string, name: string) => `${noun}/${encodeURIComponent(text(`${noun} ${name}`, {}))}`);
  const query = known.filter((parameter) => parameter.in === "query" && (parameter.required || dice.chance(0.3)))
    .map(({ name, schema }) => `${name}=${encodeURIComponent(toQueryText(maker.make(name, schema)))}`);
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const value = content === undefined ? undefined : type === "application/json" ? JSON.stringify(maker.make("body", content.schema)) : text("lines", content.schema);
  return { method, url: place + (query.length > 0 ? `?${query.join("&")}` : ""), body: value ?? null, type: value === undefined ? null : (type ?? null) };
}

const toQueryText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const DEPTH_MAX = 5;

class ValueMaker {
  private readonly document: ApiDocument;
  private readonly dice: Dice;
  private readonly text: TextSource;

  constructor(document: ApiDocument, dice: Dice, text: TextSource) {
    this.document = document;
    this.dice = dice;
    this.text = text;
  }

  make(name: string, schema: Schema, depth = 0): unknown {
    if (schema.$ref !== undefined) return this.make(name, this.document.components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}, depth);
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return this.dice.pick(schema.enum);
    const branches = schema.anyOf ?? schema.oneOf;
    if (branches !== undefined) return this.make(name, this.dice.pick(branches), depth);
    const type = Array.isArray(schema.type) ? this.dice.pick(schema.type) : schema.type;
    switch (type ?? (schema.properties === undefined ? "any" : "object")) {
      case "object": return this.makeObject(schema, depth + 1);
      case "array": return Array.from({ length: this.dice.whole(schema.minItems ?? 0, Math.max(3, schema.minItems ?? 0)) }, () => this.make(name, schema.items ?? {}, depth + 1));
      case "integer": return this.dice.whole(schema.minimum ?? 0, Math.min(schema.maximum ?? 20, (schema.minimum ?? 0) + 20));
      case "number": return (schema.minimum ?? 0) + this.dice.whole(0, 100) / 100;
      case "boolean": return this.dice.chance(0.5);
      case "null": return null;
      default: return this.text(name, schema);
    }
  }

  /** With all that it requires; of the rest one field, some, or none: many bodies want exactly one of theirs. */
  private makeObject({ properties = {}, required = [], additionalProperties }: Schema, depth: number): Record<string, unknown> {
    const optional = Object.keys(properties).filter((name) => !required.includes(name));
    const one = this.dice.chance(0.5) && optional.length > 0 ? this.dice.pick(optional) : null;
    const some = one !== null || depth > DEPTH_MAX ? [] : optional.filter(() => this.dice.chance(0.25));
    const names = [...required, ...(one === null ? some : [one])];
    const fields = Object.fromEntries(names.map((name) => [name, this.make(name, properties[name] ?? {}, depth)]));
    if (names.length === 0 && typeof additionalProperties === "object") fields["note"] = this.make("note", additionalProperties, depth);
    return fields;
  }
}
