import { unzipSync } from "fflate";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openAuthenticator, type Authenticator } from "./testing/authenticator.ts";
import { findFreePort, shareBrowser } from "./testing/chromium.ts";
import { findWords } from "./testing/files.ts";
import type { Answer, Call } from "./testing/harness.ts";
import { oidcSettings, openOidcServer, visitProvider, type OidcServer } from "./testing/oidc-server.ts";
import { openPasskeyDevice, type PasskeyDevice } from "./testing/passkey-device.ts";
import { openServerProcess, type ServerProcess } from "./testing/server-process.ts";

// What the first person leaves behind. No two begin alike: a text index keeps a word as what differs from the one before.
const CANARY = {
  name: "Quillon", email: "wombatty@zephyrmail.example", company: "Jaspervane", address: "203.0.113.77", program: "Halberdfox", sub: "vortigern", passkey: "Tamarisk",
  memory: "Fernhollow", group: "kestrelnest", title: "Opalgate", tag: "ibexstone", note: "Umbrafield", test: "Yarrowbrook", key: "Lanternfish", answer: "Dovecotting",
} as const;
// Asked, and kept nowhere.
const QUESTION = "Mistralwhale";
const PASSWORD = "correct horse battery staple";
const SHARED = "The team meets at the harbour on Mondays";
const SECOND = { name: "Grace", email: "grace@example.org", password: "staple by the window seat", memory: "Grace grows tomatoes on the balcony" };

let server: ServerProcess;
let provider: OidcServer;
const chromium = shareBrowser();

beforeAll(async () => {
  const port = await findFreePort();
  server = await openServerProcess({ SIGNUP: "invite", ...oidcSettings(port) });
  provider = await openOidcServer(port, server.url);
});
afterAll(async () => {
  await server?.remove();
  await provider?.close();
});

type Browser = ReturnType<ServerProcess["newBrowser"]>;
const openCanaryBrowser = (): Browser => server.newBrowser(CANARY.address, CANARY.program);

function requireStatus(status: number, answer: Answer): Answer["body"] {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return answer.body;
}

/** A program that calls with a key. */
const callWith = (key: string, program: string = CANARY.program): Call => (method, path, body, headers) => server.call(method, path, body, { authorization: `Bearer ${key}`, "user-agent": program, ...headers });
// A memory names the program that stored it, and those of a team stay with the team.
const BOT = "harbour-bot";

async function signIn(email: string, password: string, browser: Browser = openCanaryBrowser()): Promise<Browser> {
  expect(requireStatus(200, await browser.call("POST", "/v1/auth/sign-in", { email, password }))).toEqual({ status: "signed_in" });
  return browser;
}

const tokenIn = (text: string): string => /#token=([\w.-]+)/.exec(text)?.[1] ?? "";

const contentsOf = (found: { memories: { content: string }[] }): string[] => found.memories.map(({ content }) => content);

const methodOf = async ({ call }: Browser): Promise<string> => requireStatus(200, await call("GET", "/v1/account/sessions")).items.find(({ current }: { current: boolean }) => current).method;

const actionsOf = async (call: Call, path: string, headers?: Record<string, string>): Promise<string[]> =>
  requireStatus(200, await call("GET", `${path}?limit=100`, undefined, headers)).items.map(({ action }: { action: string }) => action);

describe("the life of two people, over HTTP and the development mailbox alone", () => {
  /** What the steps find out for those after them. */
  let ada: Browser;
  let grace: Browser;
  let device: PasskeyDevice;
  let authenticator: Authenticator;
  let recoveryCodes: string[];
  let own: { id: string; slug: string };
  let team: { id: string; slug: string };
  let graceId: string;
  let graceOwn: string;
  const others: Browser[] = [];
  const keys = { first: "", second: "", third: "", team: "", test: "" };
  const ids = { first: "", second: "" };

  let broken: string | undefined;
  beforeEach(({ task, onTestFailed }) => {
    if (broken !== undefined) throw new Error(`The story broke off where ${broken}.`);
    onTestFailed(() => void (broken = task.name));
  });

  const inOwn = (): Record<string, string> => ({ "x-workspace": own.id });
  const inHers = (): Record<string, string> => ({ "x-workspace": graceOwn });
  const inTeam = (): Record<string, string> => ({ "x-workspace": team.id });

  test("the first person signs up with a code from the mailbox, runs the instance, and has a personal workspace", async () => {
    ada = openCanaryBrowser();
    expect(requireStatus(202, await ada.call("POST", "/v1/auth/sign-up", { email: CANARY.email, password: PASSWORD, name: CANARY.name })).status).toBe("sent");
    requireStatus(401, await ada.call("GET", "/v1/account"));
    const code = await server.codeTo(CANARY.email);
    requireStatus(401, await openCanaryBrowser().call("POST", "/v1/auth/sign-up/verify", { code }));
    expect(requireStatus(201, await ada.call("POST", "/v1/auth/sign-up/verify", { code }))).toEqual({ status: "signed_in" });
    expect(requireStatus(200, await ada.call("GET", "/v1/account"))).toMatchObject({ email: CANARY.email, name: CANARY.name, operator: true, has_password: true, has_second_factor: false });
    const { items } = requireStatus(200, await ada.call("GET", "/v1/workspaces"));
    expect(items).toMatchObject([{ kind: "personal", role: "owner", members: 1 }]);
    [own] = items;
  });

  test("nobody else gets in without an invitation", async () => {
    const stranger = server.newBrowser();
    expect(requireStatus(403, await stranger.call("POST", "/v1/auth/sign-up", { email: SECOND.email, password: SECOND.password })).error.details).toEqual({ reason: "sign_up_refused" });
    expect(await server.mailTo(SECOND.email)).toEqual([]);
  });

  test("they sign in by password", async () => {
    requireStatus(401, await openCanaryBrowser().call("POST", "/v1/auth/sign-in", { email: CANARY.email, password: `${PASSWORD}!` }));
    const browser = await signIn(CANARY.email, PASSWORD);
    expect(await methodOf(browser)).toBe("password");
    others.push(browser);
  });

  test("they sign in by a code from the mailbox", async () => {
    const browser = openCanaryBrowser();
    requireStatus(202, await browser.call("POST", "/v1/auth/code", { email: CANARY.email }));
    const code = await server.codeTo(CANARY.email);
    expect(requireStatus(200, await browser.call("POST", "/v1/auth/code/verify", { code }))).toEqual({ status: "signed_in" });
    expect(await methodOf(browser)).toBe("code");
    requireStatus(401, await browser.call("POST", "/v1/auth/code/verify", { code }));
    others.push(browser);
  });

  test("they sign in by a link from the mailbox", async () => {
    requireStatus(202, await openCanaryBrowser().call("POST", "/v1/auth/magic-link", { email: CANARY.email }));
    const token = tokenIn((await server.mailTo(CANARY.email))[0]?.text ?? "");
    const browser = openCanaryBrowser();
    expect(requireStatus(200, await browser.call("POST", "/v1/auth/magic-link/verify", { token }))).toEqual({ status: "signed_in" });
    expect(await methodOf(browser)).toBe("magic_link");
    requireStatus(400, await openCanaryBrowser().call("POST", "/v1/auth/magic-link/verify", { token }));
    others.push(browser);
  });

  test("they add a passkey and sign in by it", async () => {
    device = await openPasskeyDevice(chromium(), server.url);
    const credential = await device.create(requireStatus(200, await ada.call("POST", "/v1/account/passkeys/options")));
    expect(requireStatus(201, await ada.call("POST", "/v1/account/passkeys", { name: CANARY.passkey, credential }))).toMatchObject({ name: CANARY.passkey });
    const browser = openCanaryBrowser();
    const signed = await device.sign(requireStatus(200, await browser.call("POST", "/v1/auth/passkey/options")));
    expect(requireStatus(200, await browser.call("POST", "/v1/auth/passkey/verify", { credential: signed }))).toEqual({ status: "signed_in" });
    expect(await methodOf(browser)).toBe("passkey");
    others.push(browser);
  });

  /** The answer to a browser that comes back from the provider. */
  async function returnFromProvider(browser: Browser): Promise<Answer> {
    const { url } = requireStatus(200, await browser.call("POST", "/v1/auth/providers/oidc", {}));
    const back = await visitProvider(provider, url, CANARY.sub);
    expect(back.origin).toBe(server.url);
    return browser.call("GET", back.pathname + back.search);
  }

  test("they sign in by an OpenID Connect provider", async () => {
    provider.accounts.set(CANARY.sub, { email: CANARY.email, email_verified: true, name: CANARY.name });
    const browser = openCanaryBrowser();
    const answer = await returnFromProvider(browser);
    requireStatus(303, answer);
    expect(answer.headers.get("location")).toBe("/");
    expect(await methodOf(browser)).toBe("oidc");
    expect(requireStatus(200, await browser.call("GET", "/v1/account")).email).toBe(CANARY.email);
    others.push(browser);
  });

  test("they see their sessions, and end one", async () => {
    const { items } = requireStatus(200, await ada.call("GET", "/v1/account/sessions"));
    expect(items.map(({ method }: { method: string }) => method).toSorted()).toEqual(["code", "magic_link", "oidc", "passkey", "password", "sign_up"]);
    for (const session of items) expect(session).toMatchObject({ address: CANARY.address, user_agent: CANARY.program, current: session.method === "sign_up" });
    requireStatus(204, await ada.call("DELETE", `/v1/account/sessions/${items.find(({ method }: { method: string }) => method === "password").id}`));
    const [byPassword, byCode] = others as [Browser, Browser];
    requireStatus(401, await byPassword.call("GET", "/v1/account"));
    requireStatus(200, await byCode.call("GET", "/v1/account"));
  });

  test("they set up an authenticator app, which ends the other sessions, and sign in with it", async () => {
    const setup = requireStatus(200, await ada.call("POST", "/v1/account/totp"));
    authenticator = openAuthenticator(setup);
    recoveryCodes = setup.recovery_codes;
    requireStatus(204, await ada.call("POST", "/v1/account/totp/verify", { code: authenticator.code() }));
    for (const { call } of others) requireStatus(401, await call("GET", "/v1/account"));
    const browser = openCanaryBrowser();
    expect(requireStatus(200, await browser.call("POST", "/v1/auth/sign-in", { email: CANARY.email, password: PASSWORD }))).toEqual({ status: "second_factor_required" });
    requireStatus(401, await browser.call("GET", "/v1/account"));
    // The next one: each works once, and the present one was spent.
    expect(requireStatus(200, await browser.call("POST", "/v1/auth/second-factor", { code: authenticator.code(1) }))).toEqual({ status: "signed_in" });
    expect(requireStatus(200, await browser.call("GET", "/v1/account")).has_second_factor).toBe(true);
  });

  test("they sign in with a recovery code, once", async () => {
    const [recovery_code] = recoveryCodes;
    for (const expected of [200, 401]) {
      const browser = openCanaryBrowser();
      requireStatus(200, await browser.call("POST", "/v1/auth/sign-in", { email: CANARY.email, password: PASSWORD }));
      requireStatus(expected, await browser.call("POST", "/v1/auth/second-factor", { recovery_code }));
      requireStatus(expected, await browser.call("GET", "/v1/account"));
    }
    expect(requireStatus(200, await ada.call("GET", "/v1/account/totp"))).toEqual({ enabled: true, recovery_codes_left: recoveryCodes.length - 1 });
  });

  test("they show once more who they are, by passkey: with a second factor the password alone is no proof", async () => {
    expect(requireStatus(403, await ada.call("POST", "/v1/account/prove", { password: PASSWORD })).error.details).toMatchObject({ reason: "second_factor_required" });
    const passkey = await device.sign(requireStatus(200, await ada.call("POST", "/v1/auth/passkey/options")));
    const { proven_until } = requireStatus(200, await ada.call("POST", "/v1/account/prove", { passkey }));
    expect(Date.parse(proven_until)).toBeGreaterThan(Date.now());
  });

  test("they change their profile", async () => {
    const change = { company: CANARY.company, time_zone: "Europe/Lisbon", usage_alerts: false, product_news: true };
    expect(requireStatus(200, await ada.call("PATCH", "/v1/account", change))).toMatchObject(change);
    expect(requireStatus(200, await ada.call("GET", "/v1/account"))).toMatchObject({ name: CANARY.name, ...change });
  });

  test("they make a team, and the second person signs up by its invitation and joins", async () => {
    team = requireStatus(201, await ada.call("POST", "/v1/workspaces", { name: "Harbour" }));
    expect(team).toMatchObject({ name: "Harbour", kind: "team", role: "owner" });
    requireStatus(201, await ada.call("POST", `/v1/workspaces/${team.id}/invitations`, { email: SECOND.email, role: "admin" }));
    const [mail] = await server.mailTo(SECOND.email);
    expect(mail?.text).toContain("Harbour");
    const token = tokenIn(mail?.text ?? "");

    grace = server.newBrowser("198.51.100.9");
    requireStatus(201, await grace.call("POST", "/v1/auth/sign-up", { email: SECOND.email, password: SECOND.password, name: SECOND.name, invitation: token }));
    graceId = requireStatus(200, await grace.call("GET", "/v1/account")).id;
    requireStatus(404, await grace.call("GET", `/v1/workspaces/${team.id}`));
    requireStatus(200, await grace.call("POST", "/v1/invitations/accept", { token }));
    expect(requireStatus(200, await grace.call("GET", `/v1/workspaces/${team.slug}`))).toMatchObject({ role: "admin", members: 2 });
    requireStatus(409, await grace.call("POST", "/v1/invitations/accept", { token }));
    graceOwn = requireStatus(200, await grace.call("GET", "/v1/workspaces")).items[0].id;
    requireStatus(200, await grace.call("POST", "/v1/store", { content: SECOND.memory }, inHers()));
  });

  test("they make keys, and store and recall with them", async () => {
    const key = async (body: object, headers: Record<string, string>): Promise<{ id: string; secret: string }> =>
      requireStatus(201, await ada.call("POST", "/v1/api-keys", { name: CANARY.key, scopes: ["memories:read", "memories:write"], ...body }, headers));
    const first = await key({ note: CANARY.note }, inOwn());
    Object.assign(keys, { first: first.secret, test: (await key({ mode: "test" }, inOwn())).secret, team: (await key({ name: "harbour bot" }, inTeam())).secret });
    ids.first = first.id;
    const call = callWith(keys.first);
    requireStatus(200, await call("POST", "/v1/store", { content: `The spare key lies under the ${CANARY.memory} stone.`, group: CANARY.group, title: CANARY.title, tags: [CANARY.tag], metadata: { note: CANARY.note } }));
    requireStatus(200, await call("POST", "/v1/store", { content: `${CANARY.answer} begins at nine.`, group: CANARY.group }, { "idempotency-key": "once" }));
    expect(contentsOf(requireStatus(200, await call("POST", "/v1/recall", { query: "Where is the spare key?", group: CANARY.group }))).join()).toContain(CANARY.memory);
    requireStatus(200, await call("POST", "/v1/recall", { query: QUESTION, group: CANARY.group }));
    requireStatus(200, await callWith(keys.test)("POST", "/v1/store", { content: CANARY.test, group: CANARY.group }));
    requireStatus(200, await callWith(keys.team, BOT)("POST", "/v1/store", { content: SHARED }));
    requireStatus(200, await ada.call("POST", "/v1/store", { content: "The boat needs paint", source: { client: BOT } }, inTeam()));
    expect(contentsOf(requireStatus(200, await grace.call("POST", "/v1/recall", { query: "When does the team meet?" }, inTeam())))).toContain(SHARED);
  });

  test("what is in the personal workspace cannot be recalled by the team's other member", async () => {
    for (const query of ["Where is the spare key?", CANARY.memory, CANARY.answer, CANARY.test]) {
      for (const headers of [inTeam(), inHers()]) expect(contentsOf(requireStatus(200, await grace.call("POST", "/v1/recall", { query }, headers))).join()).not.toMatch(/Fernhollow|Dovecotting|Yarrowbrook/i);
      for (const workspace of [own.id, own.slug]) requireStatus(404, await grace.call("POST", "/v1/recall", { query }, { "x-workspace": workspace }));
    }
  });

  test("a rotated key works beside the new one in its grace, and without a grace no more", async () => {
    const second = requireStatus(201, await ada.call("POST", `/v1/api-keys/${ids.first}/rotate`, { grace_hours: 24 }, inOwn()));
    Object.assign(keys, { second: second.secret });
    for (const key of [keys.first, keys.second]) requireStatus(200, await callWith(key)("POST", "/v1/recall", { query: "spare key" }));
    const third = requireStatus(201, await ada.call("POST", `/v1/api-keys/${second.id}/rotate`, { grace_hours: 0 }, inOwn()));
    Object.assign(keys, { third: third.secret });
    requireStatus(401, await callWith(keys.second)("POST", "/v1/recall", { query: "spare key" }));
    expect(contentsOf(requireStatus(200, await callWith(keys.third)("POST", "/v1/recall", { query: "spare key", group: CANARY.group }))).join()).toContain(CANARY.memory);
    expect(requireStatus(200, await ada.call("GET", "/v1/api-keys?state=rotating", undefined, inOwn())).items).toMatchObject([{ id: ids.first, replaced_by: second.id }]);
  });

  test("the export holds all that is theirs, and no secret", async () => {
    const answer = await ada.call("POST", "/v1/account/export");
    const zip = requireStatus(200, answer) as Uint8Array;
    const files = Object.fromEntries(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]));
    const all = Object.values(files).join("\n");
    for (const word of Object.values(CANARY)) expect(all).toContain(word);
    expect(files["account.jsonl"]).toContain(CANARY.email);
    expect(files[`memories/${own.slug}.jsonl`]).toContain(CANARY.memory);
    expect(files[`memories/${own.slug}.test.jsonl`]).toContain(CANARY.test);
    expect(files[`memories/${team.slug}.jsonl`]).toContain(SHARED);
    expect(JSON.parse(files["schema.json"] ?? "")).toBeTypeOf("object");
    for (const secret of [PASSWORD, ...Object.values(keys), ...recoveryCodes]) expect(all).not.toContain(secret);
    expect(all).not.toContain(SECOND.memory);
  });

  test("the audit logs tell what was done, and by whom", async () => {
    expect(await actionsOf(ada.call, "/v1/account/audit")).toEqual(expect.arrayContaining(["account.created", "session.created", "session.refused", "account.passkey_created", "account.sign_in_linked", "account.proven", "account.updated", "account.exported"]));
    expect(await actionsOf(ada.call, "/v1/audit", inOwn())).toEqual(expect.arrayContaining(["key.created", "key.rotated", "data.exported"]));
    expect(await actionsOf(grace.call, "/v1/audit", inTeam())).toEqual(expect.arrayContaining(["workspace.created", "invitation.created", "member.joined", "key.created"]));
    requireStatus(404, await grace.call("GET", "/v1/audit", undefined, inOwn()));
  });

  test("every canary is in a file by now, and no secret is", () => {
    const words = Object.values(CANARY);
    expect(new Set(findWords(server.dataDir, words).map((found) => found.split(" in ", 1)[0]))).toEqual(new Set(words));
    const secrets = [PASSWORD, SECOND.password, ...Object.values(keys), ...recoveryCodes, ada.cookies.get("sid")?.split(".", 1)[0] ?? "", QUESTION];
    expect(findWords(server.dataDir, secrets)).toEqual([]);
    for (const secret of secrets) expect(server.output()).not.toContain(secret);
  });

  test("the account cannot be deleted before the team is handed over", async () => {
    const refused = requireStatus(409, await ada.call("DELETE", "/v1/account?now=true"));
    expect(refused.error.details).toMatchObject({ reason: "owns_workspaces", workspaces: [{ id: team.id, other_members: 1 }] });
    expect(requireStatus(200, await ada.call("POST", `/v1/workspaces/${team.id}/transfer`, { user_id: graceId }))).toMatchObject({ role: "admin" });
    expect(requireStatus(200, await grace.call("GET", `/v1/workspaces/${team.id}`))).toMatchObject({ role: "owner" });
  });

  test("the account is deleted at once, and nothing lets the person in any more", async () => {
    expect(requireStatus(200, await ada.call("DELETE", "/v1/account?now=true"))).toMatchObject({ erasing: true });
    requireStatus(401, await ada.call("GET", "/v1/account"));
    for (const key of [keys.first, keys.third, keys.test]) requireStatus(401, await callWith(key)("POST", "/v1/recall", { query: "spare key" }));
    const browser = openCanaryBrowser();
    requireStatus(401, await browser.call("POST", "/v1/auth/sign-in", { email: CANARY.email, password: PASSWORD }));
    const credential = await device.sign(requireStatus(200, await browser.call("POST", "/v1/auth/passkey/options")));
    requireStatus(401, await browser.call("POST", "/v1/auth/passkey/verify", { credential }));
    const turnedBack = await returnFromProvider(browser);
    expect(turnedBack.headers.get("location")).toMatch(/^\/sign-in-failed\?error=/);
    requireStatus(401, await browser.call("GET", "/v1/account"));
  });

  test("no byte of theirs is left in any file", async () => {
    const words = [...Object.values(CANARY), own.slug];
    await expect.poll(() => findWords(server.dataDir, words), { timeout: 25_000, interval: 250 }).toEqual([]);
    // That there was a workspace, and that it was erased, stays in the log of the instance.
    for (const found of findWords(server.dataDir, [own.id])) expect(found).toMatch(/ in control\.db(-wal)?$/);
    expect(await server.mailTo(CANARY.email)).toEqual([]);
    requireStatus(404, await grace.call("POST", "/v1/recall", { query: CANARY.memory }, inOwn()));
  }, 30_000);

  test("the second person has all that was theirs, and the team's", async () => {
    expect(requireStatus(200, await grace.call("GET", "/v1/account"))).toMatchObject({ id: graceId, email: SECOND.email, name: SECOND.name });
    expect(requireStatus(200, await grace.call("GET", "/v1/workspaces")).items).toMatchObject([{ kind: "personal", role: "owner" }, { id: team.id, role: "owner", members: 1 }]);
    expect(requireStatus(200, await grace.call("GET", "/v1/memories", undefined, inHers())).items).toMatchObject([{ content: SECOND.memory }]);
    expect(contentsOf(requireStatus(200, await grace.call("POST", "/v1/recall", { query: "What does Grace grow?" }, inHers())))).toContain(SECOND.memory);
    expect(contentsOf(requireStatus(200, await callWith(keys.team)("POST", "/v1/recall", { query: "When does the team meet?" })))).toContain(SHARED);
    const log = String(requireStatus(200, await grace.call("GET", "/v1/audit/export", undefined, inTeam()))).trim().split("\n").map((line) => JSON.parse(line) as { seq: number; action: string; hash: string; previous_hash: string });
    for (const [at, { seq, previous_hash }] of log.entries()) expect({ seq, previous_hash }).toEqual({ seq: at + 1, previous_hash: log[at - 1]?.hash ?? "0".repeat(64) });
    expect(log.map(({ action }) => action)).toEqual(expect.arrayContaining(["workspace.transferred", "member.left"]));
    await signIn(SECOND.email, SECOND.password, server.newBrowser());
  });

  test("no byte of theirs comes back when the server stops", async () => {
    await server.stop();
    expect(findWords(server.dataDir, [...Object.values(CANARY), own.slug])).toEqual([]);
  });
});
