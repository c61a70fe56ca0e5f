import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "./chromium.ts";
import type { Answer, Call } from "./harness.ts";
import { listMails, openBrowser, readCode, type Cookies, type Send, type TestMail } from "./people.ts";

const MAIN = path.join(import.meta.dirname, "../main.ts");

export interface SpawnedServer {
  child: ChildProcessByStdio<null, Readable, Readable>;
  /** All that it printed. */
  output(): string;
  /** Waits until the output holds this, and gives the first group. */
  see(pattern: RegExp): Promise<string>;
  exit: Promise<number | null>;
}

/** The server as people start it, in a process of its own that knows nothing of our environment. */
export function spawnServer(env: Record<string, string>, dataDir: string): SpawnedServer {
  const child = spawn(process.execPath, [MAIN], { env: { PATH: "/usr/bin", LOCI_DATA_DIR: dataDir, ...env }, cwd: tmpdir(), stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const see = async (pattern: RegExp) => {
    for (;;) {
      const found = pattern.exec(text);
      if (found !== null) return found[1] ?? "";
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode} before it said ${pattern}:\n${text}`);
      await sleep(20);
    }
  };
  return { child, output: () => text, see, exit: once(child, "exit").then(([code]) => code as number | null) };
}

/** A server that is reached over HTTP alone. */
export interface ServerProcess {
  /** Its PUBLIC_URL, by the name under which browsers allow passkeys without TLS. */
  url: string;
  dataDir: string;
  /** All that it printed. */
  output(): string;
  call: Call;
  /** A browser without a session, behind a proxy that the server trusts. */
  newBrowser(peer?: string, userAgent?: string): { cookies: Cookies; call: Call };
  mailTo(address: string): Promise<TestMail[]>;
  codeTo(address: string): Promise<string>;
  /** Stops it as an operator would; the data stays. */
  stop(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

export async function openServerProcess(settings: Record<string, string> = {}): Promise<ServerProcess> {
  const port = await findFreePort();
  const url = `http://localhost:${port}`;
  const dataDir = mkdtempSync(path.join(tmpdir(), "loci-process-"));
  const { child, output, see, exit } = spawnServer({ PORT: String(port), PUBLIC_URL: url, TRUSTED_PROXIES: "127.0.0.1,::1", LOG_LEVEL: "debug", ...settings }, dataDir);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exit;
  };
  const remove = async () => {
    await end("SIGKILL");
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await see(/Loci listens on (\S+)/);
  } catch (error) {
    await remove();
    throw error;
  }
  const send: Send = (...request) => sendOver(url, request);
  return {
    url, dataDir, output, remove,
    call: (method, target, body, headers = {}) => send(method, target, body, headers, "127.0.0.1"),
    newBrowser: (peer, userAgent = "Mozilla/5.0") => {
      const sendAs: Send = (method, target, body, headers, from) => send(method, target, body, { "user-agent": userAgent, ...headers }, from);
      return openBrowser({ config: { publicUrl: url } }, sendAs, peer);
    },
    mailTo: (address) => listMails(send, address),
    codeTo: (address) => readCode(send, address),
    stop: () => end("SIGTERM"),
  };
}

async function sendOver(url: string, [method, target, body, headers, peer]: Parameters<Send>): Promise<Answer> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const response = await fetch(url + target, { method, redirect: "manual", ...sent, headers: { ...type, "x-forwarded-for": peer, ...headers } });
  return { status: response.status, headers: response.headers, body: await readBody(response) };
}

async function readBody(response: Response): Promise<unknown> {
  const type = response.headers.get("content-type") ?? "";
  if (type === "application/zip") return new Uint8Array(await response.arrayBuffer());
  const text = await response.text();
  return type.startsWith("application/json") && text !== "" ? JSON.parse(text) : text;
}
