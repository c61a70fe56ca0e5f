import { expect, test } from "vitest";
import { startTestApp, shareTestApp } from "../testing/harness.ts";

const app = shareTestApp();

test("a script finds its mail at once, newest first, and only those of the address that it asks for", async () => {
  const { outbox } = app().server;
  await outbox.put({ to: "ana@acme.test", template: "login_code", code: "111222" });
  await outbox.put({ to: "ben@acme.test", template: "login_code", code: "333444" });
  await outbox.put({ to: "ana@acme.test", template: "magic_link", url: "http://127.0.0.1:8080/magic-link#abc" });
  const { status, body } = await app().call("GET", `/dev/mail.json?to=${encodeURIComponent("ana@acme.test")}`);
  expect(status).toBe(200);
  expect(body.items).toMatchObject([{ to: "ana@acme.test", template: "magic_link", status: "sent", error: null }, { to: "ana@acme.test", template: "login_code", subject: "Your sign-in code for Loci" }]);
  expect(body.items[1].text).toContain("111222");
  expect(body.items[1].html).toContain("111222");
  const all = await app().call("GET", "/dev/mail.json");
  expect(all.body.items.map(({ to }: { to: string }) => to)).toEqual(expect.arrayContaining(["ana@acme.test", "ben@acme.test"]));
});

test("the page shows mails without a script, and nothing in a mail can run or load anything", async () => {
  await app().server.outbox.put({ to: `"<b>"@acme.test`, template: "invitation", workspace: "<script>alert(1)</script>", role: "admin", invited_by: "Eve", url: "https://loci.test/accept-invitation#t" });
  const { status, body, headers } = await app().call("GET", "/dev/mail");
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("script-src");
  const nonce = /style-src 'nonce-([^']+)'/.exec(policy)?.[1];
  expect(body).toContain(`<style nonce="${nonce}">`);
  expect(body).not.toContain("<script");
  expect(body).not.toContain("<b>");
  expect(body).toContain('<a href="https://loci.test/accept-invitation#t">');
  expect(body.match(/<iframe sandbox /g)).toHaveLength(body.match(/<article /g).length);
  expect(headers.get("cache-control")).toBe("no-store");
});

test("what is asked for wrongly is refused with the field's name", async () => {
  const { status, body } = await app().call("GET", "/dev/mail.json?for=ana@acme.test");
  expect({ status, param: body.error.param }).toEqual({ status: 400, param: "for" });
});

test("the mailbox opens to nobody on another machine, and to no page whose name was pointed at this one", async () => {
  for (const path of ["/dev/mail", "/dev/mail.json"]) {
    const from = async (peer: string, headers?: Record<string, string>) => (await app().newBrowser(peer).call("GET", path, undefined, headers)).status;
    expect([await from("127.0.0.1"), await from("::1"), await from("::ffff:127.0.0.1", { host: "localhost:8080" })]).toEqual([200, 200, 200]);
    expect([await from("192.0.2.7"), await from("127.0.0.1", { host: "evil.test:8080" }), await from("127.0.0.1", { host: "127.0.0.1.evil.test" })]).toEqual([403, 403, 403]);
  }
});

test("production has no mailbox", async () => {
  const env = { NODE_ENV: "production", PUBLIC_URL: "https://loci.test", AUTH_SECRET: "kR4v9Qz1Wm7Lx2Tn8Yb3Hc6Jd5Gf0Ps4Ea9Uo2Ivq", KEY_PEPPER: "Zp8Xw3Nc7Vb1Mk6Lj2Hg9Fd4Sa5Qe0Rt8Yu3Iow" };
  const production = await startTestApp({ env });
  await production.server.outbox.put({ to: "ana@acme.test", template: "login_code", code: "555666" });
  for (const path of ["/dev/mail", "/dev/mail.json"]) {
    const { status, body } = await production.call("GET", path);
    expect(status).toBe(404);
    expect(JSON.stringify(body)).not.toContain("555666");
  }
});
