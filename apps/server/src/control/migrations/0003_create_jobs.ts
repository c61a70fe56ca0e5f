import { sql, type Kysely } from "kysely";

const STATEMENTS = [
  // `payload` is sealed. A waiting job with a `unique_key` stands for all that would be the same.
  `create table jobs (id text primary key, kind text not null, payload text not null, unique_key text, status text not null, run_at text not null, leased_until text, lease text, tries integer not null default 0,
    error text, created_at text not null, finished_at text)`,
  "create index jobs_due on jobs (status, run_at)",
  "create index jobs_by_age on jobs (finished_at)",
  "create unique index one_waiting_job_per_key on jobs (kind, unique_key) where unique_key is not null and status = 'waiting'",
  `create table schedules (name text primary key, next_run_at text not null, last_run_at text, last_error text, paused_at text)`,
  "create table paused_kinds (kind text primary key, paused_at text not null)",
  // The outbox and, in development, the mailbox. `message` is sealed: it holds codes and links.
  `create table mails (id text primary key, recipient text not null, template text not null, message text not null, status text not null, error text, created_at text not null, sent_at text)`,
  "create index mails_by_age on mails (created_at)",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
