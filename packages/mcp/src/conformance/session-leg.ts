import { randomUUID } from "node:crypto";
import { WebStandardStreamableHTTPServerTransport, type Server } from "@modelcontextprotocol/server";

/** What a request may bring along, as the handler of the SDK takes it. */
type RequestOptions = Parameters<WebStandardStreamableHTTPServerTransport["handleRequest"]>[1];

/**
 * Serves the 2025 era with sessions, for the conformance suite alone: sampling, elicitation and subscriptions need a
 * server that outlives a request. Sessions end with the process.
 */
export function createSessionLeg(createServer: () => Server): (request: Request, options?: RequestOptions) => Promise<Response> {
  const open = new Map<string, WebStandardStreamableHTTPServerTransport>();
  return async (request, options) => {
    const id = request.headers.get("mcp-session-id");
    if (id !== null) return open.get(id)?.handleRequest(request, options) ?? toUnknown();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (made) => void open.set(made, transport),
      onsessionclosed: (gone) => void open.delete(gone),
    });
    await createServer().connect(transport);
    return transport.handleRequest(request, options);
  };
}

const toUnknown = (): Response => Response.json({ jsonrpc: "2.0", id: null, error: { code: -32_001, message: "There is no such session." } }, { status: 404 });
