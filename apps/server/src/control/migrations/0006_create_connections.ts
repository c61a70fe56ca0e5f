import { sql, type Kysely } from "kysely";

const STATEMENTS = [
  // Who may ask people for access: registered (RFC 7591), described by a document at the URL that is its id, or ours. `redirect_uris` is JSON, and so are `keys`, where it proves itself by some.
  `create table clients (id text primary key, kind text not null, name text not null, uri text, application_type text not null, redirect_uris text not null, keys text,
    fetched_at text, fresh_until text, created_at text not null, last_used_at text)`,
  "create index clients_by_last_use on clients (kind, last_used_at, created_at)",
  `insert into clients (id, kind, name, application_type, redirect_uris, created_at) values ('loci-cli', 'own', 'Loci CLI', 'native', '["http://127.0.0.1/callback"]', '2026-11-21T00:00:00.000Z')`,
  // What a client has proved itself by (RFC 7523), so that nobody does by the same again.
  "create table spent_assertions (assertion_hash text primary key, expires_at text not null)",
  "create index spent_assertions_by_age on spent_assertions (expires_at)",
  // What a person allowed a client in a workspace: what they see, limit and revoke. `scopes` is a list with spaces between, as OAuth writes it.
  `create table connections (id text primary key, user_id text not null references users (id) on delete cascade, workspace_id text not null references workspaces (id) on delete cascade,
    client_id text not null references clients (id), label text not null, resource text not null, scopes text not null, group_name text, read_only integer not null default 0,
    created_at text not null, last_used_at text, revoked_at text)`,
  "create unique index one_live_connection_per_client on connections (user_id, workspace_id, client_id, resource) where revoked_at is null",
  "create index connections_of_a_workspace on connections (workspace_id, created_at)",
  "create index connections_of_a_client on connections (client_id)",
  "create index connections_by_end on connections (revoked_at)",
  // A question on the consent page, which only who was asked may answer.
  `create table consents (id text primary key, user_id text not null references users (id) on delete cascade, client_id text not null references clients (id) on delete cascade, redirect_uri text not null, state text,
    scopes text not null, resource text not null, challenge text not null, created_at text not null, expires_at text not null, answered_at text)`,
  "create index consents_by_age on consents (expires_at)",
  `create table authorization_codes (code_hash text primary key, connection_id text not null references connections (id) on delete cascade, client_id text not null, redirect_uri text not null, challenge text not null,
    scopes text not null, resource text not null, expires_at text not null, spent_at text)`,
  "create index authorization_codes_by_age on authorization_codes (expires_at)",
  "create index authorization_codes_of_a_connection on authorization_codes (connection_id)",
  // One sign-in of a client; all that was ever issued for it falls with it.
  `create table token_families (id text primary key, connection_id text not null references connections (id) on delete cascade, code_hash text unique, scopes text not null, resource text not null,
    created_at text not null, expires_at text not null, ended_at text, ended_because text)`,
  "create index families_of_a_connection on token_families (connection_id)",
  "create index families_by_age on token_families (expires_at)",
  `create table tokens (token_hash text primary key, family_id text not null references token_families (id) on delete cascade, kind text not null, scopes text not null,
    created_at text not null, expires_at text not null, spent_at text)`,
  "create index tokens_of_a_family on tokens (family_id)",
  "create index tokens_by_age on tokens (expires_at)",
  // A device that asks to be let in (RFC 8628).
  `create table device_codes (device_hash text primary key, user_hash text not null, client_id text not null references clients (id) on delete cascade, scopes text not null, resource text not null,
    address text, created_at text not null, expires_at text not null, polled_at text, interval_s integer not null, connection_id text references connections (id) on delete cascade, denied_at text, spent_at text)`,
  "create unique index one_device_per_user_code on device_codes (user_hash)",
  "create index device_codes_by_age on device_codes (expires_at)",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
