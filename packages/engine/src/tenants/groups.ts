import { AppError } from "@loci/kit/errors";
import { CompiledQuery, type Kysely } from "kysely";
import type { Group } from "../memory.ts";
import type { WriteContext } from "../write-context.ts";
import type { GroupRow, TenantTables } from "./schema.ts";

const DEFAULT_GROUP = "default";

/** Each store and each recall asks this first, so it is written out: building it takes longer than running it. */
export async function findGroup(db: Kysely<TenantTables>, name: string): Promise<GroupRow | undefined> {
  const { rows } = await db.executeQuery<GroupRow>(CompiledQuery.raw("select * from groups where name = ?", [name]));
  return rows[0];
}

/** The group a write goes to: the one it names, else the one its key is bound to, else `default`. Made when new. */
export async function openGroup({ db, bound, now }: WriteContext, named: string | undefined): Promise<GroupRow> {
  const name = named ?? bound ?? DEFAULT_GROUP;
  if (bound !== null && name !== bound) {
    throw new AppError("forbidden", `This key is bound to the group "${bound}". Leave "group" out, or use a key of the whole workspace.`, { param: "group" });
  }
  const known = await findGroup(db, name);
  if (known) return known;

  const at = now.toISOString();
  return db
    .insertInto("groups")
    .values({ name, memories: 0, storage_bytes: 0, change: 0, epoch: 0, created_at: at, updated_at: at })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function listGroupRows(db: Kysely<TenantTables>, query: { after?: string | undefined; prefix?: string | undefined; bound: string | null; limit: number }): Promise<GroupRow[]> {
  let rows = db.selectFrom("groups").selectAll().orderBy("name").limit(query.limit);
  if (query.bound !== null) rows = rows.where("name", "=", query.bound);
  if (query.after !== undefined) rows = rows.where("name", ">", query.after);
  // U+10FFFF sorts after every other character, in UTF-8 as in code points.
  if (query.prefix !== undefined) rows = rows.where("name", ">=", query.prefix).where("name", "<", `${query.prefix}\u{10FFFF}`);
  return rows.execute();
}

export const toGroup = ({ name, memories, storage_bytes, created_at, updated_at }: GroupRow): Group =>
  ({ name, memories, storage_bytes, created_at, updated_at });
