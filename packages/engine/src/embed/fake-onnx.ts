import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { OnnxPackages } from "./onnx-model.ts";

/** What a fake model file says, as JSON: how it behaves. */
export interface FakeModelFile {
  inputs?: string[];
  /** Names of the outputs, with the rank of each. */
  outputs?: Record<string, number>;
  /** A token that makes a run fail. */
  failsOn?: number;
}

/** This module stands in for both optional packages, which are some 300 MB together. */
export const FAKE_PACKAGES: OnnxPackages = { runtime: import.meta.url, tokenizers: import.meta.url };

/** Writes a model folder that is gone after the `using` block. Files are given by path; what is not text becomes JSON. */
export async function writeModelFolder(files: Record<string, unknown>): Promise<{ folder: string; [Symbol.asyncDispose](): Promise<void> }> {
  const folder = path.join(await mkdtemp(path.join(tmpdir(), "loci-model-")), "tiny");
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), typeof content === "string" ? content : JSON.stringify(content));
  }
  return { folder, [Symbol.asyncDispose]: () => rm(path.dirname(folder), { recursive: true }) };
}

/** What the fake model makes of a token. */
export const toTokenVector = (id: number): number[] => [id % 7, id % 5, 1];

/** One token per letter, between the two that BERT's tokenizer puts around a text. */
export const toFakeIds = (text: string): number[] => [101, ...[...text].map((letter) => letter.codePointAt(0) ?? 0), 102];

/** @public The thread imports it by name. */
export class Tokenizer {
  encode(text: string): { ids: number[] } {
    return { ids: toFakeIds(text) };
  }
}

/** @public The thread imports it by name. */
export class Tensor {
  readonly data: BigInt64Array | Float32Array;
  readonly dims: number[];

  constructor(_type: string, data: BigInt64Array | Float32Array, dims: number[]) {
    this.data = data;
    this.dims = dims;
  }
}

/** @public The thread imports it by name. */
export class InferenceSession {
  readonly inputNames: string[];
  readonly #file: FakeModelFile;

  constructor(file: FakeModelFile) {
    this.#file = file;
    this.inputNames = file.inputs ?? ["input_ids", "attention_mask"];
  }

  static async create(file: string): Promise<InferenceSession> {
    return new InferenceSession(JSON.parse(readFileSync(file, "utf8")) as FakeModelFile);
  }

  async run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> {
    const ids = [...feeds["input_ids"]!.data].map(Number);
    if (ids.includes(this.#file.failsOn ?? -1)) throw new Error("the graph failed");
    const { outputs = { last_hidden_state: 3 } } = this.#file;
    return Object.fromEntries(Object.entries(outputs).map(([name, rank]) => [name, toOutput(ids, rank)]));
  }

  async release(): Promise<void> {}
}

function toOutput(ids: number[], rank: number): Tensor {
  if (rank === 2) return new Tensor("float32", Float32Array.of(0, 0, ids.length), [1, 3]);
  return new Tensor("float32", Float32Array.from(ids.flatMap(toTokenVector)), rank === 3 ? [1, ids.length, 3] : [1, 1, ids.length, 3]);
}
