import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { MINUTE_MS } from "@loci/kit/clock";
import { createLog } from "@loci/kit/log";
import { expect, onTestFinished, test } from "vitest";
import type { Config } from "../config.ts";
import { openJobs } from "../testing/job-worker.ts";
import { registerDelivery } from "./delivery.ts";
import type { Mailer, OutgoingMail } from "./mailer.ts";
import { Outbox } from "./outbox.ts";
import { ResendMailer } from "./resend.ts";
import { SmtpMailer } from "./smtp.ts";
import { startResend, startSmtp } from "../testing/mail-servers.ts";

interface HouseOptions {
  mode?: Config["mode"];
  mailer?: Mailer | null;
}

async function openPostHouse({ mode = "test", mailer = null }: HouseOptions = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), "loci-mail-"));
  const clock = { ms: Date.parse("2026-11-21T12:00:00Z") };
  const now = () => new Date(clock.ms);
  const lines: string[] = [];
  const log = createLog("debug", { write: (line) => lines.push(line) });
  const parts = await openJobs(dir, { now, log });
  const outbox = new Outbox({ ...parts, now });
  registerDelivery({ ...parts, now, log, mailer, config: { mode, mailFrom: "Loci <post@loci.test>" } });
  onTestFinished(async () => {
    await parts.jobs.stop();
    mailer?.close();
    parts.control.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const mails = () => parts.control.reads.selectFrom("mails").selectAll().orderBy("id").execute();
  const jobsOf = () => parts.control.reads.selectFrom("jobs").selectAll().orderBy("id").execute();
  return { ...parts, outbox, dir, clock, lines, mails, jobsOf };
}

const CODE = "493817";
const code = { to: "ana@acme.test", template: "login_code", code: CODE } as const;
/** Works however late it is. */
const notice = { to: "ana@acme.test", template: "password_changed" } as const;

test("a mail goes to the SMTP server once, from the sender that is set, as text and HTML, marked as written by a program", async () => {
  const smtp = await startSmtp();
  const { outbox, jobs, mails } = await openPostHouse({ mailer: new SmtpMailer(smtp.url) });
  await outbox.put(code);
  expect(await jobs.runDue()).toBe(1);
  expect(await jobs.runDue()).toBe(0);
  const [mail, ...others] = smtp.received;
  expect(others).toEqual([]);
  expect(mail).toMatchObject({ from: "post@loci.test", to: ["ana@acme.test"] });
  const [row] = await mails();
  expect(mail?.raw).toContain("From: Loci <post@loci.test>");
  expect(mail?.raw).toContain("Subject: Your sign-in code for Loci");
  expect(mail?.raw).toContain("Auto-Submitted: auto-generated");
  expect(mail?.raw).toContain(`Message-ID: <${row?.id}@loci.test>`);
  expect(mail?.raw).toMatch(/multipart\/alternative[\s\S]*text\/plain[\s\S]*493817[\s\S]*text\/html[\s\S]*493817/);
  expect(row).toMatchObject({ status: "sent", error: null, sent_at: "2026-11-21T12:00:00.000Z", recipient: "ana@acme.test", template: "login_code" });
});

test("a server that is down gets the mail when it is up again, once", async () => {
  const smtp = await startSmtp();
  await smtp.close();
  const { outbox, jobs, clock, mails } = await openPostHouse({ mailer: new SmtpMailer(smtp.url) });
  await outbox.put(notice);
  await jobs.runDue();
  expect(await mails()).toMatchObject([{ status: "waiting" }]);
  const again = await startSmtp({ port: smtp.port });
  clock.ms += MINUTE_MS;
  await jobs.runDue();
  expect(await mails()).toMatchObject([{ status: "sent", error: null }]);
  expect(again.received).toHaveLength(1);
});

test("a mail that the server refuses for good is failed at once, with its words", async () => {
  const smtp = await startSmtp({ answer: () => ({ code: 550, words: "No such mailbox here" }) });
  const { outbox, jobs, mails, jobsOf, lines } = await openPostHouse({ mailer: new SmtpMailer(smtp.url) });
  await outbox.put(code);
  await jobs.runDue();
  expect(await mails()).toMatchObject([{ status: "failed", error: expect.stringContaining("No such mailbox here") }]);
  expect(await jobsOf()).toMatchObject([{ status: "failed", tries: 1, error: expect.stringContaining("550") }]);
  expect(lines.join("")).not.toContain(CODE);
});

test("a mail that the server refuses for now is tried again", async () => {
  let busy = true;
  const smtp = await startSmtp({ answer: () => (busy ? { code: 450, words: "Greylisted" } : null) });
  const { outbox, jobs, clock, mails, jobsOf } = await openPostHouse({ mailer: new SmtpMailer(smtp.url) });
  await outbox.put(notice);
  await jobs.runDue();
  expect(await jobsOf()).toMatchObject([{ status: "waiting", tries: 1, error: expect.stringContaining("Greylisted") }]);
  busy = false;
  clock.ms += MINUTE_MS;
  await jobs.runDue();
  expect(await mails()).toMatchObject([{ status: "sent" }]);
  expect(smtp.received).toHaveLength(1);
});

test("a wrong password of ours loses no mail", async () => {
  const smtp = await startSmtp({ password: "right" });
  const { outbox, jobs, mails, lines } = await openPostHouse({ mailer: new SmtpMailer(smtp.url.replace("://", "://post:wrong-one@")) });
  await outbox.put(notice);
  await jobs.runDue();
  expect(await mails()).toMatchObject([{ status: "waiting" }]);
  expect(lines.join("")).not.toContain("wrong-one");
});

test("an address with a comma or a line break in it makes no second recipient", async () => {
  const smtp = await startSmtp();
  const { outbox, jobs } = await openPostHouse({ mailer: new SmtpMailer(smtp.url) });
  for (const to of ["ana@acme.test,eve@evil.test", "ana@acme.test\r\nBcc: eve@evil.test", "Ana <eve@evil.test>, ana@acme.test"]) await outbox.put({ ...notice, to });
  await jobs.runDue();
  for (const { to, raw } of smtp.received) {
    expect(to).toHaveLength(1);
    expect(to).not.toContain("eve@evil.test");
    expect(raw).not.toMatch(/^Bcc:/im);
  }
});

test("what people called themselves cannot break a header or the page", async () => {
  const smtp = await startSmtp();
  const { outbox, jobs } = await openPostHouse({ mailer: new SmtpMailer(smtp.url) });
  await outbox.put({ to: "ana@acme.test", template: "invitation", workspace: "Acme\r\nBcc: eve@evil.test\r\n\r\n<script>alert(1)</script>", role: "admin", invited_by: "Eve", url: "https://loci.test/accept-invitation#t" });
  await jobs.runDue();
  const [mail] = smtp.received;
  expect(mail?.to).toEqual(["ana@acme.test"]);
  expect(mail?.raw).not.toMatch(/^Bcc:/im);
  expect(mail?.raw.split("text/html")[1]).not.toContain("<script");
});

test("a code that has run out is not sent any more", async () => {
  const smtp = await startSmtp();
  const { outbox, jobs, clock, mails } = await openPostHouse({ mailer: new SmtpMailer(smtp.url) });
  await outbox.put(code);
  await outbox.put(notice);
  clock.ms += 10 * MINUTE_MS + 1;
  await jobs.runDue();
  expect(await mails()).toMatchObject([{ status: "failed", error: expect.stringContaining("in time") }, { status: "sent" }]);
  expect(smtp.received).toHaveLength(1);
});

test("a transaction that fails mails nothing", async () => {
  const { control, outbox, jobs, mails, jobsOf } = await openPostHouse();
  const failing = control.transaction(async () => {
    await outbox.put(code);
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await jobs.runDue()).toBe(0);
  expect([await mails(), await jobsOf()]).toEqual([[], []]);
});

test("what waits in the outbox cannot be read from the files, and in production nothing of it is kept once it is sent", async () => {
  const smtp = await startSmtp();
  const { outbox, jobs, mails, dir } = await openPostHouse({ mode: "production", mailer: new SmtpMailer(smtp.url) });
  await outbox.put(code);
  const files = () => readdirSync(dir).map((name) => readFileSync(path.join(dir, name), "latin1")).join("");
  expect(files()).toContain("ana@acme.test");
  expect(files()).not.toContain(CODE);
  await jobs.runDue();
  expect(await mails()).toMatchObject([{ status: "sent", message: "", recipient: "ana@acme.test" }]);
});

test("without mail, development logs the code or link, and nothing else does", async () => {
  const magic = { to: "ana@acme.test", template: "magic_link", url: "http://127.0.0.1:8080/magic-link#the-token" } as const;
  for (const mode of ["development", "test", "production"] as const) {
    const { outbox, jobs, mails, lines } = await openPostHouse({ mode });
    await outbox.put(code);
    await outbox.put(magic);
    await jobs.runDue();
    const said = lines.filter((line) => line.includes(CODE) || line.includes("the-token"));
    expect(said).toHaveLength(mode === "development" ? 2 : 0);
    for (const line of said) expect(JSON.parse(line)).toMatchObject({ level: "info" });
    expect((await mails()).map(({ status }) => status)).toEqual(mode === "production" ? ["failed", "failed"] : ["sent", "sent"]);
  }
});

test("with mail set up, no code is logged in development either", async () => {
  const smtp = await startSmtp();
  const { outbox, jobs, lines } = await openPostHouse({ mode: "development", mailer: new SmtpMailer(smtp.url) });
  await outbox.put(code);
  await jobs.runDue();
  expect(smtp.received).toHaveLength(1);
  expect(lines.join("")).not.toContain(CODE);
});

test("without mail, production keeps the mail as failed and says what to set", async () => {
  const { outbox, jobs, mails, jobsOf } = await openPostHouse({ mode: "production" });
  await outbox.put(notice);
  await jobs.runDue();
  const [mail] = await mails();
  expect(mail).toMatchObject({ status: "failed", error: expect.stringMatching(/SMTP_URL or RESEND_API_KEY/) });
  expect(mail?.message).not.toBe("");
  expect(await jobsOf()).toMatchObject([{ status: "failed", tries: 1 }]);
});

test("Resend gets the mail as JSON with our key and one idempotency key for all tries", async () => {
  const resend = await startResend();
  const { outbox, jobs, clock, mails } = await openPostHouse({ mailer: new ResendMailer({ apiKey: "re_test", baseUrl: resend.url }) });
  resend.answers.push({ status: 500, body: { message: "later" } }, { status: 429, body: { message: "slower" } });
  await outbox.put(notice);
  for (let n = 0; n < 3; n++) {
    await jobs.runDue();
    clock.ms += MINUTE_MS;
  }
  const [mail] = await mails();
  expect(mail).toMatchObject({ status: "sent" });
  expect(resend.requests).toHaveLength(3);
  for (const { method, path, headers, body } of resend.requests) {
    expect({ method, path }).toEqual({ method: "POST", path: "/emails" });
    expect(headers).toMatchObject({ authorization: "Bearer re_test", "idempotency-key": mail?.id });
    const sent: OutgoingMail & { headers: unknown } = JSON.parse(body);
    expect(sent).toMatchObject({ from: "Loci <post@loci.test>", to: ["ana@acme.test"], subject: "Your Loci password was changed", headers: { "Auto-Submitted": "auto-generated" } });
    expect(sent.text).toContain("changed");
    expect(sent.html).toContain("<h1");
  }
});

test("what Resend finds at fault in a mail is failed at once with its words; a wrong key loses no mail", async () => {
  const resend = await startResend();
  const { outbox, jobs, jobsOf, lines } = await openPostHouse({ mailer: new ResendMailer({ apiKey: "re_secret", baseUrl: resend.url }) });
  for (const answer of [{ status: 422, body: { message: "Invalid `to` field" } }, { status: 403, body: { message: "API key is invalid" } }, { status: 502, body: "<html>" }]) {
    resend.answers.push(answer);
    await outbox.put(notice);
    await jobs.runDue();
  }
  expect(await jobsOf()).toMatchObject([
    { status: "failed", tries: 1, error: "Resend answers 422: Invalid `to` field" },
    { status: "waiting", error: "Resend answers 403: API key is invalid" },
    { status: "waiting", error: "Resend answers 502: no reason given." },
  ]);
  expect(lines.join("")).not.toContain("re_secret");
});
