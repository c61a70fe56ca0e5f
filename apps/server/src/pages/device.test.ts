import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openProfile, shareBrowser, shareListeningApp } from "../testing/chromium.ts";
import type { TestPerson } from "../testing/people.ts";

const app = shareListeningApp();
const browser = shareBrowser();

interface Device {
  device_code: string;
  user_code: string;
  verification_uri_complete: string;
}

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const beginDevice = async (scope = "memory:read memory:write"): Promise<Device> =>
  (await app().call("POST", "/oauth/device", new URLSearchParams({ client_id: "loci-cli", scope }).toString(), FORM)).body;
const poll = async ({ device_code }: Device) =>
  (await app().call("POST", "/oauth/token", new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:device_code", client_id: "loci-cli", device_code }).toString(), FORM)).body;

async function openDevicePage({ person, target = "/device" }: { person?: TestPerson; target?: string } = {}): Promise<{ page: Page; complaints: string[] }> {
  const context = await openProfile(browser(), app().url);
  context.setDefaultTimeout(10_000);
  if (person !== undefined) await context.addCookies(String(person.cookies).split("; ").map((pair) => ({ name: pair.split("=")[0] ?? "", value: pair.slice(pair.indexOf("=") + 1), url: app().url })));
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

const heading = (page: Page, name: string) => page.getByRole("heading", { level: 1, name }).waitFor();

test("a person types a code, sees what asks, takes something away, and connects the device, all by keyboard", async () => {
  const ada = await app().newPerson();
  const { slug } = (await ada.call("POST", "/v1/workspaces", { name: "Analytical Engines" })).body;
  const device = await beginDevice("memory:read memory:write memory:delete");
  const { page, complaints } = await openDevicePage({ person: ada });
  await page.getByLabel("Code").waitFor();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("user_code");
  await page.keyboard.type(` ${device.user_code.toLowerCase().replace("-", " ")}`);
  expect(await page.getByLabel("Code").inputValue()).toBe(device.user_code);
  await page.keyboard.press("Enter");
  await heading(page, "Connect Loci CLI?");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Connect Loci CLI?");
  await page.getByText(device.user_code).waitFor();
  expect(await page.getByText("Go on only if you have just started this yourself").isVisible()).toBe(true);
  await page.getByRole("checkbox", { name: "Forget memories" }).focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Analytical");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type("diary");
  await page.keyboard.press("Enter");
  await heading(page, "Connected");
  expect((await poll(device)).scope).toBe("memory:read memory:write");
  const { items } = (await ada.call("GET", "/v1/connections")).body;
  expect(items).toMatchObject([{ group: "diary", workspace: { slug } }]);
  expect(complaints).toEqual([]);
});

test("the link with the code in it fills it in, keeps it out of what is sent to the server, and leads through signing in", async () => {
  const ada = await app().newPerson();
  const device = await beginDevice();
  const { page, complaints } = await openDevicePage({ target: device.verification_uri_complete });
  await page.waitForURL(({ pathname }) => pathname === "/sign-in");
  await page.getByLabel("Email").fill(ada.email);
  await page.getByLabel("Password", { exact: true }).fill(ada.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(({ pathname }) => pathname === "/device");
  await page.getByText(`You are signed in as ${ada.email}.`).first().waitFor();
  expect(await page.getByLabel("Code").inputValue()).toBe(device.user_code);
  await page.getByRole("button", { name: "Next" }).click();
  await heading(page, "Connect Loci CLI?");
  expect(await page.getByRole("checkbox").and(page.locator(":visible")).count()).toBe(2);
  await page.getByRole("button", { name: "Connect" }).click();
  await heading(page, "Connected");
  expect((await poll(device)).token_type).toBe("Bearer");
  expect(JSON.stringify(app().logged)).not.toContain(device.user_code);
  expect(complaints).toEqual([]);
});

test("a wrong code, one that nothing is ticked for, and one that is over meanwhile are told where they can be mended", async () => {
  const ada = await app().newPerson();
  const device = await beginDevice();
  const { page, complaints } = await openDevicePage({ person: ada });
  const code = page.getByLabel("Code");
  await code.fill("BBBBBBBB");
  await code.press("Enter");
  await page.getByRole("alert").filter({ hasText: "This code is not known" }).waitFor();
  expect([await code.getAttribute("aria-invalid"), await code.inputValue()]).toEqual(["true", "BBBB-BBBB"]);
  await code.fill("BCD");
  await code.press("Enter");
  await page.getByRole("alert").filter({ hasText: "eight letters" }).waitFor();
  await code.fill(device.user_code);
  await code.press("Enter");
  await heading(page, "Connect Loci CLI?");
  expect(await page.getByRole("alert").textContent()).toBe("");
  for (const box of ["Read and recall your memories", "Store and change memories"]) await page.getByRole("checkbox", { name: box }).uncheck();
  await page.getByRole("button", { name: "Connect" }).click();
  await page.getByRole("alert").filter({ hasText: "Tick at least one thing" }).waitFor();
  await ada.call("POST", "/v1/oauth/devices", { user_code: device.user_code, allow: false });
  await page.getByRole("checkbox", { name: "Read and recall your memories" }).check();
  await page.getByRole("button", { name: "Connect" }).click();
  await page.getByRole("alert").filter({ hasText: "This code is not known, or is over" }).waitFor();
  await heading(page, "Connect a device");
  expect(complaints).toEqual([]);
});

test("whoever cancels tells the device no; whoever is somebody else signs in anew", async () => {
  const ada = await app().newPerson();
  const device = await beginDevice();
  const { page } = await openDevicePage({ person: ada, target: device.verification_uri_complete });
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await heading(page, "Not connected");
  expect((await poll(device)).error).toBe("access_denied");
  await page.goto("/device#user_code=BCDF-GHJK");
  await page.reload();
  await page.getByRole("button", { name: "Use another account" }).click();
  await page.waitForURL(({ pathname, hash }) => pathname === "/sign-in" && new URLSearchParams(hash.slice(1)).get("next") === "/device#user_code=BCDF-GHJK");
  expect((await page.context().cookies()).filter(({ name, value }) => name === "sid" && value !== "")).toEqual([]);
});

test("limits that stand from before are shown, and not lifted", async () => {
  const ada = await app().newPerson();
  const before = await beginDevice();
  expect((await ada.call("POST", "/v1/oauth/devices", { user_code: before.user_code, allow: true, workspace: ada.workspace, group: "ci", read_only: true })).status).toBe(200);
  const device = await beginDevice();
  const { page, complaints } = await openDevicePage({ person: ada, target: device.verification_uri_complete });
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("These limits are from before").waitFor();
  const [group, only] = [page.getByLabel("One group"), page.getByLabel("Reading only")];
  expect([await group.inputValue(), await group.isEditable(), await only.isChecked(), await only.isEnabled()]).toEqual(["ci", false, true, false]);
  await page.getByRole("button", { name: "Connect" }).click();
  await heading(page, "Connected");
  expect((await ada.call("GET", "/v1/connections")).body.items).toMatchObject([{ group: "ci", read_only: true }]);
  expect(complaints).toEqual([]);
});

test("each step fits in 360 pixels, in light and in dark", async () => {
  const ada = await app().newPerson();
  const device = await beginDevice();
  const { page } = await openDevicePage({ person: ada, target: device.verification_uri_complete });
  await page.setViewportSize({ width: 360, height: 740 });
  const fits = async (): Promise<void> => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    }
  };
  await page.getByLabel("Code").waitFor();
  await fits();
  await page.getByRole("button", { name: "Next" }).click();
  await heading(page, "Connect Loci CLI?");
  await page.getByText("Limit it further").click();
  await fits();
  await page.getByRole("button", { name: "Connect" }).click();
  await heading(page, "Connected");
  await fits();
});
