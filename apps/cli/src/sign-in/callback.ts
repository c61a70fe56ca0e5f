import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the browser came back with. */
export interface Return {
  url: URL;
  /** Tells the person, in the browser, how it ended. */
  answer(title: string, text: string): void;
}

/** Nothing waits for its end: what was answered is sent, and whoever holds the line open is cut off. */
export interface Callback extends Disposable {
  redirectUri: string;
  /** Waits for the browser that brings `state` back. Others are turned away, so that no page can end the sign-in of another. */
  wait(state: string, signal: AbortSignal): Promise<Return>;
}

const HEADERS = {
  "content-type": "text/html; charset=utf-8", "cache-control": "no-store", connection: "close",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
};

// Browsers open spare connections and keep them; a short answer to the same machine is long gone by then.
const CUT_OFF_AFTER_MS = 250;

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
    [Symbol.dispose]: () => close(server),
  };
}

interface Expected {
  origin: string;
  state: string;
  signal: AbortSignal;
}

function waitForReturn(server: Server, { origin, state, signal }: Expected): Promise<Return> {
  return new Promise((resolve, reject) => {
    let returned = false;
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      const url = URL.parse(request.url ?? "/", origin);
      // A page that reaches this port under a name of its own is no browser that comes back.
      const isOurs = request.headers.host === new URL(origin).host && url?.origin === origin;
      if (!isOurs || request.method !== "GET" || url.pathname !== "/callback") return answer(response, 404, "Nothing is here", "This address only waits for a sign-in to come back.");
      if (url.searchParams.get("state") !== state) return answer(response, 400, "This is another sign-in", "Go back to the terminal and begin again.");
      if (returned) return answer(response, 409, "This sign-in came back already", "The terminal says how it ended. This page can be closed.");
      returned = true;
      resolve({ url, answer: (title, text) => answer(response, 200, title, text) });
    });
  });
}

function answer(response: ServerResponse, status: number, title: string, text: string): void {
  response.writeHead(status, HEADERS).end(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${title}: Loci</title><main><h1>${title}</h1><p>${text}</p></main></html>\n`);
}

function close(server: Server): void {
  server.close();
  setTimeout(() => server.closeAllConnections(), CUT_OFF_AFTER_MS);
}
