import { expect, test } from "vitest";
import { readEmbeddingsAnswer } from "./embeddings-answer.ts";

const toBase64 = (...values: number[]): string => Buffer.from(Float32Array.from(values).buffer).toString("base64");
const read = (answer: unknown, count = 2, dimensions: number | null = null) => readEmbeddingsAnswer(JSON.stringify(answer), { count, dimensions });

test("vectors come back in the order of the texts, scaled to length 1, whether as numbers or as base64", () => {
  const { vectors } = read({ data: [{ index: 1, embedding: [0, 2] }, { index: 0, embedding: toBase64(3, 0) }] }) as { vectors: Float32Array[] };
  expect(vectors.map((vector) => [...vector])).toEqual([[1, 0], [0, 1]]);
});

test("an index that was left out is the position", () => {
  const { vectors } = read({ data: [{ embedding: [1, 0] }, { index: 1, embedding: [0, 1] }] }) as { vectors: Float32Array[] };
  expect(vectors.map((vector) => [...vector])).toEqual([[1, 0], [0, 1]]);
});

test("a vector of zeros stays one", () => {
  expect(read({ data: [{ index: 0, embedding: [0, 0] }] }, 1)).toEqual({ vectors: [Float32Array.of(0, 0)] });
});

test.each([
  ["too few embeddings", { data: [{ index: 0, embedding: [1, 0] }] }, "1 embeddings for 2 texts"],
  ["an index twice", { data: [{ index: 1, embedding: [1, 0] }, { index: 1, embedding: [1, 0] }] }, "wrongly"],
  ["an index that is not one", { data: [{ index: "0", embedding: [1, 0] }, { index: 1, embedding: [1, 0] }] }, "wrongly"],
  ["unequal dimensions", { data: [{ index: 0, embedding: [1, 0] }, { index: 1, embedding: [1, 0, 0] }] }, "3 dimensions where the others have 2"],
  ["words for numbers", { data: [{ index: 0, embedding: ["1"] }, { index: 1, embedding: [1] }] }, "neither a list of numbers nor base64"],
  ["numbers beyond float32", { data: [{ index: 0, embedding: [1e300] }, { index: 1, embedding: [1] }] }, "not finite"],
  ["base64 with NaN", { data: [{ index: 0, embedding: toBase64(Number.NaN) }, { index: 1, embedding: [1] }] }, "not finite"],
  ["base64 of half a float", { data: [{ index: 0, embedding: "AAAA" }, { index: 1, embedding: [1] }] }, "neither a list of numbers nor base64"],
  ["no vector at all", { data: [{ index: 0, embedding: [] }, { index: 1, embedding: [] }] }, "0 dimensions"],
  ["more dimensions than possible", { data: [{ index: 0, embedding: Array.from({ length: 4_097 }, () => 1) }, { index: 1, embedding: [1] }] }, "4097 dimensions"],
  ["no list", { object: "error" }, 'list "data"'],
])("an answer with %s is not taken", (_, answer, fault) => {
  expect(read(answer).fault).toContain(fault);
});

test("an answer of other dimensions than before is not taken", () => {
  expect(read({ data: [{ index: 0, embedding: [1, 0] }] }, 1, 3).fault).toContain("2 dimensions where the others have 3");
});

test("a text that is not JSON is not taken", () => {
  expect(readEmbeddingsAnswer('{"data":[{"index":0,"embedding":[NaN]}]}', { count: 1, dimensions: null }).fault).toContain("not JSON");
});
