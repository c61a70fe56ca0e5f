import { expect, test } from "vitest";
import { toMessage, type Message } from "./layout.ts";
import { toLetter, type MailContent, type Template } from "./templates.ts";

const EVIL = `<script>alert("1")</script>'&`;
const URL = "https://loci.test/magic-link#t=1&u=2";

/** One of each, with what people typed being as bad as can be. */
const CONTENTS: { [T in Template]: MailContent & { template: T } } = {
  sign_up_code: { template: "sign_up_code", code: "493817" },
  login_code: { template: "login_code", code: "493817" },
  change_email_code: { template: "change_email_code", code: "493817" },
  magic_link: { template: "magic_link", url: URL },
  reset_password: { template: "reset_password", url: URL },
  no_account: { template: "no_account" },
  already_registered: { template: "already_registered" },
  email_changed: { template: "email_changed", new_email: `"${EVIL}"@evil.test` },
  password_changed: { template: "password_changed" },
  address_taken: { template: "address_taken" },
  second_factor_locked: { template: "second_factor_locked" },
  recovery_code_used: { template: "recovery_code_used" },
  passkey_added: { template: "passkey_added" },
  passkey_deleted: { template: "passkey_deleted" },
  second_factor_changed: { template: "second_factor_changed", change: EVIL },
  new_sign_in: { template: "new_sign_in", at: "2026-11-21 12:00 UTC", method: "password", address: null, user_agent: EVIL },
  app_connected: { template: "app_connected", app: EVIL, workspace: EVIL, at: "2026-11-21 12:00 UTC", url: URL },
  invitation: { template: "invitation", workspace: EVIL, role: "admin", invited_by: EVIL, url: URL },
  key_leaked: { template: "key_leaked", key_name: EVIL, starts_with: "mk_live_00000000", workspace: EVIL, where: `https://evil.test/${EVIL}` },
  account_deletion: { template: "account_deletion", delete_after: "2026-12-21", undo_url: URL },
  account_deleted: { template: "account_deleted" },
  workspace_deletion: { template: "workspace_deletion", workspace: EVIL, delete_after: "2026-12-21" },
  workspace_kept: { template: "workspace_kept", workspace: EVIL },
  workspace_deleted: { template: "workspace_deleted", workspace: EVIL },
};

const MESSAGES: [Template, Message][] = Object.values(CONTENTS).map((content) => [content.template, toMessage(toLetter(content))]);

test.each(MESSAGES)("%s is a page with language, title and heading, and asks no other host for anything", (_, { subject, html }) => {
  expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(html.match(/<title>(.+)<\/title>/)?.[1]).toBe(html.match(/<h1[^>]*>(.+)<\/h1>/)?.[1]);
  expect(html.match(/<h1/g)).toHaveLength(1);
  expect(html).not.toMatch(/<(img|link|style|script|iframe|object|form|base)\b|url\(|@import|\bon\w+=|src=/i);
  expect(subject).toMatch(/^\P{Cc}{5,200}$/u);
});

test.each(MESSAGES)("%s says the same as text and as HTML", (_, { text, html }) => {
  const words = (content: string) => content.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
  for (const line of text.split("\n").map((line) => line.trim()).filter((line) => line !== "")) expect(words(html)).toContain(line.replace(/:$/, ""));
});

test.each(MESSAGES)("%s holds what people typed as text only", (_, { html }) => {
  expect(html).not.toContain("<script");
  expect(html.replaceAll(/<[^>]*>/g, "")).not.toMatch(/["'<>]/);
});

test.each(MESSAGES)("%s has sentences of at most 25 words", (_, { text }) => {
  for (const sentence of text.split(/[.?!:]\s/)) expect(sentence.split(/\s+/).length, sentence).toBeLessThanOrEqual(25);
});

test("a code stands large and on its own, and a link can be read as well as followed", () => {
  const code = toMessage(toLetter(CONTENTS.login_code));
  expect(code.html).toMatch(/<p style="[^"]*32px[^"]*">493817<\/p>/);
  expect(code.text).toMatch(/^ {4}493817$/m);
  const link = toMessage(toLetter(CONTENTS.magic_link));
  expect(link.html).toContain('<a href="https://loci.test/magic-link#t=1&amp;u=2"');
  expect(link.html).toContain(">https://loci.test/magic-link#t=1&amp;u=2</p>");
  expect(link.text).toMatch(/^https:\/\/loci\.test\/magic-link#t=1&u=2$/m);
});

test("every colour of text stands out from the ground by 4.5 to 1 (WCAG 2.2 AA)", () => {
  const colours = new Set(MESSAGES.flatMap(([, { html }]) => [...html.matchAll(/(?:;|")color:(#[0-9a-f]{6})/g)].map(([, colour]) => colour ?? "")));
  expect(colours.size).toBe(3);
  for (const colour of colours) expect(1.05 / (luminance(colour) + 0.05), colour).toBeGreaterThanOrEqual(4.5);
});

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test("a name as long as a letter does not become the letter", () => {
  const { subject, text } = toMessage(toLetter({ template: "invitation", workspace: "win ".repeat(100), role: "viewer", invited_by: "Eve", url: URL }));
  expect(subject.length).toBeLessThan(90);
  expect(text.length).toBeLessThan(500);
});

test("nothing that people named themselves becomes a link in a mail program, or turns the words around it", () => {
  const name = "Visit http://evil.example/pay \u202E www.evil.example me@evil.example";
  const letter = toMessage(toLetter({ template: "invitation", workspace: name, role: "viewer", invited_by: name, url: URL }));
  for (const said of [letter.subject, letter.text.replace(URL, ""), letter.html.replaceAll(/https:\/\/loci[^<"]*/g, "").replace(/<head>.*<\/head>/s, "")]) {
    expect(said).not.toMatch(/https?:\/\/|www\.\S|evil\.example|@evil|\p{Bidi_Control}/u);
    expect(said).toContain("Visit http: //evil. example");
  }
});
