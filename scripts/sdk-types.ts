/** As much of JSON Schema as our own document uses. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[];
  description?: string;
  deprecated?: boolean;
}

interface Parameter {
  $ref?: string;
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema: Schema;
}

type Content = Record<string, { schema?: Schema }>;

interface Operation {
  operationId: string;
  summary: string;
  deprecated?: boolean;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, { $ref?: string; content?: Content }>;
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; parameters?: Record<string, Parameter> };
}

// Words that say nothing to a type, and those above that do. A document with another word is refused: it might.
const WORDS = new Set([
  "$ref", "type", "const", "enum", "anyOf", "oneOf", "items", "properties", "patternProperties", "additionalProperties", "required", "description", "deprecated",
  "default", "examples", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
  "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "propertyNames",
]);

/** Names that TypeScript has already, and what ours are called instead. */
const RENAMED: Record<string, string> = { Error: "ErrorBody" };

const HEAD = `// Generated from openapi.json. Do not edit: run "npm run generate".
`;

/**
 * The types of the TypeScript SDK: a type for each schema, and for each route what it takes and answers. Routes that
 * answer with bytes are apart, and those that are pages or parts of pages are left out.
 */
export function toSdkTypes(document: OpenApi): string {
  const schemas = Object.entries(document.components.schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(toDeclaration);
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => toRoute(document, `${method.toUpperCase()} ${path}`, operation)));
  const some = (kind: Route["kind"]) => routes.filter((route) => route.kind === kind).map(({ text }) => text).join("");
  const keyed = routes.filter((route) => route.keyed).map(({ name }) => `  ${JSON.stringify(name)},\n`).join("");
  return [
    HEAD, ...schemas,
    `/** What each route takes and answers, by method and path. */\nexport interface Routes {\n${some("json")}}\n`,
    `/** The routes that answer with bytes: what each takes. */\nexport interface StreamRoutes {\n${some("stream")}}\n`,
    `/** The routes that take an \`Idempotency-Key\`. */\nexport const KEYED_ROUTES: ReadonlySet<string> = /* @__PURE__ */ new Set([\n${keyed}]);\n`,
  ].join("\n");
}

interface Route {
  name: string;
  kind: "json" | "stream" | "page";
  /** Whether it takes an `Idempotency-Key`. */
  keyed: boolean;
  text: string;
}

const INDENT = "    ";
const PAGE_TYPES = new Set(["text/html", "application/octet-stream"]);

function toRoute(document: OpenApi, name: string, operation: Operation): Route {
  const parameters = (operation.parameters ?? []).map((parameter) => resolveParameter(document, parameter));
  const { kind, types } = readAnswers(operation);
  const lines = [`id: ${JSON.stringify(operation.operationId)};`, `input: ${toInput(operation, parameters)};`];
  if (kind === "json") lines.push(`answer: ${types.join(" | ")};`);
  return {
    name, kind,
    keyed: parameters.some((parameter) => parameter.name === "Idempotency-Key"),
    text: `${toComment(operation.summary, operation.deprecated, "  ")}  ${JSON.stringify(name)}: {\n${lines.map((line) => `${INDENT}${line}\n`).join("")}  };\n`,
  };
}

function toDeclaration([name, schema]: [string, Schema]): string {
  const type = toType(schema, "");
  const comment = toComment(schema.description, schema.deprecated, "");
  return type.startsWith("{") && type.endsWith("}") && schema.anyOf === undefined && schema.oneOf === undefined
    ? `${comment}export interface ${toName(name)} ${type}\n`
    : `${comment}export type ${toName(name)} = ${type};\n`;
}

const toName = (name: string): string => RENAMED[name] ?? name;

const lastOf = (ref: string): string => ref.slice(ref.lastIndexOf("/") + 1);

function resolveParameter({ components }: OpenApi, parameter: Parameter): Parameter {
  if (parameter.$ref === undefined) return parameter;
  const found = components.parameters?.[lastOf(parameter.$ref)];
  if (found === undefined) throw new Error(`openapi.json has no ${parameter.$ref}.`);
  return found;
}

/** The types of what answers well, each once. */
function readAnswers({ responses }: Operation): { kind: Route["kind"]; types: string[] } {
  const contents = Object.entries(responses).filter(([status]) => status.startsWith("2")).map(([, { content = {} }]) => content);
  const media = contents.flatMap((content) => Object.keys(content));
  if (contents.length === 0 || media.some((type) => PAGE_TYPES.has(type))) return { kind: "page", types: [] };
  if (media.some((type) => type !== "application/json")) return { kind: "stream", types: [] };
  const types = contents.map((content) => (Object.keys(content).length === 0 ? "undefined" : toType(content["application/json"]?.schema ?? {}, INDENT)));
  return { kind: "json", types: [...new Set(types)] };
}

function toInput(operation: Operation, parameters: Parameter[]): string {
  const inner = `${INDENT}  `;
  const members: string[] = [];
  for (const [name, place] of [["params", "path"], ["query", "query"]] as const) {
    const some = parameters.filter((parameter) => parameter.in === place);
    if (some.length === 0) continue;
    const required = some.filter((parameter) => parameter.required === true).map((parameter) => parameter.name);
    const properties = Object.fromEntries(some.map(({ name, schema, description = schema.description }) => [name, { ...schema, ...(description !== undefined && { description }) }]));
    const type = toType({ type: "object", properties, required, additionalProperties: false }, inner);
    members.push(required.length === 0 ? `${name}?: ${type} | undefined` : `${name}: ${type}`);
  }
  members.push(...toBody(operation, inner));
  return members.length === 0 ? "Record<never, never>" : `{\n${members.map((member) => `${inner}${member};\n`).join("")}${INDENT}}`;
}

/** JSON by its schema; a body of bare text says of which media type it is. */
function toBody({ requestBody }: Operation, indent: string): string[] {
  if (requestBody === undefined) return [];
  const json = requestBody.content["application/json"]?.schema;
  if (json === undefined || json.type === "string") {
    return ["text: string", `type: ${Object.keys(requestBody.content).map((type) => JSON.stringify(type)).join(" | ")}`];
  }
  return [requestBody.required === true ? `body: ${toType(json, indent)}` : `body?: ${toType(json, indent)} | undefined`];
}

function toType(schema: Schema, indent: string): string {
  for (const word of Object.keys(schema)) {
    if (!WORDS.has(word)) throw new Error(`openapi.json uses "${word}" in a schema, which scripts/sdk-types.ts does not know. Teach it what that means for a type.`);
  }
  if (schema.$ref !== undefined) return toName(lastOf(schema.$ref));
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return [...new Set(choices.map((choice) => toType(choice, indent)))].join(" | ");
  if (Array.isArray(schema.type)) return schema.type.map((type) => toType({ ...schema, type }, indent)).join(" | ");
  switch (schema.type) {
    case "array": return `${inBrackets(toType(schema.items ?? {}, indent))}[]`;
    case "integer": return "number";
    case "string": case "number": case "boolean": case "null": return schema.type;
    case "object": return toObject(schema, indent);
    case undefined: return "unknown";
    default: throw new Error(`openapi.json uses the type "${schema.type}", which scripts/sdk-types.ts does not know.`);
  }
}

const inBrackets = (type: string): string => (/^[^{]*[|]/.test(type) || /\} \|/.test(type) ? `(${type})` : type);

function toObject({ properties = {}, patternProperties = {}, additionalProperties, required = [] }: Schema, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(([name, schema]) => {
    const optional = !required.includes(name);
    return `${toComment(schema.description, schema.deprecated, inner)}${inner}${toKey(name)}${optional ? "?" : ""}: ${toType(schema, inner)}${optional ? " | undefined" : ""};\n`;
  });
  for (const [pattern, schema] of Object.entries(patternProperties)) {
    lines.push(`${toComment(schema.description, schema.deprecated, inner)}${inner}[name: ${toTemplate(pattern)}]: ${toType(schema, inner)} | undefined;\n`);
  }
  const rest = additionalProperties === undefined || additionalProperties === true ? {} : additionalProperties;
  if (rest !== false) {
    // Beside named fields of other types an index signature can promise nothing.
    const type = lines.length === 0 ? toType(rest, inner) : "unknown";
    if (lines.length === 0) return `Record<string, ${type}>`;
    lines.push(`${inner}[name: string]: ${type};\n`);
  }
  return lines.length === 0 ? "Record<string, never>" : `{\n${lines.join("")}${indent}}`;
}

/** A pattern that is a beginning, as `^metadata\..+$`, is a template type. */
function toTemplate(pattern: string): string {
  const start = /^\^((?:[\w-]|\\\.)+)\.[+*]\$$/.exec(pattern)?.[1];
  if (start === undefined) throw new Error(`openapi.json names fields by the pattern ${pattern}, which scripts/sdk-types.ts cannot say as a type.`);
  return `\`${start.replaceAll("\\.", ".")}\${string}\``;
}

const toKey = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

function toComment(description: string | undefined, deprecated: boolean | undefined, indent: string): string {
  const text = [description?.replaceAll("*/", "*\\/").replaceAll("\n", " "), deprecated === true ? "@deprecated" : undefined].filter((part) => part !== undefined).join(" ");
  return text === "" ? "" : `${indent}/** ${text} */\n`;
}
