import type { Generated, Selectable } from "kysely";

/** The tables of one workspace's store. Times are RFC 3339 UTC text, documents are JSON text, bytes are BLOBs. */
export interface TenantTables {
  state: StateTable;
  groups: GroupTable;
  memories: MemoryTable;
  versions: VersionTable;
  index_entries: IndexEntryTable;
  segments: SegmentTable;
  relationships: RelationshipTable;
  idempotency: IdempotencyTable;
  ledger: LedgerTable;
  usage_counters: UsageCounterTable;
  accesses: AccessTable;
}

/** One row. `change` counts every change of the store; a memory's `seq` is the change that created it. */
interface StateTable {
  id: number;
  change: number;
  /** One more with each erasure, as in a group. */
  epoch: number;
}

interface GroupTable {
  id: Generated<number>;
  name: string;
  memories: number;
  storage_bytes: number;
  /** The last change in this group: an index that has seen it is up to date. */
  change: number;
  /** One more with each erasure: an index of another epoch is loaded anew, for erased rows leave no trace to follow. */
  epoch: number;
  created_at: string;
  updated_at: string;
}

export type GroupRow = Selectable<GroupTable>;

export interface MemoryTable {
  seq: number;
  id: string;
  group_id: number;
  type: string;
  title: string | null;
  content: string;
  tags: string;
  metadata: string;
  importance: number;
  source: string;
  trust: string;
  session: string | null;
  speaker: string | null;
  role: string | null;
  occurred_at: string | null;
  valid_from: string | null;
  valid_to: string | null;
  expires_at: string | null;
  version: number;
  supersedes: string | null;
  superseded_by: string | null;
  forgotten_at: string | null;
  fingerprint: string;
  bytes: number;
  change: number;
  created_at: string;
  updated_at: string;
}

interface VersionTable {
  seq: number;
  version: number;
  operation_id: string;
  replaced_at: string;
  snapshot: string;
}

/** What the recall index needs of a live memory. `model` is the embedder of its vector; `null` while it has none. */
interface IndexEntryTable {
  seq: number;
  group_id: number;
  model: string | null;
  entry: Uint8Array;
}

/** Up to 1,000 index entries of a group in one BLOB, derived: any change of a member deletes it. */
interface SegmentTable {
  group_id: number;
  first_seq: number;
  last_seq: number;
  model: string;
  entries: Uint8Array;
}

interface RelationshipTable {
  id: string;
  seq: Generated<number>;
  from_seq: number;
  to_seq: number;
  type: string;
  family: string;
  strength: number;
  context: string | null;
  created_at: string;
  updated_at: string;
}

export type RelationshipRow = Selectable<RelationshipTable>;

interface IdempotencyTable {
  scope: string;
  key: string;
  fingerprint: string;
  answer: string;
  operation_id: string;
  created_at: string;
}

interface LedgerTable {
  operation_id: string;
  part: number;
  meter: string;
  quantity: number;
  key_id: string | null;
  at: string;
}

interface UsageCounterTable {
  hour: string;
  meter: string;
  quantity: number;
}

/** One line of what a connection did. `memories` is a JSON list of ids, the first of `memory_count`. */
interface AccessTable {
  seq: Generated<number>;
  connection_id: string;
  operation_id: string;
  action: string;
  effect: "read" | "write";
  memories: string;
  memory_count: number;
  at: string;
}

export type AccessRow = Selectable<AccessTable>;
