import { sql, type Kysely } from "kysely";

const STATEMENTS = [
  // The answer to a request with an Idempotency-Key, sealed; it commits with what the request did.
  `create table kept_answers (caller text not null, key text not null, fingerprint text not null, status integer not null, body text, created_at text not null, primary key (caller, key))`,
  "create index kept_answers_by_age on kept_answers (created_at)",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
