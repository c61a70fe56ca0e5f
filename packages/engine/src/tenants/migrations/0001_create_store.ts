import { sql, type Kysely } from "kysely";

/** The first shape of a workspace's store. Constraints carry the promise they keep, indexes the question they answer. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createState(db);
  await createMemories(db);
  await createIndexes(db);
  await createRelationships(db);
  await createRecords(db);
}

async function createState(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("state")
    .addColumn("id", "integer", (col) => col.primaryKey())
    .addColumn("change", "integer", (col) => col.notNull())
    .addColumn("epoch", "integer", (col) => col.notNull())
    .execute();
  await sql`insert into state (id, change, epoch) values (1, 0, 0)`.execute(db);

  await db.schema
    .createTable("groups")
    // Never used twice: an index in memory knows its group by this id.
    .addColumn("id", "integer", (col) => col.primaryKey().autoIncrement())
    .addColumn("name", "text", (col) => col.notNull().unique())
    .addColumn("memories", "integer", (col) => col.notNull())
    .addColumn("storage_bytes", "integer", (col) => col.notNull())
    .addColumn("change", "integer", (col) => col.notNull())
    .addColumn("epoch", "integer", (col) => col.notNull())
    .addColumn("created_at", "text", (col) => col.notNull())
    .addColumn("updated_at", "text", (col) => col.notNull())
    .execute();
}

async function createMemories(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("memories")
    .addColumn("seq", "integer", (col) => col.primaryKey())
    .addColumn("id", "text", (col) => col.notNull().unique())
    .addColumn("group_id", "integer", (col) => col.notNull().references("groups.id"))
    .addColumn("type", "text", (col) => col.notNull())
    .addColumn("title", "text")
    .addColumn("content", "text", (col) => col.notNull())
    .addColumn("tags", "text", (col) => col.notNull())
    .addColumn("metadata", "text", (col) => col.notNull())
    .addColumn("importance", "real", (col) => col.notNull())
    .addColumn("source", "text", (col) => col.notNull())
    .addColumn("trust", "text", (col) => col.notNull())
    .addColumn("session", "text")
    .addColumn("speaker", "text")
    .addColumn("role", "text")
    .addColumn("occurred_at", "text")
    .addColumn("valid_from", "text")
    .addColumn("valid_to", "text")
    .addColumn("expires_at", "text")
    .addColumn("version", "integer", (col) => col.notNull())
    .addColumn("supersedes", "text")
    .addColumn("superseded_by", "text")
    .addColumn("forgotten_at", "text")
    .addColumn("fingerprint", "text", (col) => col.notNull())
    .addColumn("bytes", "integer", (col) => col.notNull())
    .addColumn("change", "integer", (col) => col.notNull())
    .addColumn("created_at", "text", (col) => col.notNull())
    .addColumn("updated_at", "text", (col) => col.notNull())
    .execute();

  await db.schema
    .createTable("versions")
    .addColumn("seq", "integer", (col) => col.notNull().references("memories.seq").onDelete("cascade"))
    .addColumn("version", "integer", (col) => col.notNull())
    .addColumn("operation_id", "text", (col) => col.notNull())
    .addColumn("replaced_at", "text", (col) => col.notNull())
    .addColumn("snapshot", "text", (col) => col.notNull())
    .addPrimaryKeyConstraint("one_row_per_version", ["seq", "version"])
    .execute();
}

async function createIndexes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex("one_live_memory_per_fingerprint")
    .on("memories").columns(["group_id", "fingerprint"]).unique()
    .where(sql<boolean>`forgotten_at is null and superseded_by is null`)
    .execute();
  await db.schema.createIndex("memories_by_group").on("memories").columns(["group_id", "seq"]).unique().execute();
  await db.schema.createIndex("memories_by_change").on("memories").columns(["group_id", "change"]).execute();
  await db.schema.createIndex("memories_to_purge").on("memories").column("forgotten_at").where(sql<boolean>`forgotten_at is not null`).execute();
  await db.schema.createIndex("memories_to_expire").on("memories").column("expires_at").where(sql<boolean>`expires_at is not null and forgotten_at is null`).execute();

  // Kept in the order of groups, without a rowid: a cold group is read from neighbouring pages, whatever else was stored between.
  await db.schema
    .createTable("index_entries")
    .addColumn("group_id", "integer", (col) => col.notNull())
    .addColumn("seq", "integer", (col) => col.notNull())
    .addColumn("model", "text")
    .addColumn("entry", "blob", (col) => col.notNull())
    .addPrimaryKeyConstraint("one_entry_per_memory", ["group_id", "seq"])
    .addForeignKeyConstraint("entry_of_a_memory", ["group_id", "seq"], "memories", ["group_id", "seq"], (key) => key.onDelete("cascade"))
    .modifyEnd(sql`without rowid`)
    .execute();
  await db.schema.createIndex("entries_by_model").on("index_entries").column("model").execute();

  await db.schema
    .createTable("segments")
    .addColumn("group_id", "integer", (col) => col.notNull().references("groups.id").onDelete("cascade"))
    .addColumn("first_seq", "integer", (col) => col.notNull())
    .addColumn("last_seq", "integer", (col) => col.notNull())
    .addColumn("model", "text", (col) => col.notNull())
    .addColumn("entries", "blob", (col) => col.notNull())
    .addPrimaryKeyConstraint("one_segment_per_place", ["group_id", "first_seq"])
    .execute();
}

async function createRelationships(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("relationships")
    .addColumn("seq", "integer", (col) => col.primaryKey())
    .addColumn("id", "text", (col) => col.notNull().unique())
    .addColumn("from_seq", "integer", (col) => col.notNull().references("memories.seq").onDelete("cascade"))
    .addColumn("to_seq", "integer", (col) => col.notNull().references("memories.seq").onDelete("cascade"))
    .addColumn("type", "text", (col) => col.notNull())
    .addColumn("family", "text", (col) => col.notNull())
    .addColumn("strength", "real", (col) => col.notNull())
    .addColumn("context", "text")
    .addColumn("created_at", "text", (col) => col.notNull())
    .addColumn("updated_at", "text", (col) => col.notNull())
    .addUniqueConstraint("one_edge_per_type", ["from_seq", "to_seq", "type"])
    .execute();
  await db.schema.createIndex("relationships_by_end").on("relationships").column("to_seq").execute();
}

async function createRecords(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("idempotency")
    .addColumn("scope", "text", (col) => col.notNull())
    .addColumn("key", "text", (col) => col.notNull())
    .addColumn("fingerprint", "text", (col) => col.notNull())
    .addColumn("answer", "text", (col) => col.notNull())
    .addColumn("operation_id", "text", (col) => col.notNull())
    .addColumn("created_at", "text", (col) => col.notNull())
    .addPrimaryKeyConstraint("one_answer_per_key", ["scope", "key"])
    .execute();
  await db.schema.createIndex("idempotency_by_age").on("idempotency").column("created_at").execute();

  await db.schema
    .createTable("ledger")
    .addColumn("operation_id", "text", (col) => col.notNull())
    .addColumn("part", "integer", (col) => col.notNull())
    .addColumn("meter", "text", (col) => col.notNull())
    .addColumn("quantity", "integer", (col) => col.notNull())
    .addColumn("key_id", "text")
    .addColumn("at", "text", (col) => col.notNull())
    .addPrimaryKeyConstraint("counted_once", ["operation_id", "part", "meter"])
    .modifyEnd(sql`without rowid`)
    .execute();

  await db.schema
    .createTable("usage_counters")
    .addColumn("hour", "text", (col) => col.notNull())
    .addColumn("meter", "text", (col) => col.notNull())
    .addColumn("quantity", "integer", (col) => col.notNull())
    .addPrimaryKeyConstraint("one_counter_per_hour", ["hour", "meter"])
    .modifyEnd(sql`without rowid`)
    .execute();
}
