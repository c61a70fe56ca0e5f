import { DAY_MS } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import { shareTestApp, startTestApp, type Answer } from "../testing/harness.ts";
import { newPerson, newTeam } from "../testing/team.ts";
import { createPersonalWorkspace } from "./provision.ts";

const app = shareTestApp();

const NOT_FOUND = { status: 404, body: { error: { code: "not_found", message: "There is no such workspace." } } };

async function auditOf(workspace: string): Promise<{ action: string; actor: string; target: string | null }[]> {
  return app().server.control.db.selectFrom("audit").select(["action", "actor", "target"]).where("chain", "=", workspace).orderBy("seq").execute();
}

test("every account has one personal workspace, and making it again changes nothing", async () => {
  const ada = await newPerson(app());
  const { control, now } = app().server;
  const user = { id: ada.user_id, name: "Ada", email: ada.email };
  expect(await Promise.all(Array.from({ length: 5 }, () => createPersonalWorkspace({ control, now }, user)))).toEqual(Array(5).fill(ada.workspace));

  const { body } = await ada.call("GET", "/v1/workspaces");
  expect(body).toMatchObject({ items: [{ id: ada.workspace, name: "Ada", kind: "personal", role: "owner", plan: "self-hosted", members: 1, keys: 0, open_invitations: 0, delete_after: null }], has_more: false });
  expect(body.items[0].slug).toMatch(/^ada-[a-z2-9]{6}$/);
  expect((await auditOf(ada.workspace)).map(({ action }) => action)).toEqual(["workspace.created"]);
});

test("a personal workspace works at once, with a store of its own", async () => {
  const [ada, bob] = [await newPerson(app()), await newPerson(app())];
  const within = (id: string) => ({ "x-workspace": id });
  expect((await ada.call("POST", "/v1/store", { content: "Ada likes tea." }, within(ada.workspace))).status).toBe(200);
  expect((await ada.call("POST", "/v1/recall", { query: "tea" }, within(ada.workspace))).body.memories).toHaveLength(1);
  expect((await bob.call("POST", "/v1/recall", { query: "tea" }, within(bob.workspace))).body.memories).toHaveLength(0);
  expect(await bob.call("POST", "/v1/recall", { query: "tea" }, within(ada.workspace))).toMatchObject(NOT_FOUND);
});

test("who makes a team owns it, under a slug of its name or one that nobody can guess", async () => {
  const ada = await newPerson(app());
  const first = await ada.call("POST", "/v1/workspaces", { name: "Zoë & Søns" });
  expect(first).toMatchObject({ status: 201, body: { slug: "zoe-s-ns", name: "Zoë & Søns", kind: "team", role: "owner", members: 1 } });
  const second = await ada.call("POST", "/v1/workspaces", { name: "Zoë & Søns" });
  expect(second.body.slug).toMatch(/^zoe-s-ns-[a-z2-9]{6}$/);
  expect((await ada.call("POST", "/v1/workspaces", { name: "x", slug: "chosen-1" })).body.slug).toBe("chosen-1");
  expect((await ada.call("GET", "/v1/workspaces/chosen-1")).body).toMatchObject({ slug: "chosen-1", name: "x" });
  expect(await auditOf(first.body.id as string)).toMatchObject([{ action: "workspace.created", actor: ada.user_id, target: first.body.id }]);

  const pages: Answer[] = [await ada.call("GET", "/v1/workspaces?limit=3")];
  pages.push(await ada.call("GET", `/v1/workspaces?limit=3&cursor=${pages[0]?.body.next}`));
  expect(pages.flatMap(({ body }) => body.items.map((item: { kind: string }) => item.kind))).toEqual(["personal", "team", "team", "team"]);
  expect(pages[1]?.body.has_more).toBe(false);
});

test("a repeat under the same Idempotency-Key makes no second team", async () => {
  const ada = await newPerson(app());
  const headers = { "idempotency-key": "make-once" };
  const answers = await Promise.all(Array.from({ length: 4 }, () => ada.call("POST", "/v1/workspaces", { name: "Once" }, headers)));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  expect((await ada.call("GET", "/v1/workspaces")).body.items).toHaveLength(2);
});

test.each([
  [{ name: "" }, "name"],
  [{ name: "x".repeat(101) }, "name"],
  [{ name: "a\nb" }, "name"],
  [{}, "name"],
  [{ name: "x", slug: "ab" }, "slug"],
  [{ name: "x", slug: "a".repeat(41) }, "slug"],
  [{ name: "x", slug: "Acme" }, "slug"],
  [{ name: "x", slug: "-acme" }, "slug"],
  [{ name: "x", slug: "acme-" }, "slug"],
  [{ name: "x", slug: "a_b_c" }, "slug"],
  [{ name: "x", slug: "admin" }, "slug"],
  [{ name: "x", plan: "enterprise" }, "plan"],
])("a team as %j is refused for its %s", async (body, param) => {
  const ada = await newPerson(app());
  expect(await ada.call("POST", "/v1/workspaces", body)).toMatchObject({ status: 400, body: { error: { code: "invalid_request", param } } });
});

test("a slug is given once: of many who ask for it at the same time one gets it", async () => {
  const people = await Promise.all(Array.from({ length: 5 }, () => newPerson(app())));
  const answers = await Promise.all(people.map((person) => person.call("POST", "/v1/workspaces", { name: "x", slug: "contested" })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409]);
  expect(answers.find(({ status }) => status === 409)?.body.error).toMatchObject({ code: "conflict", param: "slug", details: { reason: "slug_taken" } });
});

test("nobody owns more than fifty teams", async () => {
  const ada = await newPerson(app());
  const { db } = app().server.control;
  const rows = Array.from({ length: 50 }, (_, at) => ({ id: newId("wsp"), slug: `owned-${ada.user_id.slice(-12)}-${at}`, name: "x", created_at: "", kind: "team" as const, personal_user_id: null, plan: null, delete_after: null, deleting_at: null }));
  await db.insertInto("workspaces").values(rows).execute();
  await db.insertInto("members").values(rows.map(({ id }) => ({ workspace_id: id, user_id: ada.user_id, role: "owner" as const, created_at: "" }))).execute();
  expect(await ada.call("POST", "/v1/workspaces", { name: "One more" })).toMatchObject({ status: 409, body: { error: { details: { reason: "too_many_workspaces", limit: 50 } } } });
  await ada.call("DELETE", `/v1/workspaces/${rows[0]?.id}?now=true`);
  await app().runJobs();
  expect((await ada.call("POST", "/v1/workspaces", { name: "One more" })).status).toBe(201);
});

test("a name that is a reserved word, or too short for a slug, still makes a team", async () => {
  const ada = await newPerson(app());
  expect((await ada.call("POST", "/v1/workspaces", { name: "Admin" })).body.slug).toMatch(/^admin-workspace/);
  expect((await ada.call("POST", "/v1/workspaces", { name: "知" })).body.slug).toMatch(/^the-workspace/);
  expect((await ada.call("POST", "/v1/workspaces", { name: "y".repeat(100) })).body.slug).toHaveLength(40);
});

test("owner and admin rename a workspace; its old slug leads nowhere and is free, its id stays", async () => {
  const { id, url, join } = await newTeam(app(), "Before");
  const admin = await join("admin");
  const changed = await admin.call("PATCH", url, { name: "After", slug: "after-all" });
  expect(changed).toMatchObject({ status: 200, body: { id, name: "After", slug: "after-all", role: "admin" } });
  expect((await admin.call("GET", "/v1/workspaces/after-all")).body.id).toBe(id);
  expect(await admin.call("GET", "/v1/workspaces/before")).toMatchObject(NOT_FOUND);
  expect((await admin.call("PATCH", url, { slug: "after-all" })).status).toBe(200);
  expect(await admin.call("PATCH", url, {})).toMatchObject({ status: 400 });
  const other = await newTeam(app(), "Other");
  expect(await other.owner.call("PATCH", other.url, { slug: "after-all" })).toMatchObject({ status: 409, body: { error: { param: "slug" } } });
  expect((await auditOf(id)).filter(({ action }) => action === "workspace.updated")).toMatchObject([{ actor: admin.user_id }]);
});

test("developer, billing and viewer rename nothing, and only the owner deletes", async () => {
  const { url, join } = await newTeam(app());
  for (const role of ["developer", "billing", "viewer"] as const) {
    const person = await join(role);
    expect((await person.call("GET", url)).body.role).toBe(role);
    expect(await person.call("PATCH", url, { name: "Mine" })).toMatchObject({ status: 403, body: { error: { code: "forbidden", details: { roles: ["owner", "admin"] } } } });
    expect((await person.call("DELETE", url)).status).toBe(403);
  }
  const admin = await join("admin");
  for (const [method, path] of [["DELETE", url], ["DELETE", `${url}?now=true`], ["POST", `${url}/restore`]] as const) expect((await admin.call(method, path)).status).toBe(403);
});

test("a workspace of others and one that is not there are the same bytes, to people and to keys", async () => {
  const [{ id, url, owner }, stranger] = [await newTeam(app()), await newPerson(app())];
  const { body: { slug } } = await owner.call("GET", url);
  const key = await app().newWorkspace(["workspace:read"]);
  for (const { call } of [stranger, key]) {
    const seen = new Set<string>();
    for (const name of [id, slug, id.replace(/..$/, "00"), "nobody-here"]) {
      for (const [method, path, body] of [["GET", "", undefined], ["PATCH", "", { name: "x" }], ["DELETE", "", undefined], ["POST", "/restore", undefined], ["GET", "/members", undefined]] as const) {
        const answer = await call(method, `/v1/workspaces/${name}${path}`, body);
        seen.add(JSON.stringify({ status: answer.status, body: answer.body }).replace(answer.body.error.request_id as string, ""));
      }
    }
    expect([...seen]).toHaveLength(1);
    expect([...seen][0]).toContain('"not_found"');
  }
});

test("without a session nothing of it answers, and from another site's page nothing changes", async () => {
  const { url, owner } = await newTeam(app());
  const changes = [["POST", "/v1/workspaces", { name: "x" }], ["PATCH", url, { name: "x" }], ["DELETE", url, undefined], ["POST", `${url}/restore`, undefined]] as const;
  for (const [method, path, body] of [["GET", "/v1/workspaces", undefined], ["GET", url, undefined], ...changes] as const) {
    expect(await app().call(method, path, body)).toMatchObject({ status: 401, body: { error: { code: "unauthenticated" } } });
  }
  for (const [method, path, body] of changes) {
    expect(await owner.call(method, path, body, { origin: "https://evil.example" })).toMatchObject({ status: 403, body: { error: { details: { reason: "cross_site" } } } });
  }
});

test("a key reads its own workspace by id, by slug, and nothing more of it", async () => {
  const key = await app().newWorkspace(["workspace:read"]);
  const { body } = await key.call("GET", `/v1/workspaces/${key.id}`);
  expect(body).toMatchObject({ id: key.id, role: null, keys: 1, members: 0 });
  expect((await key.call("GET", `/v1/workspaces/${body.slug}`)).status).toBe(200);
  expect((await key.call("PATCH", `/v1/workspaces/${key.id}`, { name: "x" })).status).toBe(403);
  expect((await key.call("GET", "/v1/workspaces")).status).toBe(403);
});

test("a deleted team stops at once: its keys only export, its members are told; undoing brings all back", async () => {
  let time = new Date("2026-11-21T12:00:00.000Z");
  const own = await startTestApp({ now: () => time });
  const { id, url, owner, join } = await newTeam(own, "Doomed");
  const developer = await join("developer");
  const key = await own.newWorkspace(undefined, { workspace: id });
  await key.call("POST", "/v1/store", { content: "to be kept" });

  expect(await owner.call("DELETE", url)).toMatchObject({ status: 200, body: { id, delete_after: "2026-12-21T12:00:00.000Z", erasing: false } });
  expect((await owner.call("DELETE", url)).body.delete_after).toBe("2026-12-21T12:00:00.000Z");
  expect(await key.call("POST", "/v1/recall", { query: "kept" })).toMatchObject({ status: 403, body: { error: { message: expect.stringContaining("2026-12-21"), details: { reason: "workspace_leaving" } } } });
  expect((await key.call("POST", "/v1/export")).status).toBe(200);
  expect((await developer.call("POST", "/v1/recall", { query: "kept" }, { "x-workspace": id })).status).toBe(403);
  expect((await developer.call("GET", url)).body.delete_after).toBe("2026-12-21T12:00:00.000Z");
  expect((await owner.call("PATCH", url, { name: "x" })).status).toBe(403);
  const told = await own.server.control.db.selectFrom("mails").select(["recipient", "template"]).where("template", "like", "workspace_%").orderBy("recipient").execute();
  expect(told).toEqual([owner.email, developer.email].toSorted().map((recipient) => ({ recipient, template: "workspace_deletion" })));

  expect(await owner.call("POST", `${url}/restore`)).toMatchObject({ status: 200, body: { delete_after: null } });
  expect((await owner.call("POST", `${url}/restore`)).status).toBe(200);
  expect((await key.call("POST", "/v1/recall", { query: "kept" })).body.memories).toHaveLength(1);
  const actions = await own.server.control.db.selectFrom("audit").select("action").where("chain", "=", id).where("action", "like", "workspace.%").orderBy("seq").execute();
  expect(actions.map(({ action }) => action)).toEqual(["workspace.created", "workspace.deletion_requested", "workspace.deletion_undone"]);

  await owner.call("DELETE", url);
  time = new Date(time.getTime() + 31 * DAY_MS);
  // The session is as old; what is looked at is the rule.
  await own.server.control.db.updateTable("sessions").set({ expires_at: "2027-12-31T00:00:00.000Z", updated_at: time.toISOString(), proven_at: time.toISOString() }).execute();
  expect(await owner.call("POST", `${url}/restore`)).toMatchObject({ status: 409, body: { error: { details: { reason: "grace_over" } } } });
});

test("deleting asks for a fresh proof, and a personal workspace goes, and stays, only with its account", async () => {
  const ada = await newPerson(app());
  expect((await ada.call("DELETE", "/v1/account")).status).toBe(200);
  expect(await ada.call("POST", `/v1/workspaces/${ada.workspace}/restore`)).toMatchObject({ status: 409, body: { error: { details: { reason: "personal_workspace" } } } });
  expect((await ada.call("POST", "/v1/account/restore")).status).toBe(204);
  expect(await ada.call("DELETE", `/v1/workspaces/${ada.workspace}`)).toMatchObject({ status: 409, body: { error: { details: { reason: "personal_workspace" } } } });
  const { url, owner } = await newTeam(app());
  await app().server.control.db.updateTable("sessions").set({ proven_at: new Date(Date.now() - 11 * 60_000).toISOString() }).where("user_id", "=", owner.user_id).execute();
  for (const [method, path] of [["DELETE", url], ["POST", `${url}/restore`]] as const) {
    expect(await owner.call(method, path)).toMatchObject({ status: 403, body: { error: { details: { reason: "proof_required" } } } });
  }
});

test("a team that is deleted at once does not exist from then on, for nobody, and is handed to the job that erases it", async () => {
  const { id, url, owner, join } = await newTeam(app());
  const developer = await join("developer");
  const key = await app().newWorkspace(undefined, { workspace: id });
  expect(await owner.call("DELETE", `${url}?now=yes`)).toMatchObject({ status: 400, body: { error: { param: "now" } } });
  expect(await owner.call("DELETE", `${url}?now=true`)).toMatchObject({ status: 200, body: { erasing: true } });
  expect((await key.call("GET", "/v1/key")).status).toBe(401);
  for (const person of [owner, developer]) expect(await person.call("GET", url)).toMatchObject(NOT_FOUND);
  expect(await owner.call("POST", `${url}/restore`)).toMatchObject(NOT_FOUND);
  await app().runJobs();
  const { db } = app().server.control;
  for (const table of ["members", "keys", "invitations"] as const) expect(await db.selectFrom(table).selectAll().where("workspace_id", "=", id).execute()).toEqual([]);
  expect(await db.selectFrom("workspaces").selectAll().where("id", "=", id).execute()).toEqual([]);
  expect(await app().mailTo(developer.email)).toContainEqual(expect.objectContaining({ template: "workspace_deleted" }));
});
