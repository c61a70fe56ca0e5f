import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { getRequestListener, RequestError } from "@hono/node-server";
import { SECOND_MS } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import { HttpError, toErrorBody } from "./errors.ts";
import type { Front } from "./serve.ts";

const URL_BYTES_MAX = 8 * 1024;
const HEADER_BYTES_MAX = 16 * 1024;
const HEADER_FIELDS_MAX = 100;
const ANSWER_TIME_MAX_MS = 30 * SECOND_MS;

export interface HttpServer {
  server: Server;
  /** Requests that are being answered. */
  inFlight(): number;
  /** From now on each answer closes its connection. */
  startClosing(): void;
}

type Fetch = (request: Request, env: { incoming: IncomingMessage; outgoing: ServerResponse }) => Response | Promise<Response>;

/** A Node server in front of `fetch` that holds requests to the limits that only the wire can see. */
export function createHttpServer(front: Front, fetch: Fetch, { answerTimeMaxMs = ANSWER_TIME_MAX_MS } = {}): HttpServer {
  const started = new Map<ServerResponse, number>();
  let closing = false;
  const refuse = (fault: unknown) => toRefusal(front, fault);
  const listener = getRequestListener(fetch as Parameters<typeof getRequestListener>[0], {
    errorHandler: (cause) => {
      const { status, headers, body } = refuse(cause instanceof RequestError ? new HttpError(400, "invalid_request", "The request line or the Host header is not valid HTTP.") : cause);
      front.log[status >= 500 ? "error" : "debug"]({ err: cause, request_id: headers["x-request-id"] }, "request failed before it met a route");
      return new Response(body, { status, headers });
    },
  });
  const server = createServer(
    {
      // The parser counts URL and fields together; beyond this it stops reading by itself.
      maxHeaderSize: URL_BYTES_MAX + HEADER_BYTES_MAX + 4 * 1024,
      headersTimeout: 10 * SECOND_MS,
      requestTimeout: 30 * SECOND_MS,
      keepAliveTimeout: 65 * SECOND_MS,
      connectionsCheckingInterval: SECOND_MS,
      // The listener refuses it in our own shape.
      requireHostHeader: false,
    },
    (incoming, outgoing) => {
      if (closing) outgoing.setHeader("connection", "close");
      const fault = findHeadFault(incoming);
      if (fault !== null) return writeRefusal(outgoing, refuse(fault));
      started.set(outgoing, performance.now());
      outgoing.once("close", () => started.delete(outgoing));
      void listener(incoming, outgoing);
    },
  );
  // The default of 2,000 drops the rest in silence; we count, and refuse.
  server.maxHeadersCount = 0;
  server.on("clientError", (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    const refusal = refuse(toWireFault(error));
    front.observe({ method: "", route: "", status: refusal.status, ms: 0 });
    front.log.info({ status: refusal.status, reason: error.code, request_id: refusal.headers["x-request-id"] }, "request refused on the wire");
    socket.end(toHttpText(refusal));
  });
  const sweeping = setInterval(() => giveUp(started, answerTimeMaxMs, refuse), SECOND_MS).unref();
  server.on("close", () => clearInterval(sweeping));
  return {
    server,
    inFlight: () => started.size,
    startClosing: () => {
      closing = true;
      for (const outgoing of started.keys()) if (!outgoing.headersSent) outgoing.setHeader("connection", "close");
    },
  };
}

/** Answers 503 for handlers that took too long; what they still produce goes nowhere. */
function giveUp(started: Map<ServerResponse, number>, maxMs: number, refuse: (fault: unknown) => Refusal): void {
  const nowMs = performance.now();
  for (const [outgoing, startedMs] of started) {
    if (nowMs - startedMs < maxMs) continue;
    started.delete(outgoing);
    if (outgoing.headersSent) continue;
    writeRefusal(outgoing, refuse(new HttpError(503, "unavailable", `The answer took longer than ${maxMs / SECOND_MS} seconds. Ask for less, or repeat later.`)));
    const ignore = () => outgoing;
    Object.assign(outgoing, { writeHead: ignore, write: () => true, end: ignore });
  }
}

function findHeadFault({ url = "", rawHeaders }: IncomingMessage): HttpError | null {
  if (url.length > URL_BYTES_MAX) return new HttpError(414, "too_large", `The URL is longer than ${URL_BYTES_MAX} bytes. Send long values in a body.`);
  if (rawHeaders.length > 2 * HEADER_FIELDS_MAX) return new HttpError(431, "too_large", `The request has more than ${HEADER_FIELDS_MAX} header fields.`);
  let bytes = 0;
  for (const text of rawHeaders) bytes += text.length + 2;
  return bytes > HEADER_BYTES_MAX ? new HttpError(431, "too_large", `The headers are larger than ${HEADER_BYTES_MAX} bytes.`) : null;
}

/** Faults that the HTTP parser found; there is no request yet, only a socket. */
function toWireFault({ code = "", rawPacket }: { code?: string | undefined; rawPacket?: Buffer | undefined }): HttpError {
  if (code === "HPE_HEADER_OVERFLOW") {
    const lineEnd = rawPacket?.indexOf("\r\n") ?? 0;
    const inUrl = lineEnd === -1 || lineEnd > URL_BYTES_MAX;
    return inUrl
      ? new HttpError(414, "too_large", `The URL is longer than ${URL_BYTES_MAX} bytes. Send long values in a body.`)
      : new HttpError(431, "too_large", `The headers are larger than ${HEADER_BYTES_MAX} bytes.`);
  }
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return new HttpError(408, "unavailable", "The request took too long to arrive. Send it again.");
  if (code.includes("TRANSFER_ENCODING") || code.includes("CONTENT_LENGTH")) {
    return new HttpError(400, "invalid_request", "Content-Length and Transfer-Encoding contradict each other or are not valid. Send one of them.");
  }
  return new HttpError(400, "invalid_request", "This is not valid HTTP/1.1.");
}

interface Refusal {
  status: number;
  headers: Record<string, string>;
  body: string;
}

function toRefusal({ securityHeaders, errorDocs }: Front, fault: unknown): Refusal {
  const request_id = newId("req");
  const { status, headers, body } = toErrorBody(fault, { request_id, docs: errorDocs });
  return {
    status,
    headers: { ...securityHeaders, "x-request-id": request_id, "content-type": "application/json", connection: "close", ...headers },
    body: JSON.stringify(body),
  };
}

function writeRefusal(outgoing: ServerResponse, { status, headers, body }: Refusal): void {
  outgoing.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
}

function toHttpText({ status, headers, body }: Refusal): string {
  const fields = Object.entries({ ...headers, "content-length": String(Buffer.byteLength(body)) });
  return `HTTP/1.1 ${status} Refused\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}

