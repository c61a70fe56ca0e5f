import type { WireError } from "@loci/kit/errors";
import type { Idempotency, Operation, Outcome, ResultOf, WriteCommand } from "../workspace.ts";
import type { AccessedMemories } from "./accesses.ts";
import type { Quantities } from "./tally.ts";

/** What the writer of a workspace can be asked to do; each becomes part of one transaction with whatever else waits. */
export type Work =
  | { kind: "commands"; commands: WriteCommand[]; operation: Operation; bound: string | null; each: boolean }
  | { kind: "answer"; idempotency: Idempotency; body: string; operation_id: string; bound: string | null }
  | { kind: "meter"; operation: Operation; quantities: Quantities; read: AccessedMemories | null; at: string }
  | { kind: "vectors"; model: string; dimensions: number; vectors: { seq: number; change: number; vector: Float32Array }[] }
  | { kind: "pack"; group_id: number }
  | { kind: "sweep" }
  | { kind: "inspect" };

/** What each kind of work answers. */
export interface WorkResults {
  commands: Outcome<ResultOf<WriteCommand>>[];
  answer: string;
  meter: null;
  vectors: { written: number };
  pack: { packed: number };
  sweep: StoreState;
  inspect: StoreState;
}
export type WorkResult = WorkResults[Work["kind"]];

/** What a store still has to do by itself. */
export interface StoreState {
  /** When the next memory expires or is to be erased, RFC 3339; `null` when none is. */
  next_due: string | null;
  /** Entries without a vector of the current embedder. */
  waiting: number;
}

export interface WriterOptions {
  dir: string;
  openStoresMax: number;
  /** How long a read may wait to be counted, in ms. */
  meterDelayMs: number;
}

/** `at` is the time by the engine's clock, ms since 1970: a test that owns the clock owns the writer's too. */
export type ToWriter =
  | { to: "work"; store: string; at: number; jobs: { ticket: number; work: Work }[] }
  | { to: "open" | "create" | "delete"; store: string; ticket: number }
  | { to: "close"; ticket: number };

export type FromWriter =
  | { from: "ready" }
  | { from: "done"; replies: Reply[] }
  | { from: "log"; level: "error" | "warn" | "info"; message: string; detail?: string };

export type Reply = { ticket: number; ok: true; result: WorkResult } | { ticket: number; ok: false; error: WireError };
