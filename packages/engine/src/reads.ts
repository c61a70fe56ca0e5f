import { notFound } from "@loci/kit/errors";
import { readCursor, toCursor, toPage, type Page } from "@loci/kit/page";
import { sql, type Kysely } from "kysely";
import { toFilterSql } from "./filter-sql.ts";
import type { Filter } from "./filter.ts";
import type { Group, Memory, MemoryVersion, Relationship } from "./memory.ts";
import { findGroup, listGroupRows, toGroup } from "./tenants/groups.ts";
import { findVersion, listVersionNumbers, readPage, requireMemoryRow, selectMemories, takeByWeight, toMemory } from "./tenants/memories.ts";
import { selectEdges, toRelationship } from "./tenants/relationships.ts";
import type { TenantTables } from "./tenants/schema.ts";
import type { ExportRecord, MemoryListQuery, RelationshipListQuery } from "./workspace.ts";

type Db = Kysely<TenantTables>;
type Bound = string | null;

/** A caller who named another group than its key's sees nothing there. */
export const toBoundGroup = (asked: string | undefined, bound: Bound): string | null | undefined =>
  bound === null ? (asked ?? null) : asked === undefined || asked === bound ? bound : undefined;

export interface Conditions {
  filter?: Filter | undefined;
  types?: string[] | undefined;
  tags?: string[] | undefined;
}

/** Types are alternatives, tags must all be there. */
export function applyConditions<Query extends ReturnType<typeof selectMemories>>(rows: Query, { filter, types, tags }: Conditions): Query {
  let query = rows;
  if (types !== undefined) query = query.where("memories.type", "in", types.length > 0 ? types : [""]) as Query;
  for (const tag of tags ?? []) query = query.where(toFilterSql({ tags: tag })) as Query;
  if (filter !== undefined) query = query.where(toFilterSql(filter)) as Query;
  return query;
}

export async function listMemories(db: Db, bound: Bound, query: MemoryListQuery, now: Date): Promise<Page<Memory> & { total?: number }> {
  const group = toBoundGroup(query.group, bound);
  if (group === undefined) return { items: [], next: null, ...(query.total && { total: 0 }) };

  let rows = applyConditions(selectMemories(db), query);
  if (group !== null) rows = rows.where("groups.name", "=", group);
  rows = rows.where("forgotten_at", query.forgotten ? "is not" : "is", null);
  if (!query.include_superseded) rows = rows.where("superseded_by", "is", null);
  if (query.session !== undefined) rows = rows.where("session", "=", query.session);
  if (query.contains !== undefined) rows = rows.where(sql<boolean>`instr(lower(content), lower(${query.contains})) > 0`);
  rows = rows.where((eb) => eb.or([eb("expires_at", "is", null), eb("expires_at", ">", now.toISOString())]));

  const counted = query.total ? await rows.clearSelect().select((eb) => eb.fn.countAll<number>().as("total")).executeTakeFirstOrThrow() : null;
  if (query.cursor !== undefined) {
    rows = rows.where("seq", query.order === "newest" ? "<" : ">", readCursor(query.cursor, ["number"])[0]);
  }
  const page = await readPage(rows.orderBy("seq", query.order === "newest" ? "desc" : "asc"), db, query.limit);
  const last = page.rows.at(-1);
  return {
    items: page.rows.map(toMemory),
    next: page.more && last ? toCursor(last.seq) : null,
    ...(counted && { total: Number(counted.total) }),
  };
}

export async function listVersions(db: Db, bound: Bound, id: string, cursor: string | undefined): Promise<Page<MemoryVersion>> {
  const { seq } = await requireMemoryRow(db, id, bound);
  const before = cursor === undefined ? Infinity : readCursor(cursor, ["number"])[0];
  const left = (await listVersionNumbers(db, seq)).filter(({ version }) => version < before);
  const page = takeByWeight(left);
  const items: MemoryVersion[] = [];
  for (const { version } of page) items.push(...toList(await findVersion(db, seq, version)));
  const last = page.at(-1);
  return { items, next: page.length < left.length && last ? toCursor(last.version) : null };
}

const toList = <Item>(item: Item | undefined): Item[] => (item === undefined ? [] : [item]);

export async function listGroups(db: Db, bound: Bound, query: { limit: number; cursor?: string | undefined; prefix?: string | undefined }): Promise<Page<Group>> {
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor, ["string"])[0];
  const rows = await listGroupRows(db, { after, prefix: query.prefix, bound, limit: query.limit + 1 });
  return toPage(rows, query.limit, toGroup, (row) => toCursor(row.name));
}

export async function getGroup(db: Db, bound: Bound, name: string): Promise<Group> {
  const row = bound === null || name === bound ? await findGroup(db, name) : undefined;
  if (!row) throw notFound("group");
  return toGroup(row);
}

export async function listRelationships(db: Db, bound: Bound, query: RelationshipListQuery): Promise<Page<Relationship>> {
  let rows = selectEdges(db, bound);
  if (query.memory !== undefined) {
    const { seq } = await requireMemoryRow(db, query.memory, bound);
    rows = rows.where((eb) => eb.or([eb("from_seq", "=", seq), eb("to_seq", "=", seq)]));
  }
  if (query.types !== undefined && query.types.length > 0) rows = rows.where("relationships.type", "in", query.types);
  if (query.cursor !== undefined) rows = rows.where("relationships.seq", "<", readCursor(query.cursor, ["number"])[0]);
  const found = await rows.orderBy("relationships.seq", "desc").limit(query.limit + 1).execute();
  return toPage(found, query.limit, toRelationship, (row) => toCursor(row.seq));
}

/** Rows that one step of an export reads; between steps others get their turn. */
const EXPORT_ROWS = 500;

/** Everything live, memories first, so that an import finds the ends of a relationship before it. */
export async function* exportRecords(read: <Result>(work: (db: Db) => Promise<Result>) => Promise<Result>, bound: Bound, asked: string | undefined): AsyncGenerator<ExportRecord> {
  const group = toBoundGroup(asked, bound);
  if (group === undefined) return;
  for (let after = 0; ;) {
    const { rows, more } = await read((db) => {
      const page = selectMemories(db).where("forgotten_at", "is", null).where("seq", ">", after).orderBy("seq");
      return readPage(group === null ? page : page.where("groups.name", "=", group), db, EXPORT_ROWS);
    });
    for (const row of rows) {
      yield { kind: "memory", memory: toMemory(row) };
      if (row.version === 1) continue;
      for (const { version } of await read((db) => listVersionNumbers(db, row.seq))) {
        for (const kept of toList(await read((db) => findVersion(db, row.seq, version)))) yield { kind: "version", memory_id: row.id, version: kept };
      }
    }
    const last = rows.at(-1);
    if (!more || !last) break;
    after = last.seq;
  }
  yield* exportRelationships(read, group);
}

async function* exportRelationships(read: <Result>(work: (db: Db) => Promise<Result>) => Promise<Result>, group: string | null): AsyncGenerator<ExportRecord> {
  for (let after = 0; ;) {
    const rows = await read((db) => selectEdges(db, group).where("relationships.seq", ">", after).orderBy("relationships.seq").limit(EXPORT_ROWS).execute());
    for (const row of rows) yield { kind: "relationship", relationship: toRelationship(row) };
    const last = rows.at(-1);
    if (rows.length < EXPORT_ROWS || !last) return;
    after = last.seq;
  }
}

