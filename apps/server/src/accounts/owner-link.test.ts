import { expect, test } from "vitest";
import { ensureFirstKey } from "../first-start.ts";
import { startTestApp, type TestApp } from "../testing/harness.ts";
import { mintOwnerLink } from "./owner-link.ts";

const PASSWORD = "correct horse battery";

async function startFirst() {
  const app = await startTestApp({ env: { SIGNUP: "closed" } });
  await ensureFirstKey({ ...app.server, dataDir: app.dataDir });
  return { app, token: await mint(app) };
}

const mint = async ({ server: { control, accounts, config } }: TestApp): Promise<string> => (await mintOwnerLink({ control, digest: accounts.digest }, config.publicUrl))?.split("/owner-link#token=")[1] ?? "";
const workspacesOf = async ({ call }: Pick<ReturnType<TestApp["newBrowser"]>, "call">) => (await call("GET", "/v1/workspaces")).body.items.map(({ slug, role, kind }: Record<string, string>) => (kind === "personal" ? [kind, role] : [slug, role]));

test("the first start's link makes an account that owns the workspace \"local\" and runs the instance, once", async () => {
  const { app, token } = await startFirst();
  expect(token).toMatch(/^[\w-]{43}$/);
  const ada = app.newBrowser();
  const { status, body } = await ada.call("POST", "/v1/auth/owner-link", { token, email: "ada@example.com", password: PASSWORD, name: "Ada" });
  expect([status, body]).toEqual([201, { status: "signed_in" }]);
  expect(new Set(await workspacesOf(ada))).toEqual(new Set([["local", "owner"], ["personal", "owner"]]));
  expect((await ada.call("GET", "/v1/account")).body).toMatchObject({ name: "Ada", operator: true });
  expect(await app.newBrowser().call("POST", "/v1/auth/owner-link", { token, email: "eve@example.com", password: PASSWORD })).toMatchObject({ status: 400, body: { error: { param: "token", details: { reason: "link_over" } } } });
  expect(await mint(app)).toBe("");
});

test("a later start prints another link while none was used, and the one before it works no more", async () => {
  const { app, token } = await startFirst();
  const later = await mint(app);
  expect((await app.newBrowser().call("POST", "/v1/auth/owner-link", { token, email: "ada@example.com" })).status).toBe(400);
  expect((await app.newBrowser().call("POST", "/v1/auth/owner-link", { token: later, email: "ada@example.com" })).status).toBe(201);
});

test("of 100 that open the link at once one becomes the owner, and no other account is made", async () => {
  const { app, token } = await startFirst();
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => app.newBrowser().call("POST", "/v1/auth/owner-link", { token, email: `p${i}@example.com` })));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(await app.server.control.db.selectFrom("users").select("id").execute()).toHaveLength(1);
});

test("whoever is signed in takes the workspace over with the link alone; nobody does without it, nor from another site", async () => {
  const { app, token } = await startFirst();
  const ada = await app.newPerson();
  expect(await app.newBrowser().call("POST", "/v1/auth/owner-link", { token })).toMatchObject({ status: 401, body: { error: { param: "email" } } });
  expect((await ada.call("POST", "/v1/auth/owner-link", { token }, { origin: "https://evil.test" })).status).toBe(403);
  expect((await ada.call("POST", "/v1/auth/owner-link", { token: "guess" })).status).toBe(400);
  expect((await ada.call("POST", "/v1/auth/owner-link", { token, email: "a@example.com", password: "password1" })).status).toBe(400);
  expect((await ada.call("POST", "/v1/auth/owner-link", { token, email: ada.email })).status).toBe(409);
  expect((await ada.call("POST", "/v1/auth/owner-link", { token })).status).toBe(200);
  expect(await workspacesOf(ada)).toEqual(expect.arrayContaining([["local", "owner"]]));
  expect((await ada.call("GET", "/v1/account")).body.operator).toBe(true);
  const granted = await app.server.control.reads.selectFrom("audit").select("chain").where("action", "=", "account.operator_granted").where("actor", "=", ada.user_id).where("target", "=", ada.user_id).orderBy("at").execute();
  expect(granted.map(({ chain }) => chain).slice(-2)).toEqual(["instance", ada.user_id]);
});
