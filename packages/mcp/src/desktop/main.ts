// What the desktop extension starts: MCP over stdio here, and the API of a Loci server there.
import { Loci } from "@loci/sdk";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import manifest from "../../package.json" with { type: "json" };
import { createMcpServer } from "../server.ts";

const { LOCI_BASE_URL: baseUrl, LOCI_API_KEY: apiKey } = process.env;
const loci = new Loci({ baseUrl, apiKey, client: `loci-desktop/${manifest.version}` });

serveStdio(() => createMcpServer(loci, { profile: "full", version: manifest.version }));
