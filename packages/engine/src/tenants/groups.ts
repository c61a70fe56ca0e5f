import { AppError } from "@loci/kit/errors";
import { CompiledQuery, type Kysely } from "kysely";
import type { Group } from "../memory.ts";
import type { Operation } from "../workspace.ts";
import type { WriteContext } from "../write-context.ts";
import type { GroupRow, TenantTables } from "./schema.ts";

const DEFAULT_GROUP = "default";

/** Each store and each recall asks this first, so it is written out: building it takes longer than running it. */
export async function findGroup(db: Kysely<TenantTables>, name: string): Promise<GroupRow | undefined> {
  const { rows } = await db.executeQuery<GroupRow>(CompiledQuery.raw("select * from groups where name = ?", [name]));
  return rows[0];
}

/** The group a write goes to: the one it names, else the one its key is bound to, else `default`. Made when new. */
export async function openGroup({ db, bound, now, operation }: WriteContext, named: string | undefined): Promise<GroupRow> {
  requireOwnGroup(bound, named, operation);
  const name = named ?? bound ?? DEFAULT_GROUP;
  const known = await findGroup(db, name);
  if (known) return known;

  const at = now.toISOString();
  return db
    .insertInto("groups")
    .values({ name, memories: 0, storage_bytes: 0, change: 0, epoch: 0, created_at: at, updated_at: at })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Throws for who is bound to a group and names another, whether there is one of that name or not. */
export function requireOwnGroup(bound: string | null, named: string | undefined, { connection_id }: Pick<Operation, "connection_id">): void {
  if (bound === null || named === undefined || named === bound) return;
  const message = connection_id === undefined
    ? `This key is bound to the group "${bound}". Leave \`group\` out, or use a key of the whole workspace.`
    : `This app is limited to the group "${bound}". Leave \`group\` out; whoever connected the app can change that under /connections.`;
  throw new AppError("forbidden", message, { param: "group", details: { reason: "other_group" } });
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
