// A server that misbehaves on purpose, for the SDKs of all languages: node sdks/conformance/server.ts [port]
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Reply, Scenario, SeenRequest } from "./scenario.ts";

const FILES = ["scenarios.json", "webhooks.json"];

/** Browsers may run the scenarios from a page of another origin. */
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
  "access-control-allow-headers": "authorization, content-type, idempotency-key, user-agent, x-api-key, x-proxy, x-workspace",
  "access-control-expose-headers": "retry-after, x-request-id",
};

export interface FaultServer {
  /** Its address, without a slash at the end. */
  url: string;
  close(): Promise<void>;
}

export const readScenarios = (): Scenario[] => JSON.parse(readConformanceFile("scenarios.json")) as Scenario[];

export const readConformanceFile = (name: string): string => readFileSync(path.join(import.meta.dirname, name), "utf8");

/**
 * Under `/run/{run}/{id}` it plays the replies of a scenario, one for each request; `run` is any word, so that many can
 * run at once. `/seen/{run}/{id}` tells which requests came.
 */
export async function openFaultServer(port = 0): Promise<FaultServer> {
  const scenarios = new Map(readScenarios().map((scenario) => [scenario.id, scenario]));
  const seen = new Map<string, SeenRequest[]>();
  const server = createServer((request, response) => {
    void answer(request, response, scenarios, seen);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, scenarios: Map<string, Scenario>, seen: Map<string, SeenRequest[]>): Promise<void> {
  const { method = "", url = "" } = request;
  // On a connection that it used before, a browser repeats by itself what was dropped or answered with 408.
  response.shouldKeepAlive = false;
  if (method === "OPTIONS") return void response.writeHead(204, CORS).end();
  const file = FILES.find((name) => url === `/${name}`);
  if (file !== undefined) return sendJson(response, readConformanceFile(file));
  const [, kind, run = "", id = "", rest = ""] = /^\/(run|seen)\/([^/?]+)\/([^/?]+)(.*)$/s.exec(url) ?? [];
  const scenario = scenarios.get(id);
  if (scenario === undefined) return void response.writeHead(404, CORS).end();
  const requests = seen.get(`${run}/${id}`) ?? [];
  seen.set(`${run}/${id}`, requests);
  if (kind === "seen") return sendJson(response, JSON.stringify({ requests }));

  const nth = requests.push({ method, target: sortQuery(rest), headers: request.headers as Record<string, string>, text: "" }) - 1;
  const entry = requests[nth];
  if (entry !== undefined) entry.text = await readText(request);
  play(response, scenario.replies[nth] ?? { status: 500, text: "The scenario has no reply for this request." });
}

const sendJson = (response: ServerResponse, json: string): void => void response.writeHead(200, { "content-type": "application/json", ...CORS }).end(json);

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Languages differ in the order and the escapes of a query; neither matters. */
function sortQuery(target: string): string {
  const at = target.indexOf("?");
  if (at === -1) return target;
  const query = [...new URLSearchParams(target.slice(at))].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `${target.slice(0, at)}?${query.map((pair) => pair.map(encodeURIComponent).join("=")).join("&")}`;
}

function play(response: ServerResponse, { status = 200, headers = {}, json, text, fault }: Reply): void {
  if (fault === "drop") return void response.socket?.destroy();
  if (fault === "hold") return;
  const body = Buffer.from(json === undefined ? (text ?? "") : JSON.stringify(json));
  const type = json === undefined ? {} : { "content-type": "application/json" };
  response.writeHead(status, { ...CORS, ...type, ...(status !== 204 && { "content-length": body.length }), ...headers });
  if (fault === undefined) return void response.end(body);
  response.write(body.subarray(0, body.length >> 1), () => {
    if (fault === "drop_mid_body") response.socket?.destroy();
  });
}

if (import.meta.main) {
  const { url } = await openFaultServer(Number(process.argv[2] ?? 0));
  process.stdout.write(`${JSON.stringify({ url })}\n`);
}
