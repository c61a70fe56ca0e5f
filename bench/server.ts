import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Connection } from "./client.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MAIN = path.join(ROOT, "apps/server/src/main.ts");
const ADMIN = path.join(ROOT, "apps/server/src/admin/cli.ts");
const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 35_000;
const OUTPUT_CHARS_KEPT = 20_000;

export interface ServerOptions {
  /** Where the data lies; a folder of its own, removed at the end, unless given. */
  dataDir?: string;
  env?: Record<string, string>;
}

/** A real server in a process of its own. Whatever ends this process ends the server too. */
export class BenchServer {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  readonly pid: number;
  /** From spawn to the first 200 of /readyz, milliseconds. */
  readonly startMs: number;
  /** The key that the first start made. */
  readonly key: string;
  /** What it printed, the end of it. */
  readonly output: () => string;
  private readonly child: ChildProcess;
  private readonly cleanUp: () => void;

  constructor(parts: { port: number; dataDir: string; startMs: number; child: ChildProcess; output: () => string; cleanUp: () => void }) {
    this.port = parts.port;
    this.url = `http://127.0.0.1:${parts.port}`;
    this.dataDir = parts.dataDir;
    this.pid = parts.child.pid ?? 0;
    this.startMs = parts.startMs;
    this.output = parts.output;
    this.child = parts.child;
    this.cleanUp = parts.cleanUp;
    this.key = readFileSync(path.join(parts.dataDir, "first-key"), "utf8").trim();
  }

  /** Stops it as an operator would, and removes the data folder that it made for itself. */
  async stop(): Promise<void> {
    await end(this.child, "SIGTERM");
    this.cleanUp();
  }

  /** Ends it as a power cut would; the data stays. */
  async kill(): Promise<void> {
    await end(this.child, "SIGKILL");
  }
}

export interface DataDir {
  dir: string;
  remove(): void;
}

/** A folder for data that is gone when it is removed, or when this process ends, on Ctrl-C too. */
export function openDataDir(name: string, parent = os.tmpdir()): DataDir {
  const dir = mkdtempSync(path.join(parent, `loci-${name}-`));
  const removeNow = () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  process.once("exit", removeNow);
  const remove = () => {
    process.off("exit", removeNow);
    removeNow();
  };
  return { dir, remove };
}

/** Starts the server of this repository and waits until it says that it is ready. */
export async function startServer({ dataDir, env = {} }: ServerOptions = {}): Promise<BenchServer> {
  const own = dataDir === undefined ? openDataDir("bench") : null;
  const dir = dataDir ?? own?.dir ?? "";
  const port = await findFreePort();
  const spawnedMs = performance.now();
  const child = spawn(process.execPath, [MAIN], { cwd: ROOT, env: serverEnv(dir, { PORT: String(port), ...env }), stdio: ["ignore", "pipe", "pipe"] });
  const output = keepOutput(child);
  const onExit = () => child.kill("SIGKILL");
  const cleanUp = () => own?.remove();
  // Before the listeners that remove data folders.
  process.prependOnceListener("exit", onExit);
  child.once("exit", () => process.off("exit", onExit));
  endOnSignals();
  try {
    await waitUntil(child, () => isReady(port));
    const startMs = performance.now() - spawnedMs;
    await waitUntil(child, () => existsSync(path.join(dir, "first-key")));
    return new BenchServer({ port, dataDir: dir, startMs, child, output, cleanUp });
  } catch (error) {
    await end(child, "SIGKILL");
    cleanUp();
    throw new Error(`The server did not start. It said:\n${output()}`, { cause: error });
  }
}

export interface NewWorkspace {
  id: string;
  key: string;
}

/** Makes another workspace beside a running server, with the command that an operator has. */
export async function createWorkspace({ dataDir }: BenchServer, name: string): Promise<NewWorkspace> {
  const { id } = await runAdmin<{ id: string }>(dataDir, ["workspace", "create", name]);
  const { secret } = await runAdmin<{ secret: string }>(dataDir, ["key", "create", "--workspace", id]);
  return { id, key: secret };
}

/** Runs a command of the operator beside a running server, or without one, and answers with what it says as JSON. Throws unless it exits with 0. */
export async function runAdmin<Answer>(dataDir: string, words: string[]): Promise<Answer> {
  const { stdout } = await promisify(execFile)(process.execPath, [ADMIN, ...words, "--json"], { cwd: ROOT, env: serverEnv(dataDir, {}) });
  return JSON.parse(stdout) as Answer;
}

/** Only what the process needs: whatever the caller has set for a server of their own stays out. */
function serverEnv(dataDir: string, more: Record<string, string>): Record<string, string> {
  const { PATH = "", HOME = "", TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR !== undefined && { TMPDIR }), HOST: "127.0.0.1", DATA_DIR: dataDir, LOG_LEVEL: "warn", ...more };
}

async function waitUntil(child: ChildProcess, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + READY_WITHIN_MS;
  while (performance.now() < untilMs) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error("The process ended.");
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`It was not ready within ${READY_WITHIN_MS / 1_000} s.`);
}

async function isReady(port: number): Promise<boolean> {
  const connection = new Connection({ port });
  try {
    return (await connection.request("GET", "/readyz")).status === 200;
  } catch {
    return false;
  } finally {
    connection.close();
  }
}

async function end(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
  await exited;
  clearTimeout(late);
}

function keepOutput(child: ChildProcess): () => string {
  let text = "";
  const keep = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-OUTPUT_CHARS_KEPT);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return () => text;
}

/** A signal ends this process through `exit`, whose listeners end the servers. Said once, however many servers there are. */
function endOnSignals(): void {
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
    if (process.listenerCount(signal) === 0) process.once(signal, () => process.exit(code));
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No free port was found.");
  return address.port;
}
