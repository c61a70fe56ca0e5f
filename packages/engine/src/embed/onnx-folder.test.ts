import { expect, test } from "vitest";
import { writeModelFolder } from "./fake-onnx.ts";
import { readModelFolder } from "./onnx-folder.ts";

async function read(files: Record<string, unknown>) {
  const made = await writeModelFolder({ "tokenizer.json": {}, "model.onnx": "", ...files });
  try {
    const { modelFile, ...rest } = await readModelFolder(made.folder);
    return { ...rest, modelFile: modelFile.slice(made.folder.length + 1) };
  } finally {
    await made[Symbol.asyncDispose]();
  }
}

test("a folder with no more than a model and a tokenizer is pooled by the mean, up to 512 tokens, without prompts", async () => {
  expect(await read({})).toMatchObject({ name: "tiny", modelFile: "model.onnx", pooling: "mean", tokensMax: 512, prompts: { query: "", document: "" }, finishedOnly: false });
});

test("the int8 file is taken where there are several", async () => {
  expect(await read({ "onnx/model.onnx": "", "onnx/model_quantized.onnx": "" })).toMatchObject({ modelFile: "onnx/model_quantized.onnx" });
});

test.each<[string, Record<string, unknown>, number]>([
  ["sentence_bert_config.json", { "sentence_bert_config.json": { max_seq_length: 256 }, "tokenizer_config.json": { model_max_length: 128 } }, 256],
  ["tokenizer_config.json", { "tokenizer_config.json": { model_max_length: 384 } }, 384],
  ["tokenizer.json, where the configuration means no limit", { "tokenizer_config.json": { model_max_length: 1e30 }, "tokenizer.json": { truncation: { max_length: 128 } } }, 128],
  ["the model's positions", { "config.json": { max_position_embeddings: 64 }, "sentence_bert_config.json": { max_seq_length: 256 } }, 64],
  ["the cap", { "config.json": { max_position_embeddings: 8_192 }, "tokenizer_config.json": { model_max_length: 8_192 } }, 512],
])("the longest text is that of %s", async (_, files, tokensMax) => {
  expect(await read(files)).toMatchObject({ tokensMax });
});

test("the pooling is what the folder says, in the older and the newer spelling", async () => {
  expect(await read({ "1_Pooling/config.json": { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false } })).toMatchObject({ pooling: "cls" });
  expect(await read({ "1_Pooling/config.json": { pooling_mode: "cls" } })).toMatchObject({ pooling: "cls" });
  expect(await read({ "1_Pooling/config.json": { pooling_mode_mean_tokens: true } })).toMatchObject({ pooling: "mean" });
});

test.each([
  [{ pooling_mode_lasttoken: true }, "lasttoken"],
  [{ pooling_mode_cls_token: true, pooling_mode_mean_tokens: true }, "cls and mean"],
  [{ pooling_mode_mean_tokens: true, include_prompt: false }, "include_prompt"],
])("the pooling %j is refused", async (config, words) => {
  await expect(read({ "1_Pooling/config.json": config })).rejects.toMatchObject({ code: "invalid_request", message: expect.stringContaining(words) });
});

test("the usual prompt serves both purposes where a folder names no others", async () => {
  const config = { prompts: { query: "query: ", clustering: "cluster: ", text: "text: " }, default_prompt_name: "text" };
  expect(await read({ "config_sentence_transformers.json": config })).toMatchObject({ prompts: { query: "query: ", document: "text: " } });
});

test("a folder that lacks something is refused by the name of what is missing", async () => {
  await expect(readModelFolder("/no/such/folder")).rejects.toMatchObject({ message: "The model folder /no/such/folder is not there." });
  const empty = await writeModelFolder({ "tokenizer.json": {} });
  await expect(readModelFolder(empty.folder)).rejects.toMatchObject({ message: expect.stringContaining("onnx/model.onnx") });
  await empty[Symbol.asyncDispose]();
  const mute = await writeModelFolder({ "model.onnx": "" });
  await expect(readModelFolder(mute.folder)).rejects.toMatchObject({ message: expect.stringContaining("tokenizer.json") });
  await mute[Symbol.asyncDispose]();
});
