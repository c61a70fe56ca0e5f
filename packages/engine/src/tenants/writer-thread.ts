import { parentPort, workerData } from "node:worker_threads";
import { AppError, notFound, toWireError, type WireError } from "@loci/kit/errors";
import { migrate } from "@loci/kit/migrate";
import type { Kysely } from "kysely";
import { createIndexer, type IndexerOptions } from "../indexer.ts";
import type { Indexer } from "../write-context.ts";
import { ErasedBytes, bytesOf } from "./erased-bytes.ts";
import { tenantMigrations } from "./migrations/index.ts";
import { removeStore } from "./remove-store.ts";
import { RewritePlan } from "./rewrite-plan.ts";
import { SqliteFiles, type OpenStore } from "./sqlite-files.ts";
import { Transaction } from "./transaction.ts";
import type { FromWriter, Reply, ToWriter, Work, WriterOptions } from "./work.ts";

interface Job {
  ticket: number;
  work: Work;
}

/** Commands in one transaction; more than this only makes the first of them wait, and the other stores of this thread. */
const COMMANDS_PER_COMMIT = 512;

/**
 * A thread that owns the writing side of its stores. All that waits for a store goes into one transaction and one sync to
 * the disk (group commit); answers leave after the sync. Reads to be counted wait a little, and never for the disk.
 */
class WriterThread {
  private readonly files: SqliteFiles;
  private readonly indexer: Indexer;
  private readonly options: WriterOptions;
  private readonly send: (message: FromWriter) => void;
  private readonly end: () => void;
  private readonly waiting = new Map<string, Job[]>();
  private readonly meterTimers = new Map<string, NodeJS.Timeout>();
  private readonly ready = new Set<string>();
  private readonly erased = new ErasedBytes((store, thrown) => this.report(store, thrown));
  private readonly rewrites = new RewritePlan(() => this.wake());
  /** Stores that go as soon as what waits for them is done, with the ticket of who asked. */
  private readonly leaving = new Map<string, number>();
  private running = false;
  private closing = false;
  private at = 0;

  constructor(options: WriterOptions, indexer: Indexer, port: { send(message: FromWriter): void; close(): void }) {
    this.options = options;
    this.indexer = indexer;
    this.send = (message) => port.send(message);
    this.end = () => port.close();
    this.files = new SqliteFiles(options.dir, { readOnly: false, openMax: options.openStoresMax });
  }

  receive(message: ToWriter): void {
    if (message.to === "work") {
      this.at = message.at;
      this.enqueue(message.store, message.jobs);
    } else if (message.to === "close") void this.close(message.ticket);
    else if (message.to === "delete") this.deleteLater(message.store, message.ticket);
    else void this.open(message.store, message.ticket, message.to === "create");
  }

  private enqueue(store: string, jobs: Job[]): void {
    if (this.leaving.has(store)) {
      this.refuse(store, jobs, notFound("workspace"));
      return;
    }
    const queue = this.waiting.get(store) ?? [];
    queue.push(...jobs);
    this.waiting.set(store, queue);
    if (jobs.some((job) => job.work.kind !== "meter")) this.makeReady(store);
    else this.makeReadyLater(store);
  }

  private makeReady(store: string): void {
    this.ready.add(store);
    this.wake();
  }

  private wake(): void {
    if (!this.running) void this.drain();
  }

  private makeReadyLater(store: string): void {
    if (this.meterTimers.has(store)) return;
    this.meterTimers.set(store, setTimeout(() => this.makeReady(store), this.options.meterDelayMs));
  }

  private async drain(): Promise<void> {
    this.running = true;
    for (let turn = this.nextTurn(); turn !== undefined; turn = this.nextTurn()) {
      await turn();
      // Lets the messages in that came while the disk was busy: they share the next sync.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.running = false;
  }

  private nextTurn(): (() => Promise<void>) | undefined {
    const rewrite = this.rewrites.take(this.ready.size === 0);
    if (rewrite !== undefined) return () => this.rewrite(rewrite);
    const store = this.ready.values().next().value;
    if (store === undefined) return undefined;
    this.ready.delete(store);
    return () => this.commitWaiting(store);
  }

  private async commitWaiting(name: string): Promise<void> {
    clearTimeout(this.meterTimers.get(name));
    this.meterTimers.delete(name);
    const queue = this.waiting.get(name) ?? [];
    const jobs = queue.splice(0, countJobs(queue));
    if (queue.length > 0) this.ready.add(name);
    else this.waiting.delete(name);
    if (jobs.length > 0) await this.commitJobs(name, jobs);
    const ticket = this.leaving.get(name);
    if (ticket !== undefined && !this.waiting.has(name)) await this.delete(name, ticket);
  }

  private async commitJobs(name: string, jobs: Job[]): Promise<void> {
    if (jobs.some((job) => job.work.kind !== "meter")) this.rewrites.touch(name);
    try {
      const replies = await this.files.use(name, async (store) => {
        const done = await this.commit(store, jobs);
        if (store.hasErasedBytes) this.erased.truncateLog(store);
        return done;
      }, { prepare: (store) => this.prepare(store) });
      this.send({ from: "done", replies });
    } catch (thrown) {
      this.refuse(name, jobs, thrown);
    }
  }

  private refuse(store: string, jobs: Pick<Job, "ticket">[], thrown: unknown): void {
    this.send({ from: "done", replies: jobs.map(({ ticket }) => ({ ticket, ok: false, error: this.toStoreError(store, thrown) })) });
  }

  private async commit(store: OpenStore, jobs: Job[]): Promise<Reply[]> {
    const { raw } = store.file;
    const countsOnly = jobs.every((job) => job.work.kind === "meter");
    // What is only counted survives the process, and need not survive the machine: it does not wait for the disk.
    if (countsOnly) raw.exec("PRAGMA synchronous = NORMAL");
    raw.exec("BEGIN IMMEDIATE");
    try {
      const transaction = await Transaction.open(store.db, this.indexer, new Date(this.at), (thrown) => this.report(store.name, thrown), () => raw.isTransaction);
      const replies: Reply[] = [];
      for (const job of jobs) {
        replies.push(await runJob(transaction, job));
        // A full disk or a failing one makes SQLite give up the whole transaction: nothing of it may go on.
        if (!raw.isTransaction) throw new Error("SQLite rolled the transaction back");
      }
      await transaction.finish();
      if (transaction.leavesBytes) {
        this.erased.mark(store);
        this.rewrites.add(store.name, bytesOf(store));
      }
      raw.exec("COMMIT");
      if (transaction.leavesBytes) this.erased.note(store);
      return replies;
    } catch (thrown) {
      if (raw.isTransaction) raw.exec("ROLLBACK");
      throw thrown;
    } finally {
      if (countsOnly) raw.exec("PRAGMA synchronous = FULL");
    }
  }

  private async rewrite(name: string): Promise<void> {
    if (this.leaving.has(name) || this.closing) return;
    try {
      await this.files.use(name, async (store) => {
        const done = this.erased.rewrite(store);
        // Opening it may have planned this very rewrite again.
        this.rewrites.drop(name);
        if (!done) this.rewrites.add(name, Infinity);
      }, { prepare: (store) => this.prepare(store) });
    } catch (thrown) {
      if (!isNotFound(thrown)) this.report(name, thrown);
    }
  }

  private async open(name: string, ticket: number, make: boolean): Promise<void> {
    try {
      await this.files.use(name, async () => undefined, {
        make,
        prepare: (store) => (make ? this.migrate(store).then(() => undefined) : this.prepare(store)),
      });
      this.send({ from: "done", replies: [{ ticket, ok: true, result: null }] });
    } catch (thrown) {
      this.refuse(name, [{ ticket }], thrown);
    }
  }

  /** It takes its turn like a command, behind all that waits for this store. */
  private deleteLater(name: string, ticket: number): void {
    this.leaving.set(name, ticket);
    this.rewrites.drop(name);
    this.makeReady(name);
  }

  private async delete(name: string, ticket: number): Promise<void> {
    try {
      await this.files.exclude(name, () => removeStore(this.options.dir, name));
      this.send({ from: "done", replies: [{ ticket, ok: true, result: null }] });
    } catch (thrown) {
      this.refuse(name, [{ ticket }], thrown);
    } finally {
      this.leaving.delete(name);
    }
  }

  private async prepare(store: OpenStore): Promise<void> {
    const steps = await this.migrate(store);
    // What a crash or a stop left between a commit and this.
    this.erased.truncateLog(store);
    if (this.erased.isDue(store)) this.rewrites.add(store.name, bytesOf(store));
    if (steps.length > 0) this.send({ from: "log", level: "info", message: `store ${store.name} migrated`, detail: steps.join(", ") });
  }

  private migrate(store: OpenStore): Promise<string[]> {
    return migrate(store.db as unknown as Kysely<unknown>, tenantMigrations, `The store ${store.name}`);
  }

  private async close(ticket: number): Promise<void> {
    this.closing = true;
    this.erased.close();
    this.rewrites.clear();
    for (const timer of this.meterTimers.values()) clearTimeout(timer);
    this.meterTimers.clear();
    for (const name of this.waiting.keys()) this.ready.add(name);
    while (this.running) await new Promise((resolve) => setImmediate(resolve));
    await this.drain();
    this.rewrites.clear();
    this.files.closeAll();
    this.send({ from: "done", replies: [{ ticket, ok: true, result: null }] });
    this.end();
  }

  private toStoreError(store: string, thrown: unknown): WireError {
    // Whoever came too late for a store that was deleted is no fault of the store.
    if (isNotFound(thrown)) return toWireError(thrown);
    this.report(store, thrown);
    if (thrown instanceof AppError) return toWireError(thrown);
    const words = "The memories of this workspace could not be opened or written just now, and nothing was changed. Repeat the request; if this stays, the operator finds the reason in the server's log.";
    return toWireError(new AppError("unavailable", words, { retry_after: 5 }));
  }

  private report(store: string, thrown: unknown): void {
    const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    this.send({ from: "log", level: "error", message: `store ${store} could not be opened or written`, detail });
  }
}

const isNotFound = (thrown: unknown): thrown is AppError => thrown instanceof AppError && thrown.code === "not_found";

/** As many jobs as hold the commands of one transaction, one at least. */
function countJobs(queue: Job[]): number {
  let commands = 0;
  const over = queue.findIndex(({ work }) => (commands += work.kind === "commands" ? work.commands.length : 1) > COMMANDS_PER_COMMIT);
  return over < 0 ? queue.length : Math.max(1, over);
}

async function runJob(transaction: Transaction, { ticket, work }: Job): Promise<Reply> {
  try {
    return { ticket, ok: true, result: await transaction.run(work) };
  } catch (thrown) {
    return { ticket, ok: false, error: transaction.toCallersError(thrown) };
  }
}

if (parentPort) {
  const port = parentPort;
  const { options, indexer } = workerData as { options: WriterOptions; indexer: IndexerOptions };
  const thread = new WriterThread(options, createIndexer(indexer), {
    send: (message) => port.postMessage(message),
    close: () => port.close(),
  });
  port.on("message", (message: ToWriter) => thread.receive(message));
  port.postMessage({ from: "ready" } satisfies FromWriter);
}
