import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as oauth from "oauth4webapi";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openProfile, shareBrowser, shareListeningApp } from "../testing/chromium.ts";
import { SignIn } from "../testing/authorization.ts";
import { newClient } from "../testing/connections.ts";
import type { TestPerson } from "../testing/people.ts";

const app = shareListeningApp();
const browser = shareBrowser();

/** An app on the person's machine, which also serves pages that mean no good. */
let local: Server;
let localUrl: string;
const pages = new Map<string, string>();
beforeAll(async () => {
  local = createServer((request, response) => {
    const page = pages.get(new URL(request.url ?? "/", "http://local").pathname);
    response.writeHead(200, { "content-type": "text/html" }).end(page ?? "<h1>Signed in</h1>");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => local.once("listening", resolve));
  localUrl = `http://127.0.0.1:${(local.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => void local.close(resolve)));

interface Visit {
  person: TestPerson;
  signIn: SignIn;
  page: Page;
  /** What the browser complained about, policies among it. */
  complaints: string[];
  connection(): Promise<{ scopes: string; group_name: string | null; read_only: number; workspace_id: string } | undefined>;
}

/** A person who is signed in to their browser, and an app that is about to send them here. */
async function openVisit({ signedIn = true, redirect_uri = `${localUrl}/callback` } = {}): Promise<Visit> {
  const person = await app().newPerson({ name: "Ada" });
  const { id } = await newClient(app(), "Heron");
  const { control } = app().server;
  if (!redirect_uri.startsWith("http://127.0.0.1")) await control.db.updateTable("clients").set({ redirect_uris: JSON.stringify([redirect_uri]) }).where("id", "=", id).execute();
  const context = await openProfile(browser(), app().url);
  if (signedIn) await context.addCookies([{ name: "sid", value: person.cookies.get("sid") ?? "", url: app().url }]);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
  const connection = () => control.db.selectFrom("connections").select(["scopes", "group_name", "read_only", "workspace_id"]).where("user_id", "=", person.user_id).executeTakeFirst();
  return { person, signIn: new SignIn(app(), person, { id, redirect_uri }), page, complaints, connection };
}

const atApp = (page: Page): Promise<void> => page.waitForURL((url) => url.origin === localUrl);
const press = (page: Page, name: string): Promise<void> => page.getByRole("button", { name, exact: true }).click();

test("a strict client discovers, registers, signs a person in by keyboard alone, refreshes and gives its tokens back", async () => {
  const { person, page, complaints } = await openVisit({ signedIn: false });
  const insecure = { [oauth.allowInsecureRequests]: true };
  const resource = new URL(`${app().url}/mcp`);
  const described = await oauth.processResourceDiscoveryResponse(resource, await oauth.resourceDiscoveryRequest(resource, insecure));
  const issuer = new URL(described.authorization_servers?.[0] ?? "");
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...insecure, algorithm: "oauth2" }));
  const redirect_uri = `${localUrl}/callback`;
  const client = await oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(server, { client_name: "Strict", redirect_uris: ["http://127.0.0.1/callback"], token_endpoint_auth_method: "none" }, insecure));

  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const query = new URLSearchParams({ client_id: client.client_id, redirect_uri, response_type: "code", state, scope: "memory:read memory:write", resource: resource.href, code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256" });
  await page.goto(`${server.authorization_endpoint}?${query.toString()}`);
  await page.waitForURL(/\/sign-in#/);
  await page.getByLabel("Email", { exact: true }).focus();
  await page.keyboard.type(person.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(person.password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Connect Strict?" }).waitFor();
  await tabTo(page, "Connect");
  await page.keyboard.press("Enter");
  await atApp(page);

  const answer = oauth.validateAuthResponse(server, client, new URL(page.url()), state);
  const issued = await oauth.processAuthorizationCodeResponse(server, client, await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), answer, redirect_uri, verifier, { ...insecure, additionalParameters: { resource: resource.href } }));
  expect(issued).toMatchObject({ token_type: "bearer", expires_in: 900, scope: "memory:read memory:write" });
  const refreshed = await oauth.processRefreshTokenResponse(server, client, await oauth.refreshTokenGrantRequest(server, client, oauth.None(), issued.refresh_token ?? "", insecure));
  expect(refreshed.access_token).not.toBe(issued.access_token);
  await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, oauth.None(), refreshed.refresh_token ?? "", insecure));
  const over = oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshed.refresh_token ?? "", insecure).then((response) => oauth.processRefreshTokenResponse(server, client, response));
  await expect(over).rejects.toMatchObject({ error: "invalid_grant" });
  expect(complaints).toEqual([]);
});

/** Goes on by Tab until a button has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let tabs = 0; tabs < 30; tabs++) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate(() => document.activeElement?.textContent?.trim())) === name) return;
  }
  throw new Error(`No Tab leads to ${name}.`);
}

test("the page says who asks and that nobody checked it, where it leads, and that a program on the device listens", async () => {
  const { page, signIn, person } = await openVisit();
  await page.goto(signIn.pathOf());
  const text = (await page.locator("main").innerText()).replaceAll(/\s+/g, " ");
  expect(text).toContain("Connect Heron?");
  expect(text).toContain(person.email);
  expect(text).toContain("It gave this name itself, and nobody checked it.");
  expect(text).toContain(new URL(localUrl).host);
  expect(text).toContain("The answer goes to a program on this device.");
  expect(text).toContain("Read and recall your memories");
  expect(text).toContain("Store and change memories, and see those that it changes");
  expect(text).not.toContain("Forget memories");
});

test("what a person unticks and limits is what the app gets", async () => {
  const { page, signIn, connection, person } = await openVisit();
  const team = (await person.call("POST", "/v1/workspaces", { name: "Acme" })).body.id;
  await page.goto(signIn.pathOf({ scope: "memory:read memory:write memory:delete" }));
  await page.getByLabel("Forget memories").uncheck();
  await page.getByLabel("In the workspace").selectOption(team);
  await page.getByText("Limit it further").click();
  await page.getByLabel("Reading only").check();
  await page.getByLabel("One group").fill(" user:ana ");
  await press(page, "Connect");
  await atApp(page);
  expect(await connection()).toEqual({ scopes: "memory:read memory:write", group_name: "user:ana", read_only: 1, workspace_id: team });
});

test("limits that stand are shown with the workspace that they are of, cannot be lifted here, and lead to where they can", async () => {
  const { page, signIn, connection, person, complaints } = await openVisit();
  const { id: team } = (await person.call("POST", "/v1/workspaces", { name: "Acme" })).body;
  await signIn.tokens({}, { workspace: team, group: "user:ana", read_only: true });
  await page.goto(signIn.pathOf());
  const [group, only, standing] = [page.getByLabel("One group"), page.getByLabel("Reading only"), page.getByText("These limits are from before")];
  expect(await standing.isVisible()).toBe(false);
  await page.getByText("Limit it further").click();
  await group.fill("mine");
  await page.getByLabel("In the workspace").selectOption(team);
  expect([await group.inputValue(), await group.isEditable(), await only.isChecked(), await only.isEnabled(), await standing.isVisible()]).toEqual(["user:ana", false, true, false, true]);
  expect(await standing.getByRole("link").getAttribute("href")).toBe("/connections");
  await page.getByLabel("In the workspace").selectOption(person.workspace);
  expect([await group.inputValue(), await group.isEditable(), await only.isChecked(), await only.isEnabled(), await standing.isVisible()]).toEqual(["", true, false, true, false]);
  await page.getByLabel("In the workspace").selectOption(team);
  await press(page, "Connect");
  await atApp(page);
  expect(await connection()).toMatchObject({ group_name: "user:ana", read_only: 1, workspace_id: team });
  expect(complaints).toEqual([]);
});

test("limits that stand in the only workspace are there from the start", async () => {
  const { page, signIn } = await openVisit();
  await signIn.tokens({}, { read_only: true });
  await page.goto(signIn.pathOf());
  await page.getByText("These limits are from before").waitFor();
  expect(await page.getByLabel("Reading only").isEnabled()).toBe(false);
  await page.getByLabel("One group").fill("mine");
});

test("the groups of the chosen workspace are offered, and one that holds nothing yet is told of", async () => {
  const { page, signIn, person, complaints } = await openVisit();
  const { id: team } = (await person.call("POST", "/v1/workspaces", { name: "Acme" })).body;
  const store = (workspace: string, group: string) => person.call("POST", "/v1/store", { content: "It rains.", group }, { "x-workspace": workspace });
  for (const group of ["user:ana", "user:anabel", "project:web"]) await store(person.workspace, group);
  await store(team, "team:all");
  await page.goto(signIn.pathOf());
  await page.getByText("Limit it further").click();
  const offered = () => page.locator("#groups option").evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
  await expect.poll(offered).toEqual(["project:web", "user:ana", "user:anabel"]);
  const hint = () => page.locator("#group-new").innerText();
  await page.getByLabel("One group").fill("user:anna");
  await expect.poll(hint).toContain("This group holds no memories yet");
  await page.getByLabel("One group").fill("user:ana");
  await expect.poll(offered).toEqual(["user:ana", "user:anabel"]);
  expect(await hint()).toBe("");
  await page.getByLabel("One group").fill("");
  await page.getByLabel("In the workspace").selectOption(team);
  await expect.poll(offered).toEqual(["team:all"]);
  expect(complaints).toEqual([]);
});

test("what may be forgotten is ticked where it is asked for, and the page says for how long it can be brought back", async () => {
  const { page, signIn } = await openVisit();
  await page.goto(signIn.pathOf({ scope: "memory:read memory:write memory:delete" }));
  expect(await page.getByLabel("Forget memories").isChecked()).toBe(true);
  expect(await page.locator("main").innerText()).toContain("What it forgets you can bring back for seven days.");
});

test("an app that registered itself for a place elsewhere is told of its fault by whoever follows the link, and by nobody else", async () => {
  const { page, signIn } = await openVisit({ redirect_uri: "https://app.example/callback" });
  await page.goto(signIn.pathOf({ scope: "admin" }));
  await page.getByRole("heading", { name: "This app cannot be connected" }).waitFor();
  expect(await page.getByRole("link", { name: "go back to app.example" }).getAttribute("href")).toMatch(/^https:\/\/app\.example\/callback\?error=invalid_scope&/);
  expect(new URL(page.url()).origin).toBe(app().url);
});

test("with nothing ticked the page says what to do, and asks on", async () => {
  const { page, signIn, connection } = await openVisit();
  await page.goto(signIn.pathOf({ scope: "memory:read" }));
  await page.getByLabel("Read and recall your memories").uncheck();
  await press(page, "Connect");
  await expect.poll(() => page.getByRole("alert").innerText()).toBe("Tick at least one thing that it may do, or cancel.");
  expect(await connection()).toBeUndefined();
  await page.getByLabel("Read and recall your memories").check();
  await press(page, "Connect");
  await atApp(page);
  expect(await connection()).toMatchObject({ scopes: "memory:read" });
});

test("who cancels is taken back with a no, and nothing is connected", async () => {
  const { page, signIn, connection } = await openVisit();
  await page.goto(signIn.pathOf());
  await press(page, "Cancel");
  await atApp(page);
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ error: "access_denied", error_description: "The person said no.", state: "as it was", iss: app().url });
  expect(await connection()).toBeUndefined();
});

test("a personal URL leaves no choice of the workspace", async () => {
  const { page, signIn, connection, person } = await openVisit();
  await person.call("POST", "/v1/workspaces", { name: "Other" });
  await page.goto(signIn.pathOf({ resource: `${app().url}/mcp/claude/${person.workspace}` }));
  expect(await page.getByRole("combobox").count()).toBe(0);
  await press(page, "Connect");
  await atApp(page);
  expect(await connection()).toMatchObject({ workspace_id: person.workspace });
});

test("an app with a scheme of its own is opened, and the page says how to go on by hand", async () => {
  const { page, signIn } = await openVisit({ redirect_uri: "heron.app://callback" });
  await page.goto(signIn.pathOf());
  expect(await page.locator("main").innerText()).toContain("an app on this device (heron.app:)");
  await press(page, "Connect");
  const link = page.getByRole("link", { name: "Go to Heron" });
  await link.waitFor();
  expect(await link.getAttribute("href")).toMatch(/^heron\.app:\/\/callback\?code=mc_/);
});

test("whoever signs in by a link from a mail, in a page of its own, goes on in the page that the app has opened", async () => {
  const { page, signIn, person } = await openVisit({ signedIn: false });
  await page.goto(signIn.pathOf());
  await page.getByLabel("Email", { exact: true }).fill(person.email);
  await press(page, "Email a link");
  await page.getByRole("heading", { name: "Look into your mail" }).waitFor();
  const [mail] = await app().mailTo(person.email);
  const link = await page.context().newPage();
  await link.goto(/http\S+\/magic-link#token=[\w-]+/.exec(mail?.text ?? "")?.[0] ?? "");
  await press(link, "Sign in");
  await link.waitForURL((url) => url.pathname === "/");
  // A browser without a screen has every page in sight, so nobody comes back to one.
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.getByRole("heading", { name: "Connect Heron?" }).waitFor();
  expect(page.url()).toContain("/oauth/authorize?");
});

test("no other site can frame the page or answer it, whatever it tries", async () => {
  const { page, signIn, person, connection } = await openVisit();
  const id = await signIn.question();
  const answer = JSON.stringify({ allow: true, workspace: person.workspace });
  pages.set("/frame", `<iframe id="frame" src="${app().url}${signIn.pathOf().replaceAll("&", "&amp;")}"></iframe>`);
  pages.set("/form", `<form method="post" enctype="text/plain" action="${app().url}/v1/oauth/consents/${id}"><input name='${answer.slice(0, -1)},"x":"' value='"}'></form><script>document.forms[0].submit()</script>`);
  pages.set("/fetch", `<script>fetch("${app().url}/v1/oauth/consents/${id}", { method: "POST", credentials: "include", mode: "no-cors", headers: { "content-type": "text/plain" }, body: ${JSON.stringify(answer)} }).finally(() => { document.title = "done"; });</script>`);

  // The same machine under another name: another site, with which cookies are not shared.
  await page.goto(`${localUrl}/frame`);
  await expect.poll(() => page.frames().at(-1)?.url()).toMatch(/^chrome-error:/);
  await page.goto(`${localUrl}/form`);
  await page.waitForURL(/consents/);
  expect(await page.locator("body").innerText()).toMatch(/"code":"(?:forbidden|unauthenticated|invalid_request)"/);
  await page.goto(`${localUrl}/fetch`);
  await page.waitForFunction(() => document.title === "done");
  expect(await connection()).toBeUndefined();
  expect((await signIn.answer(id)).status).toBe(200);
});

test("a double click that began on another page does not end on a button of this one", async () => {
  const { page, signIn } = await openVisit();
  await page.goto(signIn.pathOf());
  const connect = page.getByRole("button", { name: "Connect" });
  const hit = await connect.evaluate((button) => {
    dispatchEvent(new Event("focus"));
    const { x, y } = button.getBoundingClientRect();
    return document.elementFromPoint(x + 5, y + 5) === button;
  });
  expect(hit).toBe(false);
  await connect.click();
  await atApp(page);
});

test("whoever is somebody else signs out, signs in and is asked as who they are", async () => {
  const { page, signIn } = await openVisit();
  const other = await app().newPerson();
  await page.goto(signIn.pathOf());
  await press(page, "Not you?");
  await page.waitForURL(/\/sign-in#/);
  await page.getByLabel("Email", { exact: true }).fill(other.email);
  await page.getByLabel("Password").fill(other.password);
  await press(page, "Sign in");
  await page.getByRole("heading", { name: "Connect Heron?" }).waitFor();
  expect(await page.locator("main").innerText()).toContain(other.email);
});

test("whose session ends while the page is open signs in once more, and is asked again", async () => {
  const { page, signIn, person, connection } = await openVisit();
  await page.goto(signIn.pathOf());
  await person.call("DELETE", "/v1/account/sessions?all=true");
  await press(page, "Connect");
  await page.waitForURL(/\/sign-in#/);
  await page.getByLabel("Email", { exact: true }).fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await press(page, "Sign in");
  await page.getByRole("heading", { name: "Connect Heron?" }).waitFor();
  expect(await connection()).toBeUndefined();
});

test.each(["//evil.example", "/.//evil.example", "/\\evil.example", "https://evil.example/", "javascript:alert(1)", "/%2e//evil.example"])("signing in does not lead to %s", async (next) => {
  const { page, person } = await openVisit({ signedIn: false });
  await page.goto(`/sign-in#${new URLSearchParams({ next }).toString()}`);
  await page.getByLabel("Email", { exact: true }).fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await press(page, "Sign in");
  await page.waitForURL((url) => url.pathname === "/");
  expect(new URL(page.url()).origin).toBe(app().url);
});

test("the page fits a phone", async () => {
  const { page, signIn } = await openVisit();
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(signIn.pathOf());
  await page.getByText("Limit it further").click();
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  for (const box of await page.locator("button, input:not([type=hidden]), select, summary").evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height))) expect(box).toBeGreaterThanOrEqual(18);
});
