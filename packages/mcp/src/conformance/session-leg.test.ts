import { expect, test } from "vitest";
import type { Caller } from "../caller.ts";
import { createMcpServer } from "../server.ts";
import { createSessionLeg } from "./session-leg.ts";

const caller: Caller = {
  request: async () => {
    throw new Error("not called");
  },
};

test("a session outlives its requests, until it is ended", async () => {
  const answer = createSessionLeg(() => createMcpServer(caller, { profile: "full", version: "1.0.0", fixtures: true }));
  const send = (method: string, message?: object, session?: string) => answer(new Request("http://127.0.0.1/mcp", {
    method,
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream", ...(session !== undefined && { "mcp-session-id": session, "mcp-protocol-version": "2025-11-25" }) },
    body: message === undefined ? null : JSON.stringify({ jsonrpc: "2.0", ...message }),
  }));
  const clientInfo = { name: "test", version: "1.0.0" };
  const opened = await send("POST", { id: 1, method: "initialize", params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo } });
  const session = opened.headers.get("mcp-session-id") ?? "";
  await opened.text();
  expect({ status: opened.status, session }).toEqual({ status: 200, session: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  const call = await send("POST", { id: 2, method: "tools/call", params: { name: "test_simple_text", arguments: {} } }, session);
  expect(await call.text()).toContain("This is a simple text response for testing.");
  expect((await send("DELETE", undefined, session)).status).toBe(200);
  expect((await send("POST", { id: 3, method: "ping" }, session)).status).toBe(404);
  expect((await send("POST", { id: 4, method: "ping" }, "never-opened")).status).toBe(404);
});
