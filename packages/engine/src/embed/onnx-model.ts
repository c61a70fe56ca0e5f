import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { invalid } from "@loci/kit/errors";
import type { Purpose } from "./embedder.ts";
import type { ModelFolder } from "./onnx-folder.ts";
import { REFUSED, scaleToUnit } from "./vectors.ts";

/** The two optional packages: their names, or the addresses of what stands in for them in a test. */
export interface OnnxPackages {
  runtime: string;
  tokenizers: string;
}

export const ONNX_PACKAGES: OnnxPackages = { runtime: "onnxruntime-node", tokenizers: "@huggingface/tokenizers" };

/** Without its install script, which only fetches libraries for graphics cards. */
const INSTALL_COMMAND = "npm install --no-save --ignore-scripts onnxruntime-node@1.30.0 @huggingface/tokenizers@0.2.0";

interface Tensor {
  dims: readonly number[];
  data: unknown;
}

interface Session {
  inputNames: readonly string[];
  run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

interface Runtime {
  InferenceSession: { create(file: string, options: object): Promise<Session> };
  Tensor: new (type: "int64", data: BigInt64Array, dims: number[]) => Tensor;
}

interface Tokenizer {
  encode(text: string): { ids: number[] };
}

interface Tokenizers {
  Tokenizer: new (tokenizer: object, config: object) => Tokenizer;
}

/** Characters read for each token that may count: more than text has, so that a megabyte is not tokenised for 512. */
export const CHARS_PER_TOKEN_MAX = 16;
const PROBE = "Hello.";
const INPUTS = ["input_ids", "attention_mask", "token_type_ids"];

/** A model from a folder, in the thread that it blocks. */
export class OnnxModel {
  readonly #folder: ModelFolder;
  readonly #runtime: Runtime;
  readonly #session: Session;
  readonly #tokenizer: Tokenizer;
  /** How many special tokens the tokenizer puts behind a text. */
  readonly #tail: number;
  #output: string | null = null;
  #dimensions = 0;

  constructor(folder: ModelFolder, runtime: Runtime, session: Session, tokenizer: Tokenizer) {
    this.#folder = folder;
    this.#runtime = runtime;
    this.#session = session;
    this.#tokenizer = tokenizer;
    this.#tail = countTail(tokenizer);
  }

  get dimensions(): number {
    return this.#dimensions;
  }

  /** Runs the model once: its output's name and size become known, and that it works at all. */
  async prove(): Promise<void> {
    const outputs = await this.#run(this.#encode(PROBE));
    this.#output = pickOutput(outputs, this.#folder.finishedOnly);
    if (this.#output === null) {
      throw invalid("embedder", `${this.#folder.modelFile} gives ${Object.keys(outputs).join(", ")}, ${this.#folder.finishedOnly ? 'but its folder lists modules behind the pooling, which only a "sentence_embedding" holds' : "none of which is a text's vectors"}.`);
    }
    this.#dimensions = outputs[this.#output]!.dims.at(-1)!;
    await this.#embedTokens(this.#encode(PROBE));
  }

  /** The vector of a text that was cut to a sane length, of length 1; `REFUSED` where it is blank or the model, which is sound, fails on it. */
  async embed(text: string, purpose: Purpose): Promise<Float32Array> {
    if (text.trim() === "") return REFUSED;
    // One text a run: an int8 model scales by what is in the run, and neighbours would change a vector (cosine .9946).
    const ids = this.#encode(this.#folder.prompts[purpose] + text);
    try {
      return await this.#embedTokens(ids);
    } catch {
      await this.#embedTokens(this.#encode(PROBE));
      return REFUSED;
    }
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #encode(text: string): number[] {
    const { tokensMax } = this.#folder;
    const { ids } = this.#tokenizer.encode(text.toWellFormed());
    return ids.length <= tokensMax ? ids : [...ids.slice(0, tokensMax - this.#tail), ...ids.slice(ids.length - this.#tail)];
  }

  #run(ids: number[]): Promise<Record<string, Tensor>> {
    const { Tensor } = this.#runtime;
    const toTensor = (values: BigInt64Array): Tensor => new Tensor("int64", values, [1, ids.length]);
    const inputs: Record<string, Tensor> = {
      input_ids: toTensor(BigInt64Array.from(ids, BigInt)),
      attention_mask: toTensor(new BigInt64Array(ids.length).fill(1n)),
      token_type_ids: toTensor(new BigInt64Array(ids.length)),
    };
    return this.#session.run(Object.fromEntries(this.#session.inputNames.map((name) => [name, inputs[name]!])));
  }

  async #embedTokens(ids: number[]): Promise<Float32Array> {
    const { data, dims } = (await this.#run(ids))[this.#output!]!;
    if (!(data instanceof Float32Array)) throw invalid("embedder", `${this.#folder.modelFile} gives numbers that are not float32. Take a file whose outputs are.`);
    const vector = dims.length === 2 ? data.slice(0, this.#dimensions) : poolTokens(data, this.#dimensions, this.#folder.pooling);
    if (!scaleToUnit(vector)) throw new Error("The model gave a number that is not finite.");
    return vector;
  }
}

/** Loads a model, and proves that it works. Throws `invalid_request` that says what to mend. */
export async function loadOnnxModel(folder: ModelFolder, threads: number, packages: OnnxPackages): Promise<OnnxModel> {
  const [runtime, { Tokenizer }] = [await importPackage<Runtime>(packages.runtime), await importPackage<Tokenizers>(packages.tokenizers)];
  try {
    const tokenizer = new Tokenizer(JSON.parse(readFileSync(folder.tokenizerFile, "utf8")) as object, folder.tokenizerConfig);
    const session = await runtime.InferenceSession.create(folder.modelFile, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Threads that spin while they wait halve the speed where the server needs the same cores.
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
    const unknown = session.inputNames.filter((name) => !INPUTS.includes(name));
    if (unknown.length > 0) throw invalid("embedder", `${folder.modelFile} wants the inputs ${unknown.join(", ")}; only text encoders with ${INPUTS.join(", ")} can be run.`);
    const model = new OnnxModel(folder, runtime, session, tokenizer);
    await model.prove();
    return model;
  } catch (cause) {
    if (cause instanceof Error && cause.name === "AppError") throw cause;
    throw invalid("embedder", `The model ${folder.modelFile} cannot be run: ${cause instanceof Error ? cause.message : "unknown reason"}`);
  }
}

/** The folder's name and a hash over everything in it that changes a vector. */
export async function readModelIdentity({ name, modelFile, tokenizerFile, pooling, tokensMax, prompts }: ModelFolder): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify({ pooling, tokensMax, prompts }));
  for (const file of [modelFile, tokenizerFile]) for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return `onnx:${name}:${hash.digest("hex").slice(0, 12)}`;
}

async function importPackage<Package>(specifier: string): Promise<Package> {
  try {
    return (await import(specifier)) as Package;
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
    if (isMissing) throw invalid("embedder", `A local ONNX model needs the package ${specifier}, which is not installed. Run: ${INSTALL_COMMAND}`);
    throw invalid("embedder", `The package ${specifier} cannot be loaded here: ${cause instanceof Error ? cause.message : "unknown reason"}`);
  }
}

/** What stands behind the last token that an empty text and another have in common at the front. */
function countTail(tokenizer: Tokenizer): number {
  const [empty, some] = [tokenizer.encode("").ids, tokenizer.encode("a").ids];
  const front = empty.findIndex((id, at) => id !== some[at]);
  return front < 0 ? 0 : empty.length - front;
}

function pickOutput(outputs: Record<string, Tensor>, finishedOnly: boolean): string | null {
  const names = Object.keys(outputs);
  if (names.includes("sentence_embedding")) return "sentence_embedding";
  if (finishedOnly) return null;
  const ofRank = (rank: number): string | undefined => names.find((name) => outputs[name]!.dims.length === rank);
  return ["last_hidden_state", "token_embeddings"].find((name) => names.includes(name)) ?? ofRank(3) ?? ofRank(2) ?? null;
}

/** One vector from those of a text's tokens, all of which count: nothing is padded. */
function poolTokens(data: Float32Array, dimensions: number, pooling: ModelFolder["pooling"]): Float32Array {
  const pooled = data.slice(0, dimensions);
  if (pooling === "cls") return pooled;
  for (let at = dimensions; at < data.length; at++) pooled[at % dimensions]! += data[at]!;
  return pooled;
}
