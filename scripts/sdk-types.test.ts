import { expect, test } from "vitest";
import { toSdkTypes, type OpenApi, type Schema } from "./sdk-types.ts";

const toDocument = (schemas: Record<string, Schema>, paths: OpenApi["paths"] = {}): OpenApi => ({ paths, components: { schemas } });

const toType = (schema: Schema): string => /export (?:type|interface) Thing (?:= )?(.*?);?\n\n/s.exec(toSdkTypes(toDocument({ Thing: schema })))?.[1] ?? "";

test("each form of schema becomes the type that its values have", () => {
  expect(toType({ type: "integer" })).toBe("number");
  expect(toType({ type: ["string", "null"] })).toBe("string | null");
  expect(toType({ enum: ["a", "b"], type: "string" })).toBe('"a" | "b"');
  expect(toType({ const: "store" })).toBe('"store"');
  expect(toType({ type: "array", items: { anyOf: [{ type: "string" }, { type: "null" }] } })).toBe("(string | null)[]");
  expect(toType({ type: "array", items: { $ref: "#/components/schemas/Memory" } })).toBe("Memory[]");
  expect(toType({ type: "object", additionalProperties: { type: "number" } })).toBe("Record<string, number>");
  expect(toType({ type: "object" })).toBe("Record<string, unknown>");
  expect(toType({ type: "object", additionalProperties: false })).toBe("Record<string, never>");
  expect(toType({})).toBe("unknown");
});

test("what may be left out may also be undefined, and descriptions become comments", () => {
  expect(toType({ type: "object", required: ["id"], additionalProperties: false, properties: { id: { type: "string", description: "The id, not */ a name." }, "x-y": { type: "boolean" } } }))
    .toBe('{\n  /** The id, not *\\/ a name. */\n  id: string;\n  "x-y"?: boolean | undefined;\n}');
});

test("fields that begin alike become a template, and what else there may be is unknown", () => {
  expect(toType({ type: "object", additionalProperties: {}, patternProperties: { "^metadata\\..+$": { type: "string" } } }))
    .toBe("{\n  [name: `metadata.${string}`]: string | undefined;\n  [name: string]: unknown;\n}");
});

test("a name that TypeScript has already is replaced wherever it stands", () => {
  const text = toSdkTypes(toDocument({ Error: { type: "object" }, Page: { $ref: "#/components/schemas/Error" } }));
  expect(text).toContain("export type ErrorBody = Record<string, unknown>;");
  expect(text).toContain("export type Page = ErrorBody;");
});

test("a word, type or pattern that it does not know stops it, by name", () => {
  expect(() => toType({ type: "string", contentEncoding: "base64" } as Schema)).toThrow('"contentEncoding"');
  expect(() => toType({ type: "tuple" })).toThrow('"tuple"');
  expect(() => toType({ type: "object", patternProperties: { "^[a-z]+$": {} } })).toThrow("^[a-z]+$");
});

test("routes tell what they take and answer; bytes stand apart, and pages are left out", () => {
  const json = (schema: Schema) => ({ content: { "application/json": { schema } } });
  const text = toSdkTypes(toDocument({}, {
    "/v1/things/{id}": {
      patch: {
        operationId: "updateThing", summary: "Change a thing", deprecated: true,
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }, { name: "dry", in: "query", schema: { type: "boolean" } }, { name: "Idempotency-Key", in: "header", schema: { type: "string" } }],
        requestBody: { content: { "application/json": { schema: { type: "object", additionalProperties: false } } } },
        responses: { 200: json({ type: "string" }), 201: json({ type: "string" }), 204: {}, 404: json({ type: "number" }) },
      },
    },
    "/v1/file": { post: { operationId: "readFile", summary: "File", requestBody: { required: true, content: { "text/plain": {} } }, responses: { 200: { content: { "application/zip": {} } } } } },
    "/page": { get: { operationId: "readPage", summary: "Page", responses: { 200: { content: { "text/html": {} } } } } },
    "/go": { get: { operationId: "go", summary: "Go", responses: { 303: {} } } },
  }));
  expect(text).toContain(`export interface Routes {
  /** Change a thing @deprecated */
  "PATCH /v1/things/{id}": {
    id: "updateThing";
    input: {
      params: {
        id: string;
      };
      query?: {
        dry?: boolean | undefined;
      } | undefined;
      body?: Record<string, never> | undefined;
    };
    answer: string | undefined;
  };
}`);
  expect(text).toContain(`export interface StreamRoutes {
  /** File */
  "POST /v1/file": {
    id: "readFile";
    input: {
      text: string;
      type: "text/plain";
    };
  };
}`);
  expect(text).toContain('new Set([\n  "PATCH /v1/things/{id}",\n]);');
});
