import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";

export const MAIN = path.join(import.meta.dirname, "../main.ts");

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Started {
  child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Waits until standard error or output holds this, and gives the first group. */
  see(pattern: RegExp): Promise<string>;
  ended: Promise<Ran>;
}

interface RunOptions {
  env?: Record<string, string>;
  input?: string;
}

/** A machine with nothing on it but Loci: a home of its own, and nothing of our environment. It is gone after the test. */
export interface Machine {
  home: string;
  /** What each command finds in its environment. */
  env: Record<string, string>;
  start(args: readonly string[], options?: RunOptions): Started;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** The same, and the lines of JSON that it printed. */
  runJson(args: readonly string[], options?: RunOptions): Promise<Record<string, unknown>[]>;
}

export function newMachine(env: Record<string, string> = {}): Machine {
  const home = mkdtempSync(path.join(tmpdir(), "loci-cli-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const base = { PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`, HOME: home, BROWSER: "true", ...env };
  const start: Machine["start"] = (args, { env: more = {}, input } = {}) => startCommand(args, { ...base, ...more }, input);
  const run: Machine["run"] = (args, options) => start(args, { input: "", ...options }).ended;
  return {
    home, env: base, start, run,
    runJson: async (args, options) => {
      const { code, stdout, stderr } = await run([...args, "--json"], options);
      if (code !== 0) throw new Error(`loci ${args.join(" ")} ended with ${code}: ${stderr}`);
      return stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
}

function startCommand(args: readonly string[], env: Record<string, string>, input: string | undefined): Started {
  const child = spawn(process.execPath, [MAIN, ...args], { env, cwd: env["HOME"], stdio: ["pipe", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  if (input !== undefined) child.stdin.end(input);
  const see = async (pattern: RegExp) => {
    for (;;) {
      const found = pattern.exec(stderr) ?? pattern.exec(stdout);
      if (found !== null) return found[1] ?? "";
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode} before it said ${pattern}:\n${stderr}${stdout}`);
      await sleep(20);
    }
  };
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, see, ended };
}
