import { silentLog } from "@loci/kit/log";
import { expect, test } from "vitest";
import { openEmbedder, type EmbedderOptions } from "./embedder.ts";
import { openFakeEndpoint } from "./fake-endpoint.ts";

const open = (options: Omit<EmbedderOptions, "log">) => openEmbedder({ ...options, log: silentLog });

test("the built-in embedder needs nothing and gives its table to whoever embeds in a thread of its own", async () => {
  const embedder = await open({ spec: "static" });
  const [lisbon, portugal, bread] = await embedder.embed(["I live in Lisbon", "my home is in Portugal", "she bakes bread"], "document");
  const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, d) => sum + value * b[d]!, 0);
  expect(lisbon).toHaveLength(embedder.dimensions!);
  expect(cosine(lisbon!, portugal!)).toBeGreaterThan(cosine(lisbon!, bread!));
  expect(embedder.table).toBeInstanceOf(SharedArrayBuffer);
  await embedder.close();
});

test("openai:MODEL asks the endpoint that it was given, with a model name that may hold colons", async () => {
  await using endpoint = await openFakeEndpoint();
  const embedder = await open({ spec: "openai:bge-m3:latest", baseUrl: endpoint.baseUrl });
  expect(await embedder.embed(["one"], "query")).toHaveLength(1);
  expect(endpoint.asked[0]?.body.model).toBe("bge-m3:latest");
  expect(embedder.model).toBe("openai:bge-m3:latest");
  await embedder.close();
});

test.each(["", "static:", "openai", "openai:", "onnx:", "word2vec"])("the embedder %j is refused with the three that there are", async (spec) => {
  await expect(open({ spec })).rejects.toMatchObject({ code: "invalid_request", param: "embedder", message: expect.stringContaining('"static", "openai:MODEL" or "onnx:FOLDER"') });
});

test("dimensions can be asked of an endpoint only, and within what the engine can keep", async () => {
  await expect(open({ spec: "static", dimensions: 64 })).rejects.toMatchObject({ param: "dimensions" });
  for (const dimensions of [0, 1.5, 4_097]) await expect(open({ spec: "openai:m", dimensions })).rejects.toMatchObject({ param: "dimensions", message: expect.stringContaining("1 to 4096") });
  expect((await open({ spec: "openai:m", dimensions: 4_096 })).dimensions).toBe(4_096);
});

test("a model folder that is not there is refused by its name", async () => {
  await expect(open({ spec: "onnx:/no/such/folder" })).rejects.toMatchObject({ param: "embedder", message: "The model folder /no/such/folder is not there." });
});
