import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Clock } from "@loci/kit/clock";
import { AppError, fromWireError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import type { IndexerOptions } from "../indexer.ts";
import type { FromWriter, ToWriter, Work, WorkResults, WriterOptions } from "./work.ts";

interface Waiter {
  resolve(result: never): void;
  reject(error: AppError): void;
}

/** How long reads to be counted are gathered before they travel: waking the thread for each would cost more than counting it. */
const METERS_GATHERED_MS = 20;

/** Commands live for one commit. The default of 48 MB is reached by every thread in time and is worth no speed here (`bench/load`). */
const YOUNG_MB = 24;

/** What waits to travel for one store, in its order. */
interface Outbox {
  jobs: Extract<ToWriter, { to: "work" }>["jobs"];
  /** It travels at the end of this turn of the loop. */
  leaves: boolean;
}

/** This side of a writer thread: sends works, and settles each when the thread says that it is on the disk. */
export class Writer {
  private readonly worker: Worker;
  private readonly log: Log;
  private readonly waiters = new Map<number, Waiter>();
  private readonly outbox = new Map<string, Outbox>();
  private gathering: NodeJS.Timeout | undefined;
  private readonly now: Clock;
  private readonly started = Promise.withResolvers<void>();
  private ticket = 0;
  private failure: AppError | null = null;

  constructor(options: WriterOptions, indexer: IndexerOptions, log: Log, now: Clock) {
    this.log = log;
    this.now = now;
    this.worker = new Worker(new URL("./writer-start.ts", import.meta.url), { workerData: { options, indexer }, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    // Whoever waits for the start hears of a failure; if nobody does, the requests report it.
    this.started.promise.catch(() => undefined);
    this.worker.on("message", (message: FromWriter) => this.receive(message));
    this.worker.on("error", (error) => this.fail(error));
    this.worker.on("exit", () => this.fail(new Error("the writer thread ended")));
    // The thread does not keep the process alive: whoever waits for a write does.
    this.worker.unref();
  }

  /** Settles once the thread takes work; what is asked before then waits. */
  async waitUntilReady(): Promise<void> {
    this.worker.ref();
    await this.started.promise;
    if (this.waiters.size === 0) this.worker.unref();
  }

  get alive(): boolean {
    return this.failure === null;
  }

  run<Kind extends Work["kind"]>(store: string, work: Extract<Work, { kind: Kind }>): Promise<WorkResults[Kind]> {
    return this.ask((ticket) => {
      const outbox = this.outbox.get(store) ?? { jobs: [], leaves: false };
      this.outbox.set(store, outbox);
      outbox.jobs.push({ ticket, work });
      if (work.kind === "meter") this.gathering ??= setTimeout(() => this.flushAll(), METERS_GATHERED_MS);
      else if (!outbox.leaves) {
        outbox.leaves = true;
        // What one turn of the loop asks for travels in one message, behind what was gathered.
        queueMicrotask(() => this.flush(store));
      }
    });
  }

  /** Brings the store to today's shape; throws `not_found` where there is none. */
  open(store: string): Promise<null> {
    return this.ask((ticket) => this.post({ to: "open", store, ticket }));
  }

  create(store: string): Promise<null> {
    return this.ask((ticket) => this.post({ to: "create", store, ticket }));
  }

  /** Does what was asked before, then removes the store; what is asked after this is told `not_found`. */
  delete(store: string): Promise<null> {
    this.flush(store);
    return this.ask((ticket) => this.post({ to: "delete", store, ticket }));
  }

  /** Everything that waits is written, then the files are closed and the thread ends. */
  async close(): Promise<void> {
    if (this.failure) return;
    this.flushAll();
    const ended = once(this.worker, "exit");
    this.worker.ref();
    const closed = this.ask<null>((ticket) => this.post({ to: "close", ticket }));
    this.failure = new AppError("unavailable", "The server is stopping.", { retry_after: 5 });
    await closed;
    // The thread ends by itself: to terminate it while SQLite's objects are collected can crash the process.
    this.worker.ref();
    await ended;
  }

  private ask<Result>(send: (ticket: number) => void): Promise<Result> {
    if (this.failure) return Promise.reject(this.failure);
    const ticket = ++this.ticket;
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    if (this.waiters.size === 0) this.worker.ref();
    this.waiters.set(ticket, { resolve: resolve as Waiter["resolve"], reject });
    send(ticket);
    return promise;
  }

  private flush(store: string): void {
    const outbox = this.outbox.get(store);
    if (outbox === undefined) return;
    this.outbox.delete(store);
    this.post({ to: "work", store, at: this.now().getTime(), jobs: outbox.jobs });
  }

  private flushAll(): void {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    for (const store of this.outbox.keys()) this.flush(store);
  }

  private post(message: ToWriter): void {
    this.worker.postMessage(message);
  }

  private receive(message: FromWriter): void {
    if (message.from === "ready") {
      this.started.resolve();
      return;
    }
    if (message.from === "log") {
      this.log[message.level]({ detail: message.detail }, message.message);
      return;
    }
    for (const reply of message.replies) {
      const waiter = this.waiters.get(reply.ticket);
      this.waiters.delete(reply.ticket);
      if (reply.ok) waiter?.resolve(reply.result as never);
      else waiter?.reject(fromWireError(reply.error));
    }
    if (this.waiters.size === 0) this.worker.unref();
  }

  private fail(cause: Error): void {
    if (this.failure) return;
    this.log.fatal({ error: cause.stack ?? cause.message }, "the writer thread failed");
    clearTimeout(this.gathering);
    this.failure = new AppError("unavailable", "The store cannot be written right now. Nothing of this request was kept.", { cause });
    this.started.reject(this.failure);
    for (const waiter of this.waiters.values()) waiter.reject(this.failure);
    this.waiters.clear();
  }
}
