import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Project } from "./published.ts";

const require = createRequire(import.meta.url);
// The package has no types.
const workerd = require("workerd") as { default: string; compatibilityDate: string };

/** Where workerd tells on which port it listens. */
const CONTROL_FD = 3;

/** Runs `worker.mjs` of the project in workerd, Cloudflare's runtime, beside the scenarios and the package, and gives what it answers. */
export async function askWorker({ folder, dist }: Project, variables: Record<string, string>): Promise<unknown> {
  writeFileSync(path.join(folder, "config.capnp"), toConfig(folder, dist, variables));
  const child = spawn(workerd.default, ["serve", "config.capnp", `--control-fd=${CONTROL_FD}`], { cwd: folder, stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const ended = once(child, "exit");
  try {
    const port = await Promise.race([readPort(child.stdio[CONTROL_FD] as Readable), ended.then(([code]) => Promise.reject(new Error(`workerd ended with ${code}.`)))]);
    const response = await fetch(`http://127.0.0.1:${port}/`);
    if (!response.ok) throw new Error(await response.text());
    return await response.json();
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

async function readPort(control: Readable): Promise<number> {
  for await (const line of createInterface({ input: control })) {
    const { event, port } = JSON.parse(line) as { event: string; port?: number };
    if (event === "listen" && port !== undefined) return port;
  }
  throw new Error("workerd did not say where it listens.");
}

/** workerd reads no folder: each module is named. A worker reaches the servers of this machine only by a network that allows it. */
function toConfig(folder: string, dist: string, variables: Record<string, string>): string {
  const sdk = readdirSync(path.join(dist, "esm"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  const files = [
    ...["worker.mjs", "scenarios.mjs", "methods.mjs", "run-scenario.mjs"].map((name) => ({ name, file: name })),
    ...sdk.map((name) => ({ name: `sdk/${name}`, file: path.relative(folder, path.join(dist, "esm", name)) })),
  ];
  const modules = files.map(({ name, file }) => `(name = "${name}", esModule = embed "${file}")`);
  const bindings = Object.entries(variables).map(([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`);
  return `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [(name = "main", worker = .main), (name = "net", network = (allow = ["public", "private"]))],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
    );
    const main :Workerd.Worker = (
      modules = [${modules.join(", ")}],
      bindings = [${bindings.join(", ")}],
      compatibilityDate = "${workerd.compatibilityDate}",
      globalOutbound = "net",
    );
  `;
}
