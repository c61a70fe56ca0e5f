import { open } from "node:fs/promises";
import { AppError, invalid } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import { openOnnxEmbedder } from "./onnx.ts";
import { openOpenAiEmbedder } from "./openai.ts";
import { readStaticTable } from "./static-table.ts";

/** Some models read a question and a text to be found differently. */
export type Purpose = "document" | "query";

/** Turns texts into vectors. */
export interface Embedder {
  /** Names the model and everything that changes its vectors; it stands beside each stored vector. */
  readonly model: string;
  /** Known from the start, or after the first answer of an endpoint that was not told it. */
  readonly dimensions: number | null;
  /** The static table's bytes, where the writer embeds by itself; `null` where vectors come later from the queue. */
  readonly table: SharedArrayBuffer | null;
  /**
   * One vector per text, in order, each of length 1. A text that this model will never take (it is blank, or the
   * endpoint refuses it alone while it takes others) gets an empty vector (`isRefused` in vectors.ts). `dimensions` is known once a
   * document was embedded or refused. Throws AppError `upstream_failed` where a person must mend something,
   * `unavailable` (with `retry_after` where it is known) where waiting helps, and the signal's reason when aborted.
   */
  embed(texts: string[], purpose: Purpose, signal?: AbortSignal): Promise<Float32Array[]>;
  close(): Promise<void>;
}

export interface EmbedderOptions {
  /** `static`, `openai:MODEL` or `onnx:FOLDER`. */
  spec: string;
  /** The address before `/embeddings`; OpenAI's own unless given. */
  baseUrl?: string | undefined;
  apiKey?: string | undefined;
  /** The length of the vectors to ask an endpoint for; what its model gives unless said. */
  dimensions?: number | undefined;
  fetch?: typeof fetch | undefined;
  log: Log;
}

/** Written by the build script of the table; its provenance lies beside it. */
const STATIC_TABLE = new URL("../../data/static-table.bin", import.meta.url);

/** Opens the embedder that `spec` names. Throws `invalid_request` where the settings cannot work. The caller closes it. */
export async function openEmbedder(options: EmbedderOptions): Promise<Embedder> {
  const { spec, baseUrl, apiKey, dimensions, log } = options;
  const colon = spec.indexOf(":");
  const [kind, name] = colon < 0 ? [spec, ""] : [spec.slice(0, colon), spec.slice(colon + 1)];
  if (dimensions !== undefined && kind !== "openai") throw invalid("dimensions", `The embedder "${spec}" has dimensions of its own; only "openai:MODEL" can be asked for others.`);

  if (spec === "static") {
    return openStaticEmbedder(STATIC_TABLE).catch((cause: unknown) => {
      throw new AppError("internal", "The built-in embedder's table is missing from this installation, or damaged. Install Loci again, or choose another embedder.", { cause });
    });
  }
  if (kind === "openai" && name !== "") return openOpenAiEmbedder({ model: name, baseUrl, apiKey, dimensions, fetch: options.fetch, log });
  if (kind === "onnx" && name !== "") return openOnnxEmbedder({ folder: name, log });
  throw invalid("embedder", `There is no embedder "${spec}". Give "static", "openai:MODEL" or "onnx:FOLDER".`);
}

/** Straight into the memory that the threads share, without a copy of 10 MB on the way. */
async function readShared(file: URL): Promise<SharedArrayBuffer> {
  const handle = await open(file);
  try {
    const buffer = new SharedArrayBuffer((await handle.stat()).size);
    await handle.read(new Uint8Array(buffer));
    return buffer;
  } finally {
    await handle.close();
  }
}

async function openStaticEmbedder(file: URL): Promise<Embedder> {
  const buffer = await readShared(file);
  const table = readStaticTable(buffer);
  return {
    model: table.model,
    dimensions: table.dimensions,
    table: buffer,
    embed: (texts) => Promise.resolve(texts.map((text) => table.embed(text))),
    close: () => Promise.resolve(),
  };
}
