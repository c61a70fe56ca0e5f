import { readFileSync } from "node:fs";
import path from "node:path";
import { newId } from "@loci/kit/ids";
import type { Page } from "playwright-core";
import { mintOwnerLink } from "../accounts/owner-link.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { setUpSecondFactor, stopClock } from "../testing/authenticator.ts";
import { findFreePort, openProfile, shareBrowser, shareListeningApp } from "../testing/chromium.ts";
import { oidcSettings, openOidcServer, type OidcServer } from "../testing/oidc-server.ts";
import { shareTestApp } from "../testing/harness.ts";
import { createWorkspace } from "../workspaces/service.ts";
import { PAGE_POLICY } from "./layout.ts";

stopClock();
const oidcPort = await findFreePort();
const app = shareListeningApp({ env: { ...oidcSettings(oidcPort), OIDC_NAME: "Acme" } });
const closed = shareTestApp({ env: { SIGNUP: "closed", PUBLIC_URL: "https://loci.test" } });
const browser = shareBrowser();
let provider: OidcServer;
beforeAll(async () => {
  provider = await openOidcServer(oidcPort, app().url);
});
afterAll(() => provider.close());

const PAGES = ["/", "/sign-in", "/sign-up", "/second-factor", "/magic-link", "/reset-password", "/accept-invitation", "/owner-link", "/connect", "/connections", "/device", "/sign-in-failed?error=expired"];

interface Visit {
  page: Page;
  /** What the browser complained about: scripts that failed, or what the policy kept out. */
  complaints: string[];
}

async function openPage(target: string): Promise<Visit> {
  const context = await openProfile(browser(), app().url);
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // That an answer was a refusal is what is being tested.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(message.text());
  });
  await page.goto(target);
  return { page, complaints };
}

const newEmail = (): string => `${newId("usr")}@example.com`;
const alertOf = (page: Page) => page.getByRole("alert");
/** The start page, of somebody who is signed in. */
async function waitForHome(page: Page, email: string): Promise<void> {
  await page.waitForURL(({ pathname }) => pathname === "/");
  await page.getByText(`You are signed in as ${email}.`).waitFor();
}
const linkTo = async (email: string): Promise<string> => /https?:\/\/\S+#token=[\w-]+/.exec((await app().mailTo(email))[0]?.text ?? "")?.[0] ?? "";

test("every page lets nothing in but its own files, and holds nothing inline", async () => {
  for (const target of PAGES) {
    const { status, headers, body } = await app().call("GET", target);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(headers.get("content-security-policy")).toBe(PAGE_POLICY);
    expect(body).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc="\/pages\/)|javascript:/);
    for (const [, file = ""] of String(body).matchAll(/(?:src|href)="(\/pages\/[^"]+)"/g)) {
      const asset = await app().call("GET", file);
      expect(asset.status, file).toBe(200);
      expect(asset.headers.get("cache-control")).toContain("immutable");
    }
  }
  expect(PAGE_POLICY).not.toContain("unsafe");
  expect((await app().call("GET", "/pages/000000000000/style.css")).status).toBe(404);
});

test("every page works in Chromium without a complaint, with labels, one heading, and in 360 pixels", async () => {
  const { page, complaints } = await openPage("about:blank");
  for (const target of PAGES) {
    await page.goto(target);
    await page.locator("h1:visible").waitFor();
    expect(await page.locator("h1:visible").count(), target).toBe(1);
    for (const field of await page.locator("input").all()) expect(await field.evaluate((input: HTMLInputElement) => input.labels?.length), target).toBe(1);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth), target).toBeLessThanOrEqual(360);
    }
    expect(complaints, target).toEqual([]);
  }
});

test("text and borders stand out from their ground in light and in dark", () => {
  const style = readFileSync(path.join(import.meta.dirname, "browser/style.css"), "utf8");
  const [light = "", dark = ""] = style.split("@media (prefers-color-scheme: dark)");
  for (const scheme of [light, dark]) {
    const colours = new Map([...scheme.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name = "", colour = ""]) => [name, colour]));
    const contrast = (a: string, b: string): number => {
      const [high = 0, low = 0] = [a, b].map((name) => luminance(colours.get(name) ?? "")).toSorted((x, y) => y - x);
      return (high + 0.05) / (low + 0.05);
    };
    for (const [text, ground] of [["text", "card"], ["text", "ground"], ["soft", "card"], ["soft", "ground"], ["accent", "card"], ["accent", "ground"], ["on-accent", "accent"], ["on-accent", "accent-strong"], ["bad", "bad-ground"], ["text", "raised"]] as const) {
      expect(contrast(text, ground), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast("edge", "card")).toBeGreaterThanOrEqual(3);
  }
});

// WCAG 2.2, relative luminance.
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test("somebody signs up with the keyboard alone, sees the start page, and signs out", async () => {
  const email = newEmail();
  const { page, complaints } = await openPage("/sign-in");
  await page.getByRole("link", { name: "Create an account" }).press("Enter");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Name").fill("Ada");
  await page.getByLabel("Password").fill("short");
  await page.keyboard.press("Enter");
  await alertOf(page).filter({ hasText: /^The password must have at least 8 characters\.$/ }).waitFor();
  expect(await page.getByLabel("Password").getAttribute("aria-invalid")).toBe("true");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("correct horse battery");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Confirm your address" }).waitFor();
  // The cursor is in the field already.
  await page.keyboard.type(await app().codeTo(email));
  await page.keyboard.press("Enter");
  await waitForHome(page, email);
  await page.getByRole("heading", { name: "Hello, Ada" }).waitFor();
  expect(await page.locator("#workspaces li").count()).toBe(1);

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Sign in" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Memory for AI agents" }).waitFor();
  expect(complaints).toEqual([]);
});

test("a wrong password is told, and the right one leads to where the person wanted to go", async () => {
  const ada = await app().newPerson();
  const { page } = await openPage("/sign-in#next=/docs/errors");
  await page.getByLabel("Email").fill(ada.email);
  await page.getByLabel("Password").fill("wrong horse battery");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await alertOf(page).filter({ hasText: "wrong" }).waitFor();
  await page.getByLabel("Password").fill(ada.password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Errors", level: 1 }).waitFor();
  expect(page.url()).toBe(`${app().url}/docs/errors`);
});

test("nobody is led to another site after signing in", async () => {
  for (const next of ["/\\evil.test/", "javascript:alert(1)"]) {
    const ada = await app().newPerson();
    const { page } = await openPage(`/sign-in#${new URLSearchParams({ next })}`);
    await page.getByLabel("Email").fill(ada.email);
    await page.getByLabel("Password").fill(ada.password);
    await page.keyboard.press("Enter");
    await waitForHome(page, ada.email);
    expect(page.url()).toBe(`${app().url}/`);
  }
});

test("a mailed code signs in, and the second factor is asked for by app or recovery code", async () => {
  const ada = await app().newPerson();
  const authenticator = await setUpSecondFactor(ada);
  for (const way of ["app", "recovery"]) {
    const { page, complaints } = await openPage("/sign-in");
    await page.getByLabel("Email").fill(ada.email);
    await page.getByRole("button", { name: "Email a code" }).click();
    await page.getByRole("heading", { name: "Enter the code" }).waitFor();
    await page.keyboard.type(await app().codeTo(ada.email));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "One more step" }).waitFor();
    if (way === "app") await page.getByLabel("Code from the app").fill(authenticator.code());
    else {
      await page.getByRole("button", { name: "Use a recovery code" }).click();
      await page.getByLabel("Recovery code").fill("wrong-codes");
      await page.keyboard.press("Enter");
      await alertOf(page).filter({ hasText: "recovery code is wrong" }).waitFor();
      await page.getByLabel("Recovery code").fill(authenticator.recoveryCodes[0] ?? "");
    }
    await page.keyboard.press("Enter");
    await waitForHome(page, ada.email);
    expect(complaints).toEqual([]);
  }
});

test("a code is pasted as the mail shows it, asked for again, and typed after a reload", async () => {
  const email = newEmail();
  const { page, complaints } = await openPage("/sign-up#next=/docs/errors");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("correct horse battery");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Confirm your address" }).waitFor();
  const first = await app().codeTo(email);
  await page.getByRole("button", { name: "Send again" }).click();
  await page.getByText("Another mail is on its way.").waitFor();
  const second = await app().codeTo(email);
  expect(second).not.toBe(first);
  await page.reload();
  await page.getByRole("heading", { name: "Confirm your address" }).waitFor();
  await page.getByText(email).waitFor();
  await page.getByLabel("Code").focus();
  await page.keyboard.insertText(`    ${second.slice(0, 3)} ${second.slice(3)} `);
  expect(await page.getByLabel("Code").inputValue()).toBe(second);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${app().url}/docs/errors`);

  const other = await openPage("/sign-in");
  await other.page.getByLabel("Email").fill(email);
  await other.page.getByRole("button", { name: "Email a code" }).click();
  await other.page.getByRole("heading", { name: "Enter the code" }).waitFor();
  await other.page.reload();
  await other.page.getByRole("button", { name: "Send again" }).click();
  await other.page.getByText("Another mail is on its way.").waitFor();
  await other.page.getByLabel("Code").fill(await app().codeTo(email));
  await other.page.keyboard.press("Enter");
  await waitForHome(other.page, email);
  await other.page.goto("/sign-in");
  await other.page.getByText(`You are signed in as ${email}.`).waitFor();
  expect([...complaints, ...other.complaints]).toEqual([]);
});

test("who tried too often is told for how long to wait", async () => {
  const { email } = await app().newPerson();
  const { call } = app().newBrowser();
  for (let asked = 0; asked < 3; asked += 1) await call("POST", "/v1/auth/code", { email });
  const { page } = await openPage("/sign-in");
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Email a code" }).click();
  await alertOf(page).filter({ hasText: "Try again in" }).waitFor();
  expect(await alertOf(page).textContent()).toMatch(/Try again in \d+ minutes\.$/);
});

test("a mailed link spends nothing until it is pressed, and leaves the address bar", async () => {
  const ada = await app().newPerson();
  const asking = await openPage("/sign-in");
  await asking.page.getByLabel("Email").fill(ada.email);
  await asking.page.getByRole("button", { name: "Email a link" }).click();
  await asking.page.getByRole("heading", { name: "Look into your mail" }).waitFor();

  const link = await linkTo(ada.email);
  expect(link).toContain("/magic-link#token=");
  for (let opened = 0; opened < 2; opened += 1) await openPage(link);
  const { page } = await openPage(link);
  await page.getByRole("heading", { name: "Welcome back" }).waitFor();
  expect(page.url()).toBe(`${app().url}/magic-link`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await waitForHome(page, ada.email);

  const again = await openPage(link);
  await again.page.getByRole("button", { name: "Sign in" }).click();
  await again.page.getByRole("heading", { name: "This link is over" }).waitFor();
  await again.page.getByText("was used, is too old").waitFor();
});

test("a forgotten password is replaced by a link from a mail", async () => {
  const ada = await app().newPerson();
  const { page } = await openPage("/sign-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByLabel("Email").fill(ada.email);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Look into your mail" }).waitFor();
  await page.goto(await linkTo(ada.email));
  await page.getByLabel("New password").fill("another horse battery");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Saved" }).waitFor();
  expect((await app().newBrowser().call("POST", "/v1/auth/sign-in", { email: ada.email, password: "another horse battery" })).status).toBe(200);
});

test("the button of a provider leads there and back, signed in", async () => {
  const [sub, email] = [newId("usr"), newEmail()];
  provider.accounts.set(sub, { email, email_verified: true, name: "Grace" });
  const { page, complaints } = await openPage("/sign-in");
  await page.getByRole("button", { name: "Acme" }).click();
  await page.getByPlaceholder("Enter any login").fill(sub);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
  await waitForHome(page, email);
  expect(complaints).toEqual([]);
});

test("an invitation is accepted by who makes an account for it, and by who is signed in", async () => {
  const owner = await app().newPerson();
  const { slug } = (await owner.call("POST", "/v1/workspaces", { name: "Analytical Engines" })).body;
  const invite = async (email: string): Promise<string> => (await owner.call("POST", `/v1/workspaces/${slug}/invitations`, { email, role: "developer" })).body.url;

  const email = newEmail();
  const { page, complaints } = await openPage(await invite(email));
  await page.getByRole("heading", { name: "Join Analytical Engines" }).waitFor();
  await page.getByRole("link", { name: "Create an account" }).click();
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("correct horse battery");
  await page.keyboard.press("Enter");
  await page.locator("section:visible").getByText(`you are signed in as ${email}.`).waitFor();
  await page.getByRole("button", { name: "Join" }).click();
  await waitForHome(page, email);
  expect(await page.locator("#workspaces li").allTextContents()).toContainEqual(expect.stringMatching(/^Analytical Engines.*developer$/));

  const bob = await app().newPerson();
  const second = await openPage(await invite(bob.email));
  await second.page.getByRole("link", { name: "Sign in" }).click();
  await second.page.getByLabel("Email").fill(bob.email);
  await second.page.getByLabel("Password").fill(bob.password);
  await second.page.keyboard.press("Enter");
  await second.page.getByRole("button", { name: "Join" }).click();
  await waitForHome(second.page, bob.email);
  expect(complaints).toEqual([]);
});

test("an invitation tells for whom it is, lets somebody else change accounts, and says what became of it", async () => {
  const owner = await app().newPerson();
  const { slug } = (await owner.call("POST", "/v1/workspaces", { name: "Difference Engines" })).body;
  const [bob, eve] = [await app().newPerson({ email: `b${newEmail()}` }), await app().newPerson({ email: `e${newEmail()}` })];
  const { url } = (await owner.call("POST", `/v1/workspaces/${slug}/invitations`, { email: bob.email, role: "developer" })).body;
  const { page, complaints } = await openPage("/sign-in");
  await page.getByLabel("Email").fill(eve.email);
  await page.getByLabel("Password").fill(eve.password);
  await page.keyboard.press("Enter");
  await waitForHome(page, eve.email);
  await page.goto(url);
  await page.getByRole("heading", { name: "for somebody else" }).waitFor();
  await page.locator("section:visible").getByText("b•••@example.com").waitFor();
  await page.getByRole("button", { name: "Sign out and go on" }).click();
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("Email").fill(bob.email);
  await page.getByLabel("Password").fill(bob.password);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Join" }).click();
  await waitForHome(page, bob.email);
  await page.goto(url);
  await page.getByText("This invitation was used already.").waitFor();
  await page.getByRole("link", { name: "Start page" }).waitFor();
  expect(complaints).toEqual([]);
});

test("the link of a first start makes its holder the owner", async () => {
  const { control, now, accounts } = app().server;
  await createWorkspace({ control, now }, "local");
  const email = newEmail();
  const { page, complaints } = await openPage((await mintOwnerLink({ control, digest: accounts.digest }, app().url)) ?? "");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("correct horse battery");
  await page.keyboard.press("Enter");
  await waitForHome(page, email);
  expect(await page.locator("#workspaces li").allTextContents()).toContainEqual(expect.stringMatching(/^local.*owner$/));
  expect(complaints).toEqual([]);
});

test("who signs in to an account that waits for its deletion can keep it", async () => {
  const ada = await app().newPerson();
  expect((await ada.call("DELETE", "/v1/account")).status).toBe(200);
  const { page, complaints } = await openPage("/sign-in");
  await page.getByLabel("Email").fill(ada.email);
  await page.getByLabel("Password").fill(ada.password);
  await page.keyboard.press("Enter");
  await page.getByText("This account is going to be deleted").waitFor();
  await page.getByRole("button", { name: "Keep the account" }).click();
  await page.locator("#leaving").waitFor({ state: "hidden" });
  await waitForHome(page, ada.email);
  expect((await app().newBrowser().call("POST", "/v1/auth/sign-in", { email: ada.email, password: ada.password })).status).toBe(200);
  expect(complaints).toEqual([]);
});

test("links that are cut or used are told so", async () => {
  const { page, complaints } = await openPage("about:blank");
  for (const target of ["/magic-link", "/owner-link", "/accept-invitation", "/accept-invitation#token=nonsense", "/magic-link#token=nonsense", `/accept-invitation#token=${"x".repeat(43)}`]) {
    await page.goto(target);
    await page.getByRole("heading", { name: /not whole|does not work/ }).waitFor();
    expect(complaints).toEqual([]);
  }
});

test("the page of a failed sign-in says only words of ours", async () => {
  const { body } = await app().call("GET", "/sign-in-failed?error=%3Cscript%3Ealert(1)%3C/script%3E");
  expect(body).not.toContain("alert(1)");
  expect(body).toContain("The provider did not answer as it should");
  expect((await app().call("GET", "/sign-in-failed")).body).not.toContain("did not answer");
  expect((await app().call("GET", "/sign-in-failed?error=sign_up_closed")).body).toContain("No new accounts");
});

test("pages offer what the instance has", async () => {
  const { body: first } = await closed().call("GET", "/sign-up");
  expect(first).toContain("<form");
  await closed().server.control.db.insertInto("users").values({ id: newId("usr"), name: "Ada", email: newEmail(), email_verified: 1, image: null, created_at: "", updated_at: "", two_factor_enabled: 0, company: null, time_zone: null, disabled_at: null, delete_after: null }).execute();
  expect((await closed().call("GET", "/sign-up")).body).toContain("No new accounts");
  expect((await closed().call("GET", "/")).body).not.toContain("/sign-up");
  expect((await app().call("GET", "/")).body).toContain("/sign-up");
  const { body: signIn } = await closed().call("GET", "/sign-in");
  expect(signIn).not.toContain("/sign-up");
  expect(signIn).not.toContain("data-provider");
});
