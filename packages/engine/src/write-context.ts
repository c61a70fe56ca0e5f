import type { Kysely } from "kysely";
import type { Memory } from "./memory.ts";
import type { CommandTally } from "./tenants/tally.ts";
import type { TenantTables } from "./tenants/schema.ts";
import type { Operation } from "./workspace.ts";

/** Where a memory lies in its store. */
export interface Place {
  seq: number;
  group_id: number;
}

/** What makes index entries of memories; the writer has one for all its stores. */
export interface Indexer {
  /** The embedder whose vectors are current. */
  readonly model: string;
  /** Analyses the text; `model` is `null` where the vector will come later. */
  index(memory: Memory, place: Place): { entry: Uint8Array; model: string | null };
  /** The terms and the vector of `entry`, with what else the memory has now. */
  refresh(entry: Uint8Array, memory: Memory): Uint8Array;
  /** The same entry with vectors of the current embedder: those of its passages, end to end. */
  withVectors(entry: Uint8Array, vectors: Float32Array, dimensions: number): Uint8Array;
}

/** What a verb may touch while it runs: the open transaction of one workspace, and what it adds up. */
export interface WriteContext {
  db: Kysely<TenantTables>;
  now: Date;
  operation: Operation;
  /** The only group that the caller may touch, or `null` for all. */
  bound: string | null;
  indexer: Indexer;
  tally: CommandTally;
  /** The next change of this store; a new memory takes it as its `seq`. */
  nextChange(): number;
}
