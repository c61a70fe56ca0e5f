import { cpSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type BenchServer, openDataDir, startServer } from "../../server.ts";
import { createRandom } from "../../statistics.ts";
import type { Acting } from "./asking.ts";
import { checkAll, checkAtRest, checkRound } from "./check.ts";
import { Line, Site } from "./line.ts";
import { PeopleLoad } from "./load.ts";
import { signUpOperator, waitForJobs } from "./operator.ts";
import { openPostOffice, type PostOffice } from "./post-office.ts";
import { PeopleRecord, type Person, type Space } from "./record.ts";
import { Structure } from "./structure.ts";

// A check that cannot fail proves nothing: each test tells it something that is not so, or breaks the files under it.
let server: BenchServer;
let office: PostOffice;
let load: PeopleLoad;
let acting: Acting;
const record = new PeopleRecord();
const copy = openDataDir("crash-copy");
const folder = path.join(copy.dir, "data");

beforeAll(async () => {
  office = await openPostOffice();
  server = await startServer({ env: { SMTP_URL: office.url, TRUSTED_PROXIES: "127.0.0.1" } });
  const site = new Site(server);
  load = new PeopleLoad(site, record, { random: createRandom(7), workers: 2 });
  const operator = await signUpOperator(new Line(site, "10.7.255.1"));
  await load.prepare();
  load.start(0);
  while ((record.acknowledged.get("accept") ?? 0) === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  load.stop();
  await load.whenEnded();
  await waitForJobs(operator);
  operator.line.close();
  acting = load.first;
});
afterAll(async () => {
  load.close();
  await server.stop();
  await office.close();
  copy.remove();
});
beforeEach(() => {
  record.violations.length = 0;
});

const team = (): Space => record.livingSpaces.find(({ kind, members }) => kind === "team" && members.size > 1) as Space;
const used = (): Space => record.livingSpaces.find(({ memories }) => memories.length > 0) as Space;

/** What the check says while the outside believes something that is not so. */
async function believing(lie: () => () => void): Promise<string[]> {
  const takeBack = lie();
  try {
    await checkAll(acting);
    await checkRound(acting);
    return [...record.violations];
  } finally {
    takeBack();
  }
}

test("a server that kept its word passes, in its answers and in its files", async () => {
  expect(await believing(() => () => undefined)).toEqual([]);
  expect(look()).toEqual([]);
});

test("an account, a workspace, a membership, a key and a memory that were acknowledged and are not there are called lost", async () => {
  const violations = await believing(() => {
    const { owner } = team();
    const [cookie, { keys, memories }] = [owner.cookie, used()];
    keys.push({ name: "never", secret: `mk_live_${"0".repeat(47)}` });
    memories.push("never");
    owner.cookie = "sid=never";
    const ghost = { ...(record.livingPeople[0] as Person), id: "usr_never" };
    team().members.set(ghost, "developer");
    return () => {
      keys.pop();
      memories.pop();
      owner.cookie = cookie;
      for (const space of record.spaces) space.members.delete(ghost);
    };
  });
  for (const what of [/^lost: the account of /, /^lost: of the keys of .*: never/, /^lost: the key never of /, /^lost: of the memories of .*: never/]) expect(violations).toContainEqual(expect.stringMatching(what));
});

test("what was deleted, or never told of, and is there is called back", async () => {
  const violations = await believing(() => {
    const [space, person] = [team(), record.livingPeople.find((one) => !record.ownsTeams(one)) as Person];
    const [member] = [...space.members.keys()].filter((one) => one !== space.owner);
    space.members.delete(member as Person);
    person.gone = true;
    return () => {
      space.members.set(member as Person, "developer");
      person.gone = false;
    };
  });
  for (const what of [/^back: among the members of /, /^back: the session of /, /^back: the password of /]) expect(violations).toContainEqual(expect.stringMatching(what));
});

test("a repeat that is answered differently is noticed", async () => {
  const last = record.repeatable.findLast(({ of }) => of.every(({ gone }) => !gone));
  const text = last?.answered.text ?? "";
  const violations = await believing(() => {
    (last as NonNullable<typeof last>).answered.text = "{}";
    return () => void ((last as NonNullable<typeof last>).answered.text = text);
  });
  expect(violations).toContainEqual(expect.stringMatching(/^answer: a repeat of POST /));
});

test.each([
  ["has not exactly one owner", "delete from members where role = 'owner' and workspace_id in (select id from workspaces where kind = 'team')"],
  ["has not exactly one personal workspace", "update workspaces set personal_user_id = null where kind = 'personal'"],
  ["has not its person as its one member", "insert into members select w.id, u.id, 'admin', '' from workspaces w, users u where w.kind = 'personal' and w.personal_user_id != u.id"],
  ["no way to sign in", "delete from sign_ins"],
  ["can still sign in", "update users set deleting_at = 'now'"],
  ["half accepted", "update invitations set accepted_at = null where accepted_at is not null"],
  ["another number of times than once", "update invitations set accepted_at = 'now', accepted_by = 'usr_x' where accepted_at is null; update invitations set accepted_at = null, accepted_by = null where accepted_by != 'usr_x'"],
  ["is no member", "delete from members where role != 'owner'"],
  ["neither made the team nor joined it", "delete from invitations"],
  ["an account does not begin its audit chain", "drop trigger audit_is_only_shortened_from_its_beginning; delete from audit where action = 'account.created'"],
  ["a workspace does not begin its audit chain", "drop trigger audit_is_only_shortened_from_its_beginning; delete from audit where action = 'workspace.created'"],
  ["a key was not audited once", "drop trigger audit_is_only_shortened_from_its_beginning; delete from audit where action = 'key.created'"],
  ["is in the log and not in its table", "delete from keys"],
  ["a memory store belongs to no workspace", "insert into stores values ('wsp_x', '')"],
  ["is being erased by no job", "update workspaces set deleting_at = 'now' where kind = 'team'"],
  ["more mails wait than jobs", "update mails set status = 'waiting'"],
  ["a job failed", "update jobs set status = 'failed'"],
  ["points at nothing", "delete from users"],
  ["was not sent", "update mails set status = 'failed'"],
  ["fewer codes than they asked for", "delete from mails where template = 'sign_up_code'"],
  ["it is not sealed", "drop trigger audit_heads_do_not_go_back; insert into audit_heads (chain, last_seq, last_hash) values ('wsp_x', 1, 'x')"],
  ["the chain of something that lives is sealed", "update audit_heads set sealed_at = 'now'"],
  ["for a workspace that is gone", "insert into kept_answers values ('wsp_x key_x', 'k', '', 200, null, '')"],
  ["for an account that is gone", "insert into kept_answers values (' usr_x', 'k', '', 200, null, '')"],
])("in a broken database the look says: %s", (words, statements) => {
  expect(look((db) => db.exec(statements))).toContainEqual(expect.stringContaining(words));
});

test("a store without a file, a file without a store, and a byte of what was deleted are found", () => {
  const found = look((db) => {
    rmSync(path.join(folder, "stores", `${used().id}.db`));
    rmSync(path.join(folder, "stores", `${used().id}.db-wal`), { force: true });
    rmSync(path.join(folder, "stores", `${used().id}.db-shm`), { force: true });
    writeFileSync(path.join(folder, "stores", "wsp_x.db-wal"), "");
    db.exec("create table attic as select 'CanaryBird999999x' as word");
  }, "canarybird999999x");
  for (const what of [`half: a memory store has no file: ${used().id}`, "half: a file of a memory store belongs to nobody: wsp_x"]) expect(found).toContain(what);
  expect(found).toContainEqual(expect.stringMatching(/^back: of what was deleted: canarybird999999x in control\.db at /));
});

test("a mail that never came is noticed", () => {
  record.dueMails.push({ to: "nobody@crash.example", subject: "Never" });
  expect(look()).toEqual(['mail: nobody was sent "Never" at nobody@crash.example']);
  record.dueMails.pop();
});

/** What is said of a copy of the files that was broken. */
function look(breakIt: (db: DatabaseSync) => void = () => undefined, goneWord = ""): string[] {
  rmSync(folder, { recursive: true, force: true });
  cpSync(server.dataDir, folder, { recursive: true });
  const db = new DatabaseSync(path.join(folder, "control.db"), { enableForeignKeyConstraints: false });
  breakIt(db);
  db.close();
  record.goneWords.add(goneWord);
  const structure = new Structure(folder);
  checkAtRest(acting, structure, office);
  structure.close();
  record.goneWords.delete(goneWord);
  return record.violations;
}
