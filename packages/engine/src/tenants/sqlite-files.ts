import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { kyselyOf, openSqlite, type SqliteFile } from "@loci/kit/database";
import { AppError } from "@loci/kit/errors";
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
}

/** What recall needs is in the index, so a reader's page cache is small; pages are only taken when they are used. */
const READER_CACHE_KIB = 1_024;
/** The inner pages of a store of 100,000 memories, so that a commit reads nothing from the disk. */
const WRITER_CACHE_KIB = 8_192;

/** The files that this thread has open, the least recently used closed when there are too many. */
export class SqliteFiles {
  private readonly dir: string;
  private readonly readOnly: boolean;
  private readonly open: LRUCache<string, OpenStore>;

  constructor(dir: string, { readOnly, openMax }: { readOnly: boolean; openMax: number }) {
    if (!readOnly) mkdirSync(dir, { recursive: true, mode: 0o700 });
    this.dir = dir;
    this.readOnly = readOnly;
    this.open = new LRUCache<string, OpenStore>({ max: openMax, dispose: (store) => this.drop(store) });
  }

  has(name: string): boolean {
    return this.open.has(name);
  }

  /** Runs `work` on the store, opening its file if need be; `prepare` runs once for each opening. */
  async use<Result>(name: string, work: (store: OpenStore) => Promise<Result>, prepare?: (store: OpenStore) => Promise<void>): Promise<Result> {
    let store = this.open.get(name) ?? (await this.openStore(name, prepare));
    // It may have left the cache, and closed, in the turn between its opening and this.
    while (store.dropped) store = await this.openStore(name, prepare);
    store.users += 1;
    try {
      return await work(store);
    } finally {
      store.users -= 1;
      if (store.dropped && store.users === 0) store.file.close();
    }
  }

  closeAll(): void {
    this.open.clear();
  }

  private async openStore(name: string, prepare: ((store: OpenStore) => Promise<void>) | undefined): Promise<OpenStore> {
    const file = openSqlite(storePath(this.dir, requireStoreName(name)), { readOnly: this.readOnly, cacheKib: this.readOnly ? READER_CACHE_KIB : WRITER_CACHE_KIB });
    const store = { name, file, db: kyselyOf<TenantTables>(file), users: 0, dropped: false, hasErasedBytes: false, triesAgain: false };
    try {
      await prepare?.(store);
    } catch (thrown) {
      file.close();
      throw thrown;
    }
    const raced = this.open.get(name);
    if (raced) {
      file.close();
      return raced;
    }
    this.open.set(name, store);
    return store;
  }

  private drop(store: OpenStore): void {
    store.dropped = true;
    if (store.users === 0) store.file.close();
  }
}
