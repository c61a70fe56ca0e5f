import { sql, type Kysely } from "kysely";

const STATEMENTS = [
  // `chain` is a workspace, an account or "instance". Rows are never updated; retention takes the oldest of a chain away and leaves its head behind.
  `create table audit (chain text not null, seq integer not null, at text not null, action text not null, actor text not null, key_id text, target text, ip text, user_agent text, request_id text, details text not null,
    previous_hash text not null, hash text not null, primary key (chain, seq))`,
  "create index audit_by_age on audit (at)",
  "create table audit_heads (chain text primary key, seq integer not null, hash text not null, at text not null)",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
