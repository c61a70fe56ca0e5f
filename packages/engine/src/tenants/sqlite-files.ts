import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { kyselyOf, openSqlite, type SqliteFile } from "@loci/kit/database";
import { AppError, notFound } from "@loci/kit/errors";
import type { Kysely } from "kysely";
import { LRUCache } from "lru-cache";
import type { TenantTables } from "./schema.ts";

export const storePath = (dir: string, store: string): string => join(dir, `${store}.db`);

const STORE_NAME = /^[a-z0-9_]{1,64}$/;

/** A store's name is part of a path, so only a plain one is one. */
export function requireStoreName(store: string): string {
  if (!STORE_NAME.test(store)) throw new AppError("invalid_request", "The name of a store has lower-case letters, digits and _ only, 64 at most.", { param: "workspace" });
  return store;
}

export interface OpenStore {
  name: string;
  file: SqliteFile;
  db: Kysely<TenantTables>;
  /** Users right now; a store that leaves the cache while it is used closes when the last one is done. */
  users: number;
  dropped: boolean;
  /** The write-ahead log still holds bytes of rows that were deleted for good. */
  hasErasedBytes: boolean;
  /** Another try to get rid of them is on its way. */
  triesAgain: boolean;
  /** The epoch up to which the file was rewritten, until the log has been emptied since; `null` otherwise. */
  rewrittenTo: number | null;
}

/** What recall needs is in the index, so a reader's page cache is small; pages are only taken when they are used. */
const READER_CACHE_KIB = 1_024;
/** The inner pages of a store of 100,000 memories, so that a commit reads nothing from the disk. */
const WRITER_CACHE_KIB = 8_192;

export interface UseOptions {
  /** Runs once for each opening, before anything else. */
  prepare?: (store: OpenStore) => Promise<void>;
  /** Makes the file where there is none; otherwise that is `not_found`. */
  make?: boolean;
}

/** The files that this thread has open, the least recently used closed when there are too many. */
export class SqliteFiles {
  private readonly dir: string;
  private readonly readOnly: boolean;
  private readonly onMissing: (name: string) => void;
  private readonly open: LRUCache<string, OpenStore>;
  /** Connections by store: in the cache, on their way into it, or out of it and still used. */
  private readonly connections = new Map<string, number>();
  private readonly excluded = new Map<string, PromiseWithResolvers<void>>();

  constructor(dir: string, { readOnly, openMax, onMissing = () => undefined }: { readOnly: boolean; openMax: number; onMissing?: (name: string) => void }) {
    if (!readOnly) mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.dir = dir;
    this.readOnly = readOnly;
    this.onMissing = onMissing;
    this.open = new LRUCache<string, OpenStore>({ max: openMax, dispose: (store) => this.drop(store) });
  }

  has(name: string): boolean {
    return this.open.has(name);
  }

  /** Runs `work` on the store, opening its file if need be. Throws `not_found` where there is none. */
  async use<Result>(name: string, work: (store: OpenStore) => Promise<Result>, options: UseOptions = {}): Promise<Result> {
    let store = this.open.get(name) ?? (await this.openStore(name, options));
    // It may have left the cache, and closed, in the turn between its opening and this.
    while (store.dropped) store = await this.openStore(name, options);
    store.users += 1;
    try {
      return await work(store);
    } finally {
      store.users -= 1;
      if (store.dropped && store.users === 0) this.closeFile(store);
    }
  }

  /** Runs `work` while nobody has this store open: whoever uses it is waited for, whoever comes is told `not_found`. */
  async exclude<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const closed = Promise.withResolvers<void>();
    this.excluded.set(name, closed);
    try {
      this.open.delete(name);
      if (this.connections.has(name)) await closed.promise;
      return await work();
    } finally {
      this.excluded.delete(name);
    }
  }

  closeAll(): void {
    this.open.clear();
  }

  private async openStore(name: string, { prepare, make = false }: UseOptions): Promise<OpenStore> {
    const file = this.openFile(name, make);
    const store = { name, file, db: kyselyOf<TenantTables>(file), users: 0, dropped: false, hasErasedBytes: false, triesAgain: false, rewrittenTo: null };
    try {
      await prepare?.(store);
      if (this.excluded.has(name)) throw notFound("workspace");
    } catch (thrown) {
      this.closeFile(store);
      throw thrown;
    }
    const raced = this.open.get(name);
    if (raced) {
      this.closeFile(store);
      return raced;
    }
    this.open.set(name, store);
    return store;
  }

  private openFile(name: string, make: boolean): SqliteFile {
    const path = storePath(this.dir, requireStoreName(name));
    if (this.excluded.has(name)) throw notFound("workspace");
    try {
      const file = openSqlite(path, { readOnly: this.readOnly, mustExist: !make, cacheKib: this.readOnly ? READER_CACHE_KIB : WRITER_CACHE_KIB });
      this.connections.set(name, (this.connections.get(name) ?? 0) + 1);
      return file;
    } catch (thrown) {
      if (existsSync(path)) throw thrown;
      this.onMissing(name);
      throw notFound("workspace");
    }
  }

  private drop(store: OpenStore): void {
    store.dropped = true;
    if (store.users === 0) this.closeFile(store);
  }

  private closeFile(store: OpenStore): void {
    const { name, file } = store;
    store.dropped = true;
    file.close();
    const left = (this.connections.get(name) ?? 1) - 1;
    if (left > 0) this.connections.set(name, left);
    else {
      this.connections.delete(name);
      this.excluded.get(name)?.resolve();
    }
  }
}
