import type { Kysely } from "kysely";

/** What connected apps read and wrote. It names memories by their ids alone, so erasing a memory needs nothing of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("accesses")
    .addColumn("seq", "integer", (col) => col.primaryKey())
    .addColumn("connection_id", "text", (col) => col.notNull())
    .addColumn("operation_id", "text", (col) => col.notNull())
    .addColumn("action", "text", (col) => col.notNull())
    .addColumn("effect", "text", (col) => col.notNull())
    .addColumn("memories", "text", (col) => col.notNull())
    .addColumn("memory_count", "integer", (col) => col.notNull())
    .addColumn("at", "text", (col) => col.notNull())
    .execute();
  await db.schema.createIndex("accesses_by_connection").on("accesses").columns(["connection_id", "seq"]).execute();
  await db.schema.createIndex("accesses_by_age").on("accesses").column("at").execute();
}
