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

/** The page as it is where the server has this address: all that it shows comes from the table. */
async function openConnectPageAt(publicUrl: string, hash = "") {
  const context = await openProfile(browser(), app().url);
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  await page.route("**/v1/mcp/clients", (route) => route.fulfill({ json: { items: INSTALL_CLIENTS.map((client) => toInstallGuide(client, toSharedServer(publicUrl))) } }));
  await page.goto(`/connect${hash}`);
  await page.locator("#guide:visible").waitFor();
  return page;
}

test("every block, link and step of every assistant that comes to this address is on the page as the table has it", async () => {
  const { page, complaints } = await openConnectPage();
  for (const client of INSTALL_CLIENTS.filter(({ calls_from }) => calls_from === "device")) {
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
  await page.getByRole("radio", { name: "Claude Code", exact: true }).focus();
  for (let pressed = 0; pressed < 2; pressed += 1) await page.keyboard.press("ArrowDown");
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

test("an assistant that calls from a cloud gets no button for an address that it cannot call, but the reason, and one that can", async () => {
  const { page } = await openConnectPage({ hash: "#client=claude" });
  await page.getByText("Claude runs in its maker's cloud").waitFor();
  expect(await page.locator("#guide").getByRole("link").count()).toBe(0);
  expect(await page.locator("#guide pre").count()).toBe(0);
  await page.getByRole("radio", { name: "ChatGPT" }).check();
  await page.getByText("ChatGPT runs in its maker's cloud").waitFor();
  await page.getByRole("radio", { name: "Claude", exact: true }).check();
  await page.getByRole("button", { name: "Show Claude Desktop instead" }).press("Enter");
  await page.getByRole("heading", { name: "Claude Desktop" }).waitFor();
  expect(await page.locator("#unreachable").isVisible()).toBe(false);
  expect(new URL(page.url()).hash).toBe("#client=claude-desktop");
});

test("the page begins with an assistant that comes to the server's address", async () => {
  const { page } = await openConnectPage();
  expect(await page.getByRole("radio", { name: "Claude Code", exact: true }).isChecked()).toBe(true);
  for (const address of ["https://loci.local", "https://10.0.0.7", "https://[fd00::7]:8443", "https://nas", "http://loci.example.com"]) {
    expect(await (await openConnectPageAt(address)).locator("#guide-title").textContent(), address).toBe("Claude Code");
  }
  const reached = await openConnectPageAt("https://loci.example.com");
  expect(await reached.locator("#guide-title").textContent()).toBe("Claude");
  for (const client of INSTALL_CLIENTS.filter(({ calls_from }) => calls_from === "cloud")) {
    const { ways } = toInstallGuide(client, toSharedServer("https://loci.example.com"));
    await reached.getByRole("radio", { name: client.title, exact: true }).check();
    expect(await reached.locator("#ways a").evaluateAll((links) => links.map((link) => link.getAttribute("href")))).toEqual(ways.flatMap((way) => (way.kind === "link" ? [way.url] : [])));
    expect(await reached.locator("#ways li").allTextContents()).toEqual(ways.flatMap((way) => (way.kind === "steps" ? way.steps : [])));
  }
});

test("blocks for a project hold the address that everybody uses, and say so", async () => {
  const { page } = await openConnectPage({ person: await app().newPerson(), hash: "#client=claude-code" });
  const [command = "", block = ""] = await page.locator("#ways pre").allTextContents();
  expect(command).toContain(`${app().url}/mcp/claude-code/`);
  expect(JSON.parse(block)).toEqual({ mcpServers: { loci: { type: "http", url: `${app().url}/mcp` } } });
  await page.getByText("This file goes to everybody who works on the project").waitFor();
});

test("who is not signed in finds the page from the start page", async () => {
  const page = await (await openProfile(browser(), app().url)).newPage();
  await page.goto("/");
  await page.getByRole("link", { name: "Connect an assistant" }).click();
  await page.locator("#guide:visible").waitFor();
  expect(new URL(page.url()).pathname).toBe("/connect");
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
