import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { toLatencies } from "../statistics.ts";

export interface DiskRate {
  per_second: number;
  p50_ms: number;
  p95_ms: number;
}

const PAGE = Buffer.alloc(4_096, 7);

/** How often this file system can take 4 KB to the disk, one after the other: no durable write can come oftener alone. */
export function measureDisk(dir: string, forMs: number): DiskRate {
  const file = path.join(dir, "fdatasync.probe");
  const handle = openSync(file, "w");
  const took: number[] = [];
  try {
    const untilMs = performance.now() + forMs;
    while (performance.now() < untilMs) {
      const startedMs = performance.now();
      writeSync(handle, PAGE, 0, PAGE.length, (took.length % 1_024) * PAGE.length);
      fdatasyncSync(handle);
      took.push(performance.now() - startedMs);
    }
  } finally {
    closeSync(handle);
    rmSync(file);
  }
  const { p50, p95 } = toLatencies(took);
  return { per_second: Math.round((took.length / forMs) * 1_000), p50_ms: p50, p95_ms: p95 };
}
