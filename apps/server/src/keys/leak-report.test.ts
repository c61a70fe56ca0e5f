import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { silentLog } from "@loci/kit/log";
import { expect, onTestFinished, test } from "vitest";
import { SYSTEM } from "../audit/origin.ts";
import { startTestApp, type TestApp } from "../testing/harness.ts";
import { mintKey } from "./format.ts";
import { REPORT_BYTES_MAX } from "./leak-report.ts";
import { ScannerKeys } from "./scanner-keys.ts";
import { createKey } from "./service.ts";
import { newMember } from "./test-member.ts";

const PATH = "/v1/api-keys/report-leak";
const WHERE = "https://github.com/octocat/Hello-World/blob/main/foo.txt";

const newPair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const toPem = (key: KeyObject): string => key.export({ type: "spki", format: "pem" }).toString();
const published = (keys: Record<string, KeyObject>): string => JSON.stringify({ public_keys: Object.entries(keys).map(([key_identifier, key]) => ({ key_identifier, key: toPem(key), is_current: true })) });

/** A scanner that publishes keys over HTTP; `answer` may be changed. */
async function startScanner(first: RequestListener) {
  const scanner = { answer: first, asked: 0, url: "" };
  const server = createServer((request, response) => {
    scanner.asked += 1;
    scanner.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  scanner.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  return scanner;
}

async function openDesk() {
  const { publicKey, privateKey } = newPair();
  let timeMs = Date.parse("2026-11-21T12:00:00Z");
  const now = () => new Date(timeMs);
  const scanner = await startScanner((_, response) => response.end(published({ one: publicKey })));
  const app = await startTestApp({ now, env: { LEAK_REPORT_KEYS_URL: scanner.url } });
  const report = (finds: unknown, { identifier = "one", key = privateKey, sent = undefined as string | undefined } = {}) => {
    const text = typeof finds === "string" ? finds : JSON.stringify(finds);
    const signature = sign("sha256", Buffer.from(text), { key, dsaEncoding: "der" }).toString("base64");
    return app.call("POST", PATH, sent ?? text, { "Github-Public-Key-Identifier": identifier, "Github-Public-Key-Signature": signature });
  };
  return { app, scanner, report, publicKey, advance: (ms: number) => (timeMs += ms) };
}

const find = (token: string, more = {}) => ({ token, type: "loci_api_key", url: WHERE, source: "content", ...more });
const mailsOf = (app: TestApp) => app.server.control.db.selectFrom("mails").select(["recipient", "template"]).where("template", "=", "key_leaked").orderBy("recipient").execute();
const leaksOf = (app: TestApp) => app.server.control.db.selectFrom("audit").selectAll().where("action", "=", "key.leaked").execute();
const feedback = (token: string, label: string) => ({ token_hash: createHash("sha256").update(token).digest("base64"), token_type: "loci_api_key", label });

test("a key that a scanner found is revoked at once, owners and admins are told, and the log says where it was", async () => {
  const { app, report } = await openDesk();
  const ours = await app.newWorkspace();
  const told = await Promise.all((["owner", "admin"] as const).map((role) => newMember(app, ours.id, role)));
  for (const role of ["developer", "billing", "viewer"] as const) await newMember(app, ours.id, role);
  const disabled = await newMember(app, ours.id, "admin");
  await app.server.control.db.updateTable("users").set({ disabled_at: "2026-11-21T00:00:00.000Z" }).where("id", "=", disabled.user_id).execute();
  const other = await app.newWorkspace();
  const stranger = mintKey("live").text;
  const halfRight = `${ours.key.slice(0, 17)}${mintKey("live").text.slice(17)}`;

  const { status, body } = await report([find(ours.key), find(stranger), find(halfRight), find("nonsense")]);
  expect(status).toBe(200);
  expect(body).toEqual([feedback(ours.key, "true_positive"), feedback(stranger, "false_positive"), feedback(halfRight, "false_positive"), feedback("nonsense", "false_positive")]);
  expect((await ours.call("GET", "/v1/key")).status).toBe(401);
  expect((await other.call("GET", "/v1/key")).status).toBe(200);
  expect(await mailsOf(app)).toEqual(told.map(({ email }) => ({ recipient: email, template: "key_leaked" })).toSorted((a, b) => (a.recipient < b.recipient ? -1 : 1)));
  expect(await leaksOf(app)).toMatchObject([{ chain: ours.id, target: ours.key_id, actor: "nobody", details: JSON.stringify({ type: "loci_api_key", url: WHERE }) }]);
  expect(JSON.stringify([await leaksOf(app), app.logged])).not.toContain(ours.key.slice(17, 49));
});

test("a key that stands in the address of a find stays out of mail and log", async () => {
  const { app, report } = await openDesk();
  const ours = await app.newWorkspace();
  const { email } = await newMember(app, ours.id, "owner");
  expect((await report([{ ...find(ours.key), url: `https://example.org/?key=${ours.key}&page=2` }])).status).toBe(200);
  expect(await leaksOf(app)).toMatchObject([{ details: JSON.stringify({ type: "loci_api_key", url: "https://example.org/?key=mk_…&page=2" }) }]);
  const [mail] = await app.mailTo(email);
  expect(mail?.text).toContain("https://example.org/?key=mk_…&page=2");
  expect(JSON.stringify(mail)).not.toContain(ours.key);
});

test("a report that comes again, and a key in it twice, changes nothing more", async () => {
  const { app, report } = await openDesk();
  const ours = await app.newWorkspace();
  await newMember(app, ours.id, "owner");
  const first = await report([find(ours.key), find(ours.key)]);
  const second = await report([find(ours.key), find(ours.key)]);
  expect(second.body).toEqual(first.body);
  expect(first.body.map(({ label }: { label: string }) => label)).toEqual(["true_positive", "true_positive"]);
  expect([(await mailsOf(app)).length, (await leaksOf(app)).length]).toEqual([1, 1]);
});

test("what is not signed by the scanner, over these very bytes, revokes nothing", async () => {
  const { app, report } = await openDesk();
  const ours = await app.newWorkspace();
  const finds = [find(ours.key)];
  const text = JSON.stringify(finds);
  const refused = [
    await report(finds, { key: newPair().privateKey }),
    await report(finds, { identifier: "two" }),
    await report(finds, { sent: `${text} ` }),
    await report([find(mintKey("live").text)], { sent: text }),
    await app.call("POST", PATH, text),
    await app.call("POST", PATH, text, { "Github-Public-Key-Identifier": "one" }),
    ...(await Promise.all(["", "AAAA", "MEUCIQ==", "*"].map((signature) => app.call("POST", PATH, text, { "Github-Public-Key-Identifier": "one", "Github-Public-Key-Signature": signature })))),
  ];
  expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 401));
  expect((await ours.call("GET", "/v1/key")).status).toBe(200);
});

test("a signed report that is none is named as such, and one that is too large is not read", async () => {
  const { report } = await openDesk();
  for (const bad of ["", "{", "{}", JSON.stringify([{ token: 1 }]), JSON.stringify([{ type: "x" }])]) expect({ bad, status: (await report(bad)).status }).toEqual({ bad, status: 400 });
  expect((await report([])).body).toEqual([]);
  expect((await report([find("x", { url: 7, colour: "red" })])).status).toBe(200);
  expect((await report(`[]${" ".repeat(REPORT_BYTES_MAX - 2)}`)).status).toBe(200);
  expect((await report(`[]${" ".repeat(REPORT_BYTES_MAX - 1)}`)).status).toBe(413);
});

test("without the setting nobody can report, and an address that reports too often is told to wait", async () => {
  const silent = await startTestApp();
  expect(await silent.call("POST", PATH, [])).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
  const { report } = await openDesk();
  const answers = await Promise.all(Array.from({ length: 61 }, () => report([])));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(60);
  expect(answers.find(({ status }) => status !== 200)).toMatchObject({ status: 429, headers: expect.anything(), body: { error: { code: "rate_limited", retry_after: expect.any(Number) } } });
});

test("the place of a find reaches the mail as one line of text", async () => {
  const { app, report } = await openDesk();
  const ours = await app.newWorkspace();
  await newMember(app, ours.id, "owner");
  await report([find(ours.key, { url: "https://x.example/<script>alert(1)</script>\r\nBcc: a@b.example" })]);
  const { message } = await app.server.control.db.selectFrom("mails").select("message").where("template", "=", "key_leaked").executeTakeFirstOrThrow();
  const { text, html } = JSON.parse(app.server.sealer.open(message)) as { text: string; html: string };
  expect(text).toContain("<script>alert(1)</script>  Bcc:");
  expect(html).not.toContain("<script>");
});

test("a report that GitHub signed in its documentation is believed, and one with a changed letter is not", async () => {
  const example = {
    identifier: "90a421169f0a406205f1563a953312f0be898d3c7b6c06b681aa86a874555f4a",
    key: "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9MJJHnMfn2+H4xL4YaPDA4RpJqUq\nkCmRCBnYERxZanmcpzQSXs1X/AljlKkbJ8qpVIW4clayyef9gWhFbNHWAA==\n-----END PUBLIC KEY-----\n",
    signature: "MEUCIQDKZokqnCjrRtw0tni+2Ltvl/uiMJ1EGumEsp1BsNr32AIgQY1YXD2nlj+XNfGK4rBfkMJ1JDOQcYXxa2sY8FNkrKc=",
    text: '[{"token":"some_token","type":"some_type","url":"some_url"}]',
  };
  const scanner = await startScanner((_, response) => response.end(JSON.stringify({ public_keys: [{ key_identifier: example.identifier, key: example.key, is_current: true }] })));
  const app = await startTestApp({ env: { LEAK_REPORT_KEYS_URL: scanner.url } });
  const headers = { "Github-Public-Key-Identifier": example.identifier, "Github-Public-Key-Signature": example.signature };
  expect(await app.call("POST", PATH, example.text, headers)).toMatchObject({ status: 200, body: [{ token_type: "some_type", label: "false_positive" }] });
  expect((await app.call("POST", PATH, example.text.replace("some_url", "same_url"), headers)).status).toBe(401);
});

test("the scanner's keys are fetched once, again for a name that is new, and never more often than each ten seconds", async () => {
  const { report, scanner, publicKey, advance } = await openDesk();
  await Promise.all(Array.from({ length: 10 }, () => report([])));
  expect(scanner.asked).toBe(1);
  const next = newPair();
  scanner.answer = (_, response) => response.end(published({ one: publicKey, two: next.publicKey }));
  const asTwo = () => report([], { identifier: "two", key: next.privateKey });
  expect((await asTwo()).status).toBe(401);
  expect(scanner.asked).toBe(1);
  advance(10_000);
  expect((await asTwo()).status).toBe(200);
  expect(scanner.asked).toBe(2);
  scanner.answer = (_, response) => response.end(published({ two: next.publicKey }));
  advance(3_600_000);
  expect((await asTwo()).status).toBe(200);
  expect((await report([])).status).toBe(401);
});

test("a scanner that fails, redirects, is slow, talks too much or publishes other keys is not believed", async () => {
  const { publicKey } = newPair();
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 }).publicKey;
  const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey;
  const scanner = await startScanner((_, response) => response.writeHead(500).end());
  const find = () => new ScannerKeys({ url: scanner.url, now: () => new Date(), log: silentLog }).find("one");
  await expect(find()).rejects.toMatchObject({ code: "unavailable", retry_after: 10 });
  for (const text of ["", "{", "[]", `${published({ one: publicKey })}${" ".repeat(65_536)}`]) {
    scanner.answer = (_, response) => response.end(text);
    await expect(find()).rejects.toMatchObject({ code: "unavailable" });
  }
  scanner.answer = (request, response) => (request.url === "/keys" ? response.writeHead(302, { location: "/other" }).end() : response.end(published({ one: publicKey })));
  await expect(find()).rejects.toMatchObject({ code: "unavailable" });
  scanner.answer = (_, response) => response.end(published({ one: rsa, two: p384 }));
  expect(await find()).toBeUndefined();
  scanner.answer = (_, response) => response.end(JSON.stringify({ public_keys: [{ key_identifier: "one", key: "no key" }] }));
  expect(await find()).toBeUndefined();
  scanner.answer = () => undefined;
  await expect(find()).rejects.toMatchObject({ code: "unavailable" });
});

test("a test key that leaked is revoked like a live one, and a revoked key is still known as real", async () => {
  const { app, report } = await openDesk();
  const { id } = await app.newWorkspace();
  const { secret } = await createKey(app.server, SYSTEM, { workspace_id: id, name: "t", mode: "test", scopes: ["memories:read"], group: null, expires_at: null });
  for (let times = 0; times < 2; times++) expect((await report([find(secret)])).body).toEqual([feedback(secret, "true_positive")]);
  expect((await app.call("GET", "/v1/key", undefined, { "x-api-key": secret })).status).toBe(401);
});
