import { sql, type Kysely } from "kysely";

const GENESIS_HASH = "0".repeat(64);

const STATEMENTS = [
  // `chain` is a workspace, an account or "instance".
  `create table audit (chain text not null, seq integer not null, at text not null, action text not null, actor text not null, key_id text, target text, request_id text,
    ip text, user_agent text, details text, private_salt text, private_hash text not null, previous_hash text not null, hash text not null, primary key (chain, seq))`,
  "create index audit_by_age on audit (at)",
  "create index audit_by_actor on audit (actor, chain, seq)",
  // Both ends of a chain: (seq, hash) of the last link taken away from its beginning, (last_seq, last_hash) of the newest.
  `create table audit_heads (chain text primary key, seq integer not null default 0, hash text not null default '${GENESIS_HASH}', last_seq integer not null, last_hash text not null, sealed_at text)`,

  `create trigger audit_moves_its_head after insert on audit begin
    insert into audit_heads (chain, last_seq, last_hash) values (new.chain, new.seq, new.hash)
      on conflict (chain) do update set last_seq = new.seq, last_hash = new.hash where last_seq = new.seq - 1;
  end`,
  `create trigger audit_is_not_added_to_once_sealed before insert on audit
    when exists (select 1 from audit_heads where chain = new.chain and sealed_at is not null)
    begin select raise(abort, 'This audit chain is sealed: what it belonged to is erased.'); end`,
  // The one change that a link can take: what is private in it is erased, all at once.
  `create trigger audit_is_not_changed before update on audit
    when not (new.ip is null and new.user_agent is null and new.details is null and new.private_salt is null
      and new.chain is old.chain and new.seq is old.seq and new.at is old.at and new.action is old.action and new.actor is old.actor and new.key_id is old.key_id
      and new.target is old.target and new.request_id is old.request_id and new.private_hash is old.private_hash and new.previous_hash is old.previous_hash and new.hash is old.hash)
    begin select raise(abort, 'Links of the audit log are never changed.'); end`,
  // Retention moves the beginning of a chain first, so only its oldest links can go.
  `create trigger audit_is_only_shortened_from_its_beginning before delete on audit
    when not exists (select 1 from audit_heads where chain = old.chain and seq >= old.seq)
    begin select raise(abort, 'Links of the audit log are only deleted by retention, the oldest first.'); end`,
  `create trigger audit_heads_do_not_go_back before update on audit_heads
    when new.seq < old.seq or new.last_seq < old.last_seq or new.seq > new.last_seq or (old.sealed_at is not null and new.sealed_at is null)
    begin select raise(abort, 'The ends of an audit chain only move on.'); end`,
  "create trigger audit_heads_stay before delete on audit_heads begin select raise(abort, 'The ends of an audit chain are kept for ever.'); end",
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
