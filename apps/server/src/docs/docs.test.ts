import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect, test } from "vitest";
import { z } from "zod";
import { toOpenApiDocument } from "../app.ts";
import { STATUS_OF } from "../http/errors.ts";
import { isScope } from "../policy/permissions.ts";
import { shareTestApp } from "../testing/harness.ts";

const app = shareTestApp();

type Json = Record<string, unknown>;

test("every live route is in openapi.json, and everything in openapi.json is live", async () => {
  const { status, body } = await app().call("GET", "/openapi.json");
  expect(status).toBe(200);
  const documented = Object.entries(body.paths as Record<string, Json>).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
  const mounted = app().server.app.routes
    .filter(({ method, path }) => method !== "ALL" && method !== "OPTIONS" && !path.includes("*"))
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)(\{[^}]*\})?/g, "{$1}")}`);
  expect([...new Set(documented)].sort()).toEqual([...new Set(mounted)].sort());
});

test("openapi.json is OpenAPI 3.1 without a problem at the linter's strictest setting", async () => {
  const document = toOpenApiDocument(app().server.routes, "https://memory.acme.org");
  expect(document.openapi).toMatch(/^3\.1\./);
  const config = await createConfig({ extends: ["recommended-strict"] });
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: "/openapi.json", config });
  const told = problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`);
  // The way back from a provider leads a browser on, whatever happened: 303 is all that it answers with.
  expect(told).toEqual([expect.stringMatching(/^operation-2xx-response: .* #\/paths\/~1v1~1auth~1callback~1\{provider\}\/get\/responses$/)]);

  for (const route of app().server.routes.filter(({ scope }) => scope !== "open")) {
    const responses = (document.paths as Record<string, Record<string, Json>>)[route.path]?.[route.method]?.responses as Json;
    expect(Object.keys(responses), route.id).toEqual(expect.arrayContaining(["401", "403", "500"]));
  }
});

test("every field, parameter, operation and answer in openapi.json is described", async () => {
  const { body } = await app().call("GET", "/openapi.json");
  const silent: string[] = [];
  visit(body as Json, "", (node, at) => {
    for (const [name, field] of Object.entries((node.properties ?? {}) as Record<string, Json>)) {
      if (!isDescribed(field)) silent.push(`${at}/${name}`);
    }
    if (Array.isArray(node.parameters)) {
      for (const parameter of node.parameters as Json[]) if (parameter.$ref === undefined && !isDescribed(parameter)) silent.push(`${at}/${String(parameter.name)}`);
    }
    if (typeof node.operationId === "string" && !(node.description && node.summary)) silent.push(node.operationId);
  });
  expect(silent).toEqual([]);
});

const isDescribed = ({ description, const: constant }: Json): boolean => constant !== undefined || (typeof description === "string" && description.length > 2);

function visit(node: unknown, at: string, look: (node: Json, at: string) => void): void {
  if (typeof node !== "object" || node === null) return;
  // Examples hold data, not schemas.
  for (const [name, inner] of Object.entries(node)) if (name !== "examples" && name !== "example") visit(inner, `${at}/${name}`, look);
  if (!Array.isArray(node)) look(node as Json, at);
}

/** The examples of a body: its own, else one made of those of its fields. */
function listExamples(schema: z.ZodType): unknown[] {
  const { examples } = (schema.meta() ?? {}) as { examples?: unknown[] };
  if (examples !== undefined) return examples;
  // Nothing is a body as well, and the default stands in the document.
  if (schema.safeParse(undefined).success) return [{}];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as { properties?: Record<string, { examples?: unknown[] }>; required?: string[] };
  return [Object.fromEntries(required.map((name) => [name, properties[name]?.examples?.[0]]))];
}

test("every body has an example, and every example is taken", async () => {
  const ours = await app().newWorkspace();
  const calls = { key: ours.call, person: (await app().newPerson({ operator: true })).call, nobody: app().newBrowser().call };
  for (const route of app().server.routes) {
    const schema = route.request?.body;
    if (schema === undefined) continue;
    const caller = route.scope === "open" ? "nobody" : isScope(route.scope) || route.scope === "any caller" ? "key" : "person";
    const path = route.path.replace("{id}", `mem_${"0".repeat(32)}`).replace("{workspace}", "local").replace("{user}", "usr_none").replace("{provider}", "github");
    for (const example of listExamples(schema)) {
      const { status, body } = await calls[caller](route.method.toUpperCase(), path, example);
      // An example fits the shape; the person, code or link that it names there is not.
      const taken = caller === "key" ? [200, 201, 404].includes(status) : ![413, 422].includes(status) && status < 500 && (status !== 400 || body.error.details?.reason !== undefined);
      expect(taken, `${route.id} ${JSON.stringify(example)} ${JSON.stringify(body)}`).toBe(true);
    }
  }
});

test("the reference page runs our own files alone under a policy that allows nothing else", async () => {
  const page = await app().call("GET", "/docs");
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  const policy = page.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'; script-src 'self';");
  expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|\*/);

  const nonce = /property="csp-nonce" content="([^"]+)"/.exec(page.body as string)?.[1];
  expect(policy).toContain(`'nonce-${nonce}'`);
  expect((await app().call("GET", "/docs")).body).not.toContain(nonce);
  expect(page.body).not.toMatch(/https?:\/\//);

  const scripts = [...(page.body as string).matchAll(/<script src="([^"]+)"><\/script>/g)].map((match) => match[1] ?? "");
  expect(scripts).toHaveLength(2);
  for (const src of scripts) {
    for (const encoding of ["br", "gzip", "identity"]) {
      const script = await app().call("GET", src, undefined, { "accept-encoding": encoding });
      expect(script.status).toBe(200);
      expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
      expect(script.headers.get("content-encoding") ?? "identity").toBe(encoding);
      expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    }
  }
  expect(await app().call("GET", "/docs/assets/..%2F..%2Fpackage.json")).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
});

test("every error code has its anchor, where the error's own link leads", async () => {
  const page = await app().call("GET", "/docs/errors");
  for (const [code, status] of Object.entries(STATUS_OF)) {
    expect(page.body).toContain(`<section id="${code}"`);
    expect(page.body).toContain(`<code>${code}</code></a> <span class="status">${status}</span>`);
  }
  const { docs } = (await app().call("GET", "/v1/memories")).body.error as { docs: string };
  expect(new URL(docs).pathname + new URL(docs).hash).toBe("/docs/errors#unauthenticated");
  const style = /href="(\/docs\/assets\/[^"]+)"/.exec(page.body as string)?.[1] ?? "";
  expect((await app().call("GET", style)).headers.get("content-type")).toBe("text/css; charset=utf-8");
});
