import type { Clock } from "@loci/kit/clock";
import { AppError, notFound } from "@loci/kit/errors";
import { isId, newId } from "@loci/kit/ids";
import type { Selectable } from "kysely";
import type { ControlDb } from "../control/database.ts";
import type { ControlTables } from "../control/tables.ts";
import { toSlug } from "./slug.ts";

export type WorkspaceRecord = Selectable<ControlTables["workspaces"]>;

/** A team workspace without members, as the command line and a first start make one. */
export async function createWorkspace({ db, now }: { db: ControlDb; now: Clock }, name: string): Promise<WorkspaceRecord> {
  const slug = toSlug(name);
  const twin = await db.selectFrom("workspaces").select("id").where("slug", "=", slug).executeTakeFirst();
  if (twin) throw new AppError("conflict", `There is a workspace called "${slug}" already (${twin.id}). Choose another name.`);
  const row: WorkspaceRecord = { id: newId("wsp"), slug, name, created_at: now().toISOString(), kind: "team", personal_user_id: null, plan: null, delete_after: null, deleting_at: null };
  await db.insertInto("workspaces").values(row).execute();
  return row;
}

export const listWorkspaces = (db: ControlDb): Promise<WorkspaceRecord[]> => db.selectFrom("workspaces").selectAll().orderBy("id").execute();

/** By id or by slug: people type slugs. */
export async function getWorkspace(db: ControlDb, idOrSlug: string): Promise<WorkspaceRecord> {
  const row = await db.selectFrom("workspaces").selectAll()
    .where(isId("wsp", idOrSlug) ? "id" : "slug", "=", isId("wsp", idOrSlug) ? idOrSlug : toSlug(idOrSlug)).executeTakeFirst();
  if (row === undefined) throw notFound("workspace");
  return row;
}
