import { expect, onTestFinished, test } from "vitest";
import { setUpSecondFactor, stopClock } from "../testing/authenticator.ts";
import { shareBrowser, shareListeningApp } from "../testing/chromium.ts";
import type { Answer } from "../testing/harness.ts";
import { openPasskeyDevice, type PasskeyDevice } from "../testing/passkey-device.ts";
import type { TestPerson } from "../testing/people.ts";

stopClock();
const app = shareListeningApp();
const browser = shareBrowser();

interface Device extends PasskeyDevice {
  /** Has the page call the API, as scripts of ours do. */
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Makes a passkey on the device and adds it to the account that the page is signed in to. */
  register(name?: string): Promise<Answer>;
  /** Has the device sign what a sign-in asks for. Where it does not check who holds it, it is not asked to either, as by a page that was tampered with. */
  assert(): Promise<object>;
  signInAs(person: TestPerson): Promise<void>;
}

/** A browser with a device that holds passkeys and checks who holds it, if it can. */
async function openDevice(options: { canVerify?: boolean } = {}): Promise<Device> {
  const { url } = app();
  const device = await openPasskeyDevice(browser(), url, options);
  const { page } = device;
  onTestFinished(() => page.context().close());
  let userVerification = "required";
  const call: Device["call"] = async (method, path, body) => {
    const response = await page.evaluate(async ([method, path, sent]) => {
      const answer = await fetch(path, { method, ...(sent !== null && { body: sent, headers: { "content-type": "application/json" } }) });
      return { status: answer.status, text: await answer.text() };
    }, [method, path, body === undefined ? null : JSON.stringify(body)] as const);
    return { status: response.status, headers: new Headers(), body: response.text === "" ? null : JSON.parse(response.text) };
  };
  return {
    ...device, call,
    register: async (name) => {
      const credential = await device.create((await call("POST", "/v1/account/passkeys/options")).body);
      return call("POST", "/v1/account/passkeys", { credential, ...(name !== undefined && { name }) });
    },
    assert: async () => device.sign({ ...(await call("POST", "/v1/auth/passkey/options")).body, userVerification }),
    setVerifying: async (verifying) => {
      userVerification = verifying ? "required" : "discouraged";
      await device.setVerifying(verifying);
    },
    signInAs: async ({ cookies }) => page.context().addCookies([{ name: "sid", value: cookies.get("sid") ?? "", url }]),
  };
}

const actionsOf = async ({ user_id }: TestPerson): Promise<string[]> =>
  (await app().server.control.db.selectFrom("audit").select("action").where("chain", "=", user_id).orderBy("seq").execute()).map(({ action }) => action);

test("a passkey is added, and signs in by the button of the page, without the second factor", async () => {
  const ada = await app().newPerson();
  await setUpSecondFactor(ada);
  const device = await openDevice();
  await device.signInAs(ada);
  const added = await device.register("Ada's laptop");
  expect(added.body).toMatchObject({ name: "Ada's laptop", id: expect.stringMatching(/^psk_/) });
  expect((await app().mailTo(ada.email))[0]).toMatchObject({ template: "passkey_added" });

  await device.page.context().clearCookies();
  await device.page.goto("/sign-in");
  await device.page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await device.page.getByText(`You are signed in as ${ada.email}.`).waitFor();
  expect((await device.call("GET", "/v1/account/sessions")).body.items[0]).toMatchObject({ current: true, method: "passkey" });
  expect(await actionsOf(ada)).toEqual(expect.arrayContaining(["account.passkey_created", "session.created"]));
});

test("a device that did not check who holds it is refused, at adding and at signing in", async () => {
  const ada = await app().newPerson();
  const device = await openDevice();
  await device.signInAs(ada);
  expect((await device.register()).status).toBe(201);
  await device.setVerifying(false);
  const refused = await device.call("POST", "/v1/auth/passkey/verify", { credential: await device.assert() });
  expect(refused.status).toBe(401);
  expect(refused.body.error.details).toEqual({ reason: "user_not_verified" });
  expect(await actionsOf(ada)).toContain("session.refused");

  const simple = await openDevice({ canVerify: false });
  await simple.signInAs(ada);
  const options = await simple.call("POST", "/v1/account/passkeys/options");
  expect(options.body.authenticatorSelection).toMatchObject({ userVerification: "required", residentKey: "required" });
  const credential = await simple.create({ ...options.body, excludeCredentials: [], authenticatorSelection: { residentKey: "discouraged", userVerification: "discouraged" } });
  expect((await simple.call("POST", "/v1/account/passkeys", { credential })).body.error.details).toEqual({ reason: "user_not_verified" });
});

test("what the device signed is taken once, and only in the browser that asked", async () => {
  const ada = await app().newPerson();
  const device = await openDevice();
  await device.signInAs(ada);
  await device.register();
  const credential = await device.assert();
  const stranger = app().newBrowser();
  expect((await stranger.call("POST", "/v1/auth/passkey/verify", { credential })).body.error.details).toEqual({ reason: "challenge_over" });
  const answers = await Promise.all(Array.from({ length: 10 }, () => device.call("POST", "/v1/auth/passkey/verify", { credential })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test("passkeys are listed, renamed and taken away by their owner alone", async () => {
  const [ada, eve] = [await app().newPerson(), await app().newPerson()];
  const device = await openDevice();
  await device.signInAs(ada);
  const { id } = (await device.register()).body;
  expect((await ada.call("GET", "/v1/account/passkeys")).body.items).toMatchObject([{ id, name: "Passkey" }]);
  expect((await eve.call("GET", "/v1/account/passkeys")).body.items).toEqual([]);
  expect((await eve.call("PATCH", `/v1/account/passkeys/${id}`, { name: "mine" })).status).toBe(404);
  expect((await eve.call("DELETE", `/v1/account/passkeys/${id}`)).status).toBe(404);

  expect((await ada.call("PATCH", `/v1/account/passkeys/${id}`, { name: "Ada's phone" })).body.name).toBe("Ada's phone");
  expect((await ada.call("PATCH", `/v1/account/passkeys/${id}`, { name: "" })).body.error.param).toBe("name");
  const credential = await device.assert();
  expect((await ada.call("DELETE", `/v1/account/passkeys/${id}`)).status).toBe(204);
  expect((await device.call("POST", "/v1/auth/passkey/verify", { credential })).status).toBe(401);
  expect((await ada.call("DELETE", `/v1/account/passkeys/${id}`)).status).toBe(404);
  expect(await actionsOf(ada)).toEqual(expect.arrayContaining(["account.passkey_updated", "account.passkey_deleted"]));
});

test("the last way to sign in stays", async () => {
  const ada = await app().newPerson({ password: null });
  const device = await openDevice();
  await device.signInAs(ada);
  const { id } = (await device.register()).body;
  expect((await ada.call("DELETE", `/v1/account/passkeys/${id}`)).body.error).toMatchObject({ code: "conflict", details: { reason: "last_sign_in" } });
  expect((await ada.call("GET", "/v1/account/passkeys")).body.items).toHaveLength(1);
});

test("a passkey shows once more who one is, if it is one's own, and makes no second session", async () => {
  const [ada, eve] = [await app().newPerson(), await app().newPerson()];
  const [device, other] = [await openDevice(), await openDevice()];
  await device.signInAs(ada);
  await other.signInAs(eve);
  await device.register();
  await other.register();
  await app().server.control.db.updateTable("sessions").set({ proven_at: null }).where("user_id", "in", [ada.user_id, eve.user_id]).execute();
  expect((await device.call("POST", "/v1/account/passkeys/options")).body.error.details).toMatchObject({ reason: "proof_required" });

  await device.setVerifying(false);
  expect((await device.call("POST", "/v1/account/prove", { passkey: await device.assert() })).body.error).toMatchObject({ code: "forbidden", details: { reason: "user_not_verified" } });
  await device.setVerifying(true);
  expect((await device.call("POST", "/v1/account/prove", { passkey: await device.assert() })).status).toBe(200);
  expect((await device.call("POST", "/v1/account/passkeys/options")).status).toBe(200);
  expect((await device.call("GET", "/v1/account/sessions")).body.items).toHaveLength(1);

  // Eve's passkey in Ada's browser proves nothing about Ada.
  await other.signInAs(ada);
  expect((await other.call("POST", "/v1/account/prove", { passkey: await other.assert() })).body.error).toMatchObject({ code: "forbidden", details: { reason: "passkey_refused" } });
  expect((await device.call("POST", "/v1/account/prove", { passkey: {} })).body.error).toMatchObject({ code: "invalid_request", param: "passkey" });
});

test("nobody adds a passkey to an account that began for another", async () => {
  const [ada, eve] = [await app().newPerson(), await app().newPerson()];
  const device = await openDevice();
  await device.signInAs(ada);
  const options = await device.call("POST", "/v1/account/passkeys/options");
  const credential = await device.create(options.body);
  await device.signInAs(eve);
  expect((await device.call("POST", "/v1/account/passkeys", { credential })).status).toBe(403);
  expect((await eve.call("GET", "/v1/account/passkeys")).body.items).toEqual([]);
});

test("the passkey of a shut account is told so, and makes no session", async () => {
  const ada = await app().newPerson();
  const device = await openDevice();
  await device.signInAs(ada);
  await device.register();
  const { db } = app().server.control;
  await db.updateTable("users").set({ disabled_at: new Date().toISOString() }).where("id", "=", ada.user_id).execute();
  const sessions = () => db.selectFrom("sessions").select("id").where("user_id", "=", ada.user_id).execute();
  const before = await sessions();
  const refused = await device.call("POST", "/v1/auth/passkey/verify", { credential: await device.assert() });
  expect([refused.status, refused.body.error.details]).toEqual([403, { reason: "account_disabled" }]);
  expect(await sessions()).toEqual(before);
});

test("bad credentials are refused by name, and nobody without a session gets to the list", async () => {
  const ada = await app().newPerson();
  const { call } = app().newBrowser();
  expect((await call("POST", "/v1/auth/passkey/verify", {})).body.error.param).toBe("credential");
  await call("POST", "/v1/auth/passkey/options");
  expect((await call("POST", "/v1/auth/passkey/verify", { credential: { id: "x", type: "public-key", response: {} } })).body.error).toMatchObject({ code: "unauthenticated", details: { reason: "passkey_refused" } });
  await ada.call("POST", "/v1/account/passkeys/options");
  expect((await ada.call("POST", "/v1/account/passkeys", { credential: { id: "x", type: "public-key", response: {} } })).body.error).toMatchObject({ code: "invalid_request", details: { reason: "passkey_refused" } });
  for (const [method, path] of [["GET", "/v1/account/passkeys"], ["POST", "/v1/account/passkeys/options"], ["POST", "/v1/account/passkeys"], ["PATCH", "/v1/account/passkeys/psk_1"], ["DELETE", "/v1/account/passkeys/psk_1"]] as const) {
    expect((await call(method, path, method === "GET" ? undefined : {})).status).toBe(401);
  }
  const { key } = await app().newWorkspace();
  expect((await app().call("GET", "/v1/account/passkeys", undefined, { authorization: `Bearer ${key}` })).status).toBe(403);
});
