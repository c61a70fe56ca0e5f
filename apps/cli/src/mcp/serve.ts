import type { Loci } from "@loci/sdk";
import { createMcpServer, type Profile } from "@loci/mcp";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import type { Output } from "../output/output.ts";
import { VERSION } from "../version.ts";

interface ServeOptions {
  tools: Profile;
  output: Output;
}

/** Speaks MCP on standard input and output until the client closes them, or a signal ends it. */
export async function serveMcp(loci: Loci, { tools, output }: ServeOptions): Promise<void> {
  const ended = waitForEnd();
  const handle = serveStdio(() => createMcpServer(loci, { profile: tools, version: VERSION }), { onerror: (error) => output.note(error.message) });
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
