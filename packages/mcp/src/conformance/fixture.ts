import type { CallToolResult, InputRequiredResult, ServerContext, Tool } from "@modelcontextprotocol/server";

/** A tool that the conformance suite calls by this name, and what it wants back. */
export interface Fixture {
  name: string;
  inputSchema?: Tool["inputSchema"] | undefined;
  run(args: Record<string, unknown>, ctx: ServerContext): CallToolResult | InputRequiredResult | Promise<CallToolResult | InputRequiredResult>;
}

export const say = (text: string): CallToolResult => ({ content: [{ type: "text", text }] });

/** A picture of one point. */
export const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
