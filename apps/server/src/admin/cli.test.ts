import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { appendAudit } from "../audit/append.ts";
import { SYSTEM } from "../audit/origin.ts";
import { ADMIN_PEPPER, runAdmin as run } from "../testing/admin-command.ts";
import { shareTestApp } from "../testing/harness.ts";

const app = shareTestApp();

test("names are held to the rules of the API, and a workspace's name is its own", async () => {
  const { dataDir } = app();
  await run(dataDir, "workspace", "create", "taken");
  expect(await run(dataDir, "workspace", "create", "taken")).toMatchObject({ code: 2, stderr: expect.stringContaining("already") });
  for (const name of [" ", "x".repeat(101), "a\nb", "\u001b[31m"]) expect((await run(dataDir, "workspace", "create", name)).code, name).toBe(2);
  for (const group of ["", " padded "]) expect((await run(dataDir, "key", "create", "--workspace", "taken", "--group", group)).code, group).toBe(2);
});

test("the list of workspaces tells their slug, kind and members", async () => {
  const { dataDir } = app();
  await run(dataDir, "workspace", "create", "Listed Here");
  const { stdout } = await run(dataDir, "workspace", "list");
  expect(stdout).toMatch(/^ID +SLUG +NAME +KIND +PLAN +MEMBERS +CREATED +STATE\n/);
  expect(stdout).toMatch(/^wsp_[0-9a-f]{32} +listed-here +Listed Here +team +default +0 +\S+ +live$/m);
  expect(JSON.parse((await run(dataDir, "workspace", "list", "--json")).stdout)).toContainEqual(expect.objectContaining({ slug: "listed-here", kind: "team", members: 0 }));
});

test("makes a workspace and a key beside a running server, which takes the key at once and refuses it once it is revoked", async () => {
  const { dataDir, call } = app();
  const workspace = (await run(dataDir, "workspace", "create", "acme")).stdout.trim();
  expect(workspace).toMatch(/^wsp_/);
  const made = await run(dataDir, "key", "create", "--workspace", "acme", "--scopes", "usage:read,memories:read", "--expires", "90d", "--json");
  const { secret, id, scopes } = JSON.parse(made.stdout) as { secret: string; id: string; scopes: string[] };
  expect(scopes).toEqual(["usage:read", "memories:read"]);
  const headers = { authorization: `Bearer ${secret}` };
  expect((await call("GET", "/v1/usage", undefined, headers)).status).toBe(200);
  expect((await call("POST", "/v1/store", { content: "x" }, headers)).status).toBe(403);

  const list = await run(dataDir, "key", "list", "--workspace", workspace);
  expect(list.stdout).toContain(id);
  expect(list.stdout).not.toContain(secret.slice(17));
  expect((await run(dataDir, "key", "revoke", id)).code).toBe(0);
  await expect.poll(async () => (await call("GET", "/v1/usage", undefined, headers)).status, { timeout: 2_000 }).toBe(401);
});

test("says how to use it, and by its exit code what went wrong", async () => {
  const { dataDir } = app();
  const cases: [args: string[], code: number, words: string][] = [
    [["--help"], 0, "workspace create NAME"],
    [[], 2, "workspace create NAME"],
    [["toString"], 2, 'no command "toString"'],
    [["workspace", "create"], 2, "NAME is missing"],
    [["workspace", "list", "more"], 2, '"more" is too much'],
    [["key", "create"], 2, "--workspace W"],
    [["key", "create", "--workspace", "w", "--scopes", "memories:eat"], 2, '"memories:eat" is no scope'],
    [["key", "create", "--workspace", "w", "--expires", "yesterday"], 2, "no time to come"],
    [["key", "create", "--workspace", "w"], 3, "no such workspace"],
    [["key", "revoke", "key_none"], 3, "no such key"],
    [["account", "show"], 2, "ADDRESS is missing"],
    [["account", "disable", "nobody@example.com"], 3, "no such account"],
    [["config", "print"], 2, "--redacted"],
    [["config", "print", "--redacted"], 0, "[redacted]"],
  ];
  const runs = await Promise.all(cases.map(([args]) => run(dataDir, ...args)));
  for (const [index, [args, code, words]] of cases.entries()) {
    const { code: ended, stdout = "", stderr = "" } = runs[index] ?? {};
    expect({ args, code: ended, said: stdout + stderr }).toEqual({ args, code, said: expect.stringContaining(words) });
  }
  expect(runs.map(({ stdout, stderr }) => stdout + stderr).join("")).not.toContain(ADMIN_PEPPER);
});

test("where no Loci is it says so and leaves nothing there, but what makes something may begin one", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "loci-admin-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const fresh = path.join(folder, "data");
  for (const args of [["workspace", "list"], ["account", "list"], ["key", "list"], ["audit", "verify"], ["account", "show", "ada@example.com"]]) {
    expect(await run(fresh, ...args), args.join(" ")).toMatchObject({ code: 3, stdout: "", stderr: expect.stringContaining(`no Loci in DATA_DIR=${fresh}`) });
  }
  expect(readdirSync(folder)).toEqual([]);
  expect((await run(fresh, "workspace", "create", "acme")).code).toBe(0);
  expect((await run(fresh, "workspace", "list")).stdout).toContain("acme");

  // As beside a server in production, whose secrets are in its environment alone.
  rmSync(path.join(fresh, "secrets.json"));
  expect(await run(fresh, "workspace", "create", "more")).toMatchObject({ code: 1, stderr: expect.stringContaining("the same KEY_PEPPER and AUTH_SECRET") });
  expect(readdirSync(fresh)).not.toContain("secrets.json");

  const file = path.join(folder, "file");
  writeFileSync(file, "");
  const { code, stderr } = await run(file, "workspace", "create", "acme");
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^DATA_DIR=\S+ is a file\. .*\n$/) });
});

test("gives a workspace a plan of the catalogue, takes it back, and writes both down", async () => {
  const { dataDir, server } = app();
  const { id } = await app().newWorkspace();
  const plan = (...args: string[]) => run(dataDir, "workspace", "plan", ...args);
  expect(await plan(id, "pro")).toMatchObject({ code: 0, stdout: expect.stringContaining(`(${id}) has the plan pro now.`) });
  expect(await plan(id, "prp")).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/"prp" is no plan of \S+plans\.json, which has .*Did you mean "pro"\?/) });
  expect(await plan("none", "pro")).toMatchObject({ code: 3 });
  expect(await plan(id)).toMatchObject({ code: 2, stderr: expect.stringContaining("PLAN is missing") });
  expect((await run(dataDir, "workspace", "list")).stdout).toMatch(new RegExp(`^${id} .* pro +0 `, "m"));
  expect(JSON.parse((await plan(id, "default", "--json")).stdout)).toMatchObject({ id, plan: null });
  expect((await plan(id, "default")).code).toBe(0);
  const noted = await server.control.reads.selectFrom("audit").select(["chain", "actor", "details"]).where("action", "=", "workspace.plan_changed").where("target", "=", id).orderBy("at").execute();
  const steps = [{ from: null, to: "pro" }, { from: "pro", to: null }];
  for (const chain of ["instance", id]) expect(noted.filter((link) => link.chain === chain).map(({ actor, details }) => [actor, JSON.parse(details ?? "")])).toEqual(steps.map((step) => ["system", step]));
});

test("says of a key that it does not end, where it does not", async () => {
  const { dataDir } = app();
  const { id } = await app().newWorkspace();
  const create = (...more: string[]) => run(dataDir, "key", "create", "--workspace", id, ...more);
  expect(await create()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^mk_live_\S+\n$/), stderr: expect.stringContaining("does not end") });
  expect(await create("--expires", "90d")).toMatchObject({ code: 0, stderr: "" });
  const { stdout } = await run(dataDir, "key", "list", "--workspace", id);
  expect(stdout).toMatch(/active does not end$/m);
  expect(stdout).toMatch(/active until 2\S+$/m);
});

test("verifies the audit log beside a running server, names the first broken link of each chain and ends with 4", async () => {
  const { dataDir, server } = app();
  const { id } = await app().newWorkspace();
  for (let n = 0; n < 3; n++) await appendAudit(server, SYSTEM, { chain: id, action: "key.created", target: `key_${n}` });
  expect(await run(dataDir, "audit", "verify")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+ chains with \d+ links: all whole\.\n$/) });
  const exported = (await run(dataDir, "audit", "export", "--workspace", id)).stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as { seq: number; action: string; actor: string });
  expect(exported.at(-1)).toMatchObject({ seq: exported.length, action: "audit.exported", actor: "system" });
  const listed = (await run(dataDir, "audit", "list", "--chain", id, "--action", "key.created")).stdout;
  expect(listed).toContain("key_2");
  expect(listed).not.toContain("audit.exported");

  const file = new DatabaseSync(path.join(dataDir, "control.db"));
  onTestFinished(() => file.close());
  const trigger = file.prepare("select sql from sqlite_schema where name = 'audit_is_not_changed'").get()?.["sql"] as string;
  const { seq } = exported.at(-2) ?? { seq: 0 };
  file.exec(`drop trigger audit_is_not_changed; update audit set actor = 'usr_forger' where chain = '${id}' and seq = ${seq}; ${trigger}`);
  expect(await run(dataDir, "audit", "verify")).toMatchObject({ code: 4, stdout: expect.stringContaining(`${id} is broken at link ${seq} (changed)`) });
  const told = await run(dataDir, "audit", "verify", "--workspace", id, "--json");
  expect({ code: told.code, ...JSON.parse(told.stdout) }).toMatchObject({ code: 4, chains: 1, broken: [{ chain: id, seq, fault: "changed" }] });
  expect((await run(dataDir, "audit", "verify", "--chain", "instance_none")).code).toBe(3);
  expect((await run(dataDir, "audit", "list")).code).toBe(2);
});
