import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SYSTEM } from "../audit/origin.ts";
import { OWN_PLANS_FILE } from "../plans/catalogue.ts";
import { permissionsOf, SCOPES, type Scope } from "../policy/permissions.ts";
import { shareTestApp, startTestApp, type TestApp } from "../testing/harness.ts";
import { endKey, grantKey, updateKey } from "./service.ts";
import { newMember } from "./test-member.ts";

const app = shareTestApp();
const FAR = "2199-01-01T00:00:00.000Z";
const NEAR = "2199-01-01T00:00:00.001Z";

interface Made {
  key: string;
  id: string;
  secret: string;
}

async function newMaker(terms: object = {}) {
  const { id: workspace } = await app().newWorkspace();
  const owner = await newMember(app(), workspace, "owner");
  const make = async (more: object): Promise<Made> => {
    const { status, body } = await owner.call("POST", "/v1/api-keys", { name: "x", scopes: "all", expires_at: "never", ...more });
    expect(status).toBe(201);
    return body;
  };
  const maker = await make(terms);
  const call = (method: string, url: string, body?: unknown) => app().call(method, url, body, { authorization: `Bearer ${maker.secret}` });
  return { workspace, owner, make, maker, call };
}

const beyond = (param?: string) => ({ status: 403, body: { error: { code: "forbidden", ...(param !== undefined && { param }), details: { reason: "beyond_own_rights" } } } });

test("a key makes keys with its own scopes at most, and all of them when it says all", async () => {
  const own: Scope[] = ["memories:read", "keys:write"];
  const { call } = await newMaker({ scopes: own });
  for (const scope of SCOPES.filter((scope) => !own.includes(scope))) {
    expect(await call("POST", "/v1/api-keys", { name: "x", scopes: [scope] })).toMatchObject(beyond("scopes"));
    expect(await call("POST", "/v1/api-keys", { name: "x", scopes: [...own, scope] })).toMatchObject(beyond("scopes"));
  }
  expect((await call("POST", "/v1/api-keys", { name: "x", scopes: "all" })).body.scopes.toSorted()).toEqual(own.toSorted());
  expect((await call("POST", "/v1/api-keys", { name: "x", scopes: ["memories:read"] })).status).toBe(201);
});

test("a key bound to a group makes keys of that group, and knows of no others", async () => {
  const { call, make, maker } = await newMaker({ group: "ada" });
  const [same, other, unbound] = [await make({ group: "ada" }), await make({ group: "bob" }), await make({})];
  expect((await call("POST", "/v1/api-keys", { name: "x", scopes: "all" })).body).toMatchObject({ group: "ada" });
  expect(await call("POST", "/v1/api-keys", { name: "x", scopes: "all", group: "bob" })).toMatchObject(beyond("group"));
  expect((await call("POST", "/v1/api-keys", { name: "x", scopes: "all", group: null })).status).toBe(400);
  const listed = (await call("GET", "/v1/api-keys")).body.items;
  expect(listed).toHaveLength(3);
  expect(listed.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining([same.id, maker.id]));
  for (const { id } of [other, unbound]) {
    for (const [method, url] of [["GET", id], ["DELETE", id], ["POST", `${id}/rotate`]] as const) expect((await call(method, `/v1/api-keys/${url}`)).status).toBe(404);
    expect((await call("PATCH", `/v1/api-keys/${id}`, { name: "y" })).status).toBe(404);
  }
});

test("a test key makes test keys, a live key live keys, and neither knows of the other's", async () => {
  for (const [mode, other] of [["test", "live"], ["live", "test"]] as const) {
    const { call, make } = await newMaker({ mode });
    const foreign = await make({ mode: other });
    expect((await call("POST", "/v1/api-keys", { name: "x", scopes: "all" })).body).toMatchObject({ mode });
    expect(await call("POST", "/v1/api-keys", { name: "x", scopes: "all", mode: other })).toMatchObject(beyond("mode"));
    expect((await call("DELETE", `/v1/api-keys/${foreign.id}`)).status).toBe(404);
    expect((await call("GET", "/v1/api-keys")).body.items.every((key: { mode: string }) => key.mode === mode)).toBe(true);
  }
});

test("no key outlives the one that made it, by whatever way it is asked", async () => {
  const { call, make, maker } = await newMaker({ expires_at: FAR });
  for (const expires_at of [NEAR, "never"]) {
    expect(await call("POST", "/v1/api-keys", { name: "x", scopes: "all", expires_at })).toMatchObject(beyond("expires_at"));
    expect(await call("PATCH", `/v1/api-keys/${maker.id}`, { expires_at })).toMatchObject(beyond("expires_at"));
    expect(await call("POST", `/v1/api-keys/${maker.id}/rotate`, { expires_at })).toMatchObject(beyond("expires_at"));
  }
  const soon = await newMaker({ expires_at: new Date(Date.now() + 3_600_000).toISOString() });
  const { body } = await soon.call("POST", "/v1/api-keys", { name: "x", scopes: "all" });
  expect(body).toMatchObject({ expires_at: (await soon.call("GET", `/v1/api-keys/${soon.maker.id}`)).body.expires_at });
  const endless = await make({});
  expect(await call("POST", `/v1/api-keys/${endless.id}/rotate`)).toMatchObject(beyond());
  expect((await call("POST", `/v1/api-keys/${maker.id}/rotate`)).body).toMatchObject({ expires_at: FAR });
});

test("a key on its way out of a rotation makes keys that end with it, and cannot touch its successor", async () => {
  const { call, owner, maker } = await newMaker();
  const { body: successor } = await owner.call("POST", `/v1/api-keys/${maker.id}/rotate`, { grace_hours: 1 });
  expect((await call("POST", "/v1/api-keys", { name: "x", scopes: "all" })).body.expires_at).toBe(successor.replaces.expires_at);
  expect(await call("POST", "/v1/api-keys", { name: "x", scopes: "all", expires_at: "never" })).toMatchObject(beyond("expires_at"));
  expect(await call("PATCH", `/v1/api-keys/${successor.id}`, { name: "mine" })).toMatchObject(beyond());
  expect(await call("POST", `/v1/api-keys/${successor.id}/rotate`)).toMatchObject(beyond());
});

test("a key that can do more than another is neither changed nor rotated by it, but can be revoked", async () => {
  const { call, make } = await newMaker({ scopes: ["keys:write", "keys:read"] });
  const strong = await make({});
  for (const patch of [{ name: "mine" }, { scopes: ["keys:read"] }, { ip_allow: [] }, { expires_at: FAR }]) expect(await call("PATCH", `/v1/api-keys/${strong.id}`, patch)).toMatchObject(beyond());
  expect(await call("POST", `/v1/api-keys/${strong.id}/rotate`, { grace_hours: 0 })).toMatchObject(beyond());
  expect(await call("GET", `/v1/api-keys/${strong.id}`)).toMatchObject({ body: { state: "active", replaced_by: null } });
  expect((await call("DELETE", `/v1/api-keys/${strong.id}`)).status).toBe(204);
});

test("a key widens neither itself nor a weaker one beyond what it has", async () => {
  const { call, maker, make } = await newMaker({ scopes: ["keys:write", "keys:read", "memories:read"] });
  const weak = await make({ scopes: ["keys:read"] });
  for (const { id } of [maker, weak]) expect(await call("PATCH", `/v1/api-keys/${id}`, { scopes: ["memories:delete"] })).toMatchObject(beyond("scopes"));
  expect((await call("PATCH", `/v1/api-keys/${weak.id}`, { scopes: ["memories:read"] })).body.scopes).toEqual(["memories:read"]);
});

test("a developer gives no key what only admins may, and does not get it by rotating or changing one that has it", async () => {
  const { workspace, owner, make } = await newMaker();
  const developer = await newMember(app(), workspace, "developer");
  const admins = await make({ scopes: ["audit:read"] });
  expect(await developer.call("POST", "/v1/api-keys", { name: "x", scopes: ["audit:read"] })).toMatchObject(beyond("scopes"));
  expect((await developer.call("POST", "/v1/api-keys", { name: "x", scopes: "all" })).body.scopes).not.toContain("audit:read");
  expect(await developer.call("POST", `/v1/api-keys/${admins.id}/rotate`)).toMatchObject(beyond());
  expect(await developer.call("PATCH", `/v1/api-keys/${admins.id}`, { ip_allow: [] })).toMatchObject(beyond());
  const own = (await developer.call("POST", "/v1/api-keys", { name: "x", scopes: ["keys:read"] })).body;
  expect(await developer.call("PATCH", `/v1/api-keys/${own.id}`, { scopes: ["keys:read", "audit:read"] })).toMatchObject(beyond("scopes"));
  expect((await owner.call("PATCH", `/v1/api-keys/${own.id}`, { scopes: ["keys:read", "audit:read"] })).status).toBe(200);
  await app().server.control.db.updateTable("members").set({ role: "viewer" }).where("user_id", "=", developer.user_id).execute();
  expect((await developer.call("POST", "/v1/api-keys", { name: "x", scopes: ["keys:read"] })).status).toBe(403);
});

test("a key shows the names of people to members alone", async () => {
  const { owner, call, maker } = await newMaker();
  expect((await owner.call("GET", `/v1/api-keys/${maker.id}`)).body.created_by).toEqual({ id: owner.user_id, name: "Ada" });
  expect((await call("GET", `/v1/api-keys/${maker.id}`)).body.created_by).toEqual({ id: owner.user_id, name: null });
  const { body } = await call("POST", "/v1/api-keys", { name: "child", scopes: ["keys:read"] });
  expect((await owner.call("GET", `/v1/api-keys/${body.id}`)).body.created_by).toEqual({ id: maker.id, name: "x" });
});

test("who lost the right to keys between the asking and the deciding makes, changes and ends none", async () => {
  const { workspace, maker } = await newMaker();
  const { user_id } = await newMember(app(), workspace, "viewer");
  const person = { user_id, session_id: "", email: "", name: "", operator: false, provenMs: Date.now(), leaving_at: null };
  // As the request was let in, a moment before the role was taken.
  const actor = { kind: "member", workspace_id: workspace, role: "developer", person, group: null, may: permissionsOf("developer"), mode: "live", leaving_at: null } as const;
  const caller = { actor, origin: SYSTEM };
  const { server } = app();
  for (const work of [() => grantKey(server, caller, { name: "x", scopes: "all" }), () => updateKey(server, caller, maker.id, { name: "y" }), () => endKey(server, caller, maker.id)]) {
    await expect(work()).rejects.toMatchObject({ code: "forbidden" });
  }
});

async function startLimited(limit: number): Promise<{ limited: TestApp; workspace: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), "loci-limits-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = JSON.parse(readFileSync(OWN_PLANS_FILE, "utf8"));
  file.plans.free.limits.api_keys = { limit, at_limit: "block" };
  writeFileSync(path.join(folder, "plans.json"), JSON.stringify(file));
  const limited = await startTestApp({ env: { PLANS_FILE: path.join(folder, "plans.json"), DEFAULT_PLAN: "free" } });
  return { limited, workspace: (await limited.newWorkspace()).id };
}

test("of 20 keys asked for at once, a plan with room for four more gives four", async () => {
  const { limited, workspace } = await startLimited(5);
  const owner = await newMember(limited, workspace, "owner");
  const make = (more: object = {}) => owner.call("POST", "/v1/api-keys", { name: "x", scopes: "all", ...more });
  const answers = await Promise.all(Array.from({ length: 20 }, () => make()));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, 201, ...Array.from({ length: 16 }, () => 402)]);
  expect((await make()).body.error).toMatchObject({ code: "quota_exceeded", details: { meter: "api_keys", plan: "free", limit: 5, used: 5 } });
  expect((await limited.server.control.db.selectFrom("keys").select("id").where("workspace_id", "=", workspace).execute())).toHaveLength(5);

  expect((await make({ mode: "test" })).status).toBe(201);
  const id = answers.find(({ status }) => status === 201)?.body.id as string;
  const rotated = await owner.call("POST", `/v1/api-keys/${id}/rotate`);
  expect(rotated.status).toBe(201);
  expect((await make()).status).toBe(402);
  await owner.call("DELETE", `/v1/api-keys/${rotated.body.id}`);
  expect((await make()).status).toBe(201);
  expect((await make()).status).toBe(402);
});

test("a plan of the workspace's own goes before the instance's default, and one that bills at the limit blocks nobody", async () => {
  const { limited, workspace } = await startLimited(1);
  const owner = await newMember(limited, workspace, "owner");
  const make = () => owner.call("POST", "/v1/api-keys", { name: "x", scopes: "all" });
  expect((await make()).status).toBe(402);
  await limited.server.control.db.updateTable("workspaces").set({ plan: "pro" }).where("id", "=", workspace).execute();
  expect((await make()).status).toBe(201);
});
