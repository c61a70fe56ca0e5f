import { createHash } from "node:crypto";
import { mkdir, readdir, stat } from "node:fs/promises";
import type { Clock } from "@loci/kit/clock";
import { notFound } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import type { Kysely } from "kysely";
import { LRUCache } from "lru-cache";
import type { IndexerOptions } from "../indexer.ts";
import type { MemoryStore, MemoryStores } from "./memory-store.ts";
import type { TenantTables } from "./schema.ts";
import { SqliteFiles, requireStoreName, storePath } from "./sqlite-files.ts";
import type { Work, WorkResults } from "./work.ts";
import { Writer } from "./writer.ts";

export interface SqliteStoresOptions {
  /** One file per workspace lies here. */
  dir: string;
  writerThreads: number;
  /** Files open at once, on each side; some 0.25 MB and three file descriptors each (STACK.md A). */
  openStoresMax: number;
  indexer: IndexerOptions;
  log: Log;
  now: Clock;
}

/** How long a read may wait to be counted. Long enough to share a transaction, short enough to lose little. */
const METER_DELAY_MS = 250;

/** Stores that are known to be there and up to date; knowing one costs some hundred bytes. */
const KNOWN_MAX = 50_000;

class SqliteStore implements MemoryStore {
  readonly name: string;
  private readonly files: SqliteFiles;
  private readonly writer: Writer;

  constructor(name: string, files: SqliteFiles, writer: Writer) {
    this.name = name;
    this.files = files;
    this.writer = writer;
  }

  read<Result>(work: (db: Kysely<TenantTables>) => Promise<Result>): Promise<Result> {
    return this.files.use(this.name, (store) => work(store.db));
  }

  write<Kind extends Work["kind"]>(work: Extract<Work, { kind: Kind }>): Promise<WorkResults[Kind]> {
    return this.writer.run(this.name, work);
  }
}

/** A file per workspace under one folder; each workspace has one of the writer threads for good. */
export class SqliteStores implements MemoryStores {
  private readonly dir: string;
  private readonly readers: SqliteFiles;
  private readonly writers: Writer[];
  private readonly known = new LRUCache<string, Promise<MemoryStore>>({ max: KNOWN_MAX });
  private readonly deleting = new Map<string, Promise<void>>();

  private constructor({ dir, openStoresMax, writerThreads, indexer, log, now }: SqliteStoresOptions) {
    this.dir = dir;
    this.readers = new SqliteFiles(dir, { readOnly: true, openMax: openStoresMax, onMissing: (name) => this.known.delete(name) });
    const options = { dir, openStoresMax: Math.ceil(openStoresMax / writerThreads), meterDelayMs: METER_DELAY_MS };
    this.writers = Array.from({ length: writerThreads }, () => new Writer(options, indexer, log, now));
  }

  static async open(options: SqliteStoresOptions): Promise<SqliteStores> {
    await mkdir(options.dir, { recursive: true, mode: 0o700 });
    return new SqliteStores(options);
  }

  /** Settles once every writer takes work. */
  async waitUntilReady(): Promise<void> {
    await Promise.all(this.writers.map((writer) => writer.waitUntilReady()));
  }

  get writable(): boolean {
    return this.writers.every((writer) => writer.alive);
  }

  open(name: string): Promise<MemoryStore> {
    const known = this.known.get(name);
    if (known) return known;
    const opening = this.openKnown(name);
    this.known.set(name, opening);
    opening.catch(() => this.known.delete(name));
    return opening;
  }

  async create(name: string): Promise<void> {
    await this.writerOf(name).create(requireStoreName(name));
  }

  delete(name: string): Promise<void> {
    const underWay = this.deleting.get(name);
    if (underWay) return underWay;
    const deleting = this.deleteStore(requireStoreName(name)).finally(() => this.deleting.delete(name));
    this.deleting.set(name, deleting);
    return deleting;
  }

  async list(): Promise<string[]> {
    const files = await readdir(this.dir);
    return files.filter((file) => file.endsWith(".db")).map((file) => file.slice(0, -".db".length)).sort();
  }

  async close(): Promise<void> {
    // A reader that closes last cannot empty the write-ahead log into the file; a writer does.
    this.readers.closeAll();
    await Promise.all(this.writers.map((writer) => writer.close()));
  }

  private async openKnown(name: string): Promise<MemoryStore> {
    const file = await stat(storePath(this.dir, requireStoreName(name))).catch(() => null);
    // An empty file is what is left of a store, not a new one.
    if (file === null || file.size === 0) throw notFound("workspace");
    const writer = this.writerOf(name);
    // The writer brings the file to today's shape before anyone reads it.
    await writer.open(name);
    return new SqliteStore(name, this.readers, writer);
  }

  private async deleteStore(name: string): Promise<void> {
    // Readers first: one that opens the log after the writer has left would make that file again.
    await this.readers.exclude(name, () => this.writerOf(name).delete(name));
    this.known.delete(name);
  }

  private writerOf(name: string): Writer {
    const place = createHash("sha256").update(name).digest().readUInt32BE() % this.writers.length;
    return this.writers[place] as Writer;
  }
}
