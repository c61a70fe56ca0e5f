import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { verifyChain } from "../audit/verify.ts";
import { ERASER } from "../testing/eraser.ts";
import { newConnection } from "../testing/connections.ts";
import { findWords } from "../testing/files.ts";
import { startTestApp, type TestApp } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";

const CANARIES = ["canaryname", "canaryaddress", "canarynew", "canarycompany", "canarymemory", "canarytest", "canarykey", "canarynote", "canarygroup", "canaryagent", "canarytitle", "canarylabel", "canaryquestion"];

async function listBroken({ server }: TestApp): Promise<unknown[]> {
  const chains = await server.control.db.selectFrom("audit_heads").select("chain").execute();
  const reports = await Promise.all(chains.map(({ chain }) => verifyChain(server.control.db, chain)));
  return reports.filter(({ broken }) => broken !== null);
}

const require = (answer: { status: number; body: unknown }, status: number) => {
  if (answer.status !== status) throw new Error(`Answered ${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
  return answer.body as Record<string, never>;
};

/** Somebody who leaves a word of their own wherever a word can be left. */
async function liveFully(app: TestApp, friend: TestPerson): Promise<TestPerson> {
  const canary = await app.newPerson({ email: "canaryaddress@example.com", name: "Canaryname Bird" });
  const agent = { "user-agent": "CanaryAgent/1.0" };
  const own = { ...agent, "x-workspace": canary.workspace };
  require(await canary.call("PATCH", "/v1/account", { company: "Canarycompany Ltd" }, agent), 200);
  for (const mode of ["live", "test"] as const) {
    const key = require(await canary.call("POST", "/v1/api-keys", { name: "canarykey", note: "canarynote", tags: ["canarynote"], mode, scopes: ["memories:read", "memories:write"] }, { ...own, "idempotency-key": `canarykey-${mode}` }), 201);
    const headers = { ...agent, authorization: `Bearer ${String(key["secret"])}` };
    require(await app.call("POST", "/v1/store", { content: `The canary${mode === "live" ? "memory" : "test"} sings.`, group: "canarygroup", title: "canarytitle" }, headers), 200);
    require(await app.call("POST", "/v1/recall", { query: "canaryquestion" }, headers), 200);
  }
  // In the friend's team they act, invite, and are invited.
  const { id } = require(await friend.call("POST", "/v1/workspaces", { name: "Friends" }), 201);
  const invited = require(await friend.call("POST", `/v1/workspaces/${String(id)}/invitations`, { email: canary.email, role: "admin" }), 201);
  const token = await tokenOf(app, canary.email, invited);
  require(await canary.call("POST", "/v1/invitations/accept", { token }, agent), 200);
  require(await canary.call("PATCH", `/v1/workspaces/${String(id)}`, { name: "Friends of birds" }, agent), 200);
  require(await canary.call("POST", "/v1/store", { content: "Shared by the team.", group: "shared" }, { "x-workspace": String(id) }), 200);
  // An app of their own, and one in the team, with what they call it in their own place alone.
  const heron = await newConnection(app, canary, { group: "canarygroup" });
  require(await canary.call("PATCH", `/v1/connections/${heron.connection_id}`, { label: "Canarylabel" }, agent), 200);
  require(await heron.call("POST", "/v1/store", { content: "The canarymemory was heard.", group: "canarygroup" }, agent), 200);
  require(await (await newConnection(app, canary, { workspace: String(id) })).call("POST", "/v1/recall", { query: "canaryquestion" }, agent), 200);
  // Other ways in: a code that is never used, a link, a wrong password, another address.
  const browser = app.newBrowser();
  for (const way of ["code", "magic-link"]) require(await browser.call("POST", `/v1/auth/${way}`, { email: canary.email }, agent), 202);
  await browser.call("POST", "/v1/auth/sign-in", { email: canary.email, password: "canarypassword wrong" }, agent);
  require(await canary.call("POST", "/v1/account/email", { email: "canarynew@example.com" }, agent), 202);
  require(await canary.call("POST", "/v1/account/email/verify", { code: await app.codeTo("canarynew@example.com") }, agent), 200);
  await app.runJobs();
  return canary;
}

async function tokenOf(app: TestApp, email: string, invited: Record<string, unknown>): Promise<string> {
  const mail = (await app.mailTo(email)).find(({ template }) => template === "invitation");
  return /#token=([\w.-]+)/.exec(typeof invited["url"] === "string" ? invited["url"] : (mail?.text ?? ""))?.[1] ?? "";
}

test("an account that was deleted at once leaves no byte of the person in any file, and others keep what is theirs", async () => {
  const app = await startTestApp();
  const friend = await app.newPerson({ name: "Friend" });
  require(await friend.call("POST", "/v1/store", { content: "The friend likes tea." }, { "x-workspace": friend.workspace }), 200);
  const canary = await liveFully(app, friend);
  const { db } = app.server.control;
  const ips = (await db.selectFrom("audit").select("ip").where("actor", "=", canary.user_id).distinct().execute()).flatMap(({ ip }) => (ip === null ? [] : [ip]));
  expect(ips.length).toBeGreaterThan(0);
  const words = [...CANARIES, ...ips];
  expect(new Set(findWords(app.dataDir, words).map((found) => found.split(" ", 1)[0]))).toEqual(new Set(words.filter((word) => !["canaryquestion"].includes(word))));

  const deleted = await canary.call("DELETE", "/v1/account?now=true");
  expect(deleted).toMatchObject({ status: 200, body: { erasing: true, restore_with: null } });
  expect((await canary.call("GET", "/v1/account")).status).toBe(401);
  await app.runJobs();

  expect(findWords(app.dataDir, [...words, canary.workspace])).toEqual([expect.stringContaining(`${canary.workspace} in control.db`)]);
  expect(await listBroken(app)).toEqual([]);
  for (const table of ["users", "former_addresses", "proofs", "mails", "invitations", "keys", "connections", "kept_answers"] as const) {
    expect(JSON.stringify(await db.selectFrom(table).selectAll().execute()), table).not.toMatch(/canary/i);
  }
  for (const table of ["connections", "token_families", "tokens"] as const) expect(await db.selectFrom(table).selectAll().execute(), table).toEqual([]);
  expect(await db.selectFrom("audit").select(["action", "target"]).where("chain", "=", "instance").where("action", "like", "%.deleted").execute())
    .toEqual([{ action: "workspace.deleted", target: canary.workspace }, { action: "account.deleted", target: canary.user_id }]);
  expect((await db.selectFrom("jobs").select("kind").where("status", "=", "failed").execute())).toEqual([]);

  expect((await friend.call("POST", "/v1/recall", { query: "tea" }, { "x-workspace": friend.workspace })).body.memories[0].content).toBe("The friend likes tea.");
  const { body: { items } } = await friend.call("GET", "/v1/workspaces");
  const team = items.find(({ kind }: { kind: string }) => kind === "team");
  expect(team).toMatchObject({ name: "Friends of birds", role: "owner", members: 1 });
  expect((await friend.call("GET", "/v1/memories", undefined, { "x-workspace": team.id })).body.items).toHaveLength(1);
  const again = await app.newPerson({ email: "canarynew@example.com", name: "Somebody new" });
  expect(again.user_id).not.toBe(canary.user_id);
});

test("an erasure that is killed with -9, again and again and anywhere, comes to its end and breaks nothing", async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), "loci-killed-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const pepper = "a pepper for tests, long enough for anyone";
  const before = await startTestApp({ dataDir, env: { KEY_PEPPER: pepper } });
  const friend = await before.newPerson({ name: "Friend" });
  require(await friend.call("POST", "/v1/store", { content: "The friend likes tea." }, { "x-workspace": friend.workspace }), 200);
  const canary = await liveFully(before, friend);
  require(await canary.call("DELETE", "/v1/account?now=true"), 200);
  await before.close();

  let kills = 0;
  for (let statementsMax = 3; !(await ERASER.spawn({ dataDir, pepper, aheadMs: kills * 5_000, statementsMax })); statementsMax += 7) kills += 1;
  expect(kills).toBeGreaterThan(3);
  expect(findWords(dataDir, CANARIES)).toEqual([]);
  const after = await startTestApp({ dataDir, env: { KEY_PEPPER: pepper } });
  const { db } = after.server.control;
  expect(await listBroken(after)).toEqual([]);
  expect(await db.selectFrom("users").select("id").execute()).toEqual([{ id: friend.user_id }]);
  expect((await db.selectFrom("workspaces").select("name").orderBy("name").execute()).map(({ name }) => name)).toEqual(["Friend", "Friends of birds"]);
  expect((await db.selectFrom("stores").select("id").execute()).length).toBe(2);
  const read = await after.call("GET", "/v1/memories", undefined, { cookie: friend.cookies.toString(), "x-workspace": friend.workspace });
  expect(read.body.items.map(({ content }: { content: string }) => content)).toEqual(["The friend likes tea."]);
}, 120_000);
