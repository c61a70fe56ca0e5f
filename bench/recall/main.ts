import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Connection } from "../client.ts";
import { describeMachine, readMachine, RESULTS_DIR, writeResult } from "../report.ts";
import { startServer } from "../server.ts";
import { type BenchData, DataMissing, readBenchData } from "./data-set.ts";
import { askQuestions, MODE_NAMES, storeCorpus, type Runs } from "./run.ts";
import { summarize, toGainTable, toScoreTable } from "./summary.ts";

const DEFAULT_DATA_DIR = fileURLToPath(new URL("../../../shared/bench", import.meta.url));

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { data: { type: "string" }, sets: { type: "string" }, out: { type: "string" } } });
  const data = await readData(path.resolve(values.data ?? DEFAULT_DATA_DIR), values.sets?.split(",") ?? null);
  await measure(data, path.resolve(values.out ?? RESULTS_DIR));
}

async function readData(dir: string, sets: string[] | null): Promise<BenchData> {
  try {
    return await readBenchData(dir, sets);
  } catch (error) {
    if (!(error instanceof DataMissing)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}

async function measure(data: BenchData, outDir: string): Promise<void> {
  const machine = readMachine();
  const server = await startServer({ env: readEmbedderSettings() });
  try {
    const connection = new Connection(server);
    const { corpusIds, joined, seconds } = await storeCorpus(connection, data.corpus, toProgress("stored", data.corpus.length));
    const model = await waitForVectors(connection);
    const runs = await askQuestions(connection, data.questions, corpusIds, toProgress("asked", data.questions.length));
    const datasets = summarize(data, runs);

    console.log(`\nRecall quality through HTTP · ${describeMachine(machine)}\nembedder ${model} · ${data.corpus.length} memories stored in ${seconds.toFixed(1)} s, ${joined} of them joined one that was there\n`);
    console.log(toScoreTable(datasets));
    console.log("\nDifferences in points with the scorer's 95 % paired bootstrap interval\n");
    console.log(toGainTable(datasets));
    writeRuns(outDir, runs);
    console.log(`\nrun files ${path.join(outDir, "recall-{product,text,vector}.jsonl")}\nresult    ${writeResult(outDir, "recall", { machine, model, joined, store_seconds: seconds, datasets } as { machine: typeof machine })}`);
  } finally {
    await server.stop();
  }
}

/** The embedder is chosen as for any server: EMBEDDER=… npm run bench:recall. */
function readEmbedderSettings(): Record<string, string> {
  const names = ["EMBEDDER", "EMBEDDER_BASE_URL", "EMBEDDER_API_KEY", "EMBEDDER_DIMENSIONS"];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])) as [string, string][]);
}

/** A slow embedder may be behind the stores; without its vectors the figures would be those of full text. */
async function waitForVectors(connection: Connection): Promise<string> {
  for (;;) {
    const { body } = await connection.call("GET", "/readyz");
    const { embedding } = body as { embedding: { model: string; waiting: number } };
    if (embedding.waiting === 0) return embedding.model;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function writeRuns(dir: string, runs: Runs): void {
  mkdirSync(dir, { recursive: true });
  for (const mode of MODE_NAMES) writeFileSync(path.join(dir, `recall-${mode}.jsonl`), runs[mode].map((line) => `${JSON.stringify(line)}\n`).join(""));
}

/** A line that counts up where a person watches, and nothing elsewhere. */
function toProgress(word: string, total: number): (done: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (done) => process.stderr.write(`\r${word} ${done} of ${total}${done === total ? "\n" : ""}`);
}

await main();
