import { expect, test } from "vitest";
import { SYSTEM } from "../audit/origin.ts";
import { shareTestApp, type TestApp } from "../testing/harness.ts";
import { insertPerson } from "../testing/signed-in.ts";

const PRODUCTION = { NODE_ENV: "production", PUBLIC_URL: "https://loci.test", AUTH_SECRET: "kR4v9Qz1Wm7Lx2Tn8Yb3Hc6Jd5Gf0Ps4Ea9Uo2Ivq", KEY_PEPPER: "Zp8Xw3Nc7Vb1Mk6Lj2Hg9Fd4Sa5Qe0Rt8Yu3Iow" };
const app = shareTestApp({ env: { ...PRODUCTION, SIGNUP: "open" } });
const countJobs = async ({ server }: TestApp): Promise<number> => (await server.control.db.selectFrom("jobs").selectAll().execute()).length;

test("production without mail refuses whatever it would mail, alike for every address, and writes nothing", async () => {
  await app().server.accounts.newcomers.create({ email: "ada@example.com", name: "Ada", passwordHash: null }, SYSTEM);
  const before = await countJobs(app());
  const ways: [path: string, more: object][] = [["sign-up", { password: "correct horse battery" }], ["sign-up", { invitation: "guess" }], ["code", {}], ["magic-link", {}], ["password/forgot", {}]];
  for (const [path, more] of ways) {
    const answers = [];
    for (const email of ["ada@example.com", "nobody@example.com"]) {
      const { status, body } = await app().newBrowser().call("POST", `/v1/auth/${path}`, { email, ...more }, { "x-request-id": "req_alike_alike" });
      expect({ status, code: body.error.code, details: body.error.details }, path).toEqual({ status: 503, code: "unavailable", details: { reason: "no_mail" } });
      expect(body.error.message).toContain("sends no mail");
      answers.push(body);
    }
    expect(answers[0], path).toEqual(answers[1]);
  }
  expect(await countJobs(app())).toBe(before);
});

test("nor are codes promised to who is signed in there, and sign-up is said to be by invitation", async () => {
  const ada = await insertPerson(app());
  for (const [path, body] of [["prove/code", undefined], ["email", { email: "new@example.com" }]] as const) {
    expect(await ada.call("POST", `/v1/account/${path}`, body)).toMatchObject({ status: 503, body: { error: { details: { reason: "no_mail" } } } });
  }
  expect((await ada.call("GET", "/v1/auth/methods")).body).toMatchObject({ password: true, code: false, sign_up: "invite" });
});

test("an invitation to this very address still lets in there", async () => {
  const owner = await insertPerson(app());
  const team = await owner.call("POST", "/v1/workspaces", { name: "Acme" });
  const { url } = (await owner.call("POST", `/v1/workspaces/${team.body.id}/invitations`, { email: "grace@example.com", role: "developer" })).body;
  const invitation = /#token=([\w-]+)/.exec(url)?.[1];
  expect((await app().newBrowser().call("POST", "/v1/auth/sign-up", { email: "grace@example.com", invitation })).status).toBe(201);
});
