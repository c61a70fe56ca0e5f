import { mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findWords } from "../testing/files.ts";
import { startTestApp } from "../testing/harness.ts";

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "loci-stores-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test.each(["deleted", "emptied"])("a store whose file was %s is reported as lost, and not replaced by an empty one", async (how) => {
  const dataDir = newFolder();
  const before = await startTestApp({ dataDir });
  const ours = await before.newWorkspace();
  await ours.call("POST", "/v1/store", { content: "Ada likes tea." });
  await before.close();
  const file = path.join(dataDir, "stores", `${ours.id}.db`);
  if (how === "deleted") rmSync(file);
  else truncateSync(file);

  const after = await startTestApp({ dataDir });
  const headers = { authorization: `Bearer ${ours.key}` };
  expect(await after.call("POST", "/v1/recall", { query: "tea" }, headers)).toMatchObject({ status: 503, body: { error: { code: "unavailable" } } });
  expect(after.logged).toContainEqual(expect.objectContaining({ level: "error", store: ours.id }));
  const others = await after.newWorkspace();
  expect((await others.call("POST", "/v1/store", { content: "works" })).status).toBe(200);
});

test("a server is not started with a pepper that its keys were not made with, unless the old one is given beside it", async () => {
  const dataDir = newFolder();
  const env = (pepper: string, previous?: string) => ({ KEY_PEPPER: pepper, ...(previous !== undefined && { KEY_PEPPER_PREVIOUS: previous }) });
  const [first, second] = ["first 8f3kd02kfj48dkw03mfkd93kfgh2", "second 0qk3nf83nf73nd9qk2n4fu8sk3n"];
  await (await startTestApp({ dataDir, env: env(first) })).close();
  await expect(startTestApp({ dataDir, env: env(second) })).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("KEY_PEPPER_PREVIOUS") });
  await (await startTestApp({ dataDir, env: env(second, first) })).close();
  await (await startTestApp({ dataDir, env: env(second) })).close();
});

test("a team that is deleted at once loses both stores and every row, and its members and other workspaces keep theirs", async () => {
  const app = await startTestApp();
  const owner = await app.newPerson({ password: null });
  const { body: team } = await owner.call("POST", "/v1/workspaces", { name: "Canaryteam" });
  const keys = await Promise.all(["live", "test"].map(async (mode) => {
    const { body } = await owner.call("POST", "/v1/api-keys", { name: "canarykey", mode, scopes: ["memories:read", "memories:write"] }, { "x-workspace": team.id });
    return { authorization: `Bearer ${body.secret}` };
  }));
  for (const headers of keys) expect((await app.call("POST", "/v1/store", { content: "canarymemory" }, headers)).status).toBe(200);
  await owner.call("POST", `/v1/workspaces/${team.id}/invitations`, { email: "canaryguest@example.com", role: "viewer" });
  await owner.call("POST", "/v1/store", { content: "Mine." }, { "x-workspace": owner.workspace });
  await app.runJobs();
  const words = ["canaryteam", "canarykey", "canarymemory", "canaryguest"];
  expect(findWords(app.dataDir, words).length).toBeGreaterThan(3);

  expect((await owner.call("DELETE", `/v1/workspaces/${team.id}?now=true`)).status).toBe(200);
  for (const headers of keys) expect((await app.call("POST", "/v1/recall", { query: "x" }, headers)).status).toBe(401);
  expect((await owner.call("GET", `/v1/workspaces/${team.id}`)).status).toBe(404);
  await app.runJobs();
  expect(findWords(app.dataDir, words)).toEqual([]);
  const { db } = app.server.control;
  expect(await db.selectFrom("stores").select("id").execute()).toEqual([{ id: owner.workspace }]);
  expect(await db.selectFrom("audit_heads").select("chain").where("sealed_at", "is not", null).execute()).toEqual([{ chain: team.id }]);
  expect((await owner.call("GET", "/v1/memories", undefined, { "x-workspace": owner.workspace })).body.items).toHaveLength(1);
});

test("a workspace that is erased while it is in use answers whole or is not there, and its stores do not come back", async () => {
  const app = await startTestApp();
  const { server } = app;
  const workspaces = await Promise.all(Array.from({ length: 8 }, async (_, n) => ({ live: await app.newWorkspace(), n })));
  const seen = new Set<number>();
  const over = new AbortController();
  const using = workspaces.map(async ({ live, n }) => {
    // Some have never been used before.
    if (n % 2 === 0) await live.call("POST", "/v1/store", { content: `canary${n}x` });
    while (!over.signal.aborted) {
      const answers = await Promise.all([live.call("POST", "/v1/store", { content: `canary${n}x ${Math.random()}` }), live.call("POST", "/v1/recall", { query: "canary" }), live.call("GET", "/v1/memories"), live.call("POST", "/v1/export", {})]);
      for (const { status } of answers) seen.add(status);
      // Refusals wait for nothing: a loop of them would keep everybody else from their turn.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });
  for (const { live } of workspaces) {
    await server.control.db.updateTable("workspaces").set({ delete_after: "2026", deleting_at: "2026" }).where("id", "=", live.id).execute();
    await server.jobs.enqueue("workspace.erase", { workspace_id: live.id }, { uniqueKey: live.id });
    await app.runJobs();
  }
  over.abort();
  await Promise.all(using);
  expect([...seen].filter((status) => ![200, 401, 404].includes(status))).toEqual([]);
  expect(readdirSync(path.join(app.dataDir, "stores"))).toEqual([]);
  expect(await server.control.db.selectFrom("stores").select("id").execute()).toEqual([]);
  expect(findWords(app.dataDir, ["canary"])).toEqual([]);
  expect(app.logged.filter(({ level }) => level === "error")).toEqual([]);
});

test("an erasure that was undone, or comes too early, touches nothing", async () => {
  const app = await startTestApp();
  const { server } = app;
  const ours = await app.newWorkspace();
  await ours.call("POST", "/v1/store", { content: "stays" });
  for (const delete_after of [null, "2999"]) {
    await server.control.db.updateTable("workspaces").set({ delete_after }).where("id", "=", ours.id).execute();
    await server.jobs.enqueue("workspace.erase", { workspace_id: ours.id });
    await app.runJobs();
  }
  await server.control.db.updateTable("workspaces").set({ delete_after: null }).where("id", "=", ours.id).execute();
  expect((await ours.call("GET", "/v1/memories")).body.items).toHaveLength(1);
});
