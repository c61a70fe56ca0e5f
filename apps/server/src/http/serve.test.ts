import { AppError } from "@loci/kit/errors";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { shareTestApp, startTestApp } from "../testing/harness.ts";
import { guarded, json, stream, type Route } from "./route.ts";

const Echo = z.strictObject({ content: z.string() });
const answers = { 200: json(z.looseObject({}), "What the handler saw.") };
const base = { summary: "", tags: ["Test"] as [string], repeat: "safe" as const };

const echo = guarded(
  "memories:write",
  { ...base, id: "echo", method: "post", path: "/test/echo/{name}", repeat: "with key", request: { params: z.strictObject({ name: z.string() }), query: z.strictObject({ x: z.string().optional() }), body: Echo }, responses: answers },
  ({ params, query, body, operation, actor, workspace }) => ({ status: 200, body: { params, query, body, operation, group: actor.group, workspace_id: workspace.id } }),
);
const look = guarded("memories:read", { ...base, id: "look", method: "get", path: "/test/look", responses: answers }, ({ operation }) => ({ status: 200, body: { operation } }));
const fail = guarded("open", { ...base, id: "fail", method: "get", path: "/test/fail/{how}", request: { params: z.strictObject({ how: z.string() }) }, responses: answers, faults: [409] }, ({ params }) => {
  if (params.how === "untold") throw new AppError("quota_exceeded", "The document does not say that this may happen.");
  if (params.how === "conflict") throw new AppError("conflict", "It is in the way.", { param: "name", details: { by: "other" } });
  if (params.how === "busy") throw new AppError("unavailable", "Not now.", { retry_after: 2.2 });
  throw new Error("SELECT * FROM secrets");
});
const page = guarded("open", { ...base, id: "page", method: "get", path: "/test/page", responses: { 200: stream("text/html; charset=utf-8", "A page.") } }, () => ({
  status: 200,
  text: "<p>Hello",
  headers: { "content-security-policy": "default-src 'self'" },
}));
const extraRoutes: Route[] = [echo, look, fail, page];
const shared = shareTestApp({ extraRoutes });
const open = async () => {
  const app = shared();
  app.logged.length = 0;
  return { app, ours: await app.newWorkspace() };
};

describe("who may call", () => {
  test("is looked at before what they sent: a bad body without a key is unauthenticated", async () => {
    const { app } = await open();
    const { status, body, headers } = await app.call("POST", "/test/echo/a", "{{{");
    expect(status).toBe(401);
    expect(body.error.code).toBe("unauthenticated");
    expect(headers.get("www-authenticate")).toContain("Bearer");
  });

  test("a key without the scope is forbidden, and told which scope it lacks", async () => {
    const { app } = await open();
    const reader = await app.newWorkspace(["memories:read"]);
    expect(await reader.call("POST", "/test/echo/a", "{{{")).toMatchObject({ status: 403, body: { error: { code: "forbidden", details: { scope: "memories:write" } } } });
    expect((await reader.call("GET", "/test/look")).status).toBe(200);
  });

  test.each(["Bearer", "bearer", "Token", "Api-Key"])("a key is accepted as Authorization: %s, and as X-API-Key", async (scheme) => {
    const { app, ours } = await open();
    expect((await app.call("GET", "/test/look", undefined, { authorization: `${scheme} ${ours.key}` })).status).toBe(200);
    expect((await app.call("GET", "/test/look", undefined, { "x-api-key": ours.key })).status).toBe(200);
  });

  test.each([
    {},
    { authorization: "Basic abc" },
    { authorization: "Bearer" },
    { authorization: "Bearer mk_live_nope" },
    { "x-api-key": "" },
  ])("nothing, or what is no key, is unauthenticated (%j)", async (headers) => {
    const { app } = await open();
    expect((await app.call("GET", "/test/look", undefined, headers as Record<string, string>)).status).toBe(401);
  });

  test("the workspace that a handler gets is the key's own, its group and its mode", async () => {
    const { app, ours } = await open();
    const bound = await app.newWorkspace(undefined, { workspace: ours.id, group: "ada" });
    const trial = await app.newWorkspace(undefined, { workspace: ours.id, mode: "test" });
    const see = async (key: typeof ours) => (await key.call("POST", "/test/echo/a", { content: "x" })).body;
    expect(await see(ours)).toMatchObject({ workspace_id: ours.id, group: null });
    expect(await see(bound)).toMatchObject({ workspace_id: ours.id, group: "ada" });
    expect((await see(trial)).workspace_id).not.toBe(ours.id);
  });
});

describe("a request", () => {
  test("is parsed by its declaration: path, query and body", async () => {
    const { ours } = await open();
    const { body } = await ours.call("POST", "/test/echo/a%2Fb?x=1", { content: "tea" });
    expect(body).toMatchObject({ params: { name: "a/b" }, query: { x: "1" }, body: { content: "tea" } });
  });

  test.each([
    ["/test/echo/a?y=1", { content: "x" }, "y"],
    ["/test/echo/a?x=1&x=2", { content: "x" }, "x"],
    ["/test/echo/a?x=%00", { content: "x" }, "x"],
    ["/test/echo/a", {}, "content"],
    ["/test/echo/a", { content: "x", extra: 1 }, "extra"],
    ["/test/echo/a", undefined, undefined],
  ])("POST %s with %j is refused by field", async (path, sent, param) => {
    const { ours } = await open();
    const { status, body } = await ours.call("POST", path, sent);
    expect(status).toBe(400);
    expect(body.error.param).toBe(param);
  });

  test("with a query that the route does not know is refused, also where it knows none", async () => {
    const { ours } = await open();
    expect((await ours.call("GET", "/test/look?limit=3")).body.error).toMatchObject({ code: "invalid_request", param: "limit" });
  });

  test("carries its Idempotency-Key and the fingerprint of method, path and body, whatever the spelling of the JSON", async () => {
    const { ours } = await open();
    const send = async (path: string, sent: unknown) => (await ours.call("POST", path, sent, { "idempotency-key": "k-1" })).body.operation.idempotency;
    const first = await send("/test/echo/a", { content: "tea" });
    expect(first.key).toBe("k-1");
    expect(await send("/test/echo/a", '{ "content" : "\\u0074ea" }')).toEqual(first);
    expect((await send("/test/echo/b", { content: "tea" })).fingerprint).not.toBe(first.fingerprint);
    expect((await send("/test/echo/a?x=1", { content: "tea" })).fingerprint).not.toBe(first.fingerprint);
    expect((await send("/test/echo/a", { content: "Tea" })).fingerprint).not.toBe(first.fingerprint);
  });

  test.each(["", "has space", "ümlaut", "x".repeat(256)])("with the Idempotency-Key %j is refused", async (key) => {
    const { ours } = await open();
    expect((await ours.call("POST", "/test/echo/a", { content: "x" }, { "idempotency-key": key })).body.error).toMatchObject({ code: "invalid_request", param: "Idempotency-Key" });
  });

  test("that only reads ignores an Idempotency-Key", async () => {
    const { ours } = await open();
    expect((await ours.call("GET", "/test/look", undefined, { "idempotency-key": "k" })).body.operation.idempotency).toBeUndefined();
  });

  test("has an operation of its own, also when the caller repeats a request id", async () => {
    const { ours } = await open();
    const ids = ["req_01a1fd0b80bc7d3ba286383af209ee50", "req_01a1fd0b80bc7d3ba286383af209ee50"];
    const operations = await Promise.all(ids.map(async (id) => (await ours.call("GET", "/test/look", undefined, { "x-request-id": id })).body.operation.id as string));
    expect(new Set(operations).size).toBe(2);
    expect(operations[0]).toMatch(/^op_[0-9a-f]{32}$/);
  });
});

describe("an answer", () => {
  test("carries the security headers and a request id, whatever it says", async () => {
    const { app, ours } = await open();
    const every = [ours.call("GET", "/test/look"), app.call("GET", "/test/look"), app.call("GET", "/nowhere"), app.call("PUT", "/test/look"), app.call("GET", "/test/fail/x"), app.call("GET", "/livez")];
    for (const { headers } of await Promise.all(every)) {
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("strict-transport-security")).toBeNull();
      expect(headers.get("x-request-id")).toMatch(/^req_[0-9a-f]{32}$/);
    }
  });

  test("tells browsers to stay with HTTPS where the server is reached by it", async () => {
    const app = await startTestApp({ env: { PUBLIC_URL: "https://loci.example" } });
    const { headers, body } = await app.call("GET", "/nowhere");
    expect(headers.get("strict-transport-security")).toBe("max-age=31536000; includeSubDomains");
    expect(body.error.docs).toBe("https://loci.example/docs/errors#not_found");
  });

  test("repeats a sane request id of the caller's, and replaces any other", async () => {
    const { app } = await open();
    const idFor = async (id: string) => (await app.call("GET", "/livez", undefined, { "x-request-id": id })).headers.get("x-request-id");
    expect(await idFor("trace-1234_A")).toBe("trace-1234_A");
    for (const id of ["short", "x".repeat(65), "with space", "<script>alert(1)</script>", "a;b=c;d=e"]) expect(await idFor(id)).toMatch(/^req_/);
  });

  test("may be another type, under a policy of its own", async () => {
    const { app } = await open();
    const { headers, body } = await app.call("GET", "/test/page");
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(headers.get("content-security-policy")).toBe("default-src 'self'");
    expect(body).toBe("<p>Hello");
  });

  test("to HEAD is that to GET without its body", async () => {
    const { ours } = await open();
    const { status, headers, body } = await ours.call("HEAD", "/test/look");
    expect([status, body]).toEqual([200, ""]);
    expect(headers.get("content-type")).toBe("application/json");
  });
});

describe("an error", () => {
  test("has one shape: code, message, docs and request id, and what more it has to say", async () => {
    const { app } = await open();
    const { status, body, headers } = await app.call("GET", "/test/fail/conflict");
    expect(status).toBe(409);
    expect(body).toEqual({
      error: { code: "conflict", message: "It is in the way.", param: "name", details: { by: "other" }, docs: "http://localhost:8080/docs/errors#conflict", request_id: headers.get("x-request-id") },
    });
  });

  test("that passes says after how many whole seconds to repeat", async () => {
    const { app } = await open();
    const { status, body, headers } = await app.call("GET", "/test/fail/busy");
    expect([status, body.error.retry_after, headers.get("retry-after")]).toEqual([503, 3, "3"]);
  });

  test("of ours tells the caller nothing but the request id, and the log everything", async () => {
    const { app } = await open();
    const { status, body } = await app.call("GET", "/test/fail/x");
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("SELECT");
    const line = app.logged.find(({ level }) => level === "error");
    expect(line).toMatchObject({ request_id: body.error.request_id, err: { message: "SELECT * FROM secrets", stack: expect.any(String) } });
  });

  test("that the document does not tell of fails the test that met it", async () => {
    const { app } = await open();
    expect((await app.call("GET", "/test/fail/untold")).status).toBe(500);
    expect(app.logged.find(({ level }) => level === "error")).toMatchObject({ err: { message: "fail answers 402, which it does not declare." } });
  });

  test("of the caller's is no error in the log", async () => {
    const { app } = await open();
    await app.call("GET", "/test/fail/conflict");
    expect(app.logged.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
  });

  test("for a path that is not there names method and path", async () => {
    const { app } = await open();
    expect(await app.call("DELETE", "/v1/nowhere")).toMatchObject({ status: 404, body: { error: { code: "not_found", message: expect.stringContaining("DELETE /v1/nowhere") } } });
  });

  test("for the wrong method says which ones the path takes", async () => {
    const { app } = await open();
    const { status, headers, body } = await app.call("DELETE", "/test/look");
    expect([status, headers.get("allow"), body.error.code]).toEqual([405, "GET, HEAD", "invalid_request"]);
  });
});

describe("the log", () => {
  test("has one line a request, with route, status, time and ids, and nothing that was sent", async () => {
    const { app, ours } = await open();
    const { headers } = await ours.call("POST", "/test/echo/private-name?x=private-query", { content: "private-body" });
    const lines = app.logged.filter(({ msg }) => msg === "request");
    expect(lines).toEqual([
      { level: "info", time: expect.any(String), msg: "request", method: "POST", route: "/test/echo/{name}", status: 200, ms: expect.any(Number), request_id: headers.get("x-request-id"), workspace_id: ours.id, key_id: ours.key_id },
    ]);
    expect(JSON.stringify(app.logged)).not.toMatch(/private|mk_live/);
  });

  test("names the key of a refused request, once the key was proven", async () => {
    const { app } = await open();
    const reader = await app.newWorkspace(["memories:read"]);
    await reader.call("POST", "/test/echo/a", {});
    expect(app.logged.find(({ msg }) => msg === "request")).toMatchObject({ status: 403, key_id: reader.key_id });
  });
});
