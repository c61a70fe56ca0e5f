import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { openControl, type Control } from "../control/database.ts";
import { appendAudit, type AuditEntry } from "./append.ts";
import { deleteOldAudit, erasePersonFromAudit, sealOffChain } from "./erase.ts";
import { hashLink } from "./link.ts";
import { listChains } from "./links.ts";
import { SYSTEM, type Origin } from "./origin.ts";
import { verifyChain } from "./verify.ts";

const CHAIN = "wsp_1";
const ANA: Origin = { actor: "usr_ana", key_id: null, address: "203.0.113.7", user_agent: "Heron/1.0", request_id: "req_1" };

interface Book {
  dataDir: string;
  control: Control;
  append(entry?: Partial<AuditEntry>, origin?: Origin, at?: string): Promise<void>;
  /** Changes the file behind the program's back, its triggers taken off. */
  tamper(...statements: string[]): void;
  verify(chain?: string): ReturnType<typeof verifyChain>;
}

async function openBook(): Promise<Book> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "loci-audit-"));
  const control = await openControl(dataDir);
  onTestFinished(() => {
    control.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const append: Book["append"] = (entry = {}, origin = ANA, at = "2026-11-21T07:00:00.000Z") =>
    appendAudit({ control, now: () => new Date(at) }, origin, { chain: CHAIN, action: "key.created", target: "key_1", details: { name: "ci", mode: "live" }, ...entry });
  const tamper = (...statements: string[]) => {
    const file = new DatabaseSync(path.join(dataDir, "control.db"));
    const triggers = file.prepare("select name, sql from sqlite_schema where type = 'trigger'").all() as { name: string; sql: string }[];
    for (const { name } of triggers) file.exec(`drop trigger ${name}`);
    for (const statement of statements) file.exec(statement);
    for (const { sql } of triggers) file.exec(sql);
    file.close();
  };
  return { dataDir, control, append, tamper, verify: (chain = CHAIN) => verifyChain(control.reads, chain) };
}

async function openFilled(links = 6): Promise<Book> {
  const book = await openBook();
  for (let n = 1; n <= links; n++) await book.append({ details: { n } });
  expect(await book.verify()).toEqual({ chain: CHAIN, links, broken: null });
  return book;
}

test("links that are appended at once, by many calls and within one transaction, make one chain without a gap", async () => {
  const { control, append, verify } = await openBook();
  await Promise.all(Array.from({ length: 40 }, (_, n) => append({ chain: n % 4 === 0 ? "usr_ana" : CHAIN })));
  await control.transaction(async () => {
    await Promise.all(Array.from({ length: 10 }, () => append()));
  });
  expect(await verify()).toEqual({ chain: CHAIN, links: 40, broken: null });
  expect(await verify("usr_ana")).toEqual({ chain: "usr_ana", links: 10, broken: null });
});

test("links that two processes append make one chain without a gap", async () => {
  const { dataDir, verify, append } = await openBook();
  const program = path.join(dataDir, "append.mts");
  const src = import.meta.dirname;
  writeFileSync(program, `
    import { openControl } from ${JSON.stringify(path.join(src, "../control/database.ts"))};
    import { appendAudit } from ${JSON.stringify(path.join(src, "append.ts"))};
    import { SYSTEM } from ${JSON.stringify(path.join(src, "origin.ts"))};
    const control = await openControl(${JSON.stringify(dataDir)});
    for (let n = 0; n < 100; n++) await appendAudit({ control, now: () => new Date() }, SYSTEM, { chain: "${CHAIN}", action: "key.created" });
    control.close();
    process.disconnect();
  `);
  const others = [1, 2].map(() => fork(program, { execArgv: [] }));
  const ended = others.map((other) => once(other, "exit"));
  for (let n = 0; n < 50; n++) await append();
  for (const end of ended) expect((await end)[0]).toBe(0);
  expect(await verify()).toEqual({ chain: CHAIN, links: 250, broken: null });
});

test("a transaction that fails leaves no link, and one that commits leaves effect and link", async () => {
  const { control, append, verify } = await openFilled(2);
  const work = async (fail: boolean) => {
    await control.db.insertInto("marks").values({ name: String(fail), value: "x" }).execute();
    await append();
    if (fail) throw new Error("no");
  };
  await expect(control.transaction(() => work(true))).rejects.toThrow("no");
  await control.transaction(() => work(false));
  expect(await control.db.selectFrom("marks").select("name").execute()).toEqual([{ name: "false" }]);
  expect(await verify()).toMatchObject({ links: 3, broken: null });
});

const COLUMNS: [column: string, value: string, fault: string][] = [
  ["at", "'2026-11-20T00:00:00.000Z'", "changed"], ["action", "'key.revoked'", "changed"], ["actor", "'usr_bob'", "changed"], ["key_id", "'key_9'", "changed"],
  ["target", "null", "changed"], ["request_id", "'req_2'", "changed"], ["private_hash", "hash", "changed"], ["previous_hash", "hash", "changed"], ["hash", "previous_hash", "changed"],
  ["ip", "'203.0.113.8'", "private_changed"], ["ip", "null", "private_changed"], ["user_agent", "'Other'", "private_changed"], ["details", `'{"n":4}'`, "private_changed"],
  ["details", `'{"n": 3}'`, "private_changed"], ["private_salt", "'x'", "private_changed"], ["private_salt", "null", "private_changed"], ["chain", "'wsp_2'", "gap"],
];

test.each(COLUMNS)("a link whose %s was set to %s is found and named", async (column, value, fault) => {
  const { tamper, verify } = await openFilled();
  tamper(`update audit set ${column} = ${value} where seq = 3`);
  expect(await verify()).toMatchObject({ broken: { chain: CHAIN, seq: 3, fault } });
});

test("a link that was taken out, at the beginning, inside or at the end, is found and named", async () => {
  for (const [where, seq, fault, words] of [
    ["seq = 1", 1, "gap", "link 1 is missing"], ["seq = 3", 3, "gap", "link 3 is missing"], ["seq in (3, 4)", 3, "gap", "links 3 to 4 are missing"],
    ["seq = 6", 6, "cut", "link 6 was written, and nothing is there after 5"], ["true", 1, "cut", "nothing is there after 0"],
  ] as const) {
    const { tamper, verify } = await openFilled();
    tamper(`delete from audit where ${where}`);
    expect((await verify()).broken, where).toMatchObject({ seq, fault, message: expect.stringContaining(words) });
  }
});

test("links that were reordered, renumbered, put in or moved to another chain are found and named", async () => {
  const copy = (seq: string, from: number) => `insert into audit select chain, ${seq}, at, action, 'usr_forger', key_id, target, request_id, ip, user_agent, details, private_salt, private_hash, previous_hash, hash from audit where seq = ${from}`;
  for (const [statements, seq, fault] of [
    [["update audit set seq = -1 where seq = 3", "update audit set seq = 3 where seq = 4", "update audit set seq = 4 where seq = -1"], 3, "moved"],
    [["delete from audit where seq = 3", "update audit set seq = seq - 1 where seq > 3"], 3, "moved"],
    [["update audit set seq = -seq where seq > 2", "update audit set seq = 1 - seq where seq < 0", copy("3", 2)], 3, "changed"],
    [[copy("7", 6)], 7, "changed"],
    [[copy("0", 1)], 0, "before_beginning"],
    [["delete from audit_heads"], 1, "no_head"],
    [["update audit_heads set last_seq = 5"], 6, "after_end"],
    [["update audit_heads set last_hash = hash"], 6, "changed"],
  ] as const) {
    const { tamper, verify } = await openFilled();
    tamper(...statements);
    expect((await verify()).broken, statements.join("; ")).toMatchObject({ seq, fault });
  }
});

test("a link that was made anew with a right hash is found at the one after it", async () => {
  const { tamper, verify, control } = await openFilled();
  const link = await control.db.selectFrom("audit").selectAll().where("seq", "=", 3).executeTakeFirstOrThrow();
  tamper(`update audit set actor = 'usr_forger', hash = '${hashLink({ ...link, actor: "usr_forger" })}' where seq = 3`);
  expect((await verify()).broken).toMatchObject({ seq: 4, fault: "wrong_previous", message: expect.stringContaining("link 3") });
});

test("the database itself refuses changes of links, deletions but of the oldest, and ends that go back", async () => {
  const { dataDir } = await openFilled();
  const file = new DatabaseSync(path.join(dataDir, "control.db"));
  onTestFinished(() => file.close());
  for (const statement of [
    "update audit set actor = 'x' where seq = 2", "update audit set ip = null where seq = 2", "update audit set ip = null, user_agent = null, details = null, private_salt = null, actor = 'x'",
    "delete from audit where seq = 1", "delete from audit where seq = 6", "delete from audit", "delete from audit_heads", "update audit_heads set last_seq = 5", "update audit_heads set seq = 7",
  ]) expect(() => file.exec(statement), statement).toThrow(/audit/i);
});

test("retention takes the oldest links of each chain, and the rest verifies and goes on", async () => {
  const { control, append, verify } = await openBook();
  const old = "2024-11-20T07:00:00.000Z";
  for (let n = 0; n < 1_203; n++) await append({}, ANA, old);
  await append({}, ANA, "2026-11-20T07:00:00.000Z");
  // A clock that went back: the link is old by its time and young by its place.
  await append({}, ANA, old);
  await append({ chain: "usr_ana" }, ANA, old);
  await append({ chain: "usr_bob" }, ANA);
  expect(await deleteOldAudit({ control }, new Date("2024-11-21T07:00:00.000Z"))).toBe(1_204);
  expect(await deleteOldAudit({ control }, new Date("2024-11-21T07:00:00.000Z"))).toBe(0);
  expect(await verify()).toMatchObject({ links: 2, broken: null });
  expect(await verify("usr_ana")).toMatchObject({ links: 0, broken: null });
  await append();
  await append({ chain: "usr_ana" });
  expect(await verify()).toMatchObject({ links: 3, broken: null });
  expect(await verify("usr_ana")).toMatchObject({ links: 1, broken: null });
});

test("a chain that was sealed off keeps its last number and hash and nothing else, and takes nothing more", async () => {
  const { control, append, verify, dataDir } = await openFilled();
  const parts = { control, now: () => new Date("2026-11-21T08:00:00.000Z") };
  const { hash } = await control.db.selectFrom("audit").select("hash").where("seq", "=", 6).executeTakeFirstOrThrow();
  for (const chain of [CHAIN, CHAIN, "wsp_never"]) await sealOffChain(parts, chain);
  expect(await control.db.selectFrom("audit_heads").selectAll().where("chain", "=", CHAIN).execute())
    .toEqual([{ chain: CHAIN, seq: 6, hash, last_seq: 6, last_hash: hash, sealed_at: "2026-11-21T08:00:00.000Z" }]);
  expect(await verify()).toMatchObject({ links: 0, broken: null });
  expect(await verify("wsp_never")).toMatchObject({ links: 0, broken: null });
  await expect(append()).rejects.toThrow("sealed");
  await control.truncateLog();
  expect(readFileSync(path.join(dataDir, "control.db")).includes("Heron/1.0")).toBe(false);
});

test("a person who was erased leaves ids in the chains of others, no address, program or detail in any file, and every chain whole", async () => {
  const { control, append, verify, dataDir } = await openBook();
  for (let n = 0; n < 1_100; n++) await append({ details: { name: `Canary ${n}` } });
  await append({ chain: "usr_ana", action: "session.created" });
  await append({ details: { name: "kept" } }, { ...ANA, actor: "usr_bob", user_agent: "Bob/1" });
  const parts = { control, now: () => new Date() };
  await erasePersonFromAudit(parts, "usr_ana");
  await erasePersonFromAudit(parts, "usr_ana");
  await control.truncateLog();
  for (const file of ["control.db", "control.db-wal"]) {
    const bytes = readFileSync(path.join(dataDir, file));
    for (const canary of ["Canary", "Heron/1.0"]) expect(bytes.includes(canary), `${file} ${canary}`).toBe(false);
  }
  expect(await verify()).toMatchObject({ links: 1_101, broken: null });
  const rows = await control.db.selectFrom("audit").select(["actor", "ip", "details"]).where("seq", ">=", 1_100).orderBy("seq").execute();
  expect(rows).toEqual([{ actor: "usr_ana", ip: null, details: null }, { actor: "usr_bob", ip: ANA.address, details: '{"name":"kept"}' }]);
  expect(await listChains(control.reads)).toEqual(["usr_ana", CHAIN]);
});

test("details keep no secret and no mail address, and whatever text they hold can be hashed", async () => {
  const { control, append, verify } = await openBook();
  const key = `mk_live_abcdefgh_${"x".repeat(38)}`;
  await append({ details: { password: "heron heron", new_token: "t", code: "123456", key_name: `for ${key}`, names: [`ana@example.org's`, 1], deep: { secret: "s", left: 3 }, half: "\ud800", "ü": "\u2028\u0007" } });
  await append({ target: "half \udfff" }, { ...SYSTEM, user_agent: "\ud800" });
  const { details } = await control.db.selectFrom("audit").select("details").where("seq", "=", 1).executeTakeFirstOrThrow();
  expect(JSON.parse(details ?? "")).toEqual({ password: "[removed]", new_token: "[removed]", code: "[removed]", key_name: "for [removed]", names: ["[removed]", 1], deep: { secret: "[removed]", left: 3 }, half: "\ufffd", "ü": "\u2028\u0007" });
  expect(await verify()).toMatchObject({ links: 2, broken: null });
});

test("a chain that was lengthened beyond its end by hand takes no more links, says so, and stops nothing else", async () => {
  const { append, tamper } = await openBook();
  for (let i = 0; i < 3; i++) await append();
  tamper(`update audit_heads set last_seq = 2 where chain = '${CHAIN}'`);
  await expect(append()).rejects.toThrow(`The audit chain ${CHAIN} has links beyond its end`);
  await append({ chain: "usr_ana" });
});
