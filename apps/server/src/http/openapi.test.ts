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
    // What a browser comes back to from elsewhere answers with the way on.
    expect(Object.keys(responses)[0]).toMatch(/^(?:20\d|303)$/);
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

const operationOf = (id: string): Operation => {
  const found = Object.values(open().document.paths).flatMap((methods) => Object.values(methods)).find(({ operationId }) => operationId === id);
  if (found === undefined) throw new TypeError(`There is no operation ${id}.`);
  return found;
};
const faultsOf = (id: string) => Object.keys(operationOf(id).responses).filter((status) => Number(status) >= 400 && Number(status) < 500);

test("what lets a caller in is told for each operation: a key where one can, an app with the scopes it needs, a session where people can, nothing where it is open", () => {
  const key = [{ bearer: [] }, { header: [] }];
  const session = [{ session: [] }];
  const told = ["signIn", "readOwnKey", "storeMemory", "createApiKey", "runBatch", "readAccount", "deleteAccount", "listJobs", "listMembers"].map((id) => [id, operationOf(id).security]);
  expect(told).toEqual([
    ["signIn", []], ["readOwnKey", key], ["storeMemory", [...key, { oauth: ["memory:write"] }, ...session]], ["createApiKey", [...key, ...session]], ["runBatch", [...key, { oauth: [] }, ...session]],
    ["readAccount", session], ["deleteAccount", session], ["listJobs", session], ["listMembers", session],
  ]);
  expect(open().document.components.securitySchemes).toMatchObject({ session: { type: "apiKey", in: "cookie", name: "sid" } });
  const secure = toOpenApi(open().routes, { version: "0", publicUrl: "https://memory.acme.org", tags: [] }) as unknown as Document;
  expect(secure.components.securitySchemes).toMatchObject({ session: { name: "__Host-sid" } });
});

test("the header that names a person's workspace is a parameter where the path names none", () => {
  const named = (id: string) => (operationOf(id).parameters ?? []).some(({ $ref }) => $ref === "#/components/parameters/Workspace");
  expect(["storeMemory", "runBatch", "listApiKeys", "listAudit"].filter((id) => !named(id))).toEqual([]);
  expect(["getWorkspace", "listMembers", "readOwnKey", "readAccount", "signIn"].filter(named)).toEqual([]);
});

test("an operation tells the statuses of its own beside those that follow from what it takes", () => {
  expect(faultsOf("createApiKey")).toEqual(["400", "401", "402", "403", "404", "409", "413", "422"]);
  expect(faultsOf("reportLeakedApiKeys")).toEqual(["400", "401", "404", "413", "429"]);
  expect(faultsOf("signIn")).toEqual(["400", "401", "403", "413", "429"]);
  expect(faultsOf("readAccount")).toEqual(["400", "401", "403"]);
  expect(faultsOf("readOpenApi")).toEqual(["400"]);
});

test("two schemas of one name are refused", () => {
  const route = (id: string, schema: z.ZodType) => guarded("open", { id, method: "get", path: `/${id}`, summary: "", tags: ["T"], repeat: "safe", responses: { 200: json(schema, "") } }, () => ({ status: 200, text: "" }));
  const routes = [route("a", z.strictObject({ a: z.string() }).meta({ id: "SameName" })), route("b", z.strictObject({ b: z.string() }).meta({ id: "SameName", title: "other" }))];
  expect(() => toOpenApi(routes, { version: "0", publicUrl: "http://x", tags: [] })).toThrow(/SameName/);
});
