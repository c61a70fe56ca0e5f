import { once } from "node:events";
import { createServer, request as openRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A way to a server that adds a token, for programs that can send none. All else goes through as it came, Host and Origin too. */
export async function startTokenProxy(to: string, token: string): Promise<string> {
  const { hostname, port } = new URL(to);
  const server = createServer((asked, answer) => {
    const onward = openRequest({ host: hostname, port, method: asked.method, path: asked.url, headers: { ...asked.headers, authorization: `Bearer ${token}` } }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
