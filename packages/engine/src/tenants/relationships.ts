import { notFound } from "@loci/kit/errors";
import type { Kysely } from "kysely";
import type { Relationship } from "../memory.ts";
import type { RelationshipRow, TenantTables } from "./schema.ts";

/** An edge with the ids of its ends. */
export type EdgeRow = RelationshipRow & { from_id: string; to_id: string };

/** Edges between memories that are both there: one that is forgotten hides its edges until it is restored. */
export const selectEdges = (db: Kysely<TenantTables>, bound: string | null) => {
  const edges = db
    .selectFrom("relationships")
    .innerJoin("memories as source", "source.seq", "relationships.from_seq")
    .innerJoin("memories as target", "target.seq", "relationships.to_seq")
    .innerJoin("groups", "groups.id", "source.group_id")
    .selectAll("relationships")
    .select(["source.id as from_id", "target.id as to_id"])
    .where("source.forgotten_at", "is", null)
    .where("target.forgotten_at", "is", null);
  return bound === null ? edges : edges.where("groups.name", "=", bound);
};

export const findEdge = (db: Kysely<TenantTables>, fromSeq: number, toSeq: number, type: string): Promise<EdgeRow | undefined> =>
  selectEdges(db, null).where("from_seq", "=", fromSeq).where("to_seq", "=", toSeq).where("relationships.type", "=", type).executeTakeFirst();

export async function requireRelationshipRow(db: Kysely<TenantTables>, id: string, bound: string | null): Promise<EdgeRow> {
  const row = await selectEdges(db, bound).where("relationships.id", "=", id).executeTakeFirst();
  if (!row) throw notFound("relationship");
  return row;
}

export const toRelationship = (row: Omit<EdgeRow, "seq">): Relationship => ({
  id: row.id,
  from: row.from_id,
  to: row.to_id,
  type: row.type,
  family: row.family,
  strength: row.strength,
  ...(row.context !== null && { context: row.context }),
  created_at: row.created_at,
  updated_at: row.updated_at,
});
