import { HOUR_MS, systemClock, type Clock } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import { createLog, silentLog, type Log } from "@loci/kit/log";
import { expect, test } from "vitest";
import { shareTestApp, startTestApp } from "../testing/harness.ts";
import { createDigest } from "./digests.ts";
import { Limits, type Charge } from "./limits.ts";

const app = shareTestApp();
const newEmail = (): string => `${newId("usr")}@example.com`;
const newLimits = (log: Log = silentLog, now: Clock = systemClock): Limits => new Limits({ digest: createDigest("a secret for tests"), now, log });
const refusal = (work: Promise<unknown>): Promise<AppError | null> => work.then(() => null, (error: unknown) => error as AppError);

test("a try is counted before it is made: of 50 at once from 50 addresses ten pass, and the others are told when to come back", async () => {
  const limits = newLimits();
  const results = await Promise.all(Array.from({ length: 50 }, (_, i) => refusal(limits.charge(["fails_per_address", `192.0.2.${i}`], ["password_fails_per_account", "ada@example.com"]))));
  expect(results.filter((result) => result === null)).toHaveLength(10);
  expect(results.at(-1)).toMatchObject({ code: "rate_limited", retry_after: 3_600, details: { reason: "too_many_tries" } });
});

test("what was right is given back, and only the last try before the limit says that it was", async () => {
  const limits = newLimits();
  for (let i = 0; i < 30; i++) await (await limits.charge(["password_fails_per_account", "ada@example.com"])).giveBack();
  const lasts = [];
  for (let i = 0; i < 10; i++) lasts.push((await limits.charge(["password_fails_per_account", "ada@example.com"])).last);
  expect(lasts).toEqual([...Array.from({ length: 9 }, () => false), true]);
  await limits.forget("password_fails_per_account", "ada@example.com");
  expect(await refusal(limits.charge(["password_fails_per_account", "ada@example.com"]))).toBeNull();
});

test("all addresses of an IPv6 network count as one, and its neighbour as another", async () => {
  const limits = newLimits();
  for (let i = 0; i < 100; i++) await limits.charge(["fails_per_address", `2001:db8:0:1::${i.toString(16)}`]);
  for (const same of ["2001:db8::1:0:0:0:9", "2001:0db8:0000:0001:ffff:ffff:ffff:ffff", "2001:db8:0:1::"]) expect(await refusal(limits.charge(["fails_per_address", same])), same).not.toBeNull();
  expect(await refusal(limits.charge(["fails_per_address", "2001:db8:0:2::1"]))).toBeNull();
});

test("after ten wrong passwords from one address or from fifty no eleventh is taken, not even the right one; known and unknown accounts alike", async () => {
  for (const peers of [1, 50]) {
    const ada = await app().newPerson();
    const answers = [];
    for (const email of [ada.email, newEmail()]) {
      const statuses = [];
      for (let i = 0; i < 11; i++) {
        const { call } = app().newBrowser(peers === 1 ? `198.51.100.${email === ada.email ? 1 : 2}` : `198.51.100.${100 + i}`);
        const { status, body } = await call("POST", "/v1/auth/sign-in", { email, password: i === 10 ? ada.password : "not the password" }, { "x-request-id": "req_alike_alike" });
        statuses.push(status);
        if (i === 10) answers.push({ ...body.error, retry_after: Math.round(body.error.retry_after / 100) });
      }
      expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
    }
    expect(answers[0]).toEqual(answers[1]);
    await app().runJobs();
    expect((await ada.call("GET", "/v1/account/audit")).body.items[0]).toMatchObject({ action: "account.locked" });
    // The lock stops the password alone: strangers lock nobody out.
    const other = app().newBrowser();
    await other.call("POST", "/v1/auth/code", { email: ada.email });
    expect((await other.call("POST", "/v1/auth/code/verify", { code: await app().codeTo(ada.email) })).status).toBe(200);
  }
});

test("after a hundred failures of one network address its next is not taken, whatever accounts it tried and in whatever way", async () => {
  const own = await startTestApp();
  const ada = await own.newPerson();
  const { call } = own.newBrowser("198.51.100.7");
  for (let i = 0; i < 60; i++) expect((await call("POST", "/v1/auth/magic-link/verify", { token: `guess ${i}` })).status).toBe(400);
  for (let i = 0; i < 30; i++) expect((await call("POST", "/v1/auth/code/verify", { code: "000000" })).status).toBe(401);
  for (let i = 0; i < 10; i++) expect((await call("POST", "/v1/auth/sign-in", { email: newEmail(), password: "guess" })).status).toBe(401);
  expect((await call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password })).status).toBe(429);
  expect((await call("POST", "/v1/auth/password/reset", { token: "guess", password: ada.password })).status).toBe(429);
  expect((await own.newBrowser("198.51.100.8").call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password })).status).toBe(200);
});

test("an address is sent three mails in ten minutes for each purpose, whoever asks and whether it has an account or not; who uses one up leaves the others", async () => {
  const known = await app().newPerson();
  const unknown = newEmail();
  await app().newBrowser().call("POST", "/v1/auth/sign-up", { email: unknown, password: "correct horse battery" });
  for (const email of [known.email, unknown]) {
    for (const [path, left] of [["code", 3], ["magic-link", 3], ["password/forgot", 3], ["sign-up", 2]] as const) {
      const statuses = [];
      for (let i = 0; i < 5; i++) statuses.push((await app().newBrowser().call("POST", `/v1/auth/${path}`, { email })).status);
      expect(statuses, path).toEqual(Array.from({ length: 5 }, (_, i) => (i < left ? 202 : 429)));
    }
  }
  expect(await app().mailTo(known.email)).toHaveLength(12);
});

test("a refusal says in words how long to wait", async () => {
  const limits = newLimits();
  for (let i = 0; i < 10; i++) await limits.charge(["password_fails_per_account", "ada@example.com"]);
  for (let i = 0; i < 3; i++) await limits.charge(["mails_per_account", "sign_in ada@example.com"]);
  expect((await refusal(limits.charge(["password_fails_per_account", "ada@example.com"])))?.message).toBe("Too many tries. Wait an hour before the next one.");
  expect((await refusal(limits.charge(["mails_per_account", "sign_in ada@example.com"])))?.message).toBe("Too many tries. Wait 10 minutes before the next one.");
});

test("only wrong guesses stay counted: not what was right, what failed for another reason, or what another limit refused", async () => {
  const limits = newLimits();
  const fail = async (error: Error | null): Promise<void> => {
    if (error !== null) throw error;
  };
  const guess = (error: Error | null, ...more: Charge[]) => refusal(limits.guess([["fails_per_address", "192.0.2.1"], ...more], () => fail(error)));
  const harmless = [null, new Error("a fault of ours"), new AppError("unavailable", "busy"), new AppError("conflict", "taken"), new AppError("forbidden", "shut", { details: { reason: "account_disabled" } })];
  for (let i = 0; i < 150; i++) await guess(harmless[i % harmless.length] ?? null);
  for (let i = 0; i < 10; i++) await limits.charge(["password_fails_per_account", "ada@example.com"]);
  for (let i = 0; i < 150; i++) expect(await guess(null, ["password_fails_per_account", "ada@example.com"])).toMatchObject({ code: "rate_limited" });
  const wrong = [new AppError("unauthenticated", "wrong"), new AppError("not_found", "no such invitation"), new AppError("invalid_request", "over", { details: { reason: "link_over" } }), new AppError("forbidden", "wrong", { details: { reason: "wrong_password" } })];
  for (let i = 0; i < 100; i++) expect(await guess(wrong[i % wrong.length] ?? null)).not.toMatchObject({ code: "rate_limited" });
  expect(await guess(null)).toMatchObject({ code: "rate_limited" });
});

test("whoever is right uses up nothing of an address, and neither do tries that a lock refused", async () => {
  const ada = await app().newPerson();
  const { call } = app().newBrowser("198.51.100.30");
  for (let i = 0; i < 30; i++) expect((await call("POST", "/v1/auth/sign-in", { email: "nobody@example.com", password: "guess" })).status).toBe(i < 10 ? 401 : 429);
  const invitation = { token: "guess" };
  for (let i = 0; i < 89; i++) expect((await call("POST", "/v1/invitations/read", invitation)).status).toBe(404);
  for (let i = 0; i < 20; i++) expect((await call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password })).status).toBe(200);
  expect((await call("POST", "/v1/invitations/read", invitation)).status).toBe(404);
  expect((await call("POST", "/v1/invitations/read", invitation)).status).toBe(429);
});

test("that an address is shut is logged once an hour, with the setting that a proxy needs and without the address", async () => {
  const lines: string[] = [];
  let at = new Date();
  const limits = newLimits(createLog("info", { write: (line) => lines.push(line) }), () => at);
  for (const address of ["192.0.2.1", "192.0.2.2"]) for (let i = 0; i < 110; i++) await refusal(limits.charge(["fails_per_address", address]));
  expect(lines).toEqual([expect.stringMatching(/"level":"warn".*TRUSTED_PROXIES/)]);
  expect(lines[0]).not.toContain("192.0.2");
  at = new Date(at.getTime() + HOUR_MS);
  await refusal(limits.charge(["fails_per_address", "192.0.2.1"]));
  expect(lines).toHaveLength(2);
});

test("a client that is told of by somebody untrusted is warned of once; by a trusted proxy never", async () => {
  for (const [trusted, warnings] of [["", 1], ["192.0.2.0/24", 0]] as const) {
    const own = await startTestApp({ env: { TRUSTED_PROXIES: trusted } });
    for (let i = 0; i < 3; i++) await own.newBrowser("192.0.2.7").call("GET", "/v1/auth/methods", undefined, { "x-forwarded-for": "198.51.100.1" });
    expect(own.logged.filter(({ level, msg }) => level === "warn" && String(msg).includes("TRUSTED_PROXIES"))).toHaveLength(warnings);
  }
});

test("ten wrong codes within an hour stop codes for an address, over however many askings and browsers", async () => {
  const ada = await app().newPerson();
  const browsers = [app().newBrowser(), app().newBrowser()];
  const codes: string[] = [];
  for (const { call } of browsers) {
    await call("POST", "/v1/auth/code", { email: ada.email });
    codes.push(await app().codeTo(ada.email));
  }
  const wrong = ["000000", "111111", "222222"].find((code) => !codes.includes(code));
  for (const { call } of browsers) for (let i = 0; i < 5; i++) expect((await call("POST", "/v1/auth/code/verify", { code: wrong })).status).toBe(401);
  const third = app().newBrowser();
  await third.call("POST", "/v1/auth/code", { email: ada.email });
  expect((await third.call("POST", "/v1/auth/code/verify", { code: await app().codeTo(ada.email) })).status).toBe(429);
  expect((await third.call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password })).status).toBe(200);
});

test("one network address begins fifty sign-ups in an hour", async () => {
  const { call } = app().newBrowser("203.0.113.9");
  const statuses = [];
  for (let i = 0; i < 51; i++) statuses.push((await call("POST", "/v1/auth/sign-up", { email: newEmail() })).status);
  expect([statuses.filter((status) => status === 202).length, statuses.at(-1)]).toEqual([50, 429]);
});

test("strangers who try passwords and ask for mails keep nobody who is signed in from showing who they are, or from another password", async () => {
  const ada = await app().newPerson();
  const stranger = app().newBrowser();
  for (let i = 0; i < 10; i++) await stranger.call("POST", "/v1/auth/sign-in", { email: ada.email, password: "not the password" });
  for (let i = 0; i < 3; i++) await stranger.call("POST", "/v1/auth/code", { email: ada.email });
  expect((await stranger.call("POST", "/v1/auth/code", { email: ada.email })).status).toBe(429);
  expect((await ada.call("POST", "/v1/account/prove", { password: ada.password })).status).toBe(200);
  expect((await ada.call("POST", "/v1/account/prove/code")).status).toBe(202);
  expect((await ada.call("POST", "/v1/account/prove", { code: await app().codeTo(ada.email) })).status).toBe(200);
  expect((await ada.call("POST", "/v1/account/password", { current_password: ada.password, password: "staple by the window" })).status).toBe(204);
});

test("who is signed in tries ten passwords an hour and no more", async () => {
  const ada = await app().newPerson();
  const statuses = [];
  for (let i = 0; i < 11; i++) statuses.push((await ada.call("POST", "/v1/account/prove", { password: i === 10 ? ada.password : "not the password" })).status);
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 403), 429]);
});

test("one network address begins three hundred sign-ins by passkey in an hour: each writes a row", async () => {
  const { call } = app().newBrowser("203.0.113.10");
  const statuses = [];
  for (let i = 0; i < 301; i++) statuses.push((await call("POST", "/v1/auth/passkey/options")).status);
  expect([statuses.filter((status) => status === 200).length, statuses.at(-1)]).toEqual([300, 429]);
});
