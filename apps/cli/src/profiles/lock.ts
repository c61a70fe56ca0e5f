import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CliError } from "../exit.ts";
import { ensureFolder } from "./file.ts";

const TRY_AGAIN_MS = 50;
// A refresh holds the lock for a request, which ends after half of this.
const WAIT_MAX_MS = 30_000;
const SQLITE_BUSY = 5;

/**
 * Runs `work` while no other process does the same. The lock is SQLite's on a file that stays empty: the system gives
 * it back when its holder dies, however it dies, so it is never stale.
 */
export async function withLock<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  const { DatabaseSync } = await import("node:sqlite");
  ensureFolder(folder);
  const file = path.join(folder, "loci.lock");
  const lock = openFile(() => new DatabaseSync(file, { timeout: 0 }), file);
  try {
    const untilMs = performance.now() + WAIT_MAX_MS;
    while (!tryLock(lock)) {
      if (performance.now() > untilMs) throw new CliError("unexpected", `Another loci has held ${file} for ${WAIT_MAX_MS / 1_000} seconds.`, { hint: "End it, then run this again." });
      await sleep(TRY_AGAIN_MS);
    }
    return await work();
  } finally {
    lock.close();
  }
}

function openFile<Opened>(open: () => Opened, file: string): Opened {
  try {
    return open();
  } catch (cause) {
    throw new CliError("unexpected", `${file} cannot be written: ${(cause as Error).message}`, { hint: "Mend the rights of its folder.", cause });
  }
}

function tryLock(lock: { exec(sql: string): void }): boolean {
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
