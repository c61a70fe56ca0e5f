import { once } from "node:events";
import { request as openRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { silentLog } from "@loci/kit/log";
import type { Caller } from "@loci/mcp";
import { expect, onTestFinished, test } from "vitest";
import { createHttpServer } from "../http/node-server.ts";
import { shareTestApp } from "../testing/harness.ts";
import { McpHost } from "./host.ts";

const app = shareTestApp();

const HEADERS = { "content-type": "application/json", accept: "application/json, text/event-stream" };
const CALL = { name: "recall_memories", arguments: { query: "harbour" } };
const META = { "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" }, "io.modelcontextprotocol/clientCapabilities": {} };

/** An API that never answers, and tells of the signal that it was given. */
function openEndless() {
  const called = Promise.withResolvers<AbortSignal>();
  const request = (_: string, __: unknown, options: { signal?: AbortSignal } = {}) => {
    if (options.signal !== undefined) called.resolve(options.signal);
    return new Promise(() => undefined);
  };
  return { caller: { request } as Caller, called: called.promise };
}

test.each([
  ["2026-07-28", { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": CALL.name }, { ...CALL, _meta: META }],
  ["2025-11-25", { "mcp-protocol-version": "2025-11-25" }, CALL],
])("a client of %s that hangs up ends its call of a tool, through the real server", async (_, headers, params) => {
  const { caller, called } = openEndless();
  const host = new McpHost({ version: "1", log: silentLog, fixtures: false });
  const { server } = createHttpServer(app().server.front, async (request) => host.answer(request, await request.json(), { caller, profile: "full", onError: () => undefined }));
  onTestFinished(() => void server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const sent = openRequest({ host: "127.0.0.1", port, method: "POST", headers: { ...HEADERS, ...headers } }).on("error", () => undefined);
  sent.end(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }));
  const signal = await called;
  expect(signal.aborted).toBe(false);
  const aborted = once(signal, "abort");
  sent.destroy();
  await aborted;
  expect(signal.aborted).toBe(true);
});
