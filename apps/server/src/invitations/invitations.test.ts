import { DAY_MS, MINUTE_MS } from "@loci/kit/clock";
import { expect, test } from "vitest";
import { shareTestApp, startTestApp, type TestApp } from "../testing/harness.ts";
import { invite, newPerson, newTeam, type TestTeam } from "../testing/team.ts";
import { acceptInvitation } from "./acceptance.ts";

const app = shareTestApp();

const accept = (token: string) => ({ method: "POST", path: "/v1/invitations/accept", body: { token } }) as const;
const auditOf = (team: TestTeam, within: TestApp = app()) =>
  within.server.control.db.selectFrom("audit").select(["action", "actor", "target"]).where("chain", "=", team.id).where("action", "not like", "workspace.%").orderBy("seq").execute();

test("who is invited sees what is offered, accepts once, and is a member at once", async () => {
  const team = await newTeam(app(), "Acme");
  const grace = await newPerson(app());
  const made = await team.owner.call("POST", `${team.url}/invitations`, { email: ` ${grace.email.toUpperCase()} `, role: "developer" });
  expect(made).toMatchObject({ status: 201, body: { email: grace.email, role: "developer", state: "open", invited_by: { id: team.owner.user_id }, accepted_at: null, revoked_at: null } });
  expect(Date.parse(made.body.expires_at as string) - Date.parse(made.body.created_at as string)).toBe(7 * DAY_MS);
  const [page, token = ""] = String(made.body.url).split("#token=");
  expect(page).toBe(`${app().server.config.publicUrl}/accept-invitation`);
  expect(Buffer.from(token, "base64url")).toHaveLength(32);

  const shown = await app().call("POST", "/v1/invitations/read", { token });
  expect(shown).toMatchObject({ status: 200, body: { workspace: "Acme", role: "developer", email_hint: "u•••@example.com" } });
  expect(JSON.stringify(shown.body)).not.toContain(grace.email);
  const accepted = await grace.call("POST", "/v1/invitations/accept", { token });
  expect(accepted).toMatchObject({ status: 200, body: { id: team.id, name: "Acme", role: "developer", members: 2, open_invitations: 0 } });
  expect((await grace.call("POST", "/v1/store", { content: "x" }, { "x-workspace": team.id })).status).toBe(200);
  expect((await team.owner.call("GET", `${team.url}/invitations`)).body.items).toMatchObject([{ id: made.body.id, state: "accepted", accepted_by: grace.user_id }]);
  expect(await auditOf(team)).toEqual([
    { action: "invitation.created", actor: team.owner.user_id, target: made.body.id },
    { action: "invitation.accepted", actor: grace.user_id, target: made.body.id },
    { action: "member.joined", actor: grace.user_id, target: grace.user_id },
  ]);
  for (const call of [grace.call, app().call]) {
    expect(await call("POST", "/v1/invitations/read", { token })).toMatchObject({ status: 409, body: { error: { details: { reason: "accepted" } } } });
  }
  expect(await grace.call("POST", "/v1/invitations/accept", { token })).toMatchObject({ status: 409, body: { error: { details: { reason: "accepted" } } } });
});

test("the link goes by mail, and stands nowhere at rest in the clear", async () => {
  const team = await newTeam(app());
  const email = "in-clear@test.example";
  const token = await invite(team.owner, team.url, email, "viewer");
  const { db } = app().server.control;
  const mail = await db.selectFrom("mails").selectAll().where("recipient", "=", email).executeTakeFirstOrThrow();
  expect(mail.template).toBe("invitation");
  expect(app().server.sealer.open(mail.message)).toContain(`#token=${token}`);
  const rest = JSON.stringify([mail, await db.selectFrom("invitations").selectAll().execute(), await db.selectFrom("audit").selectAll().execute(), await db.selectFrom("jobs").selectAll().execute()]);
  expect(rest).not.toContain(token);
  expect(JSON.stringify(app().logged)).not.toContain(token);
  expect(JSON.stringify(await db.selectFrom("audit").selectAll().execute())).not.toContain(email);
});

test("where mail is set up the answer holds no link", async () => {
  const own = await startTestApp({ env: { SMTP_URL: "smtp://127.0.0.1:1", MAIL_FROM: "Loci <loci@test.example>" } });
  const owner = await newPerson(own);
  const { body: team } = await owner.call("POST", "/v1/workspaces", { name: "Mailed" });
  const made = await owner.call("POST", `/v1/workspaces/${team.id}/invitations`, { email: "grace@test.example", role: "viewer" });
  expect(made).toMatchObject({ status: 201, body: { url: null } });
});

test("of many who accept one invitation at the same time one wins", async () => {
  const team = await newTeam(app());
  const grace = await newPerson(app());
  const { method, path, body } = accept(await invite(team.owner, team.url, grace.email));
  const answers = await Promise.all(Array.from({ length: 20 }, () => grace.call(method, path, body)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  expect((await auditOf(team)).filter(({ action }) => action === "member.joined")).toHaveLength(1);
});

test("an invitation is for its address alone, and is not spent by others", async () => {
  const team = await newTeam(app());
  const [grace, eve] = [await newPerson(app()), await newPerson(app())];
  const token = await invite(team.owner, team.url, grace.email);
  const refused = await eve.call("POST", "/v1/invitations/accept", { token });
  expect(refused).toMatchObject({ status: 403, body: { error: { details: { reason: "other_address" }, message: expect.stringContaining(eve.email) } } });
  expect(refused.body.error.message).not.toContain(grace.email);
  expect((await eve.call("GET", team.url)).status).toBe(404);
  expect((await grace.call("POST", "/v1/invitations/accept", { token })).status).toBe(200);
});

test("nobody accepts what expired or was taken back, and inviting anew replaces the open one", async () => {
  let time = new Date("2026-11-21T12:00:00.000Z");
  const own = await startTestApp({ now: () => time });
  const team = await newTeam(own);
  const grace = await newPerson(own);
  const first = await invite(team.owner, team.url, grace.email, "viewer");
  const second = await invite(team.owner, team.url, grace.email, "admin");
  const reasonOf = async (token: string) => (await grace.call("POST", "/v1/invitations/accept", { token })).body.error.details.reason as string;
  expect(await reasonOf(first)).toBe("revoked");

  const list = async (query = "") => (await team.owner.call("GET", `${team.url}/invitations${query}`)).body.items as { id: string; state: string; role: string }[];
  expect(await list()).toMatchObject([{ state: "open", role: "admin" }, { state: "revoked", role: "viewer" }]);
  const { id = "" } = (await list("?state=open"))[0] ?? {};
  expect((await team.owner.call("DELETE", `${team.url}/invitations/${id}`)).status).toBe(204);
  expect((await team.owner.call("DELETE", `${team.url}/invitations/${id}`)).status).toBe(204);
  expect(await reasonOf(second)).toBe("revoked");
  expect((await auditOf(team, own)).map(({ action }) => action)).toEqual(["invitation.created", "invitation.revoked", "invitation.created", "invitation.revoked"]);

  time = new Date(time.getTime() + 20 * MINUTE_MS);
  const third = await invite(team.owner, team.url, grace.email);
  time = new Date(time.getTime() + 6.9 * DAY_MS);
  expect((await own.call("POST", "/v1/invitations/read", { token: third })).status).toBe(200);
  time = new Date(time.getTime() + 0.1 * DAY_MS);
  // Who was away for a week signs in again.
  await own.server.control.db.updateTable("sessions").set({ updated_at: time.toISOString() }).execute();
  expect(await reasonOf(third)).toBe("expired");
  expect(await own.call("POST", "/v1/invitations/read", { token: third })).toMatchObject({ status: 409, body: { error: { details: { reason: "expired" } } } });
  expect((await list("?state=expired")).map(({ state }) => state)).toEqual(["expired"]);
  expect(await list("?state=open")).toEqual([]);
  expect(await list("?state=revoked")).toHaveLength(2);
  expect((await team.owner.call("GET", team.url)).body.open_invitations).toBe(0);
});

test("owner and admin invite, list and take back; the others and keys do none of it", async () => {
  const team = await newTeam(app());
  const admin = await team.join("admin");
  const made = await admin.call("POST", `${team.url}/invitations`, { email: "someone@test.example", role: "admin" });
  expect(made.status).toBe(201);
  const key = await app().newWorkspace(undefined, { workspace: team.id });
  const callers = [...(await Promise.all((["developer", "billing", "viewer"] as const).map((role) => team.join(role)))), key];
  const calls = [["GET", `${team.url}/invitations`, undefined], ["POST", `${team.url}/invitations`, { email: "x@test.example", role: "viewer" }], ["DELETE", `${team.url}/invitations/${made.body.id}`, undefined]] as const;
  for (const [method, path, body] of calls) {
    for (const { call } of callers) expect((await call(method, path, body)).status).toBe(403);
    expect((await app().call(method, path, body)).status).toBe(401);
  }
  expect((await key.call("POST", "/v1/invitations/accept", { token: "x" })).status).toBe(403);
  expect((await app().call("POST", "/v1/invitations/accept", { token: "x" })).status).toBe(401);
  expect((await admin.call("DELETE", `${team.url}/invitations/${made.body.id}`)).status).toBe(204);
});

test.each([
  [{ email: "nobody", role: "viewer" }, "email"],
  [{ email: "", role: "viewer" }, "email"],
  [{ email: `${"a".repeat(250)}@test.example`, role: "viewer" }, "email"],
  [{ email: "a@test.example\r\nBcc: b@test.example", role: "viewer" }, "email"],
  [{ role: "viewer" }, "email"],
  [{ email: "a@test.example" }, "role"],
  [{ email: "a@test.example", role: "owner" }, "role"],
  [{ email: "a@test.example", role: "viewer", workspace_id: "wsp_x" }, "workspace_id"],
])("an invitation as %j is refused for its %s", async (body, param) => {
  const team = await newTeam(app());
  expect(await team.owner.call("POST", `${team.url}/invitations`, body)).toMatchObject({ status: 400, body: { error: { param } } });
});

test("invitations of others, tokens that nobody made and ids that are not there are the same bytes", async () => {
  const [team, other] = [await newTeam(app()), await newTeam(app())];
  const theirs = (await other.owner.call("POST", `${other.url}/invitations`, { email: "theirs@test.example", role: "viewer" })).body.id as string;
  const answers = [
    ...(await Promise.all([theirs, "inv_00000000000000000000000000000000", "nonsense"].map((id) => team.owner.call("DELETE", `${team.url}/invitations/${id}`)))),
    ...(await Promise.all(["nonsense", "A".repeat(43), theirs].map((token) => team.owner.call("POST", "/v1/invitations/accept", { token })))),
    ...(await Promise.all(["nonsense", "A".repeat(43), theirs].map((token) => app().call("POST", "/v1/invitations/read", { token })))),
  ];
  expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body).replace(body.error.request_id as string, "")}`)).size).toBe(1);
  expect(answers[0]).toMatchObject({ status: 404, body: { error: { message: "There is no such invitation." } } });
  expect((await other.owner.call("GET", `${other.url}/invitations?state=open`)).body.items).toHaveLength(1);
  for (const body of [{}, { token: "" }, { token: 1 }, { token: "x".repeat(201) }, { token: "x", more: 1 }]) {
    expect((await app().call("POST", "/v1/invitations/read", body)).status).toBe(400);
    expect((await team.owner.call("POST", "/v1/invitations/accept", body)).status).toBe(400);
  }
});

test("a personal workspace invites nobody, and who is a member needs no invitation", async () => {
  const team = await newTeam(app());
  const member = await team.join("viewer");
  expect(await team.owner.call("POST", `/v1/workspaces/${team.owner.workspace}/invitations`, { email: "a@test.example", role: "viewer" })).toMatchObject({ status: 409, body: { error: { details: { reason: "personal_workspace" } } } });
  expect(await team.owner.call("POST", `${team.url}/invitations`, { email: member.email, role: "admin" })).toMatchObject({ status: 409, body: { error: { details: { reason: "already_member", user_id: member.user_id } } } });
  const { items } = (await team.owner.call("GET", `${team.url}/invitations`)).body as { items: { id: string }[] };
  expect(await team.owner.call("DELETE", `${team.url}/invitations/${items[0]?.id}`)).toMatchObject({ status: 409, body: { error: { details: { reason: "accepted" } } } });
});

test("while a workspace waits for its deletion nobody is invited and nobody joins; undone, the invitation holds again", async () => {
  const team = await newTeam(app());
  const grace = await newPerson(app());
  const token = await invite(team.owner, team.url, grace.email);
  await team.owner.call("DELETE", team.url);
  expect((await team.owner.call("POST", `${team.url}/invitations`, { email: "b@test.example", role: "viewer" })).status).toBe(403);
  expect(await grace.call("POST", "/v1/invitations/accept", { token })).toMatchObject({ status: 409, body: { error: { details: { reason: "workspace_leaving" } } } });
  await team.owner.call("POST", `${team.url}/restore`);
  expect((await grace.call("POST", "/v1/invitations/accept", { token })).status).toBe(200);
});

test("one address is invited three times within ten minutes, a workspace invites fifty times within an hour", async () => {
  let time = new Date("2026-11-21T12:00:00.000Z");
  const own = await startTestApp({ now: () => time });
  const team = await newTeam(own);
  const send = (email: string) => team.owner.call("POST", `${team.url}/invitations`, { email, role: "viewer" });
  for (let count = 0; count < 3; count += 1) expect((await send("same@test.example")).status).toBe(201);
  time = new Date(time.getTime() + 4 * MINUTE_MS);
  const refused = await send("same@test.example");
  expect(refused).toMatchObject({ status: 429, body: { error: { code: "rate_limited", retry_after: 360, details: { per: "address" } } } });
  expect(refused.headers.get("retry-after")).toBe("360");
  for (let count = 3; count < 50; count += 1) expect((await send(`p${count}@test.example`)).status).toBe(201);
  expect(await send("one-more@test.example")).toMatchObject({ status: 429, body: { error: { details: { per: "workspace" } } } });
  const second = (await team.owner.call("POST", "/v1/workspaces", { name: "Second" })).body.id as string;
  expect(await team.owner.call("POST", `/v1/workspaces/${second}/invitations`, { email: "x@test.example", role: "viewer" })).toMatchObject({ status: 429, body: { error: { details: { per: "inviter" } } } });
  time = new Date(time.getTime() + 57 * MINUTE_MS);
  expect((await send("same@test.example")).status).toBe(201);
});

test("the seats of a plan hold members and open invitations, whoever hurries", async () => {
  const team = await newTeam(app());
  await app().server.control.db.updateTable("workspaces").set({ plan: "pro" }).where("id", "=", team.id).execute();
  expect(await team.owner.call("POST", `${team.url}/invitations`, { email: "a@test.example", role: "viewer" })).toMatchObject({ status: 402, body: { error: { code: "quota_exceeded", details: { meter: "seats", limit: 1 } } } });
  expect((await team.owner.call("GET", `${team.url}/invitations`)).body.items).toHaveLength(0);

  await app().server.control.db.updateTable("workspaces").set({ plan: null }).where("id", "=", team.id).execute();
  const people = await Promise.all(Array.from({ length: 3 }, () => newPerson(app())));
  const tokens = await Promise.all(people.map(({ email }) => invite(team.owner, team.url, email)));
  await app().server.control.db.updateTable("workspaces").set({ plan: "pro" }).where("id", "=", team.id).execute();
  for (const [index, person] of people.entries()) expect((await person.call("POST", "/v1/invitations/accept", { token: tokens[index] })).status).toBe(402);
  expect((await team.owner.call("GET", team.url)).body).toMatchObject({ members: 1, open_invitations: 3, plan: "pro" });
});

test("an acceptance within a larger transaction commits or fails with it", async () => {
  const team = await newTeam(app());
  const grace = await newPerson(app());
  const token = await invite(team.owner, team.url, grace.email);
  const { control } = app().server;
  const origin = { actor: "nobody", key_id: null, address: null, user_agent: null, request_id: null };
  const failing = control.transaction(async () => {
    await acceptInvitation(app().server, origin, { token, user_id: grace.user_id });
    throw new Error("the sign-up failed after all");
  });
  await expect(failing).rejects.toThrow("after all");
  expect((await app().call("POST", "/v1/invitations/read", { token })).status).toBe(200);
  expect((await auditOf(team)).map(({ action }) => action)).toEqual(["invitation.created"]);
  await control.transaction(() => acceptInvitation(app().server, origin, { token, user_id: grace.user_id }));
  expect((await auditOf(team)).at(-1)).toEqual({ action: "member.joined", actor: grace.user_id, target: grace.user_id });
  expect((await grace.call("GET", team.url)).status).toBe(200);
});

test("a repeated invitation under the same Idempotency-Key is one invitation, one mail and the same link", async () => {
  const team = await newTeam(app());
  const headers = { "idempotency-key": "invite-once" };
  const send = () => team.owner.call("POST", `${team.url}/invitations`, { email: "once@test.example", role: "viewer" }, headers);
  const answers = [await send(), await send(), await send()];
  expect(new Set(answers.map(({ body }) => body.url)).size).toBe(1);
  expect(await app().server.control.db.selectFrom("mails").select("id").where("recipient", "=", "once@test.example").execute()).toHaveLength(1);
});
