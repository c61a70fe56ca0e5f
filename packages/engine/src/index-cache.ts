import { AppError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import type { Kysely } from "kysely";
import { LRUCache } from "lru-cache";
import { VectorHeapFull, type VectorHeap } from "./kernel/vector-heap.ts";
import { decodeEntries, decodeEntry, type IndexEntry } from "./search/entry.ts";
import { ScopeIndex } from "./search/scope-index.ts";
import { findGroup } from "./tenants/groups.ts";
import { SEGMENT_ENTRIES, toGaps } from "./tenants/maintenance.ts";
import type { MemoryStore } from "./tenants/memory-store.ts";
import type { TenantTables } from "./tenants/schema.ts";

type Db = Kysely<TenantTables>;

/** An index and what of the store it has seen. */
interface CachedIndex {
  index: ScopeIndex;
  /** The group, or `null` for the whole workspace. */
  groupId: number | null;
  epoch: number;
  change: number;
  dimensions: number;
  /** Its memory is given back: it left the cache while somebody waited for it. */
  freed: boolean;
}

/** Where a scope stands in the store. */
interface Mark {
  groupId: number | null;
  epoch: number;
  change: number;
}

/** Before an endpoint has told the length of its vectors none is held; once it has, the index is loaded anew. */
const UNKNOWN_DIMENSIONS = 1;

/** Rows read in one go before others get their turn. */
const ROWS_PER_TURN = 2_000;

export interface IndexCacheOptions {
  heap: VectorHeap;
  /** What all indexes together may take, vectors included; the least recently asked leave. */
  bytesMax: number;
  model: string;
  /** Of the embedder's vectors; `null` until an endpoint has told. */
  dimensions(): number | null;
  log: Log;
}

/**
 * The recall indexes of recently asked groups. An index is derived from its store and brought up to date at each recall
 * by the changes it has not seen, so that what was acknowledged is found, whoever wrote it.
 */
export class IndexCache {
  private readonly options: IndexCacheOptions;
  private readonly indexes: LRUCache<string, CachedIndex>;
  private readonly loading = new Map<string, Promise<CachedIndex | null>>();

  constructor(options: IndexCacheOptions) {
    this.options = options;
    this.indexes = new LRUCache<string, CachedIndex>({
      maxSize: options.bytesMax,
      sizeCalculation: ({ index }) => Math.max(1, Math.min(index.bytes, options.bytesMax)),
      // Also where another index takes its place: two loads of one group may overlap.
      dispose: (cached) => {
        cached.freed = true;
        cached.index.free();
      },
    });
  }

  /**
   * Runs `work` on the index of a group, or of the whole workspace, brought up to date; `null` where there is nothing to
   * search. `work` does not wait for anything: afterwards the index may be gone.
   */
  async use<Result>(store: MemoryStore, group: string | null, work: (index: ScopeIndex) => Result): Promise<Result | null> {
    for (;;) {
      const cached = await this.open(store, group);
      if (!cached) return null;
      if (!cached.freed) return work(cached.index);
    }
  }

  /** Lets go of all indexes of a store. */
  drop(store: string): void {
    for (const key of this.indexes.keys()) if (key.startsWith(`${store} `)) this.indexes.delete(key);
  }

  private async open(store: MemoryStore, group: string | null): Promise<CachedIndex | null> {
    const key = `${store.name} ${group === null ? "*" : `=${group}`}`;
    const mark = await store.read((db) => findMark(db, group));
    if (!mark) {
      this.indexes.delete(key);
      return null;
    }
    const cached = this.indexes.get(key);
    const dimensions = this.options.dimensions() ?? UNKNOWN_DIMENSIONS;
    if (cached && cached.groupId === mark.groupId && cached.epoch === mark.epoch && cached.dimensions === dimensions) {
      if (cached.change < mark.change) await this.catchUp(store, key, cached, mark);
      return cached;
    }
    if (cached) this.indexes.delete(key);
    return this.loadOnce(store, key, mark);
  }

  /** Two who ask for a cold group at once wait for one load; whoever came after a later change asks again. */
  private async loadOnce(store: MemoryStore, key: string, mark: Mark): Promise<CachedIndex | null> {
    const underWay = this.loading.get(key);
    if (underWay) {
      const loaded = await underWay;
      if (loaded && loaded.groupId === mark.groupId && loaded.epoch === mark.epoch) {
        if (loaded.change < mark.change) await this.catchUp(store, key, loaded, mark);
        return loaded;
      }
    }
    const load = this.load(store, key, mark).finally(() => this.loading.delete(key));
    this.loading.set(key, load);
    return load;
  }

  private async load(store: MemoryStore, key: string, mark: Mark): Promise<CachedIndex> {
    const entries: IndexEntry[] = [];
    const looseRows = new Map<number, number>();
    for await (const part of readEntries(store, mark.groupId, this.options.model)) {
      for (const entry of part.entries) entries.push(entry);
      looseRows.set(part.groupId, (looseRows.get(part.groupId) ?? 0) + part.fromRows);
    }
    const dimensions = this.options.dimensions() ?? UNKNOWN_DIMENSIONS;
    const usable = dimensions === UNKNOWN_DIMENSIONS ? entries.map((entry) => ({ ...entry, vector: null })) : entries;
    const index = this.withRoom(null, () => new ScopeIndex({ heap: this.options.heap, dimensions, entries: usable }));
    const cached = { ...mark, dimensions, freed: false, index };
    this.indexes.set(key, cached);
    // Enough loose rows for a segment: packed, they load faster the next time.
    for (const [groupId, rows] of looseRows) if (rows >= SEGMENT_ENTRIES) this.packLater(store, groupId);
    return cached;
  }

  private async catchUp(store: MemoryStore, key: string, cached: CachedIndex, mark: Mark): Promise<void> {
    const since = cached.change;
    const rows = await store.read((db) => listChanges(db, cached.groupId, since));
    // Another recall may have done the same meanwhile; an entry put twice is put once.
    if (cached.freed) return;
    for (const { seq, forgotten_at, entry, model } of rows) {
      if (entry === null || forgotten_at !== null) cached.index.remove(seq);
      else {
        const current = toCurrent(decodeEntry(entry), model, this.options.model);
        this.withRoom(cached, () => cached.index.upsert(cached.dimensions === UNKNOWN_DIMENSIONS ? { ...current, vector: null } : current));
      }
    }
    cached.change = Math.max(cached.change, mark.change);
    this.indexes.set(key, cached);
  }

  /** Where the heap is full, the indexes asked for the longest ago make room. */
  private withRoom<Result>(needed: CachedIndex | null, work: () => Result): Result {
    for (;;) {
      try {
        return work();
      } catch (thrown) {
        if (!(thrown instanceof VectorHeapFull)) throw thrown;
        if (!this.evictOne(needed)) {
          throw new AppError("unavailable", "This group is too large for the memory that recall may use. The operator can raise INDEX_MEMORY_MB.", { cause: thrown });
        }
      }
    }
  }

  private evictOne(needed: CachedIndex | null): boolean {
    for (const key of this.indexes.rkeys()) {
      if (this.indexes.peek(key) !== needed) return this.indexes.delete(key);
    }
    return false;
  }

  private packLater(store: MemoryStore, groupId: number): void {
    const pack = async (): Promise<void> => {
      for (;;) {
        const { packed } = await store.write({ kind: "pack", group_id: groupId });
        if (packed === 0) return;
      }
    };
    pack().catch((error: unknown) => this.options.log.warn({ store: store.name, error: String(error) }, "packing failed"));
  }
}

async function findMark(db: Db, group: string | null): Promise<Mark | null> {
  if (group !== null) {
    const row = await findGroup(db, group);
    return row ? { groupId: row.id, epoch: row.epoch, change: row.change } : null;
  }
  const { change, epoch } = await db.selectFrom("state").select(["change", "epoch"]).executeTakeFirstOrThrow();
  return change > 0 ? { groupId: null, epoch, change } : null;
}

function listChanges(db: Db, groupId: number | null, since: number) {
  const rows = db
    .selectFrom("memories").leftJoin("index_entries", (join) => join.onRef("index_entries.group_id", "=", "memories.group_id").onRef("index_entries.seq", "=", "memories.seq"))
    .select(["memories.seq", "forgotten_at", "entry", "model"])
    .where("memories.change", ">", since);
  // Changes are indexed by group: those groups that have any, each from its index.
  const changedGroups = db.selectFrom("groups").select("groups.id").where("groups.change", ">", since);
  return (groupId === null ? rows.where("memories.group_id", "in", changedGroups) : rows.where("memories.group_id", "=", groupId)).execute();
}

interface LoadedPart {
  groupId: number;
  entries: IndexEntry[];
  /** How many of them came from rows of their own. */
  fromRows: number;
}

/** Segments first, then what lies outside them, in turns. */
async function* readEntries(store: MemoryStore, groupId: number | null, model: string): AsyncGenerator<LoadedPart> {
  const groups = groupId === null ? await store.read((db) => db.selectFrom("groups").select("id").execute()) : [{ id: groupId }];
  for (const { id } of groups) {
    const places = await store.read((db) => db.selectFrom("segments").select(["first_seq", "last_seq"]).where("group_id", "=", id).orderBy("first_seq").execute());
    for (const { first_seq, last_seq } of places) {
      const row = await store.read((db) => db.selectFrom("segments").selectAll().where("group_id", "=", id).where("first_seq", "=", first_seq).where("last_seq", "=", last_seq).executeTakeFirst());
      if (row) yield { groupId: id, entries: decodeEntries(row.entries).map((entry) => toCurrent(entry, row.model, model)), fromRows: 0 };
      // It went meanwhile, for one member has changed: the rows of all are still there.
      else yield* readRows(store, id, { after: first_seq - 1, before: last_seq + 1 }, model);
      await letOthersRun();
    }
    for (const gap of toGaps(places)) yield* readRows(store, id, gap, model);
  }
}

async function* readRows(store: MemoryStore, groupId: number, gap: { after: number; before: number }, model: string): AsyncGenerator<LoadedPart> {
  for (let after = gap.after; ;) {
    const rows = await store.read((db) => db
      .selectFrom("index_entries").select(["seq", "entry", "model"])
      .where("group_id", "=", groupId).where("seq", ">", after).where("seq", "<", gap.before)
      .orderBy("seq").limit(ROWS_PER_TURN).execute());
    yield { groupId, entries: rows.map((row) => toCurrent(decodeEntry(row.entry), row.model, model)), fromRows: rows.length };
    const last = rows.at(-1);
    if (rows.length < ROWS_PER_TURN || !last) return;
    after = last.seq;
    await letOthersRun();
  }
}

/** A vector of another embedder says nothing beside today's: until it is made anew, words alone find the memory. */
const toCurrent = (entry: IndexEntry, model: string | null, current: string): IndexEntry =>
  model === current ? entry : { ...entry, vector: null };

const letOthersRun = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
