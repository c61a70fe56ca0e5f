// What the desktop extension starts: MCP over stdio here, and the API of a Loci server there.
import { Loci } from "@loci/sdk";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import manifest from "../../package.json" with { type: "json" };
import type { Caller } from "../caller.ts";
import { createMcpServer } from "../server.ts";

/** Settings that cannot be used are told by the tools: whoever wrote them reads the assistant, and no log. */
function openCaller(): Caller {
  const { LOCI_BASE_URL: baseUrl, LOCI_API_KEY: apiKey } = process.env;
  try {
    return new Loci({ baseUrl, apiKey, client: `loci-desktop/${manifest.version}` });
  } catch (error) {
    const fault = Object.assign(new Error(`The settings of this extension cannot be used. ${(error as Error).message}`), { code: "invalid_request" });
    return { request: () => Promise.reject(fault) };
  }
}

const caller = openCaller();

serveStdio(() => createMcpServer(caller, { profile: "full", version: manifest.version }));
