import { setTimeout } from "node:timers/promises";
import type { ServerContext } from "@modelcontextprotocol/server";
import { PNG, say, type Fixture } from "./fixture.ts";

/** A sound of one sample. */
const WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";
/** Between notifications, so that each is a message of its own. */
const STEP_MS = 50;

const image = { type: "image", data: PNG, mimeType: "image/png" } as const;

async function logSteps(_: unknown, { mcpReq }: ServerContext) {
  for (const data of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
    await mcpReq.notify({ method: "notifications/message", params: { level: "info", data } });
    await setTimeout(STEP_MS);
  }
  return say("Tool with logging executed successfully");
}

async function reportProgress(_: unknown, { mcpReq }: ServerContext) {
  const progressToken = mcpReq._meta?.progressToken;
  for (const progress of [0, 50, 100]) {
    if (progressToken !== undefined) await mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress, total: 100 } });
    await setTimeout(STEP_MS);
  }
  return say(String(progressToken));
}

async function dropStream(_: unknown, { http }: ServerContext) {
  http?.closeSSE?.();
  await setTimeout(2 * STEP_MS);
  return say("Reconnection test completed.");
}

/** The words of JSON Schema 2020-12 that a server must hand on as they are. */
const PERSON_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  $defs: { address: { $anchor: "addressDef", type: "object", properties: { street: { type: "string" }, city: { type: "string" } } } },
  properties: {
    name: { type: "string" }, address: { $ref: "#/$defs/address" }, contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: { type: "string" }, email: { type: "string" },
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON Schema; nothing awaits it.
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false,
} as const satisfies object;

/** Tools that answer at once: each kind of content, errors, log lines, progress. */
export const CONTENT_FIXTURES: readonly Fixture[] = [
  { name: "test_simple_text", run: () => say("This is a simple text response for testing.") },
  { name: "test_image_content", run: () => ({ content: [image] }) },
  { name: "test_audio_content", run: () => ({ content: [{ type: "audio", data: WAV, mimeType: "audio/wav" }] }) },
  {
    name: "test_embedded_resource",
    run: () => ({ content: [{ type: "resource", resource: { uri: "test://embedded-resource", mimeType: "text/plain", text: "This is an embedded resource content." } }] }),
  },
  {
    name: "test_multiple_content_types",
    run: () => ({
      content: [
        { type: "text", text: "Multiple content types test:" }, image,
        { type: "resource", resource: { uri: "test://mixed-content-resource", mimeType: "application/json", text: JSON.stringify({ test: "data", value: 123 }) } },
      ],
    }),
  },
  { name: "test_error_handling", run: () => ({ isError: true, ...say("This tool intentionally returns an error for testing") }) },
  { name: "test_tool_with_logging", run: logSteps },
  {
    name: "test_logging_tool",
    run: async (_, { mcpReq }) => {
      await mcpReq.log("info", "from the logging tool");
      return say("logged");
    },
  },
  { name: "test_tool_with_progress", run: reportProgress },
  { name: "test_reconnection", run: dropStream },
  { name: "json_schema_2020_12_tool", inputSchema: PERSON_SCHEMA as unknown as NonNullable<Fixture["inputSchema"]>, run: () => say("ok") },
];
