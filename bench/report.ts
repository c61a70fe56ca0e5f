import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const RESULTS_DIR = fileURLToPath(new URL("results", import.meta.url));

export interface Machine {
  cores: number;
  cpu: string;
  memory_gb: number;
  platform: string;
  node: string;
  at: string;
  /** Of the minute before, all processes: much above zero, the machine was doing something else as well. */
  load_average: number;
}

export const readMachine = (): Machine => ({
  cores: os.availableParallelism(),
  cpu: os.cpus()[0]?.model ?? "unknown",
  memory_gb: Math.round(os.totalmem() / 2 ** 30),
  platform: `${os.platform()} ${os.release()}`,
  node: process.version,
  at: new Date().toISOString(),
  load_average: Math.round((os.loadavg()[0] ?? 0) * 10) / 10,
});

export const describeMachine = ({ cores, cpu, memory_gb, platform, node, at, load_average }: Machine): string =>
  `${at.slice(0, 16).replace("T", " ")} UTC · ${cores} cores (${cpu}), load ${load_average} before · ${memory_gb} GB · ${platform} · Node ${node}`;

/** Memory that the process holds in RAM, megabytes. */
export function readRssMb(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Math.round(Number(kib) / 1_024);
  } catch {
    return Math.round(Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1_024);
  }
}

/** Writes the result as JSON and gives the file's name, which holds the time, so that no run overwrites another. */
export function writeResult(dir: string, bench: string, result: { machine: Machine }): string {
  mkdirSync(dir, { recursive: true });
  const file = path.join(dir, `${bench}-${result.machine.at.replaceAll(/[:.]/g, "-")}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}

export type Cell = string | number | undefined;

/** A table of text; columns with numbers are aligned to the right. */
export function toTable(head: string[], rows: Cell[][]): string {
  const texts = rows.map((row) => head.map((_, column) => toText(row[column])));
  const widths = head.map((title, column) => Math.max(title.length, ...texts.map((row) => row[column]?.length ?? 0)));
  const rightAligned = head.map((_, column) => rows.some((row) => typeof row[column] === "number"));
  const toLine = (cells: string[]) => cells.map((cell, column) => (rightAligned[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join("  ").trimEnd();
  return [toLine(head), widths.map((width) => "-".repeat(width)).join("  "), ...texts.map(toLine)].join("\n");
}

function toText(cell: Cell): string {
  if (cell === undefined) return "";
  if (typeof cell === "string") return cell;
  return Number.isInteger(cell) || Math.abs(cell) >= 1_000 ? String(Math.round(cell)) : cell.toFixed(Math.abs(cell) < 10 ? 2 : 1);
}
