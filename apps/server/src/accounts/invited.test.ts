import { expect, test } from "vitest";
import { startTestApp, type TestApp } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";

const PASSWORD = "correct horse battery";

async function invite(app: TestApp, owner: TestPerson, email: string): Promise<string> {
  const team = await owner.call("POST", "/v1/workspaces", { name: "Acme" });
  await owner.call("POST", `/v1/workspaces/${team.body.id}/invitations`, { email, role: "developer" });
  const [mail] = await app.mailTo(email);
  return /#token=([\w-]+)/.exec(mail?.text ?? "")?.[1] ?? "";
}

test("where no mail is sent an invitation to this very address lets in at once; a second use, another address or a guess do not", async () => {
  const app = await startTestApp({ env: { SIGNUP: "invite" } });
  const owner = await app.newPerson();
  const invitation = await invite(app, owner, "grace@example.com");
  const attempt = (email: string, token: string) => app.newBrowser().call("POST", "/v1/auth/sign-up", { email, password: PASSWORD, invitation: token });
  for (const [email, token] of [["eve@example.com", invitation], ["grace@example.com", "guess"]] as const) {
    expect(await attempt(email, token)).toMatchObject({ status: 403, body: { error: { details: { reason: "invitation_over" } } } });
  }
  const grace = app.newBrowser();
  expect((await grace.call("POST", "/v1/auth/sign-up", { email: "Grace@example.com", password: PASSWORD, invitation })).status).toBe(201);
  expect((await grace.call("POST", "/v1/invitations/accept", { token: invitation })).status).toBe(200);
  expect((await grace.call("GET", "/v1/workspaces")).body.items.map(({ name }: { name: string }) => name)).toContain("Acme");
  expect((await attempt("grace@example.com", invitation)).status).toBe(403);
});

test("an invitation is asked for again when the code is shown: one that was taken back meanwhile lets nobody in", async () => {
  const app = await startTestApp({ env: { SIGNUP: "invite", SMTP_URL: "smtp://127.0.0.1:1" } });
  const first = app.newBrowser();
  await first.call("POST", "/v1/auth/sign-up", { email: "owner@example.com", password: PASSWORD });
  await first.call("POST", "/v1/auth/sign-up/verify", { code: await app.codeTo("owner@example.com") });
  const invitation = await invite(app, first as TestPerson, "grace@example.com");
  const grace = app.newBrowser();
  expect((await grace.call("POST", "/v1/auth/sign-up", { email: "grace@example.com", password: PASSWORD, invitation })).status).toBe(202);
  const code = await app.codeTo("grace@example.com");
  await app.server.control.db.updateTable("invitations").set({ revoked_at: new Date().toISOString() }).execute();
  expect((await grace.call("POST", "/v1/auth/sign-up/verify", { code })).status).toBe(403);
  await app.server.control.db.updateTable("invitations").set({ revoked_at: null }).execute();
  expect((await grace.call("POST", "/v1/auth/sign-up/verify", { code })).status).toBe(201);
});

test("an invitation of a workspace that is being deleted lets nobody in, and does again when that is undone", async () => {
  const app = await startTestApp({ env: { SIGNUP: "invite" } });
  const owner = await app.newPerson();
  const invitation = await invite(app, owner, "grace@example.com");
  const { body: { items } } = await owner.call("GET", "/v1/workspaces");
  const { id } = items.find(({ name }: { name: string }) => name === "Acme");
  const attempt = () => app.newBrowser().call("POST", "/v1/auth/sign-up", { email: "grace@example.com", password: PASSWORD, invitation });
  expect((await owner.call("DELETE", `/v1/workspaces/${id}`)).status).toBe(200);
  expect(await attempt()).toMatchObject({ status: 403, body: { error: { details: { reason: "invitation_over" } } } });
  expect((await owner.call("POST", `/v1/workspaces/${id}/restore`)).status).toBe(200);
  expect((await attempt()).status).toBe(201);
});
