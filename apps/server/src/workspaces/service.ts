import type { Clock } from "@loci/kit/clock";
import { AppError, notFound } from "@loci/kit/errors";
import { isId, newId } from "@loci/kit/ids";
import type { Kysely } from "kysely";
import type { ControlTables } from "../control/tables.ts";

export type WorkspaceRecord = ControlTables["workspaces"];

export async function createWorkspace({ db, now }: { db: Kysely<ControlTables>; now: Clock }, name: string): Promise<WorkspaceRecord> {
  const twin = await db.selectFrom("workspaces").select("id").where("name", "=", name).executeTakeFirst();
  if (twin) throw new AppError("conflict", `There is a workspace called "${name}" already (${twin.id}). Choose another name.`);
  const row = { id: newId("wsp"), name, created_at: now().toISOString() };
  await db.insertInto("workspaces").values(row).execute();
  return row;
}

export const listWorkspaces = (db: Kysely<ControlTables>): Promise<WorkspaceRecord[]> =>
  db.selectFrom("workspaces").selectAll().orderBy("id").execute();

/** By id or by name: people type names. */
export async function getWorkspace(db: Kysely<ControlTables>, idOrName: string): Promise<WorkspaceRecord> {
  const column = isId("wsp", idOrName) ? "id" : "name";
  const row = await db.selectFrom("workspaces").selectAll().where(column, "=", idOrName).executeTakeFirst();
  if (row === undefined) throw notFound("workspace");
  return row;
}
