import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { invalid } from "@loci/kit/errors";
import { isRecord } from "./embeddings-answer.ts";

/** What a folder in the layout of sentence-transformers and Hugging Face says of its model. */
export interface ModelFolder {
  /** The folder's own name. */
  name: string;
  modelFile: string;
  tokenizerFile: string;
  /** What `tokenizer_config.json` holds. */
  tokenizerConfig: Record<string, unknown>;
  pooling: "mean" | "cls";
  /** Tokens of a text that count, special ones included. */
  tokensMax: number;
  /** What goes before a text. */
  prompts: { document: string; query: string };
  /** The model goes on behind the pooling, so the ONNX file must give the finished `sentence_embedding`. */
  finishedOnly: boolean;
}

/** int8 first: on processors it is 1.6 to 4 times as fast. */
const MODEL_FILES = ["onnx/model_quantized.onnx", "onnx/model_int8.onnx", "model_quantized.onnx", "model_int8.onnx", "onnx/model.onnx", "model.onnx"];

/** Longer texts cost more than they bring: attention grows with the square, and a memory says its matter early. */
const TOKENS_MAX = 512;

/** Reads a model folder without loading the model. Throws `invalid_request` that names the file at fault. */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const at = (file: string): string => path.join(folder, file);
  if (!(await isThere(folder))) throw invalid("embedder", `The model folder ${folder} is not there.`);
  const modelFile = await findFirst(MODEL_FILES.map(at));
  if (modelFile === null) throw invalid("embedder", `The model folder ${folder} holds none of ${MODEL_FILES.join(", ")}.`);
  if (!(await isThere(at("tokenizer.json")))) throw invalid("embedder", `The model folder ${folder} holds no tokenizer.json.`);

  const [config, tokenizer, tokenizerConfig, sentence, pooling, prompts, modules] = await Promise.all([
    readJson(at("config.json")),
    readJson(at("tokenizer.json")),
    readJson(at("tokenizer_config.json")),
    readJson(at("sentence_bert_config.json")),
    readJson(at("1_Pooling/config.json")),
    readJson(at("config_sentence_transformers.json")),
    readJson(at("modules.json")),
  ]);
  return {
    name: path.basename(path.resolve(folder)),
    modelFile,
    tokenizerFile: at("tokenizer.json"),
    tokenizerConfig,
    pooling: readPooling(pooling, at("1_Pooling/config.json")),
    tokensMax: readTokensMax(sentence["max_seq_length"], tokenizerConfig["model_max_length"], toRecord(tokenizer["truncation"])["max_length"], config["max_position_embeddings"]),
    prompts: readPrompts(prompts),
    finishedOnly: Object.values(modules).some((module) => {
      const { type } = toRecord(module);
      return typeof type === "string" && !/\.(Transformer|Pooling|Normalize)$/.test(type);
    }),
  };
}

/** The tightest word of the configuration's files that is a sensible number, and never more than the cap. */
function readTokensMax(sentence: unknown, tokenizer: unknown, truncation: unknown, positions: unknown): number {
  const isLength = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value) && value >= 8;
  // "No limit" is written as a number near 1e30 in tokenizer_config.json.
  const said = [sentence, tokenizer, truncation].find((value) => isLength(value) && value < 1e9);
  return Math.min(TOKENS_MAX, ...[said, positions].filter(isLength));
}

function readPooling(config: Record<string, unknown>, file: string): ModelFolder["pooling"] {
  const modes = typeof config["pooling_mode"] === "string"
    ? [config["pooling_mode"]]
    : Object.keys(config).filter((key) => key.startsWith("pooling_mode_") && config[key] === true).map((key) => key.slice("pooling_mode_".length).replace(/_tokens?$/, ""));
  if (modes.length === 0) return "mean";
  const [mode] = modes;
  if (modes.length > 1 || (mode !== "mean" && mode !== "cls")) throw invalid("embedder", `${file} asks for pooling by ${modes.join(" and ")}; mean or cls alone is possible.`);
  if (config["include_prompt"] === false) throw invalid("embedder", `${file} leaves the prompt out of the pooling (include_prompt), which is not possible here.`);
  return mode;
}

/** sentence-transformers knows prompts by free names; these are the ones its models use for the two purposes. */
function readPrompts(config: Record<string, unknown>): ModelFolder["prompts"] {
  const prompts = toRecord(config["prompts"]);
  const named = (...names: unknown[]): string => names.map((name) => prompts[String(name)]).find((prompt) => typeof prompt === "string") ?? "";
  const usual = config["default_prompt_name"] ?? "";
  return { query: named("query", usual), document: named("document", "passage", usual) };
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    // modules.json is a list.
    return Array.isArray(value) ? Object.fromEntries(value.entries()) : toRecord(value);
  } catch (cause) {
    throw invalid("embedder", `${file} is not JSON (${cause instanceof Error ? cause.message : "unreadable"}).`);
  }
}

const toRecord = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

async function isThere(file: string): Promise<boolean> {
  return (await stat(file).catch(() => null)) !== null;
}

async function findFirst(files: string[]): Promise<string | null> {
  for (const file of files) if (await isThere(file)) return file;
  return null;
}
