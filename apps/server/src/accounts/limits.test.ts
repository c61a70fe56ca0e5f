import { newId } from "@loci/kit/ids";
import type { AppError } from "@loci/kit/errors";
import { expect, test } from "vitest";
import { shareTestApp, startTestApp } from "../testing/harness.ts";
import { createDigest } from "./digests.ts";
import { Limits } from "./limits.ts";

const app = shareTestApp();
const newEmail = (): string => `${newId("usr")}@example.com`;
const newLimits = (): Limits => new Limits(createDigest("a secret for tests"));
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

test("an address is sent three mails in ten minutes, whoever asks and for what, and whether it has an account or not", async () => {
  const known = await app().newPerson();
  const unknown = newEmail();
  await app().newBrowser().call("POST", "/v1/auth/sign-up", { email: unknown, password: "correct horse battery" });
  for (const email of [known.email, unknown]) {
    const statuses = [];
    for (const path of ["code", "magic-link", "password/forgot", "code"]) statuses.push((await app().newBrowser().call("POST", `/v1/auth/${path}`, { email })).status);
    expect(statuses).toEqual([202, 202, 429, 429]);
    expect((await app().newBrowser().call("POST", "/v1/auth/sign-up", { email, password: "correct horse battery" })).status).toBe(429);
  }
  expect(await app().mailTo(known.email)).toHaveLength(3);
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
  await app().server.accounts.limits.forget("mails_per_account", ada.email);
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
  for (let i = 0; i < 3; i++) await stranger.call("POST", "/v1/auth/password/forgot", { email: ada.email });
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
