import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { format } from "node:util";
import { unzipSync } from "fflate";
import { expect, onTestFinished, test, vi } from "vitest";
import { deriveKey } from "./accounts/digests.ts";
import { mintOwnerLink } from "./accounts/owner-link.ts";
import { ensureFirstKey } from "./first-start.ts";
import { openAuthenticator, readBase32, stopClock } from "./testing/authenticator.ts";
import { findFreePort } from "./testing/chromium.ts";
import { listFiles } from "./testing/files.ts";
import { startTestApp, type Answer, type Call, type TestApp } from "./testing/harness.ts";
import { startSmtp } from "./testing/mail-servers.ts";
import { oidcSettings, openOidcServer, visitProvider } from "./testing/oidc-server.ts";
import { Secrets } from "./testing/secrets.ts";

stopClock();
const PUBLIC_URL = "https://loci.test";

// Only their owner reads them, and without them nothing starts: what they hold is in no other file.
const KEPT_FOR_THE_OWNER = ["secrets.json", "first-key"];

const SETTINGS = {
  KEY_PEPPER: "zK4mQ8wX2vB6nR1tY5pL9sD3fH7jG0cE",
  KEY_PEPPER_PREVIOUS: "aW9eU3iO7pS1dF5gH8jK2lZ6xC0vB4nM",
  METRICS_TOKEN: "nV7cX1zL5kJ9hG3fD8sA2qW6eR0tY4uI",
  GITHUB_CLIENT_SECRET: "hB8gT4rF2dS6wA1qZ9xC7vN3mK5jL0pO",
  GOOGLE_CLIENT_SECRET: "GOCSPX-tR5eW2qY8uI1oP4aS7dF0gH3",
  EMBEDDER_API_KEY: "sk-bN6mV3cX9zL2kJ5hG8fD1sA4pO7iU0yT",
};
const SMTP_PASSWORD = "rT8yU2iO5pA9sD1f";

/** All that the program says, to logs and to the console that its parts might use. */
function listenToConsole(): string[] {
  const said: string[] = [];
  for (const name of ["log", "info", "warn", "error", "debug"] as const) {
    const spy = vi.spyOn(console, name).mockImplementation((...words) => void said.push(format(...words)));
    onTestFinished(() => spy.mockRestore());
  }
  return said;
}

async function startScanner() {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = publicKey.export({ type: "spki", format: "pem" }).toString();
  const server = createServer((_, response) => response.end(JSON.stringify({ public_keys: [{ key_identifier: "one", key, is_current: true }] })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const report = (call: Call, found: unknown) => {
    const text = JSON.stringify(found);
    return call("POST", "/v1/api-keys/report-leak", text, { "Github-Public-Key-Identifier": "one", "Github-Public-Key-Signature": sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "der" }).toString("base64") });
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`, report };
}

interface Met {
  asked: string;
  status: number;
  body: string;
}

/** The whole of a server with what its people and programs are answered. */
async function openHouse() {
  const port = await findFreePort();
  const [smtp, scanner] = [await startSmtp({ password: SMTP_PASSWORD }), await startScanner()];
  const oidc = oidcSettings(port);
  const dataDir = mkdtempSync(path.join(tmpdir(), "loci-dump-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const app = await startTestApp({ dataDir, env: {
    ...SETTINGS, ...oidc, PUBLIC_URL, LOG_LEVEL: "debug", GITHUB_CLIENT_ID: "github-client", GOOGLE_CLIENT_ID: "google-client",
    SMTP_URL: smtp.url.replace("//", `//post:${SMTP_PASSWORD}@`), LEAK_REPORT_KEYS_URL: scanner.url,
  } });
  const provider = await openOidcServer(port, PUBLIC_URL);
  onTestFinished(() => provider.close());
  const secrets = new Secrets();
  for (const [name, value] of Object.entries({ ...SETTINGS, OIDC_CLIENT_SECRET: oidc.OIDC_CLIENT_SECRET, SMTP_PASSWORD, AUTH_SECRET: app.server.authSecret })) secrets.add(name, value);
  for (const purpose of ["better-auth", "accounts", "seal"]) secrets.add(`the key for ${purpose}`, deriveKey(app.server.authSecret, purpose));
  const answers: Met[] = [];
  const record = (call: Call): Call => async (method, url, ...more) => {
    const answer = await call(method, url, ...more);
    answers.push({ asked: `${method} ${url.split("?")[0]}`, status: answer.status, body: typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body) });
    return answer;
  };
  const newBrowser = () => {
    const { cookies, call } = app.newBrowser();
    return { cookies, call: record(call) };
  };
  /** What the latest mail to an address holds, in the first group. */
  const mailed = async (to: string, pattern: RegExp): Promise<string> => {
    const [mail] = await app.mailTo(to);
    expect(mail).toMatchObject({ status: "sent" });
    return pattern.exec(mail?.text ?? "")?.[1] ?? "";
  };
  return { app, secrets, answers, scanner, provider, call: record(app.call), newBrowser, mailed };
}

type House = Awaited<ReturnType<typeof openHouse>>;
type Browser = ReturnType<House["newBrowser"]>;

const CODE = /\b(\d{6})\b/;
const TOKEN = /#token=([\w.-]+)/;

function requireStatus(status: number, answer: Answer): Answer["body"] {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return answer.body;
}

const sessionOf = ({ cookies }: Browser): string | undefined => cookies.get("__Host-sid");

async function signUp({ secrets, newBrowser, mailed }: House, email: string, password: string): Promise<Browser> {
  const browser = newBrowser();
  secrets.add(`the password of ${email}`, password);
  requireStatus(202, await browser.call("POST", "/v1/auth/sign-up", { email, password, name: "Ada" }));
  secrets.addCookie(`the cookie of the sign-up of ${email}`, browser.cookies.get("__Host-loci.sign_up"));
  const code = secrets.addCode("sign-up codes", await mailed(email, CODE));
  requireStatus(201, await browser.call("POST", "/v1/auth/sign-up/verify", { code }));
  secrets.addCookie(`the session of ${email}`, sessionOf(browser));
  return browser;
}

/** Codes by mail: for signing in, for proving who one is, for another address. */
async function useMailedCodes(house: House, ada: Browser, email: string): Promise<void> {
  const { secrets, newBrowser, mailed } = house;
  for (const round of [1, 2]) {
    const browser = newBrowser();
    await browser.call("POST", "/v1/auth/code", { email });
    secrets.addCookie(`the cookie of sign-in ${round}`, browser.cookies.get("__Host-loci.sign_in"));
    const code = secrets.addCode("sign-in codes", await mailed(email, CODE));
    requireStatus(401, await browser.call("POST", "/v1/auth/code/verify", { code: code === "000000" ? "000001" : "000000" }));
    requireStatus(200, await browser.call("POST", "/v1/auth/code/verify", { code }));
    requireStatus(401, await browser.call("POST", "/v1/auth/code/verify", { code }));
    secrets.addCookie(`the session of sign-in ${round}`, sessionOf(browser));
  }
  for (const next of ["ada.one@example.com", "ada.two@example.com"]) {
    requireStatus(202, await ada.call("POST", "/v1/account/email", { email: next }));
    requireStatus(200, await ada.call("POST", "/v1/account/email/verify", { code: secrets.addCode("codes for another address", await mailed(next, CODE)) }));
    requireStatus(202, await ada.call("POST", "/v1/account/prove/code"));
    secrets.addCookie(`the cookie of the proof after ${next}`, ada.cookies.get("__Host-loci.prove"));
    requireStatus(200, await ada.call("POST", "/v1/account/prove", { code: secrets.addCode("codes that prove", await mailed(next, CODE)) }));
  }
}

/** Links by mail, and a new password twice. */
async function useMailedLinks({ secrets, newBrowser, mailed }: House, bob: Browser, email: string): Promise<string> {
  const browser = newBrowser();
  await browser.call("POST", "/v1/auth/magic-link", { email });
  const link = secrets.add("the token of a magic link", await mailed(email, TOKEN));
  requireStatus(200, await browser.call("POST", "/v1/auth/magic-link/verify", { token: link }));
  requireStatus(400, await browser.call("POST", "/v1/auth/magic-link/verify", { token: link }));
  secrets.addCookie("the session of a magic link", sessionOf(browser));

  const [changed, reset] = [secrets.add("a changed password", "lanterns over the river"), secrets.add("a password by the link", "a ladder against the moon")];
  requireStatus(204, await bob.call("POST", "/v1/account/password", { current_password: "a kettle for nine guests", password: changed }));
  secrets.addCookie("the session after a change of password", sessionOf(bob));
  await browser.call("POST", "/v1/auth/password/forgot", { email });
  const token = secrets.add("the token of a reset", await mailed(email, TOKEN));
  requireStatus(204, await browser.call("POST", "/v1/auth/password/reset", { token, password: reset }));
  requireStatus(400, await browser.call("POST", "/v1/auth/password/reset", { token, password: reset }));
  requireStatus(200, await bob.call("POST", "/v1/auth/sign-in", { email, password: reset }));
  secrets.addCookie("the session after a reset", sessionOf(bob));
  return reset;
}

async function useSecondFactor({ secrets, newBrowser }: House, bob: Browser, { email, password }: { email: string; password: string }): Promise<void> {
  const setup = requireStatus(200, await bob.call("POST", "/v1/account/totp"));
  secrets.add("the secret of the authenticator, in Base32", setup.secret);
  secrets.add("the secret of the authenticator", readBase32(setup.secret));
  const keepCodes = (codes: string[]) => codes.forEach((code, at) => [code, code.replaceAll("-", "")].forEach((text, way) => secrets.add(`recovery code ${codes[0]?.slice(0, 3)} ${at} ${way}`, text)));
  keepCodes(setup.recovery_codes);
  const authenticator = openAuthenticator(setup);
  requireStatus(204, await bob.call("POST", "/v1/account/totp/verify", { code: secrets.addCode("codes of the authenticator", authenticator.code(-1)) }));
  secrets.addCookie("the session after a second factor", sessionOf(bob));

  const wrong = secrets.add("a recovery code that is none", "wR0ng-cD3fG");
  const challenge = async (name: string, answer: object) => {
    const browser = newBrowser();
    expect(requireStatus(200, await browser.call("POST", "/v1/auth/sign-in", { email, password }))).toEqual({ status: "second_factor_required" });
    secrets.addCookie(`the challenge for ${name}`, browser.cookies.get("__Host-loci.two_factor"));
    requireStatus(401, await browser.call("POST", "/v1/auth/second-factor", { recovery_code: wrong }));
    requireStatus(200, await browser.call("POST", "/v1/auth/second-factor", answer));
    secrets.addCookie(`the session by ${name}`, sessionOf(browser));
  };
  await challenge("code", { code: secrets.addCode("codes of the authenticator", authenticator.code()) });
  await challenge("recovery code", { recovery_code: setup.recovery_codes[0] });
  requireStatus(200, await bob.call("POST", "/v1/account/prove", { totp: secrets.addCode("codes of the authenticator", authenticator.code(1)) }));
  const renewed = requireStatus(200, await bob.call("POST", "/v1/account/recovery-codes")).recovery_codes as string[];
  keepCodes(renewed);
}

/** A sign-in at a provider, and one whose code it does not know. */
async function useProvider({ secrets, provider, newBrowser }: House): Promise<void> {
  provider.accounts.set("carol", { email: "carol@example.com", email_verified: true, name: "Carol" });
  for (const code of [null, "vX4cB8nM2kL6jH0gF5dS9aQ3wE7rT1yU"]) {
    const browser = newBrowser();
    const { url } = requireStatus(200, await browser.call("POST", "/v1/auth/providers/oidc", {}));
    const name = `of the provider, ${code === null ? "right" : "wrong"}`;
    const back = await visitProvider(provider, url, "carol");
    if (code !== null) back.searchParams.set("code", code);
    for (const part of ["code", "state"]) secrets.add(`the ${part} ${name}`, back.searchParams.get(part) ?? "");
    for (const [at, line] of browser.cookies.toString().split("; ").entries()) secrets.addCookie(`cookie ${at} ${name}`, line.slice(line.indexOf("=") + 1));
    const { headers } = await browser.call("GET", back.pathname + back.search);
    expect(headers.get("location")).toMatch(code === null ? /^\/$/ : /^\/sign-in-failed/);
    if (code === null) secrets.addCookie("the session by a provider", sessionOf(browser));
  }
}

async function useInvitation(house: House, ada: Browser): Promise<string> {
  const { secrets, mailed } = house;
  const { id } = requireStatus(201, await ada.call("POST", "/v1/workspaces", { name: "Acme" }));
  const bob = await signUp(house, "bea@example.com", "nine bridges to the harbour");
  requireStatus(201, await ada.call("POST", `/v1/workspaces/${id}/invitations`, { email: "bea@example.com", role: "admin" }, { "idempotency-key": "invite" }));
  const token = secrets.add("the token of an invitation", await mailed("bea@example.com", TOKEN));
  requireStatus(200, await bob.call("POST", "/v1/invitations/read", { token }));
  requireStatus(200, await bob.call("POST", "/v1/invitations/accept", { token }, { "idempotency-key": "accept" }));
  requireStatus(409, await bob.call("POST", "/v1/invitations/accept", { token }));
  return id;
}

function addKey(secrets: Secrets, name: string, key: string): string {
  secrets.add(`the secret of ${name}`, key.slice(17, 49));
  return secrets.add(name, key);
}

/** Keys that are made, kept for a repeat, rotated, used, reported and mistyped. */
async function useKeys({ secrets, scanner, call }: House, ada: Browser, workspace: string): Promise<void> {
  const here = { "x-workspace": workspace };
  const make = async (name: string, wanted: object, repeat: string) => {
    const body = { name, scopes: ["memories:read", "memories:write"], ...wanted };
    const made = requireStatus(201, await ada.call("POST", "/v1/api-keys", body, { ...here, "idempotency-key": repeat }));
    expect(requireStatus(201, await ada.call("POST", "/v1/api-keys", body, { ...here, "idempotency-key": repeat }))).toEqual(made);
    return { id: made.id as string, key: addKey(secrets, `the ${name} key`, made.secret) };
  };
  const [live, trial, leaked] = [await make("live", {}, "one"), await make("test", { mode: "test" }, "two"), await make("leaked", {}, "three")];
  const rotated = requireStatus(201, await ada.call("POST", `/v1/api-keys/${live.id}/rotate`, { grace_hours: 1 }, { ...here, "idempotency-key": "four" }));
  const keys = [live.key, trial.key, addKey(secrets, "the rotated key", rotated.secret)];
  for (const key of keys) requireStatus(200, await call("POST", "/v1/store", { content: "Ada keeps bees." }, { authorization: `Bearer ${key}`, "idempotency-key": "store" }));
  for (const key of keys) requireStatus(403, await call("GET", "/v1/account", undefined, { "x-api-key": key }));
  const found = [{ token: leaked.key, type: "loci_api_key", url: `https://example.org/?key=${leaked.key}`, source: "content" }];
  expect(requireStatus(200, await scanner.report(call, found))).toMatchObject([{ label: "true_positive" }]);
  requireStatus(401, await call("GET", "/v1/key", undefined, { authorization: `Bearer ${leaked.key}` }));
  const mistyped = secrets.add("a mistyped key", `${live.key.slice(0, -1)}${live.key.endsWith("0") ? "1" : "0"}`);
  for (const authorization of [`Bearer ${mistyped}`, `Basic ${Buffer.from(`ada:${mistyped}`).toString("base64")}`, mistyped]) requireStatus(401, await call("GET", "/v1/key", undefined, { authorization }));
  for (const listed of ["/v1/api-keys", `/v1/api-keys/${live.id}`, "/v1/audit"]) requireStatus(200, await ada.call("GET", listed, undefined, here));
}

async function useFirstStart({ app, secrets, newBrowser }: House): Promise<void> {
  const first = await ensureFirstKey({ ...app.server, dataDir: app.dataDir });
  if (first.kind !== "created") throw new Error("There was a first key already.");
  addKey(secrets, "the first key", first.key);
  const link = await mintOwnerLink({ control: app.server.control, digest: app.server.accounts.digest }, PUBLIC_URL);
  const token = secrets.add("the token of the owner's link", TOKEN.exec(link ?? "")?.[1] ?? "");
  const browser = newBrowser();
  requireStatus(400, await browser.call("POST", "/v1/auth/owner-link", { token: `${token}x`, email: "olga@example.com" }));
  requireStatus(201, await browser.call("POST", "/v1/auth/owner-link", { token, email: "olga@example.com", password: secrets.add("the owner's password", "seven swans on the ice") }));
  secrets.addCookie("the owner's session", sessionOf(browser));
}

/** Secrets where they do not belong. */
async function makeMistakes({ secrets, call, newBrowser }: House, email: string, password: string): Promise<void> {
  const browser = newBrowser();
  const typed = secrets.add("a password that is another's", "the wrong door entirely");
  const token = secrets.add("a token in a path", "pL3kM7nB1vC5xZ9aS2dF6gH0jK4qW8eR");
  const at = "/v1/auth/sign-in";
  requireStatus(401, await browser.call("POST", at, { email, password: typed }));
  requireStatus(401, await browser.call("POST", at, { email: "nobody@example.com", password: typed }));
  requireStatus(400, await browser.call("POST", at, { email, passwort: password }));
  requireStatus(400, await browser.call("POST", at, { email: password, password: 1 }));
  requireStatus(400, await browser.call("POST", at, [email, password]));
  requireStatus(400, await browser.call("POST", at, `{"email": "${email}", "password": "${password}`));
  requireStatus(400, await browser.call("POST", at, `{"password": ${password}}`));
  requireStatus(400, await browser.call("POST", at, `email=${email}&password=${password}`, { "content-type": "application/x-www-form-urlencoded" }));
  requireStatus(400, await browser.call("POST", `${at}?password=${encodeURIComponent(password)}`, {}));
  requireStatus(403, await browser.call("POST", at, { email, password }, { origin: "https://evil.example" }));
  requireStatus(404, await browser.call("GET", `/v1/auth/magic-link/${token}?password=${encodeURIComponent(password)}`));
  requireStatus(405, await browser.call("DELETE", `/v1/auth/callback/${token}`));
  requireStatus(400, await browser.call("GET", `/v1/auth/callback/${token}?code=${token}`));
  requireStatus(401, await call("GET", "/v1/account", undefined, { cookie: `__Host-sid=${token}.${token}` }));
  requireStatus(401, await call("GET", "/metrics", undefined, { authorization: `Bearer ${token}` }));
}

/** Everything that can be taken along. */
async function readExports({ app, newBrowser }: House, ada: Browser, workspace: string): Promise<string> {
  const { cookies } = ada;
  const archive = await app.server.app.request("/v1/account/export", { method: "POST", headers: { cookie: cookies.toString(), origin: PUBLIC_URL } });
  expect(archive.status).toBe(200);
  const files = unzipSync(new Uint8Array(await archive.arrayBuffer()));
  const lists = await Promise.all(["/v1/audit/export", "/v1/account/audit", "/v1/account/sessions", "/v1/account/sign-ins"].map(async (url) => requireStatus(200, await ada.call("GET", url, undefined, { "x-workspace": workspace }))));
  requireStatus(200, await newBrowser().call("GET", "/v1/auth/methods"));
  return [...Object.values(files).map((bytes) => Buffer.from(bytes).toString("latin1")), ...lists.map((list) => JSON.stringify(list))].join("\n");
}

/** What shows a secret, to whoever asked for it and for the only time; a provider's address holds the state of the sign-in there. */
const SHOWS = /^POST \/v1\/(?:api-keys(?:\/key_\w+\/rotate)?|account\/totp|account\/recovery-codes|auth\/providers\/oidc)$/;

const readSealed = ({ server: { control, sealer } }: TestApp) => async (table: "mails" | "kept_answers", column: "message" | "body"): Promise<string> => {
  const rows = await control.db.selectFrom(table).select(column as never).execute() as Record<string, string | null>[];
  return rows.map((row) => row[column] ?? "").filter((sealed) => sealed !== "").map((sealed) => sealer.open(sealed)).join("\n");
};

test("no secret of a whole run rests in a file or a log line, and none is answered but to who made it", { timeout: 120_000 }, async () => {
  const said = listenToConsole();
  const house = await openHouse();
  const { app, secrets, answers } = house;
  await useFirstStart(house);
  const ada = await signUp(house, "ada@example.com", "a garden behind the wall");
  await useMailedCodes(house, ada, "ada@example.com");
  const bob = await signUp(house, "bob@example.com", "a kettle for nine guests");
  const password = await useMailedLinks(house, bob, "bob@example.com");
  await useSecondFactor(house, bob, { email: "bob@example.com", password });
  await useProvider(house);
  const workspace = await useInvitation(house, ada);
  await useKeys(house, ada, workspace);
  await makeMistakes(house, "bob@example.com", password);
  const exported = await readExports(house, ada, workspace);
  await app.runJobs();

  // What the search would find, if it stood there: names in the open, and secrets once they are unsealed.
  const control = new Secrets();
  control.add("an address", "ada.two@example.com");
  control.add("a memory", "Ada keeps bees.");
  expect(control.findInFiles(app.dataDir, () => true)).toEqual([expect.stringMatching(/^an address in control\.db/), expect.stringMatching(/^a memory in .*stores/)]);
  expect(app.logged.some(({ level, msg }) => level === "debug" && msg === "request refused")).toBe(true);
  const readOpen = readSealed(app);
  expect(secrets.findIn(await readOpen("mails", "message"))).toEqual(expect.arrayContaining(["sign-up codes", "sign-in codes", "the token of a magic link", "the token of a reset", "the token of an invitation"]));
  expect(secrets.findIn(await readOpen("kept_answers", "body"))).toEqual(expect.arrayContaining(["the live key", "the test key", "the rotated key"]));
  expect(secrets.findInFiles(app.dataDir, (name) => KEPT_FOR_THE_OWNER.includes(name))).toEqual(["AUTH_SECRET in secrets.json", "the secret of the first key in first-key", "the first key in first-key"]);
  expect(secrets.names().length).toBeGreaterThan(100);

  const inFiles = () => secrets.findInFiles(app.dataDir, (name) => !KEPT_FOR_THE_OWNER.includes(name));
  expect(listFiles(app.dataDir).some((file) => file.endsWith("control.db-wal"))).toBe(true);
  expect(inFiles()).toEqual([]);
  expect(answers.filter(({ status }) => status >= 400).length).toBeGreaterThan(25);
  expect(answers.filter((answer) => isTelling(secrets, answer))).toEqual([]);
  expect(secrets.findIn(exported)).toEqual([]);
  await app.close();
  expect(inFiles()).toEqual([]);
  expectSilence(secrets, app, said);
});

/** Whether an answer holds a secret that it is not there to show; that a path does not exist may be said of the very path that was asked for. */
function isTelling(secrets: Secrets, { asked, status, body }: Met): boolean {
  const sent = secrets.findIn(asked);
  return (status >= 400 || !SHOWS.test(asked)) && secrets.findIn(body).some((secret) => !sent.includes(secret));
}

function expectSilence(secrets: Secrets, { logged }: TestApp, said: string[]): void {
  const lines = [...logged.map((line) => JSON.stringify(line)), ...said];
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.filter((line) => secrets.findIn(line).length > 0)).toEqual([]);
  expect(secrets.findIn(lines.join("\n"))).toEqual([]);
}

test("a mail server that refuses our password has it written nowhere, nor what waits to be sent", async () => {
  const said = listenToConsole();
  const smtp = await startSmtp({ password: "another password" });
  const app = await startTestApp({ env: { PUBLIC_URL, SMTP_URL: smtp.url.replace("//", `//post:${SMTP_PASSWORD}@`) } });
  const secrets = new Secrets();
  secrets.add("SMTP_PASSWORD", SMTP_PASSWORD);
  for (const email of ["ada@example.com", "bob@example.com"]) {
    await app.newBrowser().call("POST", "/v1/auth/sign-up", { email });
    const [mail] = await app.mailTo(email);
    expect(mail).toMatchObject({ status: "waiting" });
    secrets.addCode("codes that wait", CODE.exec(mail?.text ?? "")?.[1] ?? "");
  }
  const tried = await app.server.control.db.selectFrom("jobs").select("error").where("kind", "=", "mail.send").execute();
  expect(tried).toEqual([1, 2].map(() => ({ error: expect.stringContaining("The mail server could not take this mail") })));
  expect(secrets.findInFiles(app.dataDir, (name) => !KEPT_FOR_THE_OWNER.includes(name))).toEqual([]);
  expectSilence(secrets, app, said);
});
