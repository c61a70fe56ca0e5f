import type { Clock } from "@loci/kit/clock";
import { AppError, notFound } from "@loci/kit/errors";
import { isId, newId } from "@loci/kit/ids";
import { sql, type Selectable } from "kysely";
import { appendAudit } from "../audit/append.ts";
import { SYSTEM } from "../audit/origin.ts";
import type { Control, ControlDb } from "../control/database.ts";
import type { ControlTables } from "../control/tables.ts";
import { findBySlug, toSlug } from "./slug.ts";

export type WorkspaceRecord = Selectable<ControlTables["workspaces"]>;

/** A team workspace without members, as the command line and a first start make one. */
export function createWorkspace({ control, now }: { control: Control; now: Clock }, name: string): Promise<WorkspaceRecord> {
  const slug = toSlug(name);
  return control.transaction(async () => {
    const twin = await findBySlug(control.db, slug);
    if (twin) throw new AppError("conflict", `There is a workspace called "${slug}" already (${twin.id}). Choose another name.`);
    const row: WorkspaceRecord = { id: newId("wsp"), slug, name, created_at: now().toISOString(), kind: "team", personal_user_id: null, plan: null, delete_after: null, deleting_at: null };
    await control.db.insertInto("workspaces").values(row).execute();
    await appendAudit({ control, now }, SYSTEM, { chain: row.id, action: "workspace.created", target: row.id, details: { kind: "team" } });
    return row;
  });
}

export interface ListedWorkspace extends WorkspaceRecord {
  members: number;
}

/** All of the instance, with how many members each has. */
export const listWorkspaces = (db: ControlDb): Promise<ListedWorkspace[]> =>
  db.selectFrom("workspaces").selectAll().select(sql<number>`(select count(*) from members where workspace_id = workspaces.id)`.as("members")).orderBy("id").execute();

/** By id or by slug: people type slugs, or the name that one was made of. */
export async function getWorkspace(db: ControlDb, idOrSlug: string): Promise<WorkspaceRecord> {
  const row = await db.selectFrom("workspaces").selectAll()
    .where((or) => or.or([or("id", "=", idOrSlug), or("slug", "=", isId("wsp", idOrSlug) ? idOrSlug : toSlug(idOrSlug))])).executeTakeFirst();
  if (row === undefined) throw notFound("workspace");
  return row;
}
