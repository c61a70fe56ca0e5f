import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

/** The names of the groups of one server, as they were. */
interface Kept {
  server: string;
  at_ms: number;
  names: string[];
}

const FRESH_MS = 60_000;

const toFile = (cacheDir: string): string => path.join(cacheDir, "groups.json");

/** What is known without asking, and whether that is new enough; null where nothing is. */
export function readGroupCache(cacheDir: string, server: string, nowMs: number = Date.now()): { names: string[]; fresh: boolean } | null {
  try {
    const kept = JSON.parse(readFileSync(toFile(cacheDir), "utf8")) as Kept;
    return kept.server === server ? { names: kept.names, fresh: nowMs - kept.at_ms < FRESH_MS } : null;
  } catch {
    return null;
  }
}

/** Names of groups may name people, so this too is for its owner alone. */
export function writeGroupCache(cacheDir: string, server: string, names: string[], nowMs: number = Date.now()): void {
  const kept: Kept = { server, at_ms: nowMs, names };
  const written = `${toFile(cacheDir)}.${process.pid}`;
  mkdirSync(cacheDir, { recursive: true, mode: 0o700 });
  writeFileSync(written, JSON.stringify(kept), { mode: 0o600 });
  renameSync(written, toFile(cacheDir));
}
