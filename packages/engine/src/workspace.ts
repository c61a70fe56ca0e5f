import type { Page } from "@loci/kit/page";
import type { WireError } from "@loci/kit/errors";
import type { Filter } from "./filter.ts";
import type { Group, Memory, MemoryPatch, MemoryVersion, NewMemory, NewRelationship, Relationship, StoreReceipt, Trust } from "./memory.ts";

/** What is counted. `memories` and `storage_bytes` go up and down; the others only up. */
export const METERS = ["api_calls", "searches", "embeddings", "memories", "storage_bytes"] as const;
export type Meter = (typeof METERS)[number];

/** One accepted request: its id stands on everything that it caused. */
export interface Operation {
  /** `op_…`, made by `newId("op")`. */
  id: string;
  key_id?: string | undefined;
  client?: string | undefined;
  /** The connection (`con_…`) that it came by. */
  connection_id?: string | undefined;
  /** What the API calls it: `recallMemories`. */
  action?: string | undefined;
  /** The kind of source that its memories name, whatever they say themselves; without it theirs counts, or `api`. */
  source_kind?: string | undefined;
  /** What it writes is trusted no more than this, whatever it says itself. */
  trust_max?: Trust | undefined;
  /** Which run of writes of a batch this is; ledger rows are unique per operation, part and meter. 0 unless given. */
  part?: number | undefined;
  /** API calls to count when anything of it succeeded; the number of commands that did (1 for a read) unless given. */
  calls?: number | undefined;
  idempotency?: Idempotency | undefined;
}

export interface Idempotency {
  /** The caller's `Idempotency-Key`. */
  key: string;
  /** A hash of method, path and body: the same key with another one is a mismatch. */
  fingerprint: string;
}

/** Which memories to forget: exactly one of the four. */
export interface ForgetTarget {
  id?: string | undefined;
  ids?: string[] | undefined;
  group?: string | undefined;
  filter?: Filter | undefined;
}

export interface ForgetReceipt {
  /** What was forgotten, or would be (`dry_run`), by kind. */
  forgotten: { memories: number; relationships: number; versions: number };
  dry_run: boolean;
  /** Until when `restore` brings it back; `null` when it was erased at once. */
  restorable_until: string | null;
}

/** A record as an import brings it; what a plain store would make anew (id, times, version) is kept where it is given. */
export type ImportRecord =
  | { kind: "memory"; memory: ImportedMemory }
  | { kind: "version"; memory_id: string; version: MemoryVersion }
  | { kind: "relationship"; relationship: NewRelationship & { id?: string; created_at?: string; updated_at?: string } };

export type ImportedMemory = NewMemory & {
  id?: string | undefined;
  version?: number | undefined;
  superseded_by?: string | undefined;
  created_at?: string | undefined;
  updated_at?: string | undefined;
};

/** Every change of a workspace: what is sent, and what comes back once it has reached the disk. */
export interface Writes {
  store: { command: { verb: "store"; input: NewMemory }; result: StoreReceipt };
  update: { command: { verb: "update"; id: string; patch: MemoryPatch; version?: number | undefined }; result: StoreReceipt };
  forget: { command: { verb: "forget"; target: ForgetTarget; dry_run: boolean; permanent: boolean }; result: ForgetReceipt };
  restore: { command: { verb: "restore"; id: string; version?: number | undefined }; result: StoreReceipt };
  erase_group: { command: { verb: "erase_group"; name: string; dry_run: boolean }; result: ForgetReceipt };
  import: { command: { verb: "import"; record: ImportRecord }; result: { id: string; status: "created" | "ignored"; reason: string } };
  relate: { command: { verb: "relate"; input: NewRelationship }; result: { relationship: Relationship; status: "created" | "updated" } };
  unrelate: { command: { verb: "unrelate"; id: string }; result: { relationship: Relationship } };
}
type Verb = keyof Writes;
export type WriteCommand = Writes[Verb]["command"];
export type ResultOf<Command extends WriteCommand> = Writes[Command["verb"]]["result"];

export type Outcome<Result> = { ok: true; result: Result } | { ok: false; error: WireError };

export interface RecallQuery {
  query: string;
  group?: string | undefined;
  /** 1 to 100. */
  limit: number;
  filter?: Filter | undefined;
  types?: string[] | undefined;
  tags?: string[] | undefined;
  since?: string | undefined;
  until?: string | undefined;
  /** The time that "last week" is relative to; now unless given. */
  asked_at?: string | undefined;
  min_score?: number | undefined;
  min_trust?: Memory["trust"] | undefined;
  /** Graph steps to walk from the strongest hits, 0 to 3. */
  depth?: number | undefined;
  explain?: boolean | undefined;
  include_superseded?: boolean | undefined;
  include_expired?: boolean | undefined;
  /** `text` and `vector` leave the other channel out, to compare. */
  channels?: "both" | "text" | "vector" | undefined;
  /** Weights of the two factors that are off unless asked for, 0 to 1. */
  recency?: number | undefined;
  importance?: number | undefined;
}

export interface RecalledMemory extends Memory {
  score: number;
  /** Named parts that sum to `score`. */
  explain?: Record<string, number>;
}

export interface RecallResult {
  memories: RecalledMemory[];
  took_ms: number;
}

export interface MemoryListQuery {
  group?: string | undefined;
  filter?: Filter | undefined;
  types?: string[] | undefined;
  tags?: string[] | undefined;
  session?: string | undefined;
  /** Only memories whose content holds this text, whatever its case. */
  contains?: string | undefined;
  forgotten?: boolean | undefined;
  include_superseded?: boolean | undefined;
  order: "newest" | "oldest";
  limit: number;
  cursor?: string | undefined;
  /** Counting costs a scan, so only when asked. */
  total?: boolean | undefined;
}

export interface RelationshipListQuery {
  memory?: string | undefined;
  types?: string[] | undefined;
  limit: number;
  cursor?: string | undefined;
}

export interface RelatedQuery {
  /** 1 to 5. */
  depth: number;
  types?: string[] | undefined;
  direction: "out" | "in" | "both";
  limit: number;
}

export interface Graph {
  nodes: Memory[];
  edges: Relationship[];
  /** True when `limit` left nodes out. */
  truncated: boolean;
}

export interface GraphQuery {
  group?: string | undefined;
  /** Start from these memories; without them the most connected ones. */
  memories?: string[] | undefined;
  depth: number;
  types?: string[] | undefined;
  limit: number;
}

export interface UsageReport {
  /** Totals of the current UTC month and day; gauges are what stands now. */
  month: string;
  meters: Record<Meter, { month: number; today: number; total: number }>;
}

/** What one operation of a connection did, or one part of it. It is kept for 90 days. */
export interface Access {
  operation_id: string;
  connection_id: string;
  /** What the API calls it: `recallMemories`. */
  action: string;
  effect: "read" | "write";
  /** The first 200 memories that it was about, by id: what was erased since is named all the same, and is nowhere else. */
  memories: string[];
  /** How many memories it was about. */
  memory_count: number;
  at: string;
}

export interface AccessListQuery {
  connection_id: string;
  limit: number;
  cursor?: string | undefined;
}

/** A record of an export, in the order in which an import wants them. */
export type ExportRecord =
  | { kind: "memory"; memory: Memory }
  | { kind: "version"; memory_id: string; version: MemoryVersion }
  | { kind: "relationship"; relationship: Relationship };

/**
 * The handle of one workspace, or of one group of it (`engine.open(id, { group })`): whatever it is asked, it cannot
 * see past its bounds; what lies outside is not there. Reads are answered here, writes by the workspace's writer.
 */
export interface Workspace {
  readonly id: string;
  /** The only group that this handle sees, or `null` for all of the workspace. */
  readonly group: string | null;

  /** Runs a command and answers when it is on the disk; the same idempotency key answers with the first result. */
  write<Command extends WriteCommand>(command: Command, operation: Operation): Promise<ResultOf<Command>>;
  /**
   * Runs commands in order, in one transaction of which each may fail alone. With an idempotency key, each command has
   * its own record under `key#part.index`, so a repeat after a crash redoes only what is missing.
   */
  writeAll(commands: WriteCommand[], operation: Operation): Promise<Outcome<ResultOf<WriteCommand>>[]>;
  /** The answer kept under a key by `keepAnswer`; a mismatch throws. */
  findAnswer(idempotency: Idempotency): Promise<string | null>;
  /** Keeps the answer of a request that was more than one command. The first to come is kept, and given back to all. */
  keepAnswer(idempotency: Idempotency, body: string, operation: Operation): Promise<string>;

  recall(query: RecallQuery, operation: Operation): Promise<RecallResult>;
  getMemory(id: string): Promise<Memory>;
  listMemories(query: MemoryListQuery): Promise<Page<Memory> & { total?: number }>;
  /** The newest first; a page ends where it would weigh more than 8 MB. */
  listVersions(id: string, cursor?: string): Promise<Page<MemoryVersion>>;
  listRelated(id: string, query: RelatedQuery): Promise<{ memory: Memory; path: Relationship[] }[]>;
  listGroups(query: { limit: number; cursor?: string | undefined; prefix?: string | undefined }): Promise<Page<Group>>;
  getGroup(name: string): Promise<Group>;
  getRelationship(id: string): Promise<Relationship>;
  listRelationships(query: RelationshipListQuery): Promise<Page<Relationship>>;
  readGraph(query: GraphQuery): Promise<Graph>;
  exportRecords(query: { group?: string | undefined }): AsyncIterable<ExportRecord>;

  /**
   * Counts a read as an API call without waiting for the disk; of a connection's read it is kept which memories it gave.
   * `recall` meters itself.
   */
  meter(operation: Operation, memories?: Iterable<{ id: string }>): void;
  readUsage(): Promise<UsageReport>;
  /** What a connection read and wrote, the newest first. The log is the workspace's: a handle of one group sees none of it. */
  listAccesses(query: AccessListQuery): Promise<Page<Access>>;
}

export interface EngineStatus {
  writable: boolean;
  /** Memories that still wait for a vector of the current embedder, in the workspaces that are open. */
  embedding: { model: string; waiting: number; done: number };
}

export interface Engine {
  open(workspaceId: string, bounds?: { group?: string | undefined }): Promise<Workspace>;
  /** Makes the store of a workspace, once; a second call finds it made. */
  createStore(workspaceId: string): Promise<void>;
  /**
   * Removes the store of a workspace with every byte of it: what was asked before is done first, what comes later finds
   * `not_found`, handles that are open included. A store that is not there is fine, so it may be repeated after a crash.
   */
  deleteStore(workspaceId: string): Promise<void>;
  status(): EngineStatus;
  /** Erases and expires what is due now, instead of within the next 20 seconds. */
  sweep(): Promise<void>;
  /** Writes what waits, then closes every file. */
  close(): Promise<void>;
}
