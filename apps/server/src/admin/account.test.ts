import { expect, test } from "vitest";
import { setUpSecondFactor } from "../testing/authenticator.ts";
import { runAdmin } from "../testing/admin-command.ts";
import { startTestApp, type TestApp } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";
import { newPerson, newTeam } from "../testing/team.ts";

const signIn = ({ newBrowser }: TestApp, { email }: TestPerson, password: string) => newBrowser().call("POST", "/v1/auth/sign-in", { email, password });

async function newKey({ call }: TestPerson, workspace: string): Promise<string> {
  const { status, body } = await call("POST", "/v1/api-keys", { name: "ci", scopes: ["usage:read"] }, { "x-workspace": workspace });
  expect(status).toBe(201);
  return body.secret;
}

const statusWith = async ({ call }: TestApp, key: string) => (await call("GET", "/v1/usage", undefined, { authorization: `Bearer ${key}` })).status;

const auditOf = ({ server }: TestApp, chain: string) =>
  server.control.reads.selectFrom("audit").select(["action", "actor", "target"]).where("chain", "=", chain).where("actor", "=", "system").orderBy("seq").execute();

test("makes the first account whole whoever may sign up, and its owner sets a password by the link, signs in and operates the instance", async () => {
  const app = await startTestApp({ env: { SIGNUP: "closed" } });
  const { code, stdout } = await runAdmin(app.dataDir, "account", "create", " Ada@Example.com", "--name", "Ada Lovelace");
  expect(code).toBe(0);
  const [, id = "", token = ""] = /^ada@example\.com has an account \((usr_\w+)\) and operates this instance\. .*once and within an hour, until 2\S+Z:\nhttp:\S+\/reset-password#token=([\w-]{43})\n$/.exec(stdout) ?? [];
  expect(token, stdout).not.toBe("");

  const password = "staple by the window";
  const ada = app.newBrowser();
  expect((await ada.call("POST", "/v1/auth/password/reset", { token, password })).status).toBe(204);
  expect((await ada.call("POST", "/v1/auth/password/reset", { token, password })).status).toBe(400);
  expect((await ada.call("POST", "/v1/auth/sign-in", { email: "ada@example.com", password })).status).toBe(200);
  expect((await ada.call("GET", "/v1/account")).body).toMatchObject({ id, email: "ada@example.com", name: "Ada Lovelace", operator: true, has_password: true });
  const [own] = (await ada.call("GET", "/v1/workspaces")).body.items;
  expect(own).toMatchObject({ name: "Ada Lovelace", kind: "personal", role: "owner" });

  const made = JSON.parse((await runAdmin(app.dataDir, "account", "create", "eve@example.com", "--json")).stdout);
  expect(made).toMatchObject({ email: "eve@example.com", name: "eve", operator: false, state: "active", link: { url: expect.stringContaining("/reset-password#token="), expires_at: expect.any(String) } });
  expect((await auditOf(app, id)).map(({ action }) => action)).toEqual(["account.created", "account.reset_link_created"]);
  expect((await auditOf(app, own.id)).map(({ action }) => action)).toEqual(["workspace.created"]);
  expect((await auditOf(app, "instance")).map(({ action, target }) => [action, target])).toEqual([
    ["account.operator_granted", id], ["account.created", id], ["account.reset_link_created", id], ["account.created", made.id], ["account.reset_link_created", made.id],
  ]);
  expect(await runAdmin(app.dataDir, "audit", "verify")).toMatchObject({ code: 0 });
});

test("makes no account for what is no address, under what is no name, or for an address that has one", async () => {
  const app = await startTestApp();
  const { email } = await newPerson(app);
  const cases: [args: string[], words: string][] = [
    [[], "ADDRESS is missing"],
    [["ada"], "ADDRESS must be a mail address such as ada@example.com."],
    [["ada@example.com", "--name", "a\nb"], "--name may not hold control characters"],
    [["ada@example.com", "eve@example.com"], '"eve@example.com" is too much'],
    [[email.toUpperCase()], "has an account already"],
  ];
  const runs = await Promise.all(cases.map(([args]) => runAdmin(app.dataDir, "account", "create", ...args)));
  expect(runs).toMatchObject(cases.map(([, words]) => ({ code: 2, stdout: "", stderr: expect.stringContaining(words) })));
  expect(await app.server.control.reads.selectFrom("users").select("email").execute()).toEqual([{ email }]);
  expect(await auditOf(app, "instance")).toEqual([]);
});

test("hands a team to a member, at their next request, even while it waits for its deletion; to nobody else, and no personal workspace", async () => {
  const app = await startTestApp();
  const { id, url, owner, join } = await newTeam(app);
  const [heir, eve] = [await join("viewer"), await newPerson(app)];
  const run = (...args: string[]) => runAdmin(app.dataDir, "workspace", "transfer", ...args);
  const refusals: [args: string[], code: number, words: string][] = [
    [["acme"], 2, "ADDRESS is missing"],
    [["none", heir.email], 3, "no such workspace"],
    [["acme", "nobody@example.com"], 3, "no such account"],
    [["acme", eve.email], 3, "no such member"],
    [["acme", owner.email], 2, "owns the workspace already"],
    [[heir.workspace, heir.email], 2, "personal workspace stays with its account"],
  ];
  const refused = await Promise.all(refusals.map(([args]) => run(...args)));
  expect(refused).toMatchObject(refusals.map(([, code, words]) => ({ code, stdout: "", stderr: expect.stringContaining(words) })));

  expect((await heir.call("DELETE", url)).status).toBe(403);
  expect((await owner.call("DELETE", url)).status).toBeLessThan(300);
  expect(await run("acme", heir.email.toUpperCase())).toMatchObject({ code: 0, stdout: `${heir.email} owns acme (${id}) now. Its owner until now, ${owner.email}, is an admin of it.\n` });
  expect((await owner.call("POST", `${url}/restore`)).status).toBe(403);
  expect((await heir.call("POST", `${url}/restore`)).status).toBeLessThan(300);
  expect([(await heir.call("GET", url)).body.role, (await owner.call("GET", url)).body.role]).toEqual(["owner", "admin"]);
  const { code, stdout } = await run(id, owner.user_id, "--json");
  expect({ code, ...JSON.parse(stdout) }).toEqual({ code: 0, id, slug: "acme", owner: owner.user_id, from: heir.user_id });

  const handed = [heir, owner].map(({ user_id: target }) => ({ action: "workspace.transferred", actor: "system", target }));
  expect(await auditOf(app, id)).toEqual(handed);
  expect(await auditOf(app, "instance")).toEqual(handed.map((step) => ({ ...step, target: id })));
});

test("names operators beside a running server and takes that back, at their next request, but not from the last one", async () => {
  const app = await startTestApp();
  const [ada, eve] = [await newPerson(app), await newPerson(app)];
  const run = (...args: string[]) => runAdmin(app.dataDir, "account", "operator", ...args);
  const statusOf = async ({ call }: TestPerson) => (await call("GET", "/v1/admin/accounts")).status;
  expect(await statusOf(ada)).toBe(403);
  expect(await run(ada.email.toUpperCase())).toMatchObject({ code: 0, stdout: `${ada.email} is an operator of this instance.\n` });
  expect(await statusOf(ada)).toBe(200);
  expect(await run(ada.email, "--remove")).toMatchObject({ code: 2, stderr: expect.stringContaining("last operator of the instance. Name another") });
  expect(await run(eve.user_id)).toMatchObject({ code: 0 });
  expect(await run(ada.user_id, "--remove", "--json")).toMatchObject({ code: 0, stdout: expect.stringContaining('"operator": false') });
  expect([await statusOf(ada), await statusOf(eve)]).toEqual([403, 200]);
  // What is so already is not written down again.
  expect(await run(ada.email, "--remove")).toMatchObject({ code: 0 });
  const steps = ["account.operator_granted", "account.operator_revoked"].map((action) => ({ action, actor: "system", target: ada.user_id }));
  expect(await auditOf(app, ada.user_id)).toEqual(steps);
  expect((await auditOf(app, "instance")).filter(({ target }) => target === ada.user_id)).toEqual(steps);
});

test("a shut account has no session, no sign-in, no link under way and no key in its personal workspace, until it is opened; its team works on", async () => {
  const app = await startTestApp();
  const ada = await app.newPerson();
  const team = (await ada.call("POST", "/v1/workspaces", { name: "Acme" })).body.id as string;
  const [own, shared] = [await newKey(ada, ada.workspace), await newKey(ada, team)];
  expect([await statusWith(app, own), await statusWith(app, shared)]).toEqual([200, 200]);
  await app.newBrowser().call("POST", "/v1/auth/password/forgot", { email: ada.email });
  const [mail] = await app.mailTo(ada.email);
  const token = /#token=([\w-]+)/.exec(mail?.text ?? "")?.[1] ?? "";

  await runAdmin(app.dataDir, "account", "operator", ada.email);
  const { user_id: other } = await newPerson(app);
  await runAdmin(app.dataDir, "account", "operator", other);
  await runAdmin(app.dataDir, "account", "operator", other, "--remove");
  expect(await runAdmin(app.dataDir, "account", "disable", ada.email)).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/last operator.*--yes/) });
  expect((await ada.call("GET", "/v1/account")).status).toBe(200);
  expect(await runAdmin(app.dataDir, "account", "disable", ada.email, "--yes")).toMatchObject({ code: 0, stdout: expect.stringMatching(/is disabled\.\nNobody operates this instance now/) });
  expect((await ada.call("GET", "/v1/account")).status).toBe(401);
  expect([await statusWith(app, own), await statusWith(app, shared)]).toEqual([401, 200]);
  expect(await signIn(app, ada, ada.password)).toMatchObject({ status: 403, body: { error: { details: { reason: "account_disabled" } } } });
  expect((await signIn(app, ada, "another password")).status).toBe(401);
  expect(await runAdmin(app.dataDir, "account", "reset-link", ada.email)).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("Enable it first") });

  expect(await runAdmin(app.dataDir, "account", "enable", ada.user_id)).toMatchObject({ code: 0, stdout: expect.stringContaining(`${ada.email} is enabled.`) });
  expect([await statusWith(app, own), (await ada.call("GET", "/v1/account")).status, (await signIn(app, ada, ada.password)).status]).toEqual([200, 401, 200]);
  expect((await app.newBrowser().call("POST", "/v1/auth/password/reset", { token, password: "staple by the window" })).status).toBe(400);
  expect((await auditOf(app, ada.user_id)).map(({ action }) => action)).toEqual(["account.operator_granted", "account.disabled", "session.all_ended", "account.enabled"]);
  expect((await auditOf(app, "instance")).filter(({ target }) => target === ada.user_id).map(({ action }) => action)).toEqual(["account.operator_granted", "account.disabled", "account.enabled"]);
});

test("a reset link sets a new password once, ends the sessions, and leaves no token in the database", async () => {
  const app = await startTestApp();
  const ada = await newPerson(app);
  const { code, stdout } = await runAdmin(app.dataDir, "account", "reset-link", ada.email);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^http:\/\/\S+\/reset-password#token=[\w-]{43}\n$/) });
  const token = stdout.trim().split("#token=")[1] ?? "";
  const [row] = await app.server.control.db.selectFrom("verifications").selectAll().where("value", "=", ada.user_id).execute();
  expect(row?.identifier).not.toContain(token);
  // The two are taken one after the other.
  expect(Math.round((Date.parse(row?.expires_at ?? "") - Date.parse(row?.created_at ?? "")) / 1_000)).toBe(3_600);
  const reset = () => app.newBrowser().call("POST", "/v1/auth/password/reset", { token, password: "staple by the window" });
  expect([(await reset()).status, (await reset()).status]).toEqual([204, 400]);
  expect((await ada.call("GET", "/v1/account")).status).toBe(401);
  expect((await signIn(app, ada, "staple by the window")).status).toBe(200);
  expect((await auditOf(app, "instance")).map(({ action, target }) => [action, target])).toEqual([["account.reset_link_created", ada.user_id]]);
});

test("a lost second factor is taken away: sessions end, a mail tells the owner, and the password alone signs in", async () => {
  const app = await startTestApp();
  const ada = await app.newPerson();
  const remove = () => runAdmin(app.dataDir, "account", "remove-second-factor", ada.email.toUpperCase());
  expect(await remove()).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("no second factor") });
  await setUpSecondFactor(ada);
  const challenged = app.newBrowser();
  const signIn = ({ call }: Pick<TestPerson, "call">) => call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password });
  expect((await signIn(challenged)).body).toEqual({ status: "second_factor_required" });

  expect(await remove()).toMatchObject({ code: 0, stdout: expect.stringContaining("without a second factor now") });
  expect((await ada.call("GET", "/v1/account")).status).toBe(401);
  expect((await challenged.call("POST", "/v1/auth/second-factor", { code: "000000" })).status).toBeGreaterThanOrEqual(400);
  expect((await signIn(app.newBrowser())).body).toEqual({ status: "signed_in" });
  expect((await app.mailTo(ada.email))[0]?.text).toContain("Whoever runs this server took your second factor away");
  for (const chain of ["instance", ada.user_id]) expect(await auditOf(app, chain)).toContainEqual({ action: "account.second_factor_disabled", actor: "system", target: ada.user_id });
  const { db } = app.server.control;
  for (const table of ["two_factors", "spent_totp_codes"] as const) expect(await db.selectFrom(table).selectAll().where("user_id", "=", ada.user_id).execute()).toEqual([]);
});

test("a link of whoever does not say PUBLIC_URL leads where the server is by default, and that is told", async () => {
  const app = await startTestApp();
  const { email } = await newPerson(app);
  const { stdout, stderr } = await runAdmin(app.dataDir, "account", "reset-link", email);
  expect(stdout).toMatch(/^http:\/\/localhost:8080\/reset-password#token=/);
  expect(stderr).toContain("PUBLIC_URL is not set, so the link leads to http://localhost:8080");
});

test("the list tells how each account stands, and one account is shown with its ways in and its workspaces", async () => {
  const app = await startTestApp();
  const [ada, eve] = [await app.newPerson({ name: "Ada", operator: true }), await newPerson(app)];
  const { body: team } = await ada.call("POST", "/v1/workspaces", { name: "Acme" });
  expect((await eve.call("DELETE", "/v1/account")).status).toBe(200);
  const { stdout } = await runAdmin(app.dataDir, "account", "list");
  expect(stdout).toMatch(/^ID +ADDRESS +NAME +OPERATOR +STATE +SECOND FACTOR +CREATED +LAST SEEN\n/);
  expect(stdout).toMatch(new RegExp(`^${ada.user_id} +${ada.email} +Ada +yes +active +no +2\\S+ +2\\S+$`, "m"));
  expect(stdout).toMatch(new RegExp(`^${eve.user_id} .* leaving `, "m"));

  const shown = (await runAdmin(app.dataDir, "account", "show", ada.email)).stdout;
  expect(shown).toMatch(/^SIGNS IN BY +password, code or link by mail$/m);
  expect(shown).toMatch(/^SESSIONS +1$/m);
  expect(shown).toMatch(new RegExp(`^${ada.workspace} +\\S+ +Ada +personal +owner\n${team.id} +acme +Acme +team +owner$`, "m"));
  const { stdout: json } = await runAdmin(app.dataDir, "account", "show", ada.user_id, "--json");
  expect(JSON.parse(json)).toMatchObject({ id: ada.user_id, state: "active", operator: true, sign_in_methods: ["password"], passkeys: 0, sessions: 1, workspaces: [{ id: ada.workspace, role: "owner" }, { id: team.id }] });
});

test("an account is erased by the server beside it, once somebody says yes, and not while others are in a team of its own", async () => {
  const app = await startTestApp();
  const { owner, url, join } = await newTeam(app);
  const member = await join("developer");
  const { body: lone } = await owner.call("POST", "/v1/workspaces", { name: "Lone" });
  const run = (...more: string[]) => runAdmin(app.dataDir, "account", "delete", owner.email, ...more);
  for (const more of [[], ["--yes"]]) expect(await run(...more)).toMatchObject({ code: 2, stderr: expect.stringContaining("acme (1)") });
  expect((await owner.call("POST", `${url}/transfer`, { user_id: member.user_id })).status).toBeLessThan(300);
  expect(await run()).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/every memory and key of: \S+, lone\. To do it, repeat the command with --yes/) });
  expect((await owner.call("GET", "/v1/account")).status).toBe(200);

  expect(await run("--yes")).toMatchObject({ code: 0, stdout: expect.stringContaining("is being erased") });
  expect((await owner.call("GET", "/v1/account")).status).toBe(401);
  for (const args of [["delete", owner.email, "--yes"], ["enable", owner.email]]) expect(await runAdmin(app.dataDir, "account", ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining("being erased") });
  await app.runJobs();
  const { db } = app.server.control;
  expect(await db.selectFrom("users").select("id").execute()).toEqual([{ id: member.user_id }]);
  expect((await db.selectFrom("workspaces").select("id").execute()).map(({ id }) => id)).not.toContain(lone.id);
  expect(await db.selectFrom("jobs").select("kind").where("status", "=", "failed").execute()).toEqual([]);
  expect((await auditOf(app, "instance")).filter(({ target }) => target === owner.user_id).map(({ action }) => action)).toEqual(["account.deletion_requested", "account.deleted"]);
  expect(await runAdmin(app.dataDir, "audit", "verify")).toMatchObject({ code: 0 });
});
