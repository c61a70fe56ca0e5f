import type { Client } from "@modelcontextprotocol/client";

/** What a tool answers. */
export interface ToolAnswer {
  isError?: boolean;
  content: { type: string; text: string }[];
  // Each test knows what the tool that it calls answers.
  // oxlint-disable-next-line typescript/no-explicit-any
  structuredContent?: any;
}

/** What an app holds after a sign-in. */
export interface Tokens {
  client_id: string;
  access: string;
  refresh: string;
  scope: string;
}

/** An app that signs a person in by itself and speaks MCP. */
export interface McpApp {
  client: Client;
  tokens: Tokens;
  callTool(name: string, args: Record<string, unknown>): Promise<ToolAnswer>;
  close(): Promise<void>;
}

/** Ends an access token and nothing else, as time would: the app's next call is refused, and it has to refresh. */
export async function endAccess(url: string, { tokens }: Pick<McpApp, "tokens">): Promise<void> {
  const { status } = await fetch(new URL("/oauth/revoke", url), { method: "POST", body: new URLSearchParams({ token: tokens.access, client_id: tokens.client_id }) });
  if (status !== 200) throw new Error(`Ending an access token answered ${status}.`);
}

/** What a bare request with a token gets. */
export function sendBare(url: string, token: string, message: object = { jsonrpc: "2.0", id: 1, method: "tools/list" }): Promise<Response> {
  return fetch(url, { method: "POST", headers: { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25" }, body: JSON.stringify(message) });
}
