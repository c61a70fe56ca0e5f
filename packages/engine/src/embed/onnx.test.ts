import { createLog, silentLog } from "@loci/kit/log";
import { expect, onTestFinished, test } from "vitest";
import { FAKE_PACKAGES, toFakeIds, toTokenVector, writeModelFolder, type FakeModelFile } from "./fake-onnx.ts";
import { toUnit } from "./fake-endpoint.ts";
import { openOnnxEmbedder } from "./onnx.ts";

const near = (values: number[]): unknown => toUnit(values).map((value) => expect.closeTo(value, 5) as unknown);
const sumOf = (ids: number[]): number[] => ids.map(toTokenVector).reduce((sum, vector) => sum.map((value, d) => value + vector[d]!));

async function start(files: Record<string, unknown> = {}, model: FakeModelFile = {}) {
  const made = await writeModelFolder({ "onnx/model.onnx": model, "tokenizer.json": {}, ...files });
  const embedder = await openOnnxEmbedder({ folder: made.folder, log: silentLog, packages: FAKE_PACKAGES }).catch(async (error: unknown) => {
    await made[Symbol.asyncDispose]();
    throw error;
  });
  onTestFinished(async () => {
    await embedder.close();
    await made[Symbol.asyncDispose]();
  });
  const embedOne = async (text: string, purpose: "document" | "query" = "document") => [...(await embedder.embed([text], purpose))[0]!];
  return { embedder, embedOne };
}

test("a text's vector is the mean of its tokens' where the folder says nothing, of length 1", async () => {
  const { embedder, embedOne } = await start();
  expect(await embedOne("abc")).toEqual(near(sumOf(toFakeIds("abc"))));
  expect(embedder).toMatchObject({ dimensions: 3, table: null, model: expect.stringMatching(/^onnx:tiny:[0-9a-f]{12}$/) });
});

test("a folder that pools by the first token is obeyed", async () => {
  const { embedOne } = await start({ "1_Pooling/config.json": { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false } });
  expect(await embedOne("abc")).toEqual(near(toTokenVector(101)));
});

test("a model that gives finished vectors is not pooled again", async () => {
  const { embedOne } = await start({}, { outputs: { token_embeddings: 3, sentence_embedding: 2 } });
  expect(await embedOne("abc")).toEqual([0, 0, 1]);
});

test("the vectors of tokens are found whatever their name, behind a pooled output or not", async () => {
  const { embedOne } = await start({}, { outputs: { "882": 2, output_0: 3 } });
  expect(await embedOne("abc")).toEqual(near(sumOf(toFakeIds("abc"))));
});

test("prompts for questions and documents go before the text, each its own", async () => {
  const { embedOne } = await start({ "config_sentence_transformers.json": { prompts: { query: "Q:", passage: "D:" } } });
  expect(await embedOne("abc", "query")).toEqual(near(sumOf(toFakeIds("Q:abc"))));
  expect(await embedOne("abc", "document")).toEqual(near(sumOf(toFakeIds("D:abc"))));
});

test("a text longer than the model takes is cut and keeps its last special token", async () => {
  const { embedOne } = await start({ "sentence_bert_config.json": { max_seq_length: 8 } });
  expect(await embedOne("abcdefghijkl".repeat(1_000))).toEqual(near(sumOf([...toFakeIds("abcdef")])));
});

test("what changes vectors changes the model's name, and nothing else does", async () => {
  const names = [{}, {}, { "1_Pooling/config.json": { pooling_mode_cls_token: true } }, { "tokenizer.json": { other: true } }, { "sentence_bert_config.json": { max_seq_length: 64 } }].map(async (files) => (await start(files)).embedder.model);
  const [first, again, ...others] = await Promise.all(names);
  expect(again).toBe(first);
  expect(new Set([first, ...others]).size).toBe(4);
});

test("a question is answered before the documents that were there first", async () => {
  const { embedder } = await start();
  const order: string[] = [];
  const documents = embedder.embed(Array.from({ length: 500 }, () => "a document"), "document").then(() => order.push("documents"));
  const question = embedder.embed(["a question"], "query").then(() => order.push("question"));
  await Promise.all([documents, question]);
  expect(order).toEqual(["question", "documents"]);
});

test("blank texts, and one that the model fails on, are refused and the others are not", async () => {
  const { embedder } = await start({}, { failsOn: "☠".codePointAt(0)! });
  const vectors = await embedder.embed(["fine", " ", "☠", "fine too"], "document");
  expect(vectors.map((vector) => vector.length)).toEqual([3, 0, 0, 3]);
});

test("where the packages are missing, the error says how to install them", async () => {
  const made = await writeModelFolder({ "model.onnx": {}, "tokenizer.json": {} });
  const opening = openOnnxEmbedder({ folder: made.folder, log: silentLog, packages: { ...FAKE_PACKAGES, runtime: "@loci/not-installed" } });
  await expect(opening).rejects.toMatchObject({
    code: "invalid_request", param: "embedder",
    message: "A local ONNX model needs the package @loci/not-installed, which is not installed. Run: npm install --no-save --ignore-scripts onnxruntime-node@1.30.0 @huggingface/tokenizers@0.2.0",
  });
  await made[Symbol.asyncDispose]();
});

test.each<[string, Record<string, unknown>, FakeModelFile, string]>([
  ["a model that wants more than a text", {}, { inputs: ["input_ids", "pixel_values"] }, "wants the inputs pixel_values"],
  ["a model whose file holds less than its folder lists", { "modules.json": [{ type: "sentence_transformers.models.Transformer" }, { type: "sentence_transformers.models.Dense" }] }, {}, 'only a "sentence_embedding" holds'],
  ["a model that gives no vectors", {}, { outputs: { logits: 4 } }, "gives logits, none of which"],
  ["a model that fails", {}, { failsOn: 101 }, "cannot be run: the graph failed"],
  ["a tokenizer that is not JSON", { "tokenizer.json": "{" }, {}, "tokenizer.json is not JSON"],
])("%s is refused with the reason", async (_, files, model, message) => {
  await expect(start(files, model)).rejects.toMatchObject({ code: "invalid_request", param: "embedder", message: expect.stringMatching(message) });
});

test("a caller who leaves gets its own reason, and a closed embedder says so", async () => {
  const { embedder } = await start();
  const leaving = new AbortController();
  const asking = embedder.embed(Array.from({ length: 50 }, () => "text"), "document", leaving.signal);
  leaving.abort(new Error("left"));
  await expect(asking).rejects.toThrow("left");
  await embedder.close();
  await expect(embedder.embed(["text"], "document")).rejects.toMatchObject({ code: "unavailable" });
});

test("no texts need no model, and loading is told in the log", async () => {
  const lines: string[] = [];
  const made = await writeModelFolder({ "model.onnx": {}, "tokenizer.json": {} });
  const embedder = await openOnnxEmbedder({ folder: made.folder, log: createLog("info", { write: (line) => void lines.push(line) }), packages: FAKE_PACKAGES });
  expect(await embedder.embed([], "document")).toEqual([]);
  expect(JSON.parse(lines[0]!)).toMatchObject({ msg: "local model loaded", dimensions: 3, tokens_max: 512 });
  await embedder.close();
  await made[Symbol.asyncDispose]();
});
