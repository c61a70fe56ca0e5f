import { join } from "node:path";
import { systemClock, type Clock } from "@loci/kit/clock";
import { trimHeap } from "@loci/kit/heap";
import { silentLog, type Log } from "@loci/kit/log";
import { BoundWorkspace, type SharedParts } from "./bound-workspace.ts";
import { byPassage } from "./embed/by-passage.ts";
import { openEmbedder, type Embedder, type EmbedderOptions } from "./embed/embedder.ts";
import { QueryVectors } from "./embed/query-vectors.ts";
import { EmbeddingQueue } from "./embed/queue.ts";
import { Housekeeper } from "./housekeeper.ts";
import { IndexCache } from "./index-cache.ts";
import { toEmbeddedText } from "./indexer.ts";
import { createVectorHeap } from "./kernel/vector-heap.ts";
import { selectWaiting } from "./tenants/maintenance.ts";
import { SqliteStores } from "./tenants/sqlite-stores.ts";
import { createAnalyzer } from "./text/analyzer.ts";
import { warmUp } from "./warm-up.ts";
import type { Engine, EngineStatus, Workspace } from "./workspace.ts";

export interface EngineOptions {
  /** The stores lie in `stores/` below it. */
  dataDir: string;
  embedder?: Omit<EmbedderOptions, "log">;
  /** Threads that write, 1 unless given; each workspace has one of them for good. */
  writerThreads?: number;
  /** Workspaces whose files are open at once, 1,000 unless given. */
  openStoresMax?: number;
  /** What the recall indexes may take together, bytes; 512 MiB unless given. */
  indexBytesMax?: number;
  /** Gives the start's garbage back and compiles the way of a recall before the first one comes: for processes that live long. */
  warm?: boolean;
  log?: Log;
  now?: Clock;
}

/** Starts the engine over a folder: its writer threads, its indexes, and what a store does by itself. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { log = silentLog, now = systemClock, indexBytesMax = 512 * 2 ** 20 } = options;
  const embedder = await openEmbedder({ spec: "static", ...options.embedder, log });
  const stores = await SqliteStores.open({
    dir: join(options.dataDir, "stores"),
    writerThreads: options.writerThreads ?? 1,
    openStoresMax: options.openStoresMax ?? 1_000,
    indexer: { model: embedder.model, table: embedder.table },
    log, now,
  });
  const heap = createVectorHeap({ bytesMax: indexBytesMax });
  const cache = new IndexCache({ heap, bytesMax: indexBytesMax, model: embedder.model, dimensions: () => embedder.dimensions, log });
  const analyzer = createAnalyzer();
  // The writers start beside it.
  const queryVectors = new QueryVectors({ embedder, log, now });
  if (options.warm) {
    // First this: it throws compiled code away as well.
    trimHeap();
    await warmUp({ cache, analyzer, queryVectors, embedder });
  }
  await stores.waitUntilReady();
  const started = new StartedEngine(stores, embedder, { cache, analyzer, queryVectors }, log, now);
  started.start();
  return started;
}

class StartedEngine implements Engine {
  private readonly stores: SqliteStores;
  private readonly embedder: Embedder;
  private readonly housekeeper: Housekeeper;
  private readonly queue: EmbeddingQueue;
  private readonly waiting = new Set<string>();
  private readonly shared: SharedParts;

  constructor(stores: SqliteStores, embedder: Embedder, parts: Pick<SharedParts, "cache" | "analyzer" | "queryVectors">, log: Log, now: Clock) {
    this.stores = stores;
    this.embedder = embedder;
    this.housekeeper = new Housekeeper({ stores, now, log, onWaiting: (store, waiting) => this.noteWaiting(store, waiting) });
    this.queue = new EmbeddingQueue({
      embedder: byPassage(embedder), log,
      source: {
        stores: () => [...this.waiting],
        take: (store, limit) => this.takeWaiting(store, limit),
        put: (store, model, vectors) => this.putVectors(store, model, vectors),
      },
    });
    this.shared = {
      ...parts, now, log,
      onWrite: (store) => this.noteWrite(store),
      onLog: (store) => this.housekeeper.note(store),
    };
  }

  start(): void {
    this.housekeeper.start();
    this.queue.start();
  }

  async open(workspaceId: string, bounds: { group?: string | undefined } = {}): Promise<Workspace> {
    return new BoundWorkspace(await this.stores.open(workspaceId), bounds.group ?? null, this.shared);
  }

  createStore(workspaceId: string): Promise<void> {
    return this.stores.create(workspaceId);
  }

  async deleteStore(workspaceId: string): Promise<void> {
    await this.stores.delete(workspaceId);
    this.shared.cache.drop(workspaceId);
    this.shared.queryVectors.forget(workspaceId);
    this.housekeeper.forget(workspaceId);
    this.waiting.delete(workspaceId);
    this.queue.forget(workspaceId);
  }

  status(): EngineStatus {
    return { writable: this.stores.writable, embedding: this.queue.status() };
  }

  /** Runs what is due now instead of waiting for the next round. */
  async sweep(): Promise<void> {
    await this.housekeeper.tick();
  }

  async close(): Promise<void> {
    await this.housekeeper.stop();
    await this.queue.stop();
    await this.stores.close();
    await this.embedder.close();
  }

  private noteWrite(store: string): void {
    this.housekeeper.note(store);
    // With a table of its own the writer has embedded already; otherwise the new memory waits for its vector.
    if (this.embedder.table !== null) return;
    this.waiting.add(store);
    this.queue.wake(store);
  }

  private noteWaiting(store: string, waiting: number): void {
    if (waiting === 0) this.waiting.delete(store);
    else {
      this.waiting.add(store);
      this.queue.wake(store, waiting);
    }
  }

  private async takeWaiting(name: string, limit: number): Promise<{ seq: number; change: number; text: string }[]> {
    const store = await this.stores.open(name);
    const rows = await store.read((db) => selectWaiting(db, this.embedder.model)
      .innerJoin("memories", "memories.seq", "index_entries.seq")
      .select(["memories.seq", "memories.change", "memories.title", "memories.content", "memories.speaker"])
      .orderBy("memories.seq").limit(limit).execute());
    if (rows.length === 0) this.waiting.delete(name);
    return rows.map(({ seq, change, title, content, speaker }) =>
      ({ seq, change, text: toEmbeddedText({ content, ...(title !== null && { title }), ...(speaker !== null && { speaker }) }) }));
  }

  private async putVectors(name: string, model: string, vectors: { seq: number; change: number; vector: Float32Array }[]): Promise<{ written: number }> {
    const store = await this.stores.open(name);
    return store.write({ kind: "vectors", model, dimensions: this.embedder.dimensions ?? 0, vectors });
  }
}
