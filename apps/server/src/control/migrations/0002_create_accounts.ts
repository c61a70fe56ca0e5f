import { sql, type Kysely } from "kysely";

// The same text on SQLite and Postgres: ids and times are text, flags are 0 or 1.
const STATEMENTS = [
  `create table users (id text primary key, name text not null, email text not null, email_verified integer not null, image text, created_at text not null, updated_at text not null,
    two_factor_enabled integer, company text, time_zone text, usage_alerts integer not null default 1, product_news integer not null default 0,
    operator integer not null default 0, disabled_at text, delete_after text)`,
  "create unique index one_user_per_email on users (email)",
  `create table sessions (id text primary key, user_id text not null references users (id) on delete cascade, token_hash text not null, created_at text not null, updated_at text not null,
    expires_at text not null, ip_address text, user_agent text, proven_at text, method text)`,
  "create unique index one_session_per_token on sessions (token_hash)",
  "create index sessions_of_a_user on sessions (user_id)",
  `create table sign_ins (id text primary key, user_id text not null references users (id) on delete cascade, provider_id text not null, account_id text not null, password text, access_token text,
    refresh_token text, id_token text, access_token_expires_at text, refresh_token_expires_at text, scope text, created_at text not null, updated_at text not null)`,
  "create unique index one_user_per_outside_account on sign_ins (provider_id, account_id)",
  "create index sign_ins_of_a_user on sign_ins (user_id)",
  "create table verifications (id text primary key, identifier text not null, value text not null, expires_at text not null, created_at text not null, updated_at text not null)",
  "create index verifications_by_identifier on verifications (identifier)",
  "create index verifications_by_age on verifications (expires_at)",
  `create table two_factors (id text primary key, user_id text not null references users (id) on delete cascade, secret text not null, backup_codes text not null, verified integer,
    failed_count integer not null default 0, locked_until text)`,
  "create unique index one_second_factor_per_user on two_factors (user_id)",
  "create table spent_totp_codes (user_id text not null references users (id) on delete cascade, code_hash text not null, at text not null, primary key (user_id, code_hash))",
  `create table passkeys (id text primary key, user_id text not null references users (id) on delete cascade, name text, public_key text not null, credential_id text not null, counter integer not null,
    device_type text not null, backed_up integer not null, transports text, created_at text, aaguid text)`,
  "create unique index one_user_per_credential on passkeys (credential_id)",
  "create index passkeys_of_a_user on passkeys (user_id)",
  `create table proofs (id text primary key, purpose text not null, email text not null, browser_hash text not null, code_hash text not null, payload text, tries integer not null default 0,
    expires_at text not null, created_at text not null)`,
  "create index proofs_by_age on proofs (expires_at)",

  // What was the unique name becomes the slug; names may repeat.
  "alter table workspaces rename column name to slug",
  "alter table workspaces add column name text not null default ''",
  "update workspaces set name = slug, slug = lower(replace(slug, ' ', '-'))",
  "alter table workspaces add column kind text not null default 'team'",
  "alter table workspaces add column personal_user_id text references users (id)",
  "alter table workspaces add column plan text",
  "alter table workspaces add column delete_after text",
  "alter table workspaces add column deleting_at text",
  "create unique index one_personal_workspace_per_user on workspaces (personal_user_id) where personal_user_id is not null",
  `create table members (workspace_id text not null references workspaces (id) on delete cascade, user_id text not null references users (id), role text not null, created_at text not null,
    primary key (workspace_id, user_id))`,
  "create unique index one_owner_per_workspace on members (workspace_id) where role = 'owner'",
  "create index workspaces_of_a_user on members (user_id)",
  `create table invitations (id text primary key, workspace_id text not null references workspaces (id) on delete cascade, email text not null, role text not null, token_hash text not null,
    invited_by text, created_at text not null, expires_at text not null, accepted_at text, accepted_by text, revoked_at text)`,
  "create unique index one_invitation_per_token on invitations (token_hash)",
  "create unique index one_open_invitation_per_address on invitations (workspace_id, email) where accepted_at is null and revoked_at is null",
  "alter table keys add column note text",
  "alter table keys add column tags text not null default '[]'",
  "alter table keys add column ip_allow text not null default '[]'",
  "alter table keys add column created_by text",
  "alter table keys add column replaced_by text",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
