import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { findFreePort } from "../chromium.ts";
import type { Tokens, ToolAnswer } from "./mcp-app.ts";

const PROGRAM = path.join(path.dirname(createRequire(import.meta.url).resolve("mcp-remote/package.json")), "dist/proxy.js");
const WAIT_MS = 20_000;

/** A program that speaks over its standard input alone, and mcp-remote between it and a server. */
export class McpRemote {
  readonly client: Client;
  private readonly dir: string;
  private readonly document: string | undefined;
  private readonly transport: StdioClientTransport;
  private output = "";
  private read = 0;

  private constructor(dir: string, document: string | undefined, transport: StdioClientTransport) {
    this.dir = dir;
    this.document = document;
    this.transport = transport;
    this.client = new Client({ name: "a program without a network", version: "1" });
    transport.stderr?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Starts it with a folder and a port of its own; `answer` lets a person decide. It registers unless it has a document that describes it. */
  static async open(url: string, answer: (url: URL) => Promise<URL>, document?: string): Promise<McpRemote> {
    const dir = mkdtempSync(path.join(tmpdir(), "loci-mcp-remote-"));
    // Without a PATH it finds no browser, and says instead what is to be opened.
    const env = { PATH: "", BROWSER: "false", HOME: dir, MCP_REMOTE_CONFIG_DIR: dir };
    const args = [PROGRAM, url, String(await findFreePort()), ...(document === undefined ? [] : ["--client-metadata-url", document])];
    const remote = new McpRemote(dir, document, new StdioClientTransport({ command: process.execPath, args, env, stderr: "pipe" }));
    try {
      const connected = remote.client.connect(remote.transport, { timeout: WAIT_MS });
      await Promise.all([connected, remote.asks().then(answer)]);
    } catch (error) {
      await remote.close();
      throw new Error(`mcp-remote did not connect:\n${remote.output}`, { cause: error });
    }
    return remote;
  }

  /** The next address at which it wants a person to be asked. */
  async asks(): Promise<URL> {
    const [, url = ""] = await this.see(/(https?:\/\/\S+\/oauth\/authorize\?\S+)\s/g);
    return new URL(url);
  }

  /** Waits until it says something that it had not said when this was last asked. */
  async see(pattern: RegExp): Promise<RegExpExecArray> {
    for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += 20) {
      pattern.lastIndex = this.read;
      const found = pattern.exec(this.output);
      if (found !== null) {
        this.read = pattern.lastIndex;
        return found;
      }
      await sleep(20);
    }
    throw new Error(`mcp-remote did not say ${String(pattern)}:\n${this.output}`);
  }

  async callTool(name: string, args: Record<string, unknown>): Promise<ToolAnswer> {
    return (await this.client.callTool({ name, arguments: args })) as ToolAnswer;
  }

  /** What it wrote down. */
  get tokens(): Tokens {
    const { access_token = "", refresh_token = "", scope = "" } = this.readFile("_tokens.json");
    const client_id = this.document ?? this.readFile("_client_info.json")["client_id"] ?? "";
    return { client_id, access: access_token, refresh: refresh_token, scope };
  }

  /** Its files are named by a hash of the address. */
  private readFile(end: string): Record<string, string> {
    const names = readdirSync(this.dir, { recursive: true, encoding: "utf8" });
    return JSON.parse(readFileSync(path.join(this.dir, names.find((name) => name.endsWith(end)) ?? end), "utf8")) as Record<string, string>;
  }

  /** Ends it, and what it wrote down. */
  async close(): Promise<void> {
    const { pid } = this.transport;
    await this.client.close();
    if (pid !== null) await gone(pid);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(20);
  }
}
