import { sql, type Kysely } from "kysely";
import { AppError } from "./errors.ts";

/** One forward step. `name` is its effect (`0001_create_memories`); released steps are never edited. */
export interface Migration {
  name: string;
  up(db: Kysely<unknown>): Promise<void>;
}

/**
 * Brings a database to the last of `migrations`, one transaction a step, and says which steps it ran.
 * A database that knows steps which this program does not is refused untouched: it belongs to a newer Loci.
 */
export async function migrate(db: Kysely<unknown>, migrations: Migration[], what: string): Promise<string[]> {
  await sql`create table if not exists migrations (name text primary key, applied_at text not null)`.execute(db);
  const { rows } = await sql<{ name: string }>`select name from migrations order by name`.execute(db);
  const applied = new Set(rows.map((row) => row.name));

  const known = new Set(migrations.map((step) => step.name));
  const unknown = [...applied].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new AppError("unavailable", `${what} was written by a newer Loci (it has ${unknown.join(", ")}). Start that version, or restore a backup from before the upgrade.`);
  }

  const due = migrations.filter((step) => !applied.has(step.name));
  for (const step of due) {
    await db.transaction().execute(async (tx) => {
      await step.up(tx);
      await sql`insert into migrations (name, applied_at) values (${step.name}, ${new Date().toISOString()})`.execute(tx);
    });
  }
  return due.map((step) => step.name);
}
