// How fast the vector kernel scans and how much of the exact top 20 it finds. Prints a table; takes about two minutes.
// Run: node bench/kernel/main.ts
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { createDataset, type Dataset } from "./dataset.ts";
import type { Job, Measured, Method } from "./measure.ts";

const SIZES = [1_000, 10_000, 100_000];
const QUERIES = 50;
const METHODS: Method[] = ["scalar int8", "kernel int8", "kernel int8, a tenth of the ids", "kernel bits 500 + int8"];

async function measureApart(method: Method, dataset: Dataset): Promise<Measured[]> {
  const job: Job = { method, dataset, sizes: SIZES };
  const worker = new Worker(new URL("./measure.ts", import.meta.url), { workerData: job });
  const [measured] = (await once(worker, "message")) as [Measured[]];
  await worker.terminate();
  return measured;
}

function recallOf(found: number[][], exact: number[][]): number {
  const shares = found.map((top, query) => top.filter((row) => exact[query]!.includes(row)).length / exact[query]!.length);
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

function toLine(cells: (string | number)[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

async function printTable(dimensions: number): Promise<void> {
  const dataset = createDataset(dimensions, SIZES.at(-1)!, QUERIES);
  const exact = await measureApart("exact float32", dataset);
  for (const method of METHODS) {
    const measured = await measureApart(method, dataset);
    for (const [i, { rows, p50Ms, p95Ms, tops }] of measured.entries()) {
      // A filter answers another question than a search of all rows.
      const recall = method.includes("tenth") ? "" : recallOf(tops, exact[i]!.tops).toFixed(3);
      process.stdout.write(toLine([dimensions, method, rows, p50Ms.toFixed(3), p95Ms.toFixed(3), recall]));
    }
  }
}

process.stdout.write(toLine(["dimensions", "method", "rows", "p50 ms", "p95 ms", "recall@20 of exact float32"]));
process.stdout.write(toLine(Array(6).fill("---")));
for (const dimensions of [256, 384]) await printTable(dimensions);
