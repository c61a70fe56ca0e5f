import { expect, test } from "vitest";
import { z } from "zod";
import { toOpenApiDocument } from "../app.ts";
import { shareTestApp } from "../testing/harness.ts";
import { toOpenApi } from "./openapi.ts";
import { guarded, json } from "./route.ts";

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  parameters?: { name?: string; in?: string; $ref?: string }[];
  responses: Record<string, unknown>;
  security?: unknown[];
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  tags: { name: string }[];
  components: Record<string, Record<string, unknown>>;
}

const app = shareTestApp();
const open = () => {
  const { server } = app();
  return { routes: server.routes, document: toOpenApiDocument(server.routes, "http://localhost") as unknown as Document };
};

test("every live route is in the document, and nothing else is", () => {
  const { routes, document } = open();
  const live = routes.map(({ method, path }) => `${method} ${path}`);
  const described = Object.entries(document.paths).flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method} ${path}`));
  expect(described.toSorted()).toEqual(live.toSorted());
  expect(document.openapi).toBe("3.1.0");
});

test("every operation has a name of its own, a summary, a described tag and an answer", () => {
  const { document } = open();
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const tags = new Set(document.tags.map(({ name }) => name));
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  for (const { operationId, summary, tags: own, responses } of operations) {
    expect(operationId).toMatch(/^[a-z][A-Za-z]+$/);
    expect(summary.length).toBeGreaterThan(5);
    expect(own.filter((tag) => !tags.has(tag))).toEqual([]);
    expect(Object.keys(responses)[0]).toMatch(/^20\d$/);
  }
});

test("every reference leads somewhere, and every path parameter is declared", () => {
  const { document } = open();
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
  expect(references.length).toBeGreaterThan(20);
  expect(references.filter(([, kind = "", name = ""]) => document.components[kind]?.[name] === undefined)).toEqual([]);
  expect(JSON.stringify(document)).not.toContain("#/$defs/");
  for (const [path, operations] of Object.entries(document.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { parameters = [] } of Object.values(operations)) expect(parameters.filter((part) => part.in === "path").map(({ name }) => name)).toEqual(named);
  }
});

test("two schemas of one name are refused", () => {
  const route = (id: string, schema: z.ZodType) => guarded("open", { id, method: "get", path: `/${id}`, summary: "", tags: ["T"], repeat: "safe", responses: { 200: json(schema, "") } }, () => ({ status: 200, text: "" }));
  const routes = [route("a", z.strictObject({ a: z.string() }).meta({ id: "SameName" })), route("b", z.strictObject({ b: z.string() }).meta({ id: "SameName", title: "other" }))];
  expect(() => toOpenApi(routes, { version: "0", publicUrl: "http://x", tags: [] })).toThrow(/SameName/);
});
