import type { Loci } from "@loci/sdk";
import { createMcpServer, type Profile } from "@loci/mcp";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import type { Output } from "../output/output.ts";
import { VERSION } from "../version.ts";
import { Assistant } from "./assistant.ts";

interface ServeOptions {
  tools: Profile;
  output: Output;
}

/** Speaks MCP on standard input and output until the client closes them, or a signal ends it. */
export async function serveMcp(loci: Loci, { tools, output }: ServeOptions): Promise<void> {
  const ended = waitForEnd();
  const assistant = new Assistant();
  const caller = assistant.toCaller(loci);
  const transport = new StdioServerTransport();
  const handle = serveStdio(() => createMcpServer(caller, { profile: tools, version: VERSION }), { transport, onerror: (error) => output.note(error.message) });
  assistant.listen(transport);
  await ended;
  await handle.close();
}

function waitForEnd(): Promise<void> {
  return new Promise((resolve) => {
    const end = () => resolve();
    process.stdin.once("end", end).once("close", end);
    process.once("SIGINT", end).once("SIGTERM", end);
  });
}
