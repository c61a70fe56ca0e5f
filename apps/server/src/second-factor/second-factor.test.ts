import { expect, test } from "vitest";
import { openAuthenticator, setUpSecondFactor, stopClock, wrongCode, type Authenticator } from "../testing/authenticator.ts";
import { shareTestApp, type Answer } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";

stopClock();
const app = shareTestApp();

/** A browser that gave the right password of somebody with a second factor. */
async function openChallenge({ email, password }: TestPerson) {
  const browser = app().newBrowser();
  const begun = await browser.call("POST", "/v1/auth/sign-in", { email, password });
  expect(begun.body).toEqual({ status: "second_factor_required" });
  expect(browser.cookies.get("sid")).toBeUndefined();
  return { ...browser, answer: (body: object): Promise<Answer> => browser.call("POST", "/v1/auth/second-factor", body) };
}

async function newGuarded(): Promise<{ ada: TestPerson; authenticator: Authenticator }> {
  const ada = await app().newPerson();
  return { ada, authenticator: await setUpSecondFactor(ada) };
}

const actionsOf = async ({ user_id }: TestPerson): Promise<string[]> =>
  (await app().server.control.db.selectFrom("audit").select("action").where("chain", "=", user_id).orderBy("seq").execute()).map(({ action }) => action);

test("an authenticator app is set up, asked for after the password, and signs in", async () => {
  const ada = await app().newPerson();
  const begun = await ada.call("POST", "/v1/account/totp");
  expect(begun.status).toBe(200);
  expect(begun.body.recovery_codes).toHaveLength(10);
  expect(new URL(begun.body.uri).searchParams.get("secret")).toBe(begun.body.secret);
  expect((await ada.call("GET", "/v1/account/totp")).body).toEqual({ enabled: false, recovery_codes_left: 0 });

  const authenticator = openAuthenticator(begun.body);
  const before = ada.cookies.get("sid");
  expect((await ada.call("POST", "/v1/account/totp/verify", { code: authenticator.code(-1) })).status).toBe(204);
  expect(ada.cookies.get("sid")).not.toBe(before);
  expect((await ada.call("GET", "/v1/account/totp")).body).toEqual({ enabled: true, recovery_codes_left: 10 });

  const { answer, call, cookies } = await openChallenge(ada);
  expect((await call("GET", "/v1/account")).status).toBe(401);
  const done = await answer({ code: ` ${authenticator.code().slice(0, 3)} ${authenticator.code().slice(3)}` });
  expect(done.body).toEqual({ status: "signed_in" });
  expect(cookies.get("sid")).toBeDefined();
  expect((await call("GET", "/v1/account")).body).toMatchObject({ email: ada.email, has_second_factor: true });
  expect(await actionsOf(ada)).toEqual(["account.created", "session.created", "account.second_factor_enabled", "session.created"]);
});

test("turning it on ends every other session and mails the owner", async () => {
  const ada = await app().newPerson();
  const other = app().newBrowser();
  await other.call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password });
  await setUpSecondFactor(ada);
  expect((await other.call("GET", "/v1/account")).status).toBe(401);
  expect((await ada.call("GET", "/v1/account")).status).toBe(200);
  expect((await app().mailTo(ada.email))[0]).toMatchObject({ template: "second_factor_changed" });
});

test("a wrong code does not turn it on", async () => {
  const ada = await app().newPerson();
  const begun = await ada.call("POST", "/v1/account/totp");
  const refused = await ada.call("POST", "/v1/account/totp/verify", { code: wrongCode(openAuthenticator(begun.body)) });
  expect(refused.body.error).toMatchObject({ code: "forbidden", details: { reason: "wrong_code" } });
  expect((await ada.call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password })).body).toEqual({ status: "signed_in" });
});

test("beginning again replaces a secret that never counted, and not one that does", async () => {
  const ada = await app().newPerson();
  const first = await ada.call("POST", "/v1/account/totp");
  const second = await ada.call("POST", "/v1/account/totp");
  expect(second.body.secret).not.toBe(first.body.secret);
  expect((await ada.call("POST", "/v1/account/totp/verify", { code: openAuthenticator(first.body).code() })).status).toBe(403);
  expect((await ada.call("POST", "/v1/account/totp/verify", { code: openAuthenticator(second.body).code() })).status).toBe(204);
  expect((await ada.call("POST", "/v1/account/totp")).body.error).toMatchObject({ code: "conflict", details: { reason: "second_factor_exists" } });
  // Nor does it tell whether a code is right once it is on: that would be a place to guess without end.
  expect((await ada.call("POST", "/v1/account/totp/verify", { code: openAuthenticator(second.body).code(1) })).status).toBe(409);
});

test("a code works once: on another challenge it is refused, and the session with it", async () => {
  const { ada, authenticator } = await newGuarded();
  const code = authenticator.code();
  const [first, second] = [await openChallenge(ada), await openChallenge(ada)];
  const answers = await Promise.all([first.answer({ code }), second.answer({ code })]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401]);
  expect(answers.find(({ status }) => status === 401)?.body.error.details).toEqual({ reason: "code_used" });
  const loser = answers[0]?.status === 401 ? first : second;
  expect(loser.cookies.get("sid")).toBeUndefined();
  const { sessions } = await app().server.control.db.selectFrom("sessions").select(({ fn }) => fn.countAll<number>().as("sessions")).where("user_id", "=", ada.user_id).executeTakeFirstOrThrow();
  expect(Number(sessions)).toBe(2);
  expect((await loser.answer({ code: authenticator.code(1) })).status).toBe(200);
});

test("of 50 at once on one challenge exactly one signs in", async () => {
  const { ada, authenticator } = await newGuarded();
  const { answer } = await openChallenge(ada);
  const answers = await Promise.all(Array.from({ length: 50 }, () => answer({ code: authenticator.code() })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test("five wrong codes end the challenge, also for the right one", async () => {
  const { ada, authenticator } = await newGuarded();
  const { answer } = await openChallenge(ada);
  for (let n = 0; n < 5; n += 1) expect((await answer({ code: wrongCode(authenticator) })).body.error.details).toEqual({ reason: "wrong_code" });
  const over = await answer({ code: authenticator.code() });
  expect(over.status).toBe(401);
  expect(over.body.error.details).toEqual({ reason: "sign_in_again" });
  expect((await (await openChallenge(ada)).answer({ code: authenticator.code() })).status).toBe(200);
});

test("ten wrong codes in a row shut the second factor for a quarter of an hour, and are written down", async () => {
  const { ada, authenticator } = await newGuarded();
  for (let round = 0; round < 2; round += 1) {
    const { answer } = await openChallenge(ada);
    for (let n = 0; n < 5; n += 1) expect((await answer({ code: wrongCode(authenticator) })).status).toBe(401);
  }
  const { answer } = await openChallenge(ada);
  const locked = await answer({ code: authenticator.code() });
  expect(locked.status).toBe(429);
  expect(Number(locked.headers.get("retry-after"))).toBeGreaterThan(800);
  expect((await answer({ recovery_code: authenticator.recoveryCodes[0] })).status).toBe(429);
  expect((await ada.call("POST", "/v1/account/prove", { totp: authenticator.code() })).status).toBe(429);

  const actions = await actionsOf(ada);
  expect(actions.filter((action) => action === "account.second_factor_refused")).toHaveLength(10);
  expect(actions.filter((action) => action === "account.locked")).toHaveLength(1);
  const warnings = (await app().mailTo(ada.email)).filter(({ template }) => template === "second_factor_locked");
  expect(warnings.map(({ subject }) => subject)).toEqual(["Wrong codes were tried at your Loci account"]);

  await app().server.control.db.updateTable("two_factors").set({ locked_until: new Date(Date.now() - 1).toISOString() }).where("user_id", "=", ada.user_id).execute();
  expect((await answer({ code: authenticator.code() })).status).toBe(200);
});

test("a recovery code works once, also when it is sent many times at once, and is kept as a hash", async () => {
  const { ada, authenticator } = await newGuarded();
  const [recovery_code = "", another = ""] = authenticator.recoveryCodes;
  const row = await app().server.control.db.selectFrom("two_factors").selectAll().where("user_id", "=", ada.user_id).executeTakeFirstOrThrow();
  expect(JSON.stringify(row)).not.toContain(recovery_code);

  const challenges = await Promise.all(Array.from({ length: 5 }, () => openChallenge(ada)));
  const answers = await Promise.all(challenges.map(({ answer }) => answer({ recovery_code })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.find(({ status }) => status !== 200)?.body.error.details).toEqual({ reason: "wrong_recovery_code" });
  expect((await ada.call("GET", "/v1/account/totp")).body.recovery_codes_left).toBe(9);
  expect((await (await openChallenge(ada)).answer({ recovery_code: ` ${another.replace("-", "")} ` })).status).toBe(200);
  expect(await actionsOf(ada)).toContain("account.recovery_code_used");
  // What is kept does not open anything: it is not what was shown.
  const [kept] = JSON.parse((await app().server.control.db.selectFrom("two_factors").select("backup_codes").where("user_id", "=", ada.user_id).executeTakeFirstOrThrow()).backup_codes) as string[];
  expect((await (await openChallenge(ada)).answer({ recovery_code: kept?.slice(0, 40) })).status).toBe(401);
});

test("new recovery codes take the place of the old ones", async () => {
  const { ada, authenticator } = await newGuarded();
  const made = await ada.call("POST", "/v1/account/recovery-codes");
  expect(made.body.recovery_codes).toHaveLength(10);
  expect((await (await openChallenge(ada)).answer({ recovery_code: authenticator.recoveryCodes[0] })).status).toBe(401);
  expect((await (await openChallenge(ada)).answer({ recovery_code: made.body.recovery_codes[0] })).status).toBe(200);
  expect(await actionsOf(ada)).toContain("account.recovery_codes_created");
});

test("it is asked for after a mailed code as well", async () => {
  const { ada, authenticator } = await newGuarded();
  const { call } = app().newBrowser();
  await call("POST", "/v1/auth/code", { email: ada.email });
  expect((await call("POST", "/v1/auth/code/verify", { code: await app().codeTo(ada.email) })).body).toEqual({ status: "second_factor_required" });
  expect((await call("POST", "/v1/auth/second-factor", { code: authenticator.code() })).body).toEqual({ status: "signed_in" });
});

test("it is asked for after a mailed link as well", async () => {
  const { ada, authenticator } = await newGuarded();
  const { call } = app().newBrowser();
  await call("POST", "/v1/auth/magic-link", { email: ada.email });
  const token = /#token=([\w-]+)/.exec((await app().mailTo(ada.email))[0]?.text ?? "")?.[1];
  expect((await call("POST", "/v1/auth/magic-link/verify", { token })).body).toEqual({ status: "second_factor_required" });
  expect((await call("POST", "/v1/auth/second-factor", { code: authenticator.code() })).body).toEqual({ status: "signed_in" });
});

test("a challenge belongs to its browser, and somebody's session beside it changes nothing", async () => {
  const { ada, authenticator } = await newGuarded();
  await openChallenge(ada);
  const stranger = app().newBrowser();
  expect((await stranger.call("POST", "/v1/auth/second-factor", { code: authenticator.code() })).body.error.details).toEqual({ reason: "sign_in_again" });

  const bob = await newGuarded();
  // Bob's browser still holds his session when Ada begins to sign in on it.
  await bob.ada.call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password });
  expect((await bob.ada.call("POST", "/v1/auth/second-factor", { code: bob.authenticator.code() })).status).toBe(401);
  expect((await bob.ada.call("POST", "/v1/auth/second-factor", { code: authenticator.code() })).status).toBe(200);
  expect((await bob.ada.call("GET", "/v1/account")).body.email).toBe(ada.email);
});

test("taking it away ends the asking, its codes and the other sessions", async () => {
  const { ada, authenticator } = await newGuarded();
  const { answer, call } = await openChallenge(ada);
  await answer({ code: authenticator.code() });
  expect((await ada.call("DELETE", "/v1/account/totp")).status).toBe(204);
  expect((await ada.call("GET", "/v1/account/totp")).body.enabled).toBe(false);
  expect((await call("GET", "/v1/account")).status).toBe(401);
  expect((await call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password })).body).toEqual({ status: "signed_in" });
  expect((await ada.call("DELETE", "/v1/account/totp")).body.error.details).toEqual({ reason: "no_second_factor" });
  expect((await ada.call("POST", "/v1/account/recovery-codes")).status).toBe(409);
  expect(await actionsOf(ada)).toContain("account.second_factor_disabled");
});

test("what changes it asks for a fresh proof, and a code of the app is one", async () => {
  const { ada, authenticator } = await newGuarded();
  await app().server.control.db.updateTable("sessions").set({ proven_at: null }).where("user_id", "=", ada.user_id).execute();
  for (const [method, path] of [["POST", "/v1/account/totp"], ["DELETE", "/v1/account/totp"], ["POST", "/v1/account/recovery-codes"]] as const) {
    expect((await ada.call(method, path)).body.error.details).toMatchObject({ reason: "proof_required" });
  }
  const refused = await ada.call("POST", "/v1/account/prove", { totp: wrongCode(authenticator) });
  expect(refused.body.error).toMatchObject({ code: "forbidden", details: { reason: "wrong_code" } });
  expect((await ada.call("POST", "/v1/account/prove", { totp: authenticator.code() })).status).toBe(200);
  expect((await ada.call("POST", "/v1/account/prove", { totp: authenticator.code() })).body.error.details).toEqual({ reason: "code_used" });
  expect((await ada.call("POST", "/v1/account/recovery-codes")).status).toBe(200);
});

test("where it is on, neither the password nor a mailed code is a proof: the answer says what is", async () => {
  const { ada, authenticator } = await newGuarded();
  const begun = await ada.call("POST", "/v1/account/prove/code");
  const refusal = { status: 403, body: { error: { message: expect.stringMatching(/`totp`.*`recovery_code` or `passkey`/), details: { reason: "second_factor_required", ways: ["totp", "recovery_code", "passkey"] } } } };
  expect(begun).toMatchObject(refusal);
  await app().server.control.db.updateTable("sessions").set({ proven_at: null }).where("user_id", "=", ada.user_id).execute();
  for (const proof of [{ password: ada.password }, { code: "000000" }]) expect(await ada.call("POST", "/v1/account/prove", proof)).toMatchObject(refusal);
  expect(await ada.call("POST", "/v1/account/password", { current_password: ada.password, password: "staple by the window" })).toMatchObject({ status: 403, body: { error: { details: { reason: "proof_required" } } } });
  expect((await ada.call("DELETE", "/v1/account/totp")).status).toBe(403);
  expect((await ada.call("POST", "/v1/account/prove", { totp: authenticator.code() })).status).toBe(200);
  expect((await ada.call("DELETE", "/v1/account/totp")).status).toBe(204);
  expect((await ada.call("POST", "/v1/account/prove", { password: ada.password })).status).toBe(200);
});

test("a recovery code is a proof once, and the owner is told; wrong ones count with the wrong codes", async () => {
  const { ada, authenticator } = await newGuarded();
  const prove = (recovery_code: string | undefined) => ada.call("POST", "/v1/account/prove", { recovery_code });
  expect((await prove(authenticator.recoveryCodes[0])).status).toBe(200);
  expect((await ada.call("GET", "/v1/account/totp")).body.recovery_codes_left).toBe(9);
  expect((await app().mailTo(ada.email))[0]).toMatchObject({ template: "recovery_code_used" });
  for (let n = 0; n < 10; n += 1) expect(await prove(authenticator.recoveryCodes[0])).toMatchObject({ status: 403, body: { error: { details: { reason: "wrong_recovery_code" } } } });
  expect((await prove(authenticator.recoveryCodes[1])).status).toBe(429);
  expect((await ada.call("GET", "/v1/account/sessions")).body.items).toHaveLength(1);
});

test("a second factor that cannot be read is said to be so, at the sign-in and as a proof, and no try is counted", async () => {
  const { ada, authenticator } = await newGuarded();
  await app().server.control.db.updateTable("two_factors").set({ secret: "00".repeat(60) }).where("user_id", "=", ada.user_id).execute();
  const { answer } = await openChallenge(ada);
  const refusal = { status: 503, body: { error: { code: "unavailable", details: { reason: "second_factor_unreadable" } } } };
  for (const proof of [{ code: authenticator.code() }, { recovery_code: authenticator.recoveryCodes[0] }]) expect(await answer(proof)).toMatchObject(refusal);
  for (const proof of [{ totp: authenticator.code() }, { recovery_code: authenticator.recoveryCodes[0] }]) expect(await ada.call("POST", "/v1/account/prove", proof)).toMatchObject(refusal);
  expect(await actionsOf(ada)).not.toContain("account.second_factor_refused");
});

test("ten wrong codes as a proof shut the second factor for sign-ins too", async () => {
  const { ada, authenticator } = await newGuarded();
  const proofs = [];
  for (let n = 0; n < 10; n += 1) proofs.push((await ada.call("POST", "/v1/account/prove", { totp: wrongCode(authenticator) })).status);
  expect(new Set(proofs)).toEqual(new Set([403]));
  expect((await ada.call("POST", "/v1/account/prove", { totp: authenticator.code() })).status).toBe(429);
  expect((await (await openChallenge(ada)).answer({ code: authenticator.code() })).status).toBe(429);
});

test("a person without a password sets it up by the proof of having signed in", async () => {
  const ada = await app().newPerson({ password: null });
  const authenticator = await setUpSecondFactor(ada);
  const { call } = app().newBrowser();
  await call("POST", "/v1/auth/code", { email: ada.email });
  expect((await call("POST", "/v1/auth/code/verify", { code: await app().codeTo(ada.email) })).body).toEqual({ status: "second_factor_required" });
  expect((await call("POST", "/v1/auth/second-factor", { code: authenticator.code() })).status).toBe(200);
});

test("a challenge is over after ten minutes", async () => {
  const { ada, authenticator } = await newGuarded();
  const { answer } = await openChallenge(ada);
  await app().server.control.db.updateTable("verifications").set({ expires_at: new Date(Date.now() - 1).toISOString() }).where("value", "=", ada.user_id).execute();
  expect((await answer({ code: authenticator.code() })).body.error.details).toEqual({ reason: "sign_in_again" });
});

test("bad answers are refused by name, and nobody without a session gets to the settings", async () => {
  const { call } = app().newBrowser();
  for (const body of [{}, { code: "12345" }, { code: "abcdef" }, { code: "123456", recovery_code: "x" }]) {
    expect((await call("POST", "/v1/auth/second-factor", body)).body.error).toMatchObject({ code: "invalid_request", param: "code" });
  }
  expect((await call("POST", "/v1/auth/second-factor", { recovery_code: "" })).body.error).toMatchObject({ code: "invalid_request", param: "recovery_code" });
  for (const [method, path] of [["GET", "/v1/account/totp"], ["POST", "/v1/account/totp"], ["DELETE", "/v1/account/totp"], ["POST", "/v1/account/recovery-codes"]] as const) {
    expect((await call(method, path)).status).toBe(401);
  }
  const { key } = await app().newWorkspace();
  expect((await app().call("GET", "/v1/account/totp", undefined, { authorization: `Bearer ${key}` })).status).toBe(403);
});

test("another site's page cannot answer a challenge", async () => {
  const { ada, authenticator } = await newGuarded();
  const { call } = await openChallenge(ada);
  expect((await call("POST", "/v1/auth/second-factor", { code: authenticator.code() }, { origin: "https://evil.example" })).body.error.details).toMatchObject({ reason: "cross_site" });
});

test("a challenge of a sign-in is none of a passkey, though both cookies are signed alike", async () => {
  const { ada, authenticator } = await newGuarded();
  const { cookies, answer } = await openChallenge(ada);
  const credential = { id: "x", rawId: "x", type: "public-key", clientExtensionResults: {}, response: { clientDataJSON: "e30", authenticatorData: "AA", signature: "AA" } };
  const moved = await app().newBrowser().call("POST", "/v1/auth/passkey/verify", { credential }, { cookie: `loci.better-auth-passkey=${cookies.get("loci.two_factor") ?? ""}` });
  expect(moved).toMatchObject({ status: 401, body: { error: { details: { reason: "challenge_over" } } } });
  expect((await answer({ code: authenticator.code() })).body).toEqual({ status: "signed_in" });
});
