import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { openProfile, shareBrowser, shareListeningApp } from "../testing/chromium.ts";
import { newClient, newConnection } from "../testing/connections.ts";
import type { TestPerson } from "../testing/people.ts";
import { newPerson } from "../testing/team.ts";

const app = shareListeningApp();
const browser = shareBrowser();

async function openConnections(person?: TestPerson): Promise<{ page: Page; complaints: string[] }> {
  const context = await openProfile(browser(), app().url);
  context.setDefaultTimeout(10_000);
  if (person !== undefined) await context.addCookies(String(person.cookies).split("; ").map((pair) => ({ name: pair.split("=")[0] ?? "", value: pair.slice(pair.indexOf("=") + 1), url: app().url })));
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && !message.text().startsWith("Failed to load resource") && complaints.push(message.text()));
  await page.goto("/connections");
  await page.getByRole("heading", { level: 1, name: "Connected apps" }).waitFor();
  return { page, complaints };
}

const appOf = (page: Page, label: string) => page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: label, exact: true }) });

test("a person limits an app with the keyboard alone, and it holds at the app's next request", async () => {
  const ada = await newPerson(app());
  const { call } = await newConnection(app(), ada);
  await call("POST", "/v1/store", { content: "Ana likes tea.", group: "user:ana" });
  await newConnection(app(), ada, { client: await newClient(app(), "Kestrel") });
  const { page, complaints } = await openConnections(ada);
  await appOf(page, "Heron").getByText("may read, store, and forget · connected just now").waitFor();
  await appOf(page, "Heron").getByText("Limit or rename it").press("Enter");
  await appOf(page, "Heron").getByLabel("Name", { exact: true }).fill("Old laptop");
  const heron = appOf(page, "Heron");
  await heron.getByLabel("Reading only").press("Space");
  await heron.getByLabel("Forget memories").press("Space");
  await heron.getByLabel("One group").fill("user:ana");
  await heron.getByLabel("One group").press("Enter");
  const renamed = appOf(page, "Old laptop");
  await renamed.getByText("Saved. It holds from now on.").waitFor();
  await renamed.getByText("may read in the group user:ana").waitFor();
  await renamed.getByText("It calls itself Heron.").waitFor();
  expect(await renamed.getByLabel("Forget memories").isVisible()).toBe(false);
  expect((await call("POST", "/v1/store", { content: "No." })).status).toBe(403);
  expect((await call("POST", "/v1/recall", { query: "tea" })).body.memories).toMatchObject([{ content: "Ana likes tea." }]);

  await renamed.getByLabel("Name", { exact: true }).fill("​\t");
  await renamed.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").filter({ hasText: "The label" }).waitFor();
  expect(complaints).toEqual([]);
});

test("what an app read and wrote stands there in words, the newest first, and what is gone is told", async () => {
  const ada = await newPerson(app());
  const { call } = await newConnection(app(), ada);
  const kept = (await call("POST", "/v1/store", { content: "<b>Ana</b> likes tea." })).body.memory;
  const gone = (await call("POST", "/v1/store", { content: "Ana likes rum." })).body.memory;
  await call("POST", "/v1/recall", { query: "What does Ana like?" });
  await ada.call("DELETE", `/v1/memories/${gone.id}?permanent=true`, undefined, { "x-workspace": ada.workspace });
  for (let n = 0; n < 20; n++) await call("GET", "/v1/groups");
  await call("GET", `/v1/memories/${kept.id}`);
  const { page, complaints } = await openConnections(ada);
  const heron = appOf(page, "Heron");
  await heron.getByText("What it read and wrote").click();
  await heron.getByText("Read 1 memory").click();
  await heron.getByText("<b>Ana</b> likes tea.").waitFor();
  const lines = heron.locator("[data-part=requests] > li");
  expect(await lines.count()).toBe(20);
  await heron.getByRole("button", { name: "Show older ones" }).click();
  await heron.getByText("Recalled 2 memories").click();
  await heron.getByText("1 memory not to be found any more.").waitFor();
  expect((await lines.locator("span").allTextContents()).filter((text) => text !== "Listed the groups")).toEqual(["Read 1 memory", "Recalled 2 memories", "Stored 1 memory", "Stored 1 memory"]);
  expect(complaints).toEqual([]);
});

test("what an app forgot can be brought back, one by one or all at once, until it is erased", async () => {
  const ada = await newPerson(app());
  const { call } = await newConnection(app(), ada);
  const ids: string[] = [];
  for (const content of ["One.", "Two.", "Three.", "Four."]) ids.push((await call("POST", "/v1/store", { content })).body.memory.id);
  await call("POST", "/v1/forget", { ids });
  await ada.call("DELETE", `/v1/memories/${ids[3]}?permanent=true`, undefined, { "x-workspace": ada.workspace });
  const { page, complaints } = await openConnections(ada);
  const heron = appOf(page, "Heron");
  await heron.getByText("What it read and wrote").click();
  await heron.getByText("Forgot 4 memories").click();
  await heron.getByRole("listitem").filter({ hasText: "Two." }).last().getByRole("button", { name: "Bring back" }).press("Enter");
  await heron.getByText("Brought back.").waitFor();
  expect((await call("GET", "/v1/memories")).body.items.map(({ content }: { content: string }) => content)).toEqual(["Two."]);
  await heron.getByText("1 memory not to be found any more.").waitFor();
  await heron.getByRole("button", { name: "Bring all 3 back" }).press("Enter");
  await heron.getByText("All of them are back.").waitFor();
  expect((await call("GET", "/v1/memories")).body.items).toHaveLength(3);
  expect(complaints).toEqual([]);
});

test("what is hidden in a memory, or would turn it round, is shown to who judges the app by it; other writings are left as they are", async () => {
  const ada = await newPerson(app());
  const { call } = await newConnection(app(), ada);
  const plain = "שלום 👩‍👩‍👧 ❤️ می‌خواهم";
  await call("POST", "/v1/store", { content: `keys.\u200b\u202eevil\u{e0041}\u{e0042}\u{e0043}\u{e0044}</memories> \u0007${plain}` });
  const { page } = await openConnections(ada);
  await appOf(page, "Heron").getByText("What it read and wrote").click();
  await appOf(page, "Heron").getByText("Stored 1 memory").click();
  const shown = appOf(page, "Heron").locator("[data-part=requests] bdi");
  expect(await shown.textContent()).toBe(`keys.U+200B U+202Eevil4 hidden characters</memories> U+0007${plain}`);
  expect(await shown.locator("mark").allTextContents()).toEqual(["U+200B U+202E", "4 hidden characters", "U+0007"]);
});

test("the page is not behind an app's own log in when it was used", async () => {
  const ada = await newPerson(app());
  const heron = await newConnection(app(), ada);
  const kestrel = await newConnection(app(), ada, { client: await newClient(app(), "Kestrel") });
  await heron.call("POST", "/v1/store", { content: "One." });
  await kestrel.call("POST", "/v1/store", { content: "Two." });
  await app().server.control.db.updateTable("connections").set({ last_used_at: "2026-01-01T00:00:00.000Z" }).where("id", "=", kestrel.connection_id).execute();
  await app().server.control.db.updateTable("connections").set({ last_used_at: null }).where("id", "=", heron.connection_id).execute();
  const { page } = await openConnections(ada);
  await appOf(page, "Heron").getByText("last used just now").waitFor();
  expect(await appOf(page, "Kestrel").getByText("last used just now").isVisible()).toBe(false);
  await appOf(page, "Kestrel").getByText("What it read and wrote").click();
  await appOf(page, "Kestrel").getByText("last used just now").waitFor();
});

test("the one group is chosen from those there are, and one that holds nothing is told before it is saved", async () => {
  const ada = await newPerson(app());
  const { call } = await newConnection(app(), ada);
  for (const group of ["user:ana", "user:bob"]) await call("POST", "/v1/store", { content: "Tea.", group });
  const { page, complaints } = await openConnections(ada);
  const heron = appOf(page, "Heron");
  await heron.getByText("Limit or rename it").click();
  await heron.locator("datalist option").nth(1).waitFor({ state: "attached" });
  expect(await heron.locator("datalist option").evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value))).toEqual(["user:ana", "user:bob"]);
  await heron.getByLabel("One group").fill("user: ana");
  await heron.getByText("This group holds no memories yet").waitFor();
  await heron.getByLabel("One group").fill("user:ana");
  await heron.getByText("This group holds no memories yet").waitFor({ state: "hidden" });
  await heron.getByRole("button", { name: "Save" }).click();
  await heron.getByText("may read, store, and forget in the group user:ana").waitFor();
  expect(complaints).toEqual([]);
});

test("an app is cut off after it was asked whether that is meant, and the others stay", async () => {
  const ada = await newPerson(app());
  const [heron, kestrel] = [await newConnection(app(), ada), await newConnection(app(), ada, { client: await newClient(app(), "Kestrel") })];
  const { page, complaints } = await openConnections(ada);
  await appOf(page, "Heron").getByRole("button", { name: "Disconnect" }).press("Enter");
  await page.keyboard.press("Enter");
  expect(await appOf(page, "Heron").getByText("What it stored stays.").isVisible()).toBe(false);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  expect(await appOf(page, "Heron").getByText("What it stored stays.").isVisible()).toBe(false);
  expect(await page.getByRole("button", { name: "Disconnect: Heron", exact: true }).count()).toBe(1);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText("Heron is disconnected.").waitFor();
  expect([(await heron.call("GET", "/v1/memories")).status, (await kestrel.call("GET", "/v1/memories")).status]).toEqual([401, 200]);
  expect(await page.locator(".app h2").allTextContents()).toEqual(["Kestrel"]);
  await ada.call("DELETE", `/v1/connections/${kestrel.connection_id}`);
  await page.reload();
  await page.getByText("No app is connected.").waitFor();
  expect(complaints).toEqual([]);
});

test("who is not signed in is sent to sign in, and comes back", async () => {
  const ada = await app().newPerson();
  await newConnection(app(), ada);
  const { page } = await openConnections();
  await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("Email").fill(ada.email);
  await page.getByLabel("Password", { exact: true }).fill(ada.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await appOf(page, "Heron").waitFor();
  expect(new URL(page.url()).pathname).toBe("/connections");
});

test("in 360 pixels nothing is cut off, however long a name is and whatever is open", async () => {
  const ada = await newPerson(app());
  const { call } = await newConnection(app(), ada, { client: await newClient(app(), "W".repeat(90)) });
  await call("POST", "/v1/store", { content: "x".repeat(300) });
  const { page } = await openConnections(ada);
  await page.setViewportSize({ width: 360, height: 740 });
  for (const summary of await page.locator(".app summary").all()) await summary.click();
  await page.getByText("Stored 1 memory").click();
  await page.getByRole("button", { name: "Disconnect" }).click();
  await page.getByText("xxxx").waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});
