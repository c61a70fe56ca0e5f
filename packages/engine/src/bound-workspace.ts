import type { Clock } from "@loci/kit/clock";
import { AppError, fromWireError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import type { Page } from "@loci/kit/page";
import { listRelated, readGraph } from "./graph.ts";
import type { Group, Memory, MemoryVersion, Relationship } from "./memory.ts";
import { exportRecords, getGroup, listGroups, listMemories, listRelationships, listVersions } from "./reads.ts";
import { recallMemories, type RecallParts } from "./recall.ts";
import { listAccesses, toAccessed } from "./tenants/accesses.ts";
import { requireOwnGroup } from "./tenants/groups.ts";
import { findAnswer } from "./tenants/idempotency.ts";
import type { MemoryStore } from "./tenants/memory-store.ts";
import { requireMemoryRow, toMemory } from "./tenants/memories.ts";
import { requireRelationshipRow, toRelationship } from "./tenants/relationships.ts";
import type { Quantities } from "./tenants/tally.ts";
import { readUsage } from "./usage.ts";
import type {
  Access, AccessListQuery, ExportRecord, Graph, GraphQuery, Idempotency, MemoryListQuery, Operation, Outcome, RecallQuery, RecallResult, RelatedQuery,
  RelationshipListQuery, ResultOf, UsageReport, Workspace, WriteCommand,
} from "./workspace.ts";

/** What all handles of an engine share. */
export interface SharedParts extends Omit<RecallParts, "store" | "bound" | "now"> {
  now: Clock;
  log: Log;
  /** Told after each write, so that what became due is looked at. */
  onWrite(store: string): void;
  /** Told where a read was logged, which in time is to be dropped. */
  onLog(store: string): void;
}

/** A handle is two words, its store and its bound; every query below grows from them. */
export class BoundWorkspace implements Workspace {
  readonly id: string;
  readonly group: string | null;
  private readonly store: MemoryStore;
  private readonly shared: SharedParts;

  constructor(store: MemoryStore, group: string | null, shared: SharedParts) {
    this.id = store.name;
    this.group = group;
    this.store = store;
    this.shared = shared;
  }

  async write<Command extends WriteCommand>(command: Command, operation: Operation): Promise<ResultOf<Command>> {
    const [outcome] = await this.run([command], operation, false);
    if (!outcome) throw new AppError("internal", "The writer gave no answer.");
    if (!outcome.ok) throw fromWireError(outcome.error);
    return outcome.result as ResultOf<Command>;
  }

  writeAll(commands: WriteCommand[], operation: Operation): Promise<Outcome<ResultOf<WriteCommand>>[]> {
    return this.run(commands, operation, true);
  }

  private async run(commands: WriteCommand[], operation: Operation, each: boolean): Promise<Outcome<ResultOf<WriteCommand>>[]> {
    const outcomes = await this.store.write({ kind: "commands", commands, operation, bound: this.group, each });
    this.shared.onWrite(this.id);
    return outcomes;
  }

  findAnswer(idempotency: Idempotency): Promise<string | null> {
    return this.store.read((db) => findAnswer(db, this.group, idempotency));
  }

  keepAnswer(idempotency: Idempotency, body: string, operation: Operation): Promise<string> {
    return this.store.write({ kind: "answer", idempotency, body, operation_id: operation.id, bound: this.group });
  }

  async recall(query: RecallQuery, operation: Operation): Promise<RecallResult> {
    const started = performance.now();
    requireOwnGroup(this.group, query.group, operation);
    const memories = await recallMemories({ ...this.shared, store: this.store, bound: this.group, now: this.shared.now() }, query);
    this.count(operation, { api_calls: operation.calls ?? 1, searches: 1, ...(query.channels !== "text" && { embeddings: 1 }) }, memories);
    return { memories, took_ms: Math.round((performance.now() - started) * 1_000) / 1_000 };
  }

  async getMemory(id: string): Promise<Memory> {
    return toMemory(await this.store.read((db) => requireMemoryRow(db, id, this.group)));
  }

  listMemories(query: MemoryListQuery): Promise<Page<Memory> & { total?: number }> {
    return this.store.read((db) => listMemories(db, this.group, query, this.shared.now()));
  }

  listVersions(id: string, cursor?: string): Promise<Page<MemoryVersion>> {
    return this.store.read((db) => listVersions(db, this.group, id, cursor));
  }

  listRelated(id: string, query: RelatedQuery): Promise<{ memory: Memory; path: Relationship[] }[]> {
    return this.store.read((db) => listRelated(db, this.group, id, query));
  }

  listGroups(query: { limit: number; cursor?: string | undefined; prefix?: string | undefined }): Promise<Page<Group>> {
    return this.store.read((db) => listGroups(db, this.group, query));
  }

  getGroup(name: string): Promise<Group> {
    return this.store.read((db) => getGroup(db, this.group, name));
  }

  async getRelationship(id: string): Promise<Relationship> {
    return toRelationship(await this.store.read((db) => requireRelationshipRow(db, id, this.group)));
  }

  listRelationships(query: RelationshipListQuery): Promise<Page<Relationship>> {
    return this.store.read((db) => listRelationships(db, this.group, query));
  }

  readGraph(query: GraphQuery): Promise<Graph> {
    return this.store.read((db) => readGraph(db, this.group, query));
  }

  exportRecords(query: { group?: string | undefined }): AsyncIterable<ExportRecord> {
    return exportRecords((work) => this.store.read(work), this.group, query.group);
  }

  meter(operation: Operation, memories: Iterable<{ id: string }> = []): void {
    this.count(operation, { api_calls: operation.calls ?? 1 }, memories);
  }

  private count(operation: Operation, quantities: Quantities, memories: Iterable<{ id: string }>): void {
    const at = this.shared.now().toISOString();
    const logged = operation.connection_id !== undefined;
    const read = logged ? toAccessed(new Set(Array.from(memories, ({ id }) => id))) : null;
    if (logged) this.shared.onLog(this.id);
    // A store that cannot count answers all its requests with an error; this one has its answer already.
    this.store.write({ kind: "meter", operation, quantities, read, at }).catch((error: unknown) => {
      this.shared.log.warn({ store: this.id, error: String(error) }, "a read was not counted");
    });
  }

  async listAccesses(query: AccessListQuery): Promise<Page<Access>> {
    if (this.group !== null) return { items: [], next: null };
    // As below: reads are written down with the next write.
    await this.store.write({ kind: "inspect" });
    return this.store.read((db) => listAccesses(db, query));
  }

  async readUsage(): Promise<UsageReport> {
    // Reads that wait to be counted are counted with the next write, and this is one.
    await this.store.write({ kind: "inspect" });
    return this.store.read((db) => readUsage(db, this.shared.now()));
  }
}
