import { parentPort, workerData } from "node:worker_threads";
import { type Connection, openConnections } from "../client.ts";
import { TextSource } from "./texts.ts";

/** Whose memories a job works on. Group `n` is called `user-n`; its texts are those of group `n` of the source. */
export interface Target {
  key?: string;
  /** Instead of a key: the headers of a person who is signed in. */
  headers?: Record<string, string>;
  groups: number[];
  /** Memories that each group holds already: questions are about these. */
  groupSize: number;
}

/** A plain GET that is answered with 200. */
interface Get {
  path: string;
}

export interface Job {
  port: number;
  target: Target;
  ask: "recall" | "store" | Get;
  connections: number;
  /** Requests a second, sent when they are due whatever the answers do (open loop); without it each connection sends when it has its answer (closed loop). */
  ratePerS?: number;
  warmUpMs: number;
  measureMs: number;
  /** Different in each job: no two jobs store the same text or ask the same questions. */
  number: number;
}

export interface JobResult {
  /** Of each answered request, milliseconds; in an open loop from when it was due. */
  latencies: Float64Array;
  seconds: number;
  failures: number;
  /** The first answer that was not a success. */
  failure: string | null;
}

interface Request {
  method: string;
  path: string;
  body?: string;
  /** Of a success. */
  status: number;
}

export const groupName = (group: number): string => `user-${group}`;

/** Next to nothing behind the key check. */
export const TRIVIAL: Get = { path: "/v1/key" };
const NUMBERS_PER_JOB = 1_000_000;

class JobRun {
  private readonly job: Job;
  private readonly texts: TextSource;
  private readonly latencies: number[] = [];
  private readonly measuredFromMs: number;
  private readonly endMs: number;
  private failures = 0;
  private failure: string | null = null;
  private next: number;

  constructor(job: Job, texts: TextSource) {
    this.job = job;
    this.texts = texts;
    this.next = job.number * NUMBERS_PER_JOB;
    this.measuredFromMs = performance.now() + job.warmUpMs;
    this.endMs = this.measuredFromMs + job.measureMs;
  }

  async run(connections: Connection[]): Promise<JobResult> {
    const { ratePerS } = this.job;
    if (ratePerS === undefined) await Promise.all(connections.map((connection) => this.sendOneByOne(connection)));
    else await this.sendWhenDue(connections, 1_000 / ratePerS);
    const { failures, failure } = this;
    return { latencies: Float64Array.from(this.latencies), seconds: this.job.measureMs / 1_000, failures, failure };
  }

  private async sendOneByOne(connection: Connection): Promise<void> {
    while (performance.now() < this.endMs) {
      const request = this.nextRequest();
      await this.send(connection, request, performance.now());
    }
  }

  private async sendWhenDue(connections: Connection[], everyMs: number): Promise<void> {
    const idle = [...connections];
    const late: number[] = [];
    const running = new Set<Promise<void>>();
    const start = (connection: Connection, dueMs: number) => {
      const sending = this.send(connection, this.nextRequest(), dueMs).then(() => {
        running.delete(sending);
        const waiting = late.shift();
        if (waiting === undefined) idle.push(connection);
        else start(connection, waiting);
      });
      running.add(sending);
    };
    for (let dueMs = performance.now(); dueMs < this.endMs; dueMs += everyMs) {
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const connection = idle.pop();
      if (connection === undefined) late.push(dueMs);
      else start(connection, dueMs);
    }
    while (running.size > 0) await Promise.all(running);
  }

  private async send(connection: Connection, { method, path, body, status: expected }: Request, sinceMs: number): Promise<void> {
    const { status, body: answer } = await connection.request(method, path, body);
    const nowMs = performance.now();
    if (status !== expected) {
      this.failures += 1;
      this.failure ??= `${method} ${path} was answered with ${status}: ${answer.toString()}`;
    } else if (sinceMs >= this.measuredFromMs && nowMs <= this.endMs) {
      this.latencies.push(nowMs - sinceMs);
    }
  }

  private nextRequest(): Request {
    const { ask, target } = this.job;
    if (typeof ask !== "string") return { method: "GET", path: ask.path, status: 200 };
    const number = this.next++;
    const group = target.groups[number % target.groups.length] ?? 0;
    if (ask === "store") return { method: "POST", path: "/v1/store", status: 200, body: JSON.stringify({ group: groupName(group), ...this.texts.memory(group, target.groupSize + number) }) };
    return { method: "POST", path: "/v1/recall", status: 200, body: JSON.stringify({ query: this.texts.question(group, target.groupSize, number), group: groupName(group), limit: 10 }) };
  }
}

if (parentPort !== null) {
  const port = parentPort;
  const texts = new TextSource((workerData as { seed: number }).seed);
  port.on("message", (job: Job) => void runJob(job, texts).then((result) => port.postMessage(result)));
}

async function runJob(job: Job, texts: TextSource): Promise<JobResult> {
  const connections = openConnections({ port: job.port, key: job.target.key, headers: job.target.headers }, job.connections);
  await Promise.all(connections.map((connection) => connection.open()));
  try {
    return await new JobRun(job, texts).run(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}
