import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import { PasskeyDevice } from "../../../bench/attacks/devices.ts";
import { setUpSecondFactor, stopClock, wrongCode } from "./testing/authenticator.ts";
import { shareTestApp, startTestApp, type Answer } from "./testing/harness.ts";
import type { TestPerson } from "./testing/people.ts";
import { invite, newPerson, newTeam } from "./testing/team.ts";

stopClock();
const app = shareTestApp();
type TestBrowser = ReturnType<ReturnType<typeof app>["newBrowser"]>;

const newEmail = (): string => `${newId("usr")}@example.com`;
const countOf = (answers: Answer[], status: number): number => answers.filter((answer) => answer.status === status).length;
const statusesOf = (answers: Answer[]): number[] => [...new Set(answers.map(({ status }) => status))].toSorted((a, b) => a - b);
/** So many at once, in turn by these browsers. */
const useAtOnce = (uses: number, browsers: TestBrowser[], path: string, body: object): Promise<Answer[]> =>
  Promise.all(Array.from({ length: uses }, (_, i) => (browsers[i % browsers.length] ?? app().newBrowser()).call("POST", path, body)));

/** Browsers that gave the right password of somebody with a second factor. */
async function openChallenges(count: number, { email, password }: TestPerson): Promise<TestBrowser[]> {
  const browsers = Array.from({ length: count }, () => app().newBrowser());
  for (const { call } of browsers) expect((await call("POST", "/v1/auth/sign-in", { email, password })).body).toEqual({ status: "second_factor_required" });
  return browsers;
}

test("of 100 uses at once of one invitation exactly one makes a member", async () => {
  const team = await newTeam(app());
  const grace = await newPerson(app());
  const answers = await useAtOnce(100, [grace], "/v1/invitations/accept", { token: await invite(team.owner, team.url, grace.email) });
  expect([countOf(answers, 200), countOf(answers, 409)]).toEqual([1, 99]);
  expect((await team.owner.call("GET", `${team.url}/members`)).body.items).toHaveLength(2);
});

test("of 100 uses at once of one recovery code, on twenty challenges, exactly one signs in", async () => {
  const ada = await app().newPerson();
  const { recoveryCodes: [recovery_code] } = await setUpSecondFactor(ada);
  const answers = await useAtOnce(100, await openChallenges(20, ada), "/v1/auth/second-factor", { recovery_code });
  expect(countOf(answers, 200)).toBe(1);
  expect(statusesOf(answers)).toEqual([200, 401, 429]);
  expect((await ada.call("GET", "/v1/account/totp")).body.recovery_codes_left).toBe(9);
});

test("of 100 uses at once of one authenticator code, on twenty challenges, exactly one signs in", async () => {
  const ada = await app().newPerson();
  const authenticator = await setUpSecondFactor(ada);
  const answers = await useAtOnce(100, await openChallenges(20, ada), "/v1/auth/second-factor", { code: authenticator.code() });
  expect(countOf(answers, 200)).toBe(1);
  expect(statusesOf(answers)).toEqual([200, 401]);
});

test("of 100 wrong second factors at once, on twenty challenges, ten are weighed and the right one is refused then", async () => {
  const ada = await app().newPerson();
  const authenticator = await setUpSecondFactor(ada);
  const browsers = await openChallenges(20, ada);
  const answers = await useAtOnce(100, browsers, "/v1/auth/second-factor", { code: wrongCode(authenticator) });
  expect(answers.filter(({ body }) => body.error.details.reason === "wrong_code")).toHaveLength(10);
  expect(statusesOf(answers)).toEqual([401, 429]);
  expect((await browsers[0]?.call("POST", "/v1/auth/second-factor", { code: authenticator.code() }))?.status).toBe(429);
});

test("of 100 guesses at once, the right code amid them, from 50 addresses none gets in: only the first five are weighed", async () => {
  const ada = await app().newPerson();
  const asking = app().newBrowser();
  await asking.call("POST", "/v1/auth/code", { email: ada.email });
  const code = await app().codeTo(ada.email);
  const cookie = asking.cookies.toString();
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => {
    const guess = i === 50 ? code : String((Number(code) + 1 + i) % 1_000_000).padStart(6, "0");
    return app().newBrowser(`192.0.2.${i % 50}`).call("POST", "/v1/auth/code/verify", { code: guess }, { cookie });
  }));
  expect(answers.filter(({ status }) => ![401, 429].includes(status))).toEqual([]);
  expect((await asking.call("POST", "/v1/auth/code/verify", { code })).status).toBeGreaterThan(400);
});

test("while passwords and codes of an account are locked a passkey and a link sign in, and a reset works", async () => {
  const ada = await app().newPerson();
  const device = new PasskeyDevice();
  const origin = app().server.config.publicUrl.replace("127.0.0.1", "localhost");
  const begun = await ada.call("POST", "/v1/account/passkeys/options");
  expect((await ada.call("POST", "/v1/account/passkeys", { credential: device.create(begun.body, origin) })).status).toBe(201);
  const { limits } = app().server.accounts;
  const stranger = app().newBrowser();
  await stranger.call("POST", "/v1/auth/code", { email: ada.email });
  for (let i = 0; i < 10; i++) await app().newBrowser().call("POST", "/v1/auth/sign-in", { email: ada.email, password: "guess" });
  for (let i = 0; i < 9; i++) await limits.charge(["code_fails_per_account", `sign_in ${ada.email}`]);
  const code = await app().codeTo(ada.email);
  await stranger.call("POST", "/v1/auth/code/verify", { code: code === "000000" ? "111111" : "000000" });
  expect([(await app().newBrowser().call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password })).status, (await stranger.call("POST", "/v1/auth/code/verify", { code })).status]).toEqual([429, 429]);

  const own = app().newBrowser();
  const asked = await own.call("POST", "/v1/auth/passkey/options");
  expect((await own.call("POST", "/v1/auth/passkey/verify", { credential: device.sign(asked.body, origin) })).body).toEqual({ status: "signed_in" });
  expect((await useMailed(ada, "magic-link", (token) => ["/v1/auth/magic-link/verify", { token }])).status).toBe(200);
  expect((await useMailed(ada, "password/forgot", (token) => ["/v1/auth/password/reset", { token, password: "staple by the window" }])).status).toBe(204);
  expect((await app().newBrowser().call("POST", "/v1/auth/sign-in", { email: ada.email, password: "staple by the window" })).status).toBe(200);
});

async function useMailed({ email }: TestPerson, path: string, toUse: (token: string) => [path: string, body: object]): Promise<Answer> {
  const { call } = app().newBrowser();
  expect((await call("POST", `/v1/auth/${path}`, { email })).status).toBe(202);
  const token = /#token=([\w-]+)/.exec((await app().mailTo(email))[0]?.text ?? "")?.[1] ?? "";
  return call("POST", ...toUse(token));
}

test("strangers who use up the tries and the mails of a person leave them a link that opens the account", async () => {
  const ada = await app().newPerson();
  const ask = async (path: string, body: object) => (await app().newBrowser().call("POST", `/v1/auth/${path}`, body)).status;
  for (let i = 0; i < 11; i++) await ask("sign-in", { email: ada.email, password: "guess" });
  const asked: number[] = [];
  for (const path of ["sign-up", "code", "magic-link", "password/forgot"]) for (let i = 0; i < 4; i++) asked.push(await ask(path, { email: ada.email }));
  expect(new Set(asked)).toEqual(new Set([202, 429]));
  const tokens = (await app().mailTo(ada.email)).flatMap(({ template, text }) => (template === "magic_link" ? [/#token=([\w-]+)/.exec(text)?.[1] ?? ""] : []));
  expect(tokens).toHaveLength(3);
  for (const token of tokens) expect(await ask("magic-link/verify", { token })).toBe(200);
});

test("one network address has a hundred failures an hour at whatever takes a secret, also where it forges X-Forwarded-For", async () => {
  const own = await startTestApp({ env: { TRUSTED_PROXIES: "127.0.0.1" } });
  const { call } = own.newBrowser("127.0.0.1");
  const guesses: [path: string, body: object, refusal: number][] = [
    ["/v1/invitations/read", { token: "guess" }, 404], ["/v1/auth/second-factor", { code: "000000" }, 401], ["/v1/auth/magic-link/verify", { token: "guess" }, 400], ["/v1/auth/code/verify", { code: "000000" }, 401],
    ["/v1/auth/owner-link", { token: "guess", email: newEmail() }, 400],
  ];
  for (let i = 0; i < 100; i++) {
    const [path, body, refusal] = guesses[i % guesses.length] ?? ["", {}, 0];
    expect((await call("POST", path, body, { "x-forwarded-for": `198.51.100.${i}, 192.0.2.9` })).status, path).toBe(refusal);
  }
  for (const [path, body] of guesses) expect((await call("POST", path, body, { "x-forwarded-for": "198.51.100.200, 192.0.2.9" })).status, path).toBe(429);
  expect((await call("POST", "/v1/auth/second-factor", { code: "000000" }, { "x-forwarded-for": "192.0.2.9, 192.0.2.10" })).status).toBe(401);
});

test("whatever call takes an address answers byte for byte alike whether it has an account, one without a password, or none, and once it was asked too often", async () => {
  const [known, bare] = [await app().newPerson(), await newPerson(app())];
  const calls: [path: string, more: object][] = [["sign-in", { password: "not the password" }], ["sign-up", { password: "a password of nobody" }], ["code", {}], ["magic-link", {}], ["password/forgot", {}]];
  for (const [path, more] of calls) {
    const answers: Record<string, string[]> = {};
    for (const email of [known.email, bare.email, newEmail()]) {
      await app().server.accounts.limits.forget("password_fails_per_account", email);
      await app().server.accounts.limits.forget("mails_per_account", `sign_up ${email}`);
      for (let asked = 1; asked <= (path === "sign-in" ? 11 : 4); asked++) {
        const { status, headers, body } = await app().newBrowser().call("POST", `/v1/auth/${path}`, { email, ...more }, { "x-request-id": "req_alike_alike" });
        (answers[asked] ??= []).push(toComparable(status, headers, body));
      }
    }
    expect(Object.values(answers).at(-1)?.[0], path).toContain("too_many_tries");
    for (const [asked, [first, ...others]] of Object.entries(answers)) for (const other of others) expect(other, `${path}, asked ${asked} times`).toBe(first);
  }
});

/** Without what differs between any two: how long to wait, and the secret in a cookie, whose shape stays. */
function toComparable(status: number, headers: Headers, body: unknown): string {
  const kept = [...headers].filter(([name]) => name !== "retry-after").map(([name, value]) => `${name}: ${name === "set-cookie" ? value.replaceAll(/(?<==prf_)[0-9a-f]{32}\.[\w-]{43}(?=;)/g, "…") : value}`);
  return [status, ...kept, JSON.stringify(body).replace(/"retry_after":\d+/, '"retry_after":…').replace(/Wait .+? before/, "Wait … before")].join("\n");
}
