import { INSTALL_CLIENTS, toInstallGuide, toPersonalServer, toSharedServer } from "@loci/mcp/install";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openProfile, shareBrowser, shareListeningApp } from "../testing/chromium.ts";
import type { TestPerson } from "../testing/people.ts";

const app = shareListeningApp();
const browser = shareBrowser();

async function openConnectPage({ person, hash = "" }: { person?: TestPerson; hash?: string } = {}): Promise<{ page: Page; complaints: string[] }> {
  const context = await openProfile(browser(), app().url);
  context.setDefaultTimeout(10_000);
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: app().url });
  if (person !== undefined) await context.addCookies(String(person.cookies).split("; ").map((pair) => ({ name: pair.split("=")[0] ?? "", value: pair.slice(pair.indexOf("=") + 1), url: app().url })));
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(`/connect${hash}`);
  await page.locator("#guide:visible").waitFor();
  return { page, complaints };
}

const readClipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

test("every block, link and step of every assistant is on the page as the table has it", async () => {
  const { page, complaints } = await openConnectPage();
  for (const client of INSTALL_CLIENTS) {
    const { ways, url } = toInstallGuide(client, toSharedServer(app().url));
    await page.getByRole("radio", { name: client.title, exact: true }).check();
    const shown = await page.locator("#guide pre").allTextContents();
    expect(shown).toEqual([...ways.flatMap((way) => (way.kind === "command" || way.kind === "config" ? [way.text] : [])), url]);
    expect(await page.locator("#ways a").evaluateAll((links) => links.map((link) => link.getAttribute("href")))).toEqual(ways.flatMap((way) => (way.kind === "link" ? [way.url] : [])));
    expect(await page.locator("#ways li").allTextContents()).toEqual(ways.flatMap((way) => (way.kind === "steps" ? way.steps : [])));
    expect(await page.locator("#guide .copy").count()).toBe(await page.locator("#guide .copy button").count());
  }
  expect(complaints).toEqual([]);
});

test("a press copies the block, and says so", async () => {
  const { page } = await openConnectPage({ hash: "#client=codex" });
  await page.locator("#ways .copy").first().getByRole("button", { name: "Copy" }).click();
  await page.getByRole("status").filter({ hasText: "Copied." }).waitFor();
  expect(await readClipboard(page)).toBe(`codex mcp add loci --url ${app().url}/mcp`);
});

test("where a browser lets no page copy, the text is selected instead", async () => {
  const { page } = await openConnectPage({ hash: "#client=codex" });
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await page.locator("#ways .copy").first().getByRole("button", { name: "Copy" }).click();
  await page.getByRole("status").filter({ hasText: "The text is selected." }).waitFor();
  expect(await page.evaluate(() => String(getSelection()))).toBe(`codex mcp add loci --url ${app().url}/mcp`);
});

test("somebody who is signed in chooses a workspace by keyboard, and gets its address; the choice outlives a reload", async () => {
  const ada = await app().newPerson();
  const { slug } = (await ada.call("POST", "/v1/workspaces", { name: "Analytical Engines" })).body;
  const { page, complaints } = await openConnectPage({ person: ada });
  await page.getByLabel("Workspace").focus();
  await page.keyboard.press("ArrowDown");
  await page.getByRole("radio", { name: "Claude", exact: true }).focus();
  for (let pressed = 0; pressed < 4; pressed += 1) await page.keyboard.press("ArrowDown");
  const { url } = toPersonalServer(app().url, "cursor", { slug, personal: false });
  await page.locator("#address code").filter({ hasText: url }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Cursor" }).waitFor();
  expect(await page.locator("#address code").textContent()).toBe(url);
  expect(await page.getByLabel("Workspace").inputValue()).toBe(slug);
  expect(complaints).toEqual([]);
});

test("who has one workspace is not asked for it, and who is not signed in is told what that would give", async () => {
  const { page } = await openConnectPage({ person: await app().newPerson() });
  expect(await page.getByLabel("Workspace").isVisible()).toBe(false);
  const { page: strange } = await openConnectPage();
  await strange.getByRole("link", { name: "Sign in" }).click();
  await strange.waitForURL(/\/sign-in#next=\/connect$/);
});

test("an assistant that calls from a cloud is said not to reach a server without a public address", async () => {
  const { page } = await openConnectPage({ hash: "#client=chatgpt" });
  await page.getByText("ChatGPT calls from its own cloud").waitFor();
  await page.getByRole("radio", { name: "Zed" }).check();
  expect(await page.locator("#unreachable").isVisible()).toBe(false);
});

test("everything fits into 360 pixels, in light and dark", async () => {
  const ada = await app().newPerson();
  await ada.call("POST", "/v1/workspaces", { name: "A long name of a team, for a narrow screen" });
  const { page } = await openConnectPage({ person: ada });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [360, 1_000]) {
      await page.setViewportSize({ width, height: 740 });
      for (const { slug, title } of INSTALL_CLIENTS) {
        await page.getByRole("radio", { name: title, exact: true }).check();
        expect(await page.evaluate(() => document.documentElement.scrollWidth), slug).toBeLessThanOrEqual(width);
      }
    }
  }
});
