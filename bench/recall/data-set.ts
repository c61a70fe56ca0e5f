import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

export interface CorpusRow {
  dataset: string;
  scope: string;
  id: string;
  session: string | null;
  seq: number;
  timestamp: string | null;
  speaker: string | null;
  text: string;
}

export interface Question {
  dataset: string;
  scope: string;
  id: string;
  query: string;
  relevant: string[];
  asked_at?: string | null;
  /** `false` stays out of a data set's ALL row. */
  headline?: boolean;
}

export interface Scored {
  q: Question;
  m: Record<Metric, number>;
}

export const METRICS = ["recall@10", "recall@20", "ndcg@10"] as const;
export type Metric = (typeof METRICS)[number];

/** The part of the given `score.mjs` that is used here: the numbers are its own. */
export interface Scorer {
  scoreRun(questions: Question[], run: { id: string; ranked: string[] }[]): { scored: Scored[]; missing: number; unknown: number };
  average(scored: Scored[]): Record<Metric, number>;
  pairedBootstrap(before: Scored[], after: Scored[], metric: Metric): { delta: number; lo: number; hi: number };
}

export interface BenchData {
  corpus: CorpusRow[];
  questions: Question[];
  scorer: Scorer;
}

/** What the folder has to hold, said to whoever does not have it. */
export class DataMissing extends Error {
  constructor(dir: string, why: string) {
    super([
      `The benchmark data is not in ${dir}: ${why}`,
      "It does not belong to this repository (parts of it may not be copied). Expected in that folder:",
      "  score.mjs                   the scorer",
      "  NAME.corpus.jsonl.gz        memories: {dataset, scope, id, session, seq, timestamp, speaker, text}, one a line",
      "  NAME.queries.jsonl.gz       questions: {dataset, scope, id, query, relevant, asked_at, headline}, one a line",
      "Say where it is: npm run bench:recall -- --data DIR",
    ].join("\n"));
    this.name = "DataMissing";
  }
}

/** Reads the sets of a folder; `only` names files (`beam`) or data sets in them (`beam-100k`). */
export async function readBenchData(dir: string, only: string[] | null): Promise<BenchData> {
  const scorerFile = path.join(dir, "score.mjs");
  if (!existsSync(scorerFile)) throw new DataMissing(dir, "there is no score.mjs.");
  const names = readdirSync(dir).flatMap((file) => /^(.+)\.corpus\.jsonl(?:\.gz)?$/.exec(file)?.[1] ?? []).sort();
  if (names.length === 0) throw new DataMissing(dir, "there is no *.corpus.jsonl.gz.");

  const isWanted = (file: string) => (row: { dataset: string }) => only === null || only.includes(file) || only.includes(row.dataset);
  const corpus = names.flatMap((name) => readRows<CorpusRow>(dir, `${name}.corpus.jsonl`).filter(isWanted(name)));
  const questions = names.flatMap((name) => readRows<Question>(dir, `${name}.queries.jsonl`).filter(isWanted(name)));
  if (questions.length === 0) throw new DataMissing(dir, `no set is called ${only?.join(" or ")}; there are ${names.join(", ")}.`);
  const scorer = (await import(pathToFileURL(scorerFile).href)) as Scorer;
  return { corpus, questions, scorer };
}

function readRows<Row>(dir: string, name: string): Row[] {
  const file = [`${name}.gz`, name].map((candidate) => path.join(dir, candidate)).find((candidate) => existsSync(candidate));
  if (file === undefined) throw new DataMissing(dir, `there is no ${name}.gz.`);
  const raw = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(raw) : raw).toString();
  return text.split("\n").filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as Row);
}

export const groupOf = ({ dataset, scope }: { dataset: string; scope: string }): string => `${dataset}/${scope}`;
