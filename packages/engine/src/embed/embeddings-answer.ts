import { endianness } from "node:os";
import { DIMENSIONS_MAX } from "../kernel/vector-slab.ts";
import { scaleToUnit } from "./vectors.ts";

/** What an answer of `POST /embeddings` is read against. */
export interface Expected {
  count: number;
  /** `null` before the first answer of a model that was not told its dimensions. */
  dimensions: number | null;
}

/** The vectors of an answer, or what is wrong with it, in words that hold nothing of what it said. */
export type AnswerReading = { vectors: Float32Array[]; fault?: never } | { fault: string };

/** Reads an answer in the shape of OpenAI's, checks all of it, and scales each vector to length 1. */
export function readEmbeddingsAnswer(body: string, { count, dimensions }: Expected): AnswerReading {
  const items = readItems(body);
  if (items === null) return { fault: 'is not JSON with a list "data"' };
  if (items.length !== count) return { fault: `holds ${items.length} embeddings for ${count} texts` };

  const vectors: (Float32Array | undefined)[] = Array.from({ length: count });
  for (const [position, item] of items.entries()) {
    // Writers of protocol buffers as JSON leave a 0 out.
    const index = item.index ?? position;
    if (!Number.isInteger(index) || index < 0 || index >= count || vectors[index]) return { fault: "numbers its embeddings wrongly" };
    const vector = readVector(item.embedding);
    if (!vector) return { fault: "holds an embedding that is neither a list of numbers nor base64 of floats" };
    if (vector.length < 1 || vector.length > DIMENSIONS_MAX) return { fault: `holds an embedding of ${vector.length} dimensions; 1 to ${DIMENSIONS_MAX} are possible` };
    const wanted = dimensions ?? vectors.find((other) => other !== undefined)?.length ?? vector.length;
    if (vector.length !== wanted) return { fault: `holds an embedding of ${vector.length} dimensions where the others have ${wanted}` };
    if (!scaleToUnit(vector)) return { fault: "holds an embedding with a number that is not finite" };
    vectors[index] = vector;
  }
  return { vectors: vectors.filter((vector) => vector !== undefined) };
}

interface AnswerItem {
  index?: number | undefined;
  embedding?: unknown;
}

function readItems(body: string): AnswerItem[] | null {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return null;
  }
  const data = isRecord(answer) ? answer["data"] : null;
  if (!Array.isArray(data)) return null;
  return data.map((item: unknown) => {
    if (!isRecord(item)) return {};
    const { index, embedding } = item;
    return { index: index === undefined || index === null ? undefined : typeof index === "number" ? index : Number.NaN, embedding };
  });
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

function readVector(embedding: unknown): Float32Array | null {
  if (Array.isArray(embedding)) return embedding.every((value) => typeof value === "number") ? Float32Array.from(embedding) : null;
  if (typeof embedding !== "string") return null;
  const bytes = Buffer.from(embedding, "base64");
  // `Buffer` drops what is not base64, so the length tells whether anything was.
  if (bytes.length % 4 !== 0 || bytes.length !== Math.floor((embedding.replace(/=+$/, "").length * 3) / 4)) return null;
  if (endianness() === "BE") bytes.swap32();
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
