import { notFound } from "@loci/kit/errors";
import { CompiledQuery, sql, type Kysely } from "kysely";
import { MEMORY_LIMITS, type Memory, type MemoryVersion, type Role, type Source, type Trust } from "../memory.ts";
import type { MemoryTable, TenantTables } from "./schema.ts";

/** A row with the name of its group, as a memory needs it. */
export type MemoryRow = MemoryTable & { group_name: string };

export const selectMemories = (db: Kysely<TenantTables>) =>
  db.selectFrom("memories").innerJoin("groups", "groups.id", "memories.group_id").selectAll("memories").select("groups.name as group_name");

/** A memory inside the bounds, forgotten or not. */
export async function findMemoryRow(db: Kysely<TenantTables>, id: string, bound: string | null): Promise<MemoryRow | undefined> {
  const row = await selectMemories(db).where("memories.id", "=", id).executeTakeFirst();
  return row && (bound === null || row.group_name === bound) ? row : undefined;
}

/** A memory inside the bounds that is not forgotten. */
export async function requireMemoryRow(db: Kysely<TenantTables>, id: string, bound: string | null): Promise<MemoryRow> {
  const row = await findMemoryRow(db, id, bound);
  if (!row || row.forgotten_at !== null) throw notFound("memory");
  return row;
}

/** SQLite binds at most 32,766 values in a statement. */
const SEQS_PER_QUERY = 10_000;

export async function listMemoryRowsBySeq(db: Kysely<TenantTables>, seqs: number[]): Promise<MemoryRow[]> {
  const rows: MemoryRow[] = [];
  for (let from = 0; from < seqs.length; from += SEQS_PER_QUERY) {
    const some = seqs.slice(from, from + SEQS_PER_QUERY);
    // Written out as well: each recall ends with this.
    const query = `select memories.*, groups.name as group_name from memories join groups on groups.id = memories.group_id where seq in (?${", ?".repeat(some.length - 1)})`;
    rows.push(...(await db.executeQuery<MemoryRow>(CompiledQuery.raw(query, some))).rows);
  }
  return rows;
}

const COLUMNS = [
  "seq", "id", "group_id", "type", "title", "content", "tags", "metadata", "importance", "source", "trust", "session", "speaker", "role",
  "occurred_at", "valid_from", "valid_to", "expires_at", "version", "supersedes", "superseded_by", "forgotten_at", "fingerprint", "bytes",
  "change", "created_at", "updated_at",
] as const satisfies (keyof MemoryTable)[];

// Every store runs this and the next one: written out, they take a third of the time that building them takes (`bench/load`).
const COLUMN_LIST = sql.raw(COLUMNS.join(", "));

/** What one page of memories may weigh: a text can have 1 MB, and a page 200 of them. */
const PAGE_BYTES_MAX = 8 * 2 ** 20;

/**
 * The rows of a query of memories in its order, the first of them at least, and as many of `limit` as weigh no more than 8 MB
 * together; `more` says whether rows were left out.
 */
export async function readPage(rows: ReturnType<typeof selectMemories>, db: Kysely<TenantTables>, limit: number): Promise<{ rows: MemoryRow[]; more: boolean }> {
  const found = await rows.clearSelect().select(["memories.seq", "memories.bytes"]).limit(limit + 1).execute();
  const kept = takeByWeight(found.slice(0, limit));
  const bySeq = new Map((await listMemoryRowsBySeq(db, kept.map((row) => row.seq))).map((row) => [row.seq, row]));
  return { rows: kept.flatMap(({ seq }) => bySeq.get(seq) ?? []), more: kept.length < found.length };
}

/** The first of a list that weigh no more than 8 MB together; one at least. */
export function takeByWeight<Row extends { bytes: number }>(rows: Row[]): Row[] {
  let weight = 0;
  const over = rows.findIndex(({ bytes }) => (weight += bytes) > PAGE_BYTES_MAX);
  return over < 0 ? rows : rows.slice(0, Math.max(1, over));
}

export async function insertMemoryRow(db: Kysely<TenantTables>, row: MemoryRow): Promise<void> {
  await sql`insert into memories (${COLUMN_LIST}) values (${sql.join(COLUMNS.map((column) => row[column]))})`.execute(db);
}

/** A live memory of the group with this fingerprint; there is at most one. */
export async function findLiveRow(db: Kysely<TenantTables>, groupId: number, fingerprint: string): Promise<MemoryRow | undefined> {
  const { rows } = await sql<MemoryRow>`
    select memories.*, groups.name as group_name from memories join groups on groups.id = memories.group_id
    where memories.group_id = ${groupId} and fingerprint = ${fingerprint} and forgotten_at is null and superseded_by is null`.execute(db);
  return rows[0];
}

export async function updateMemoryRow(db: Kysely<TenantTables>, { group_name: _, seq, ...row }: MemoryRow): Promise<void> {
  await db.updateTable("memories").set(row).where("seq", "=", seq).execute();
}

export async function insertVersion(db: Kysely<TenantTables>, seq: number, version: MemoryVersion): Promise<void> {
  await db
    .insertInto("versions")
    .values({ seq, version: version.version, operation_id: version.operation_id, replaced_at: version.replaced_at, snapshot: JSON.stringify(version.memory) })
    .execute();
  await db.deleteFrom("versions").where("seq", "=", seq).where("version", "<=", version.version - MEMORY_LIMITS.versions).execute();
}

export async function findVersion(db: Kysely<TenantTables>, seq: number, version: number): Promise<MemoryVersion | undefined> {
  const row = await db.selectFrom("versions").selectAll().where("seq", "=", seq).where("version", "=", version).executeTakeFirst();
  return row && { version, operation_id: row.operation_id, replaced_at: row.replaced_at, memory: JSON.parse(row.snapshot) as Memory };
}

/** The numbers and weights of the versions that are kept, the newest first. */
export const listVersionNumbers = (db: Kysely<TenantTables>, seq: number): Promise<{ version: number; bytes: number }[]> =>
  db
    .selectFrom("versions").select(["version", sql<number>`length(snapshot)`.as("bytes")])
    .where("seq", "=", seq).orderBy("version", "desc").execute();

/** What a memory counts for in `storage_bytes`: its text and what hangs on it, as UTF-8. */
export const countMemoryBytes = (row: Pick<MemoryRow, "content" | "title" | "tags" | "metadata">): number =>
  Buffer.byteLength(row.content) + Buffer.byteLength(row.title ?? "") + Buffer.byteLength(row.tags) + Buffer.byteLength(row.metadata);

export function toMemory(row: MemoryRow): Memory {
  return {
    id: row.id,
    group: row.group_name,
    type: row.type,
    ...(row.title !== null && { title: row.title }),
    content: row.content,
    tags: row.tags === "[]" ? [] : (JSON.parse(row.tags) as string[]),
    metadata: row.metadata === "{}" ? {} : (JSON.parse(row.metadata) as Record<string, unknown>),
    importance: row.importance,
    source: JSON.parse(row.source) as Source,
    trust: row.trust as Trust,
    ...(row.session !== null && { session: row.session }),
    ...(row.speaker !== null && { speaker: row.speaker }),
    ...(row.role !== null && { role: row.role as Role }),
    ...(row.occurred_at !== null && { occurred_at: row.occurred_at }),
    ...(row.valid_from !== null && { valid_from: row.valid_from }),
    ...(row.valid_to !== null && { valid_to: row.valid_to }),
    ...(row.expires_at !== null && { expires_at: row.expires_at }),
    version: row.version,
    ...(row.supersedes !== null && { supersedes: row.supersedes }),
    ...(row.superseded_by !== null && { superseded_by: row.superseded_by }),
    ...(row.forgotten_at !== null && { forgotten_at: row.forgotten_at }),
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}
