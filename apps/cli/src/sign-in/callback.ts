import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the browser came back with. */
export interface Return {
  url: URL;
  /** Tells the person, in the browser, how it ended. */
  answer(title: string, text: string): void;
}

export interface Callback extends AsyncDisposable {
  redirectUri: string;
  /** Waits for the browser that brings `state` back. Others are turned away, so that no page can end the sign-in of another. */
  wait(state: string, signal: AbortSignal): Promise<Return>;
}

const HEADERS = {
  "content-type": "text/html; charset=utf-8", "cache-control": "no-store", connection: "close",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
};

/** Listens on this machine alone, on any free port, for the browser to come back to (RFC 8252, 7.3). */
export async function openCallback(): Promise<Callback> {
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    redirectUri: `${origin}/callback`,
    wait: (state, signal) => waitForReturn(server, { origin, state, signal }),
    [Symbol.asyncDispose]: () => close(server),
  };
}

interface Expected {
  origin: string;
  state: string;
  signal: AbortSignal;
}

function waitForReturn(server: Server, { origin, state, signal }: Expected): Promise<Return> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const url = URL.parse(request.url ?? "/", origin);
      if (request.method !== "GET" || url?.pathname !== "/callback") return answer(response, 404, "Nothing is here", "This address only waits for a sign-in to come back.");
      if (url.searchParams.get("state") !== state) return answer(response, 400, "This is another sign-in", "Go back to the terminal and begin again.");
      resolve({ url, answer: (title, text) => answer(response, 200, title, text) });
    });
  });
}

function answer(response: ServerResponse, status: number, title: string, text: string): void {
  response.writeHead(status, HEADERS).end(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${title}: Loci</title><main><h1>${title}</h1><p>${text}</p></main></html>\n`);
}

/** What was answered is sent to its end. */
async function close(server: Server): Promise<void> {
  server.closeIdleConnections();
  await new Promise((resolve) => server.close(resolve));
}
