import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { AppError, fromWireError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import { DIMENSIONS_MAX } from "../kernel/vector-slab.ts";
import type { Embedder, Purpose } from "./embedder.ts";
import { readModelFolder } from "./onnx-folder.ts";
import { CHARS_PER_TOKEN_MAX, ONNX_PACKAGES, type OnnxPackages } from "./onnx-model.ts";
import type { FromOnnxThread, OnnxThreadData, ToOnnxThread } from "./onnx-thread.ts";

export interface OnnxOptions {
  folder: string;
  log: Log;
  /** Where the two optional packages come from. */
  packages?: OnnxPackages | undefined;
}

interface Waiter {
  resolve(vectors: Float32Array[]): void;
  reject(error: unknown): void;
}

type Ready = Extract<FromOnnxThread, { from: "ready" }>;

/**
 * Opens a model from a folder as sentence-transformers and Hugging Face lay it out, in a thread of its own. Throws
 * `invalid_request` where the folder, the model or the two optional packages are at fault.
 */
export async function openOnnxEmbedder({ folder, log, packages = ONNX_PACKAGES }: OnnxOptions): Promise<Embedder> {
  const data: OnnxThreadData = { folder: await readModelFolder(folder), threads: countThreads(), packages };
  const worker = new Worker(new URL("./onnx-thread.ts", import.meta.url), { workerData: data });
  try {
    const ready = await waitUntilReady(worker);
    if (ready.dimensions > DIMENSIONS_MAX) throw new AppError("invalid_request", `The model gives ${ready.dimensions} dimensions; at most ${DIMENSIONS_MAX} are possible.`, { param: "embedder" });
    log.info({ model: ready.model, dimensions: ready.dimensions, threads: data.threads, tokens_max: data.folder.tokensMax }, "local model loaded");
    return new OnnxEmbedder(ready, worker, data.folder.tokensMax * CHARS_PER_TOKEN_MAX, log);
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

/** A second thread is worth 1.5 times one, but a core stays with the server. */
const countThreads = (): number => Math.max(1, Math.min(2, availableParallelism() - 1));

async function waitUntilReady(worker: Worker): Promise<Ready> {
  const { promise, resolve, reject } = Promise.withResolvers<Ready>();
  const receive = (message: FromOnnxThread): void => {
    if (message.from === "ready") resolve(message);
    if (message.from === "fault") reject(fromWireError(message.error));
  };
  const fail = (cause: unknown): void => reject(new AppError("internal", "The local model's thread ended while it loaded.", { cause }));
  worker.on("message", receive).on("error", fail).on("exit", fail);
  try {
    return await promise;
  } finally {
    worker.off("message", receive).off("error", fail).off("exit", fail);
  }
}

class OnnxEmbedder implements Embedder {
  readonly model: string;
  readonly dimensions: number;
  readonly table = null;
  readonly #worker: Worker;
  readonly #charsMax: number;
  readonly #log: Log;
  readonly #waiters = new Map<number, Waiter>();
  readonly #closed = Promise.withResolvers<void>();
  #ticket = 0;
  #failure: AppError | null = null;

  constructor({ model, dimensions }: Ready, worker: Worker, charsMax: number, log: Log) {
    this.model = model;
    this.dimensions = dimensions;
    this.#worker = worker;
    this.#charsMax = charsMax;
    this.#log = log;
    worker.on("message", (message: FromOnnxThread) => this.#receive(message));
    worker.on("error", (error) => this.#fail(error));
    worker.on("exit", () => this.#fail(new Error("the thread ended")));
    // The thread does not keep the process alive: whoever waits for a vector does.
    worker.unref();
  }

  async embed(texts: string[], purpose: Purpose, signal?: AbortSignal): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    if (this.#failure) throw this.#failure;
    if (texts.length === 0) return [];
    const ticket = ++this.#ticket;
    const { promise, resolve, reject } = Promise.withResolvers<Float32Array[]>();
    const leave = (): void => reject(signal?.reason);
    signal?.addEventListener("abort", leave, { once: true });
    if (this.#waiters.size === 0) this.#worker.ref();
    this.#waiters.set(ticket, { resolve, reject });
    this.#post({ to: "embed", ticket, texts: texts.map((text) => text.slice(0, this.#charsMax)), purpose });
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", leave);
      this.#waiters.delete(ticket);
      if (this.#waiters.size === 0) this.#worker.unref();
    }
  }

  /** Ends the text in hand, then the thread; whoever still waits is told so. */
  async close(): Promise<void> {
    if (!this.#failure) {
      this.#end(new AppError("unavailable", "The embedder is closed."));
      this.#worker.ref();
      this.#post({ to: "close" });
    }
    await this.#closed.promise;
    await this.#worker.terminate();
  }

  #post(message: ToOnnxThread): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromOnnxThread): void {
    if (message.from === "closed") this.#closed.resolve();
    if (message.from === "vectors") this.#waiters.get(message.ticket)?.resolve(message.vectors);
    if (message.from !== "failed") return;
    const cause = new Error(message.reason);
    this.#waiters.get(message.ticket)?.reject(new AppError("unavailable", "The local model failed. The server's log says why.", { cause }));
  }

  #fail(error: unknown): void {
    this.#closed.resolve();
    if (this.#failure) return;
    this.#log.fatal({ error: error instanceof Error ? (error.stack ?? error.message) : "unknown reason" }, "the local model's thread failed");
    this.#end(new AppError("unavailable", "The local model has stopped. Start the server again.", { cause: error }));
  }

  #end(failure: AppError): void {
    this.#failure = failure;
    for (const waiter of this.#waiters.values()) waiter.reject(failure);
  }
}
