import { readFileSync } from "node:fs";
import { createLog } from "@loci/kit/log";
import { SYSTEM } from "./audit/origin.ts";
import { readConfig } from "./config.ts";
import { ensureFirstKey } from "./first-start.ts";
import { createKey } from "./keys/service.ts";
import { SCOPES } from "./policy/permissions.ts";
import { openServer, type Wired } from "./wiring.ts";
import { createWorkspace, listWorkspaces } from "./workspaces/service.ts";

/** A whole server on a folder of one person, in this process and without a port. */
export interface LocalServer {
  /** A key that may do everything here. */
  key: string;
  /** What `fetch` would do, were it listening. */
  request(url: string, init: RequestInit): Response | Promise<Response>;
  close(): Promise<void>;
}

/** Opens it; where the folder is empty, with a workspace and a key. `write` takes its warnings, a line of JSON each. */
export async function openLocalServer(dataDir: string, write: (line: string) => void): Promise<LocalServer> {
  const config = readConfig({ DATA_DIR: dataDir });
  const wired = await openServer({ config, log: createLog("warn", { write }) });
  try {
    const key = await readKey(wired, config.dataDir);
    wired.jobs.start();
    return { key, request: (url, init) => wired.app.request(url, init), close: wired.close };
  } catch (error) {
    await wired.close();
    throw error;
  }
}

async function readKey(wired: Wired, dataDir: string): Promise<string> {
  const first = await ensureFirstKey({ ...wired, dataDir });
  if (first.kind === "created") return first.key;
  if (first.kind === "kept") return readFileSync(first.file, "utf8").trim();
  // Somebody has worked with this folder in another way: a key of our own leaves theirs alone.
  const [workspace = await createWorkspace(wired, "local")] = await listWorkspaces(wired.control.db);
  const input = { workspace_id: workspace.id, name: "local", scopes: SCOPES, group: null, mode: "live" as const, expires_at: null };
  return (await createKey(wired, SYSTEM, input)).secret;
}
