import { readFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { listFiles } from "../../../apps/server/src/testing/files.ts";
import type { Sent } from "./line.ts";
import { WORD } from "./record.ts";

/** What must not be in the control database: each row that this finds is a fault. */
interface Fault {
  kind: "half" | "twice" | "audit" | "mail" | "job";
  what: string;
  sql: string;
}

const GOING = "(select id from workspaces where deleting_at is not null)";
const COMMANDED = "slug = 'local'";

/** At no moment whatever, so it is asked right after the restart, before anybody goes on. */
const NEVER: Fault[] = [
  // The first start's workspace has no owner before somebody opens its link.
  { kind: "half", what: "a workspace has not exactly one owner", sql: `select id from workspaces w where not ${COMMANDED} and (select count(*) from members where workspace_id = w.id and role = 'owner') != 1` },
  { kind: "half", what: "an account has not exactly one personal workspace", sql: "select id from users u where deleting_at is null and (select count(*) from workspaces where personal_user_id = u.id) != 1" },
  { kind: "half", what: "a personal workspace has not its person as its one member", sql: `select id from workspaces w where kind = 'personal' and
      (personal_user_id is null or (select group_concat(user_id || role) from members where workspace_id = w.id) is not personal_user_id || 'owner')` },
  { kind: "half", what: "a team is somebody's personal workspace", sql: "select id from workspaces where kind = 'team' and personal_user_id is not null" },
  { kind: "half", what: "an account has no way to sign in", sql: "select id from users u where deleting_at is null and not exists (select 1 from sign_ins where user_id = u.id)" },
  { kind: "half", what: "an account that is being erased can still sign in", sql: "select id from users u where deleting_at is not null and (exists (select 1 from sign_ins where user_id = u.id) or exists (select 1 from sessions where user_id = u.id))" },
  { kind: "half", what: "an invitation is half accepted", sql: "select id from invitations where (accepted_at is null) != (accepted_by is null)" },
  { kind: "half", what: "who accepted an invitation is no member", sql: `select id from invitations i where accepted_at is not null and workspace_id not in ${GOING}
      and exists (select 1 from users where id = i.accepted_by and deleting_at is null) and not exists (select 1 from members where workspace_id = i.workspace_id and user_id = i.accepted_by)` },
  { kind: "half", what: "a member neither made the team nor joined it by an invitation", sql: `select workspace_id || ' ' || user_id as id from members m where workspace_id in (select id from workspaces where kind = 'team' and deleting_at is null and not ${COMMANDED})
      and not exists (select 1 from audit where chain = m.workspace_id and seq = 1 and actor = m.user_id) and not exists (select 1 from invitations where workspace_id = m.workspace_id and accepted_by = m.user_id)` },
  { kind: "twice", what: "an invitation was accepted another number of times than once", sql: `select id from invitations i where workspace_id not in ${GOING}
      and (select count(*) from audit where chain = i.workspace_id and target = i.id and action = 'invitation.accepted') != (accepted_at is not null)` },
  { kind: "audit", what: "an account does not begin its audit chain", sql: "select id from users u where deleting_at is null and not exists (select 1 from audit where chain = u.id and seq = 1 and action = 'account.created')" },
  { kind: "audit", what: "a workspace does not begin its audit chain", sql: `select id from workspaces w where deleting_at is null and not exists (select 1 from audit where chain = w.id and seq = 1 and action = 'workspace.created')` },
  { kind: "audit", what: "a key was not audited once", sql: `select id from keys k where workspace_id not in ${GOING} and (select count(*) from audit where chain = k.workspace_id and target = k.id and action = 'key.created') != 1` },
  { kind: "audit", what: "a key, invitation or team is in the log and not in its table", sql: `select chain || ' ' || seq as id from audit where chain in (select id from workspaces where deleting_at is null)
      and ((action = 'key.created' and target not in (select id from keys)) or (action = 'workspace.created' and target not in (select id from workspaces)))` },
  { kind: "half", what: "a memory store belongs to no workspace", sql: "select id from stores where replace(id, '_test', '') not in (select id from workspaces)" },
  { kind: "job", what: "an account is being erased by no job", sql: "select id from users u where deleting_at is not null and not exists (select 1 from jobs where kind = 'account.erase' and unique_key = u.id and status in ('waiting', 'running'))" },
  { kind: "job", what: "a workspace is being erased by no job", sql: `select id from workspaces w where deleting_at is not null and not exists (select 1 from jobs where kind = 'workspace.erase' and unique_key = w.id and status in ('waiting', 'running'))
      and not exists (select 1 from members m join users u on u.id = m.user_id where m.workspace_id = w.id and m.role = 'owner' and u.deleting_at is not null)` },
  { kind: "mail", what: "more mails wait than jobs to send them", sql: "select 'mails' as id where (select count(*) from mails where status = 'waiting') > (select count(*) from jobs where kind = 'mail.send' and status in ('waiting', 'running'))" },
  { kind: "job", what: "a job failed", sql: "select id || ' ' || kind || ' ' || error as id from jobs where status = 'failed'" },
  { kind: "half", what: "a row points at nothing", sql: "select \"table\" || ' ' || rowid as id from pragma_foreign_key_check" },
  { kind: "half", what: "the file is damaged", sql: "select quick_check as id from pragma_quick_check where quick_check != 'ok'" },
];

const OF_GONE = "(chain like 'wsp_%' and chain not in (select id from workspaces)) or (chain like 'usr_%' and chain not in (select id from users))";

/** Once all jobs have run. */
const NEVER_AT_REST: Fault[] = [
  { kind: "half", what: "something is still being erased", sql: "select id from users where deleting_at is not null union all select id from workspaces where deleting_at is not null" },
  { kind: "mail", what: "a mail was not sent", sql: "select id from mails where status != 'sent'" },
  { kind: "mail", what: "somebody asked for an account and was mailed fewer codes than they asked for", sql: `select email as id from proofs p where purpose = 'sign_up'
      group by email having count(*) > (select count(*) from mails where recipient = p.email and template in ('sign_up_code', 'already_registered'))` },
  { kind: "audit", what: "of a chain whose account or workspace is gone something is left, or it is not sealed", sql: `select chain as id from audit where ${OF_GONE} union all select chain from audit_heads where sealed_at is null and (${OF_GONE})` },
  { kind: "audit", what: "the chain of something that lives is sealed", sql: `select chain as id from audit_heads where sealed_at is not null and not (${OF_GONE})` },
  { kind: "half", what: "an invitation was accepted by somebody whose account is gone, and keeps their address", sql: "select id from invitations where accepted_by is not null and accepted_by not in (select id from users)" },
  { kind: "half", what: "an answer is kept for a workspace that is gone", sql: "select caller as id from kept_answers where caller like 'wsp_%' and substr(caller, 1, instr(caller, ' ') - 1) not in (select id from workspaces)" },
  { kind: "half", what: "an answer is kept for an account that is gone", sql: "select caller as id from kept_answers where caller like '% usr_%' and substr(caller, instr(caller, ' usr_') + 1) not in (select id from users)" },
  { kind: "half", what: "a code or link knows an account that is gone", sql: "select id from verifications where value like '%usr_%' and not exists (select 1 from users where instr(verifications.value, users.id) > 0)" },
];

/** Bytes shown on either side of a word that should be gone. */
const AROUND = 60;

export interface Found {
  kind: Fault["kind"];
  what: string;
}

/** A look at the files of a server, beside it or without it. Whoever opened it closes it. */
export class Structure {
  private readonly db: DatabaseSync;
  private readonly dataDir: string;

  constructor(dataDir: string) {
    this.dataDir = dataDir;
    this.db = new DatabaseSync(path.join(dataDir, "control.db"), { readOnly: true, timeout: 5_000 });
  }

  close(): void {
    this.db.close();
  }

  findFaults(): Found[] {
    return this.find(NEVER);
  }

  /** What must not be once all jobs have run: in the tables and among the files. `cutOff`: workspaces whose store nobody has asked for again since its making was cut off. */
  findFaultsAtRest(cutOff: ReadonlySet<string>): Found[] {
    const stores = new Set(this.list("select id from stores"));
    const files = listFiles(path.join(this.dataDir, "stores")).map((file) => path.basename(file).replace(/\.db(-\w+)?$/, ""));
    const strays = files.filter((name) => !stores.has(name) && !cutOff.has(name)).map((name) => ({ kind: "half" as const, what: `a file of a memory store belongs to nobody: ${name}` }));
    const missing = [...stores].filter((name) => !files.includes(name)).map((name) => ({ kind: "half" as const, what: `a memory store has no file: ${name}` }));
    return [...this.find(NEVER), ...this.find(NEVER_AT_REST), ...strays, ...missing];
  }

  /** Which of these words stand in which file, with what is around them; each once. */
  findWords(words: ReadonlySet<string>): { word: string; where: string }[] {
    const found = new Map<string, string>();
    for (const file of listFiles(this.dataDir)) {
      const text = readFileSync(file, "latin1");
      for (const { 0: written, index } of text.matchAll(WORD)) {
        const word = written.toLowerCase();
        if (words.has(word)) found.set(word, `${path.relative(this.dataDir, file)} at ${index}: ${text.slice(Math.max(0, index - AROUND), index + AROUND).replaceAll(/[^ -~]/g, ".")}`);
      }
    }
    return [...found].map(([word, where]) => ({ word, where }));
  }

  hasHappened({ trace }: Sent): boolean {
    return trace !== undefined && this.db.prepare(trace.sql).all(...trace.values).length > 0;
  }

  countErasing(): number {
    return this.list("select id from users where deleting_at is not null union all select id from workspaces where deleting_at is not null").length;
  }

  private find(faults: Fault[]): Found[] {
    return faults.flatMap(({ kind, what, sql }) => this.list(sql).map((id) => ({ kind, what: `${what}: ${id}` })));
  }

  private list(sql: string): string[] {
    return this.db.prepare(sql).all().map(({ id }) => String(id));
  }
}
