import type { Kysely } from "kysely";
import type { TenantTables } from "./schema.ts";
import type { Work, WorkResults } from "./work.ts";

/** One workspace's store, whatever database holds it: reading is done here, writing by the store's writer. */
export interface MemoryStore {
  readonly name: string;
  /** The database stays open while `work` runs; it cannot write. */
  read<Result>(work: (db: Kysely<TenantTables>) => Promise<Result>): Promise<Result>;
  /** Settles once the work is on the disk (a `meter` need not wait for it). */
  write<Kind extends Work["kind"]>(work: Extract<Work, { kind: Kind }>): Promise<WorkResults[Kind]>;
}

/** All stores of a process. */
export interface MemoryStores {
  /** Throws `not_found` where there is none, and `unavailable` for a store of a newer Loci. */
  open(name: string): Promise<MemoryStore>;
  /** Makes a store, once; a second call finds it made. */
  create(name: string): Promise<void>;
  /** Removes a store with every byte of it, once what was asked before is done; one that is not there is fine. */
  delete(name: string): Promise<void>;
  list(): Promise<string[]>;
  /** False once writing has failed for good. */
  readonly writable: boolean;
  close(): Promise<void>;
}
