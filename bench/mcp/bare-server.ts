import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";

/** The least that the SDK can do: one tool that does nothing, as its own documentation serves it, without sign-in. */
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: "bare", version: "1" });
  server.registerTool("nothing", { description: "Does nothing." }, () => ({ content: [{ type: "text", text: "" }] }));
  return server;
});

// Its types leave out that Node's optional fields may be undefined; its documentation mounts it like this.
const server = createServer(toNodeHandler(handler) as RequestListener);
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
process.on("disconnect", () => process.exit(0));
