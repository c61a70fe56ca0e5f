import { setImmediate as letMessagesIn } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { AppError, toWireError, type WireError } from "@loci/kit/errors";
import type { Purpose } from "./embedder.ts";
import type { ModelFolder } from "./onnx-folder.ts";
import { loadOnnxModel, readModelIdentity, type OnnxModel, type OnnxPackages } from "./onnx-model.ts";

export interface OnnxThreadData {
  folder: ModelFolder;
  threads: number;
  packages: OnnxPackages;
}

export type ToOnnxThread = { to: "embed"; ticket: number; texts: string[]; purpose: Purpose } | { to: "close" };

export type FromOnnxThread =
  | { from: "ready"; model: string; dimensions: number }
  | { from: "fault"; error: WireError }
  | { from: "vectors"; ticket: number; vectors: Float32Array[] }
  | { from: "failed"; ticket: number; reason: string }
  | { from: "closed" };

type Job = Extract<ToOnnxThread, { to: "embed" }> & { vectors: Float32Array[] };

/** Embeds text after text; a query goes before whatever documents are left, for somebody waits for it. */
class OnnxQueue {
  readonly #model: OnnxModel;
  readonly #send: (message: FromOnnxThread) => void;
  readonly #jobs: Record<Purpose, Job[]> = { query: [], document: [] };
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(model: OnnxModel, send: (message: FromOnnxThread) => void) {
    this.#model = model;
    this.#send = send;
  }

  async receive(message: ToOnnxThread): Promise<void> {
    if (message.to === "embed") {
      this.#jobs[message.purpose].push({ ...message, vectors: [] });
      this.#running ??= this.#run();
      return;
    }
    this.#closed = true;
    await this.#running;
    await this.#model.release();
    this.#send({ from: "closed" });
  }

  async #run(): Promise<void> {
    for (;;) {
      const job = this.#jobs.query[0] ?? this.#jobs.document[0];
      if (!job || this.#closed) break;
      const text = job.texts[job.vectors.length];
      if (text === undefined) this.#end(job, { from: "vectors", ticket: job.ticket, vectors: job.vectors });
      else await this.#embed(job, text);
    }
    this.#running = null;
  }

  async #embed(job: Job, text: string): Promise<void> {
    await letMessagesIn();
    try {
      job.vectors.push(await this.#model.embed(text, job.purpose));
    } catch (thrown) {
      this.#end(job, { from: "failed", ticket: job.ticket, reason: thrown instanceof Error ? thrown.message : "unknown reason" });
    }
  }

  #end(job: Job, message: FromOnnxThread): void {
    const jobs = this.#jobs[job.purpose];
    jobs.splice(jobs.indexOf(job), 1);
    this.#send(message);
  }
}

if (parentPort) {
  const port = parentPort;
  const send = (message: FromOnnxThread): void => port.postMessage(message);
  const { folder, threads, packages } = workerData as OnnxThreadData;
  try {
    const model = await loadOnnxModel(folder, threads, packages);
    const queue = new OnnxQueue(model, send);
    port.on("message", (message: ToOnnxThread) => void queue.receive(message));
    send({ from: "ready", model: await readModelIdentity(folder), dimensions: model.dimensions });
  } catch (thrown) {
    const error = thrown instanceof AppError ? thrown : new AppError("internal", "The local model's thread failed while it loaded.");
    send({ from: "fault", error: toWireError(error) });
  }
}
