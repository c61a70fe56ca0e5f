import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Job, JobResult } from "./client-thread.ts";

/** A thread that sends requests; one job at a time. It has a loop of its own, so that two of them do not wait for each other. */
export class ClientThread {
  private readonly worker: Worker;
  private jobs = 0;

  constructor(seed: number) {
    this.worker = new Worker(new URL("client-thread.ts", import.meta.url), { workerData: { seed } });
    this.worker.unref();
  }

  async run(job: Omit<Job, "number">): Promise<JobResult> {
    this.worker.ref();
    const answered = once(this.worker, "message");
    this.worker.postMessage({ ...job, number: ++this.jobs } satisfies Job);
    const [result] = (await answered) as [JobResult];
    this.worker.unref();
    if (result.failure !== null) throw new Error(`${result.failures} of ${result.failures + result.latencies.length} requests failed. ${result.failure}`);
    return result;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
