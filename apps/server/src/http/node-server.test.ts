import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { silentLog } from "@loci/kit/log";
import { Hono } from "hono";
import { beforeAll, describe, expect, test, afterAll } from "vitest";
import { toSecurityHeaders } from "./headers.ts";
import { createHttpServer, type HttpServer } from "./node-server.ts";
import { toBlockList } from "./client-address.ts";
import type { Front } from "./serve.ts";

const unused = () => {
  throw new TypeError("These tests look at the wire alone.");
};
const front: Front = { now: () => new Date(), log: silentLog, requestLog: silentLog, errorDocs: "http://x/docs/errors", securityHeaders: toSecurityHeaders("http://x"), publicUrl: "http://x", trustedProxies: toBlockList([]), noteUntrustedForward: () => undefined, sessionCookie: "sid", authenticateKey: unused, authenticateClient: unused, authenticatePerson: unused, findMember: unused, isSlugOf: unused, openWorkspace: unused, keepAnswer: unused, appendIntent: unused, observe: () => undefined };

let http: HttpServer;
let port = 0;
let release: () => void = () => undefined;

beforeAll(async () => {
  const app = new Hono();
  app.get("/slow", () => new Promise<Response>((resolve) => (release = () => resolve(new Response("late")))));
  app.all("*", async (c) => c.text(`ok ${(await c.req.text().catch(() => "")).length}`));
  http = createHttpServer(front, app.fetch, { answerTimeMaxMs: 1_500 });
  http.server.listen(0, "127.0.0.1");
  await once(http.server, "listening");
  port = (http.server.address() as AddressInfo).port;
});
afterAll(() => http.server.close());

/** What the server sends back for exactly these bytes. */
async function send(bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => (answer += chunk.toString()));
  socket.write(bytes);
  await Promise.race([once(socket, "close"), new Promise((resolve) => socket.once("data", () => setTimeout(resolve, 50)))]);
  socket.destroy();
  return answer;
}
const get = (path: string, headers = "") => send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}Connection: close\r\n\r\n`);
const errorOf = (answer: string) => ({
  status: Number(answer.slice(9, 12)),
  ...(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as { error: { code: string; message: string; request_id: string } }).error,
});

describe("on the wire", () => {
  test("a URL may have 8 KB, and one byte more is 414", async () => {
    expect(await get(`/${"a".repeat(8_191)}`)).toMatch(/^HTTP\/1.1 200/);
    expect(errorOf(await get(`/${"a".repeat(8_192)}`))).toMatchObject({ status: 414, code: "too_large" });
    expect(errorOf(await get(`/${"a".repeat(60_000)}`))).toMatchObject({ status: 414, code: "too_large" });
  });

  test("headers may have 16 KB, and one byte more is 431", async () => {
    const fixed = "Host: localhost\r\nConnection: close\r\nX: \r\n".length;
    const filled = (bytes: number) => `X: ${"a".repeat(bytes - fixed)}\r\n`;
    expect(await get("/", filled(16_384))).toMatch(/^HTTP\/1.1 200/);
    expect(errorOf(await get("/", filled(16_385)))).toMatchObject({ status: 431, code: "too_large" });
    expect(errorOf(await get("/", filled(60_000)))).toMatchObject({ status: 431, code: "too_large" });
  });

  test("a request may have 100 header fields, and one more is 431", async () => {
    const fields = (count: number) => Array.from({ length: count - 2 }, (_, index) => `X-${index}: 1\r\n`).join("");
    expect(await get("/", fields(100))).toMatch(/^HTTP\/1.1 200/);
    expect(errorOf(await get("/", fields(101)))).toMatchObject({ status: 431, code: "too_large" });
  });

  test.each([
    ["both lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["two different lengths", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd"],
    ["an unknown transfer encoding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: rot13\r\n\r\n"],
    ["no HTTP", "hello\r\n\r\n"],
    ["no host", "GET / HTTP/1.1\r\n\r\n"],
    ["a host that is none", "GET / HTTP/1.1\r\nHost: a b@c\r\n\r\n"],
    ["a backslash path", "GET /\\..\\x HTTP/1.1\r\nHost: x\r\n\r\n"],
  ])("%s is refused in the shape of every error, with the security headers", async (_, bytes) => {
    const answer = await send(bytes);
    expect(errorOf(answer)).toMatchObject({ status: 400, code: "invalid_request", request_id: expect.stringMatching(/^req_/) });
    expect(answer.toLowerCase()).toContain("x-content-type-options: nosniff");
    expect(answer.toLowerCase()).toContain("x-request-id: req_");
    expect(answer.toLowerCase()).toContain("connection: close");
  });

  test("an answer that takes too long is 503, and what comes later harms nobody", async () => {
    expect(errorOf(await get("/slow"))).toMatchObject({ status: 503, code: "unavailable" });
    release();
    expect(await get("/")).toMatch(/^HTTP\/1.1 200/);
    expect(http.inFlight()).toBe(0);
  });

  test("requests being answered are counted until they are", async () => {
    const answer = get("/slow");
    while (http.inFlight() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(http.inFlight()).toBe(1);
    release();
    expect(await answer).toContain("late");
  });
});
