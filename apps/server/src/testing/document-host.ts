import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll } from "vitest";
import { createCertificate } from "./certificate.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A host on this machine, with TLS, at which apps describe themselves. */
export interface DocumentHost {
  /** `https://localhost:…` */
  origin: string;
  port: number;
  /** Its certificate, for other processes to trust. */
  cert: string;
  /** How often it was asked for a path. */
  asked(path: string): number;
  /** How many connections were made to it. */
  connections(): number;
  /** Answers a path with this document, or in whatever way; tells its URL. */
  put(path: string, answer: object | Handler): string;
  /** A document of an app that can be used, at a path of its own; fields that are given replace its own. */
  putClient(path: string, more?: object): string;
}

/** The last is for tests that bring their own name server. */
const NAMES = ["localhost", "127.0.0.1", "::1", "apps.example"];

/** One host for all tests of a file. This process trusts its certificate from then on; `EGRESS_ALLOW: LOOPBACK` lets a server reach it. */
export function shareDocumentHost({ trusted = true } = {}): () => DocumentHost {
  let host: (DocumentHost & { close(): Promise<void> }) | undefined;
  beforeAll(async () => {
    host = await openDocumentHost(trusted);
  });
  afterAll(() => host?.close());
  return () => {
    if (host === undefined) throw new TypeError("The shared host starts with the first test.");
    return host;
  };
}

export const LOOPBACK = "127.0.0.1,::1";

async function openDocumentHost(trusted: boolean): Promise<DocumentHost & { close(): Promise<void> }> {
  const { key, cert } = createCertificate(NAMES);
  if (trusted) setDefaultCACertificates([...getCACertificates("default"), cert]);
  const answers = new Map<string, Handler>();
  const asked = new Map<string, number>();
  let connections = 0;
  const server = createServer({ key, cert }, (request, response) => {
    const path = request.url ?? "/";
    asked.set(path, (asked.get(path) ?? 0) + 1);
    // A person is sent back with a code in the query.
    const answer = answers.get(path) ?? answers.get(path.replace(/\?.*/, ""));
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  server.on("connection", () => connections++);
  server.listen(0);
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `https://localhost:${port}`;
  const put: DocumentHost["put"] = (path, answer) => {
    answers.set(path, typeof answer === "function" ? (answer as Handler) : (_, response) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer)));
    return origin + path;
  };
  return {
    origin, port, cert, put,
    asked: (path) => asked.get(path) ?? 0,
    connections: () => connections,
    putClient: (path, more = {}) => put(path, { client_id: origin + path, client_name: "An app with a document", redirect_uris: [`${origin}/callback`], token_endpoint_auth_method: "none", ...more }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
