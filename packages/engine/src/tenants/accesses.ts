import { DAY_MS } from "@loci/kit/clock";
import { readCursor, toCursor, toPage, type Page } from "@loci/kit/page";
import type { Kysely } from "kysely";
import type { Access, AccessListQuery, Operation } from "../workspace.ts";
import type { AccessRow, TenantTables } from "./schema.ts";

/** For so long is it kept what a connection read and wrote. */
const ACCESS_KEPT_DAYS = 90;

/** Ids that one access names; a recall finds 100 at most, and of a group that was forgotten the number says enough. */
const MEMORIES_NAMED_MAX = 200;

/** The memories that an access was about: the first of them by id, all of them by number. */
export interface AccessedMemories {
  ids: string[];
  count: number;
}

export function toAccessed(memories: ReadonlySet<string>): AccessedMemories {
  return { ids: [...memories].slice(0, MEMORIES_NAMED_MAX), count: memories.size };
}

/** The line of the log for what an operation did, or `null`: only what comes by a connection is logged. */
export function toAccessLine({ connection_id, id, action }: Operation, effect: Access["effect"], { ids, count }: AccessedMemories, at: Date): Omit<AccessRow, "seq"> | null {
  if (connection_id === undefined) return null;
  return { connection_id, operation_id: id, action: action ?? "", effect, memories: JSON.stringify(ids), memory_count: count, at: at.toISOString() };
}

/** The newest first. */
export async function listAccesses(db: Kysely<TenantTables>, { connection_id, limit, cursor }: AccessListQuery): Promise<Page<Access>> {
  let rows = db.selectFrom("accesses").selectAll().where("connection_id", "=", connection_id);
  if (cursor !== undefined) rows = rows.where("seq", "<", readCursor(cursor, ["number"])[0]);
  const found = await rows.orderBy("seq", "desc").limit(limit + 1).execute();
  return toPage(found, limit, toAccess, (row) => toCursor(row.seq));
}

/** When the oldest line is to be dropped, or `null` where there is none. */
export async function findAccessesDue(db: Kysely<TenantTables>): Promise<string | null> {
  const { oldest } = await db.selectFrom("accesses").select((eb) => eb.fn.min("at").as("oldest")).executeTakeFirstOrThrow();
  return oldest && new Date(Date.parse(oldest) + ACCESS_KEPT_DAYS * DAY_MS).toISOString();
}

export async function dropOldAccesses(db: Kysely<TenantTables>, now: Date, rowsMax: number): Promise<void> {
  const before = new Date(now.getTime() - ACCESS_KEPT_DAYS * DAY_MS).toISOString();
  const old = db.selectFrom("accesses").select("seq").where("at", "<=", before).orderBy("at").limit(rowsMax);
  await db.deleteFrom("accesses").where("seq", "in", old).execute();
}

const toAccess = ({ operation_id, connection_id, action, effect, memories, memory_count, at }: AccessRow): Access =>
  ({ operation_id, connection_id, action, effect, memories: JSON.parse(memories) as string[], memory_count, at });
