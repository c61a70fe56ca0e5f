import { expect, test } from "vitest";
import { shareTestApp } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";
import { newPerson, newTeam, type TestTeam } from "../testing/team.ts";

const app = shareTestApp();

type Item = { id: string; role: string };

async function rolesOf({ owner, url }: TestTeam, asker: TestPerson = owner): Promise<Record<string, string>> {
  const { body } = await asker.call("GET", `${url}/members?limit=200`);
  return Object.fromEntries((body.items as Item[]).map(({ id, role }) => [id, role]));
}

const auditOf = (team: TestTeam) =>
  app().server.control.db.selectFrom("audit").select(["action", "actor", "target"]).where("chain", "=", team.id).orderBy("seq").execute();

async function setProof({ user_id }: TestPerson, minutesAgo: number): Promise<void> {
  await app().server.control.db.updateTable("sessions").set({ proven_at: new Date(Date.now() - minutesAgo * 60_000).toISOString() }).where("user_id", "=", user_id).execute();
}

test("every member sees who is in the workspace, and as what, a page at a time", async () => {
  const team = await newTeam(app());
  const viewer = await team.join("viewer");
  const billing = await team.join("billing");
  const first = await viewer.call("GET", `${team.url}/members?limit=2`);
  expect(first.body).toMatchObject({ items: [{ id: team.owner.user_id, email: team.owner.email, role: "owner" }, { id: viewer.user_id, role: "viewer" }], has_more: true });
  const rest = await billing.call("GET", `${team.url}/members?limit=2&cursor=${first.body.next}`);
  expect(rest.body).toMatchObject({ items: [{ id: billing.user_id, email: billing.email, role: "billing" }], has_more: false });
  expect((await viewer.call("GET", `${team.url}/members?cursor=nonsense`)).status).toBe(400);
});

test("a new role holds from the next request on, both ways, and is audited", async () => {
  const team = await newTeam(app());
  const person = await team.join("viewer");
  const store = () => person.call("POST", "/v1/store", { content: "x" }, { "x-workspace": team.id });
  expect((await store()).status).toBe(403);
  expect(await team.owner.call("PATCH", `${team.url}/members/${person.user_id}`, { role: "developer" })).toMatchObject({ status: 200, body: { id: person.user_id, role: "developer" } });
  expect((await store()).status).toBe(200);
  expect((await team.owner.call("PATCH", `${team.url}/members/${person.user_id}`, { role: "developer" })).status).toBe(200);
  await team.owner.call("PATCH", `${team.url}/members/${person.user_id}`, { role: "billing" });
  expect((await store()).status).toBe(403);
  expect((await auditOf(team)).filter(({ action }) => action === "member.role_changed")).toEqual(
    Array.from({ length: 2 }, () => ({ action: "member.role_changed", actor: team.owner.user_id, target: person.user_id })),
  );
});

test("a member who is removed finds nothing any more, and can be invited again", async () => {
  const team = await newTeam(app());
  const person = await team.join("developer");
  expect((await person.call("GET", team.url)).status).toBe(200);
  expect((await team.owner.call("DELETE", `${team.url}/members/${person.user_id}`)).status).toBe(204);
  expect((await person.call("GET", team.url)).status).toBe(404);
  expect((await person.call("POST", "/v1/store", { content: "x" }, { "x-workspace": team.id })).status).toBe(404);
  expect((await person.call("GET", "/v1/workspaces")).body.items).toHaveLength(1);
  expect(await team.owner.call("DELETE", `${team.url}/members/${person.user_id}`)).toMatchObject({ status: 404, body: { error: { message: "There is no such member." } } });
  expect((await team.owner.call("POST", `${team.url}/invitations`, { email: person.email, role: "admin" })).status).toBe(201);
  expect((await auditOf(team)).at(-2)).toEqual({ action: "member.removed", actor: team.owner.user_id, target: person.user_id });
});

test("an admin manages everybody but the owner, and makes no owner", async () => {
  const team = await newTeam(app());
  const [admin, other, viewer] = [await team.join("admin"), await team.join("admin"), await team.join("viewer")];
  const at = ({ user_id }: TestPerson) => `${team.url}/members/${user_id}`;
  expect((await admin.call("PATCH", at(viewer), { role: "admin" })).status).toBe(200);
  expect((await admin.call("PATCH", at(other), { role: "viewer" })).status).toBe(200);
  for (const [method, body] of [["PATCH", { role: "viewer" }], ["DELETE", undefined]] as const) {
    expect(await admin.call(method, at(team.owner), body)).toMatchObject({ status: 403, body: { error: { details: { reason: "owner" } } } });
    expect((await team.owner.call(method, at(team.owner), body)).status).toBe(403);
  }
  for (const person of [admin, team.owner]) {
    expect(await person.call("PATCH", at(admin), { role: "owner" })).toMatchObject({ status: 400, body: { error: { param: "role", message: expect.stringContaining("transfer") } } });
  }
  expect((await admin.call("POST", `${team.url}/transfer`, { user_id: admin.user_id })).status).toBe(403);
  expect((await admin.call("PATCH", at(admin), { role: "developer" })).status).toBe(200);
  expect((await admin.call("PATCH", at(admin), { role: "admin" })).status).toBe(403);
  expect(await rolesOf(team)).toEqual({ [team.owner.user_id]: "owner", [admin.user_id]: "developer", [other.user_id]: "viewer", [viewer.user_id]: "admin" });
});

test("developer, billing and viewer change nobody", async () => {
  const team = await newTeam(app());
  const victim = await team.join("viewer");
  for (const role of ["developer", "billing", "viewer"] as const) {
    const person = await team.join(role);
    for (const id of [victim.user_id, person.user_id, team.owner.user_id, "usr_none"]) {
      expect((await person.call("PATCH", `${team.url}/members/${id}`, { role: "admin" })).status).toBe(403);
      expect((await person.call("DELETE", `${team.url}/members/${id}`)).status).toBe(403);
    }
  }
});

test("members of other workspaces and people who are not there are the same bytes", async () => {
  const [team, other] = [await newTeam(app()), await newTeam(app())];
  const [theirs, nobody] = [await other.join("viewer"), await newPerson(app())];
  const seen = new Set<string>();
  for (const id of [theirs.user_id, nobody.user_id, "usr_00000000000000000000000000000000", "nonsense"]) {
    for (const [method, body] of [["PATCH", { role: "viewer" }], ["DELETE", undefined]] as const) {
      const answer = await team.owner.call(method, `${team.url}/members/${id}`, body);
      seen.add(`${answer.status} ${JSON.stringify(answer.body).replace(answer.body.error.request_id as string, "")}`);
    }
    const handed = await team.owner.call("POST", `${team.url}/transfer`, { user_id: id });
    seen.add(`${handed.status} ${JSON.stringify(handed.body).replace(handed.body.error.request_id as string, "")}`);
  }
  expect([...seen]).toHaveLength(1);
  expect((await team.owner.call("DELETE", `${other.url}/members/${theirs.user_id}`)).body.error.message).toBe("There is no such workspace.");
  expect(await rolesOf(other)).toMatchObject({ [theirs.user_id]: "viewer" });
});

test("without a session, with a key, or with a bad body nobody is changed", async () => {
  const team = await newTeam(app());
  const person = await team.join("viewer");
  const key = await app().newWorkspace(undefined, { workspace: team.id });
  const at = `${team.url}/members/${person.user_id}`;
  const calls = [["GET", `${team.url}/members`, undefined], ["PATCH", at, { role: "admin" }], ["DELETE", at, undefined], ["POST", `${team.url}/leave`, undefined], ["POST", `${team.url}/transfer`, { user_id: person.user_id }]] as const;
  for (const [method, path, body] of calls) {
    expect((await app().call(method, path, body)).status).toBe(401);
    expect((await key.call(method, path, body)).status).toBe(403);
  }
  for (const body of [{}, { role: "king" }, { role: "admin", name: "x" }, { role: 1 }]) expect((await team.owner.call("PATCH", at, body)).status).toBe(400);
  for (const body of [{}, { user_id: 1 }, { user_id: person.user_id, role: "owner" }]) expect((await team.owner.call("POST", `${team.url}/transfer`, body)).status).toBe(400);
  expect(await rolesOf(team)).toEqual({ [team.owner.user_id]: "owner", [person.user_id]: "viewer" });
});

test("a member leaves by themselves; the owner hands over first, and a personal workspace cannot be left", async () => {
  const team = await newTeam(app());
  const person = await team.join("billing");
  expect((await person.call("POST", `${team.url}/leave`)).status).toBe(204);
  expect((await person.call("POST", `${team.url}/leave`)).status).toBe(404);
  expect(await team.owner.call("POST", `${team.url}/leave`)).toMatchObject({ status: 409, body: { error: { message: expect.stringContaining("transfer"), details: { reason: "owner" } } } });
  expect(await person.call("POST", `/v1/workspaces/${person.workspace}/leave`)).toMatchObject({ status: 409, body: { error: { details: { reason: "personal_workspace" } } } });
  expect((await auditOf(team)).at(-1)).toEqual({ action: "member.left", actor: person.user_id, target: person.user_id });
});

test("ownership goes to another member, who was asked for nothing else, and the old owner is admin", async () => {
  const team = await newTeam(app());
  const heir = await team.join("viewer");
  const handed = await team.owner.call("POST", `${team.url}/transfer`, { user_id: heir.user_id });
  expect(handed).toMatchObject({ status: 200, body: { id: team.id, role: "admin" } });
  expect(await rolesOf(team)).toEqual({ [team.owner.user_id]: "admin", [heir.user_id]: "owner" });
  expect((await team.owner.call("DELETE", team.url)).status).toBe(403);
  expect((await team.owner.call("POST", `${team.url}/leave`)).status).toBe(204);
  expect((await auditOf(team)).filter(({ action }) => action === "workspace.transferred")).toEqual([{ action: "workspace.transferred", actor: team.owner.user_id, target: heir.user_id }]);
});

test("handing over wants a fresh proof, a team, and somebody else whose account stays", async () => {
  const team = await newTeam(app());
  const heir = await team.join("admin");
  const hand = (user_id: string) => team.owner.call("POST", `${team.url}/transfer`, { user_id });
  await setProof(team.owner, 11);
  expect(await hand(heir.user_id)).toMatchObject({ status: 403, body: { error: { details: { reason: "proof_required" } } } });
  await setProof(team.owner, 0);
  expect((await hand(team.owner.user_id)).status).toBe(409);
  await app().server.control.db.updateTable("users").set({ delete_after: "2027-01-01T00:00:00.000Z" }).where("id", "=", heir.user_id).execute();
  expect(await hand(heir.user_id)).toMatchObject({ status: 409, body: { error: { details: { reason: "account_leaving" } } } });
  const personal = await team.owner.call("POST", `/v1/workspaces/${team.owner.workspace}/transfer`, { user_id: heir.user_id });
  expect(personal).toMatchObject({ status: 409, body: { error: { details: { reason: "personal_workspace" } } } });
});

test("of two transfers at the same time one wins, and there is exactly one owner", async () => {
  for (let round = 0; round < 5; round += 1) {
    const team = await newTeam(app());
    const heirs = [await team.join("admin"), await team.join("developer")];
    const answers = await Promise.all(heirs.map(({ user_id }) => team.owner.call("POST", `${team.url}/transfer`, { user_id })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 403]);
    const owners = Object.entries(await rolesOf(team)).filter(([, role]) => role === "owner");
    expect(owners).toHaveLength(1);
    expect(heirs.map(({ user_id }) => user_id)).toContain(owners[0]?.[0]);
  }
});

test("who is handed the workspace while somebody removes them is either its owner or gone, never both", async () => {
  for (let round = 0; round < 6; round += 1) {
    const team = await newTeam(app());
    const [admin, heir] = [await team.join("admin"), await team.join("developer")];
    const hand = () => team.owner.call("POST", `${team.url}/transfer`, { user_id: heir.user_id });
    const remove = () => admin.call("DELETE", `${team.url}/members/${heir.user_id}`);
    const [first, second] = await Promise.all(round % 2 === 0 ? [hand(), remove()] : [remove(), hand()]);
    const roles = await rolesOf(team);
    const handed = (round % 2 === 0 ? first : second).status;
    const removed = (round % 2 === 0 ? second : first).status;
    expect([[200, 403], [404, 204]]).toContainEqual([handed, removed]);
    expect(Object.values(roles).filter((role) => role === "owner")).toHaveLength(1);
    expect(roles[heir.user_id]).toBe(handed === 200 ? "owner" : undefined);
  }
});

test("two admins who remove each other at the same time: one stays", async () => {
  const team = await newTeam(app());
  const pair = [await team.join("admin"), await team.join("admin")] as const;
  const answers = await Promise.all([pair[0].call("DELETE", `${team.url}/members/${pair[1].user_id}`), pair[1].call("DELETE", `${team.url}/members/${pair[0].user_id}`)]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 404]);
  expect(Object.keys(await rolesOf(team))).toHaveLength(2);
});
