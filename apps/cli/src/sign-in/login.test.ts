import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openProfile, shareBrowser, shareListeningApp } from "../../../server/src/testing/chromium.ts";
import type { TestPerson } from "../../../server/src/testing/people.ts";
import { newMachine, type Machine } from "../testing/machine.ts";

const app = shareListeningApp();
const browser = shareBrowser();

const fileOf = ({ home }: Machine): string => path.join(home, ".config/loci/credentials.json");
const keptOf = (machine: Machine) => (JSON.parse(readFileSync(fileOf(machine), "utf8")) as { profiles: Record<string, Record<string, string>> }).profiles;

async function openAs(person: TestPerson) {
  const context = await openProfile(browser(), app().url);
  await context.addCookies(person.cookies.toString().split("; ").map((pair) => ({ name: pair.slice(0, pair.indexOf("=")), value: pair.slice(pair.indexOf("=") + 1), url: app().url })));
  return context.newPage();
}

test("login opens the browser, and who presses Connect is signed in for the commands to come, and out after logout", async () => {
  const person = await app().newPerson({ name: "Ada Lovelace" });
  const machine = newMachine();
  const opened = path.join(machine.home, "opened");
  const script = path.join(machine.home, "browser.sh");
  writeFileSync(script, `#!/bin/sh\nprintf '%s' "$1" > '${opened}'\n`);
  chmodSync(script, 0o700);
  const login = machine.start(["login", "--base-url", app().url], { env: { BROWSER: script } });
  const url = await login.see(/(http\S+authorize\S+)/);

  const page = await openAs(person);
  await page.goto(url);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByRole("heading", { name: "You are signed in" }).waitFor();

  const { code, stdout } = await login.ended;
  expect(code).toBe(0);
  expect(stdout).toContain("Ada Lovelace");
  expect(readFileSync(opened, "utf8")).toBe(url);
  expect(statSync(fileOf(machine)).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(fileOf(machine))).mode & 0o777).toBe(0o700);

  const [who] = await machine.runJson(["whoami"]);
  expect(who).toMatchObject({ base_url: app().url, kind: "connection", person: { name: "Ada Lovelace" }, workspace: { id: person.workspace }, scopes: ["memory:read", "memory:write", "memory:delete"] });
  const [stored] = await machine.runJson(["store", "Ada prefers tea."]);
  const { memory } = stored as { memory: { id: string } };
  expect((await machine.runJson(["recall", "what does Ada prefer"]))[0]).toMatchObject({ id: memory.id });
  expect((await machine.run(["forget", memory.id, "--yes"])).code).toBe(0);

  const { access_token = "", refresh_token = "" } = keptOf(machine)["default"] ?? {};
  expect(await machine.runJson(["logout"])).toEqual([{ profile: "default", removed: true, ended: true }]);
  expect(keptOf(machine)).toEqual({});
  expect(await app().call("GET", "/v1/whoami", undefined, { authorization: `Bearer ${access_token}` })).toMatchObject({ status: 401 });
  const refreshed = await app().call("POST", "/oauth/token", `grant_type=refresh_token&client_id=loci-cli&refresh_token=${refresh_token}`, { "content-type": "application/x-www-form-urlencoded" });
  expect(refreshed).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  expect(await machine.run(["whoami"])).toMatchObject({ code: 4, stderr: expect.stringContaining("loci login") });
});

test("a line that something holds open to the command does not keep it from ending, signed in", async () => {
  const machine = newMachine();
  const login = machine.start(["login", "--base-url", app().url]);
  const url = await login.see(/(http\S+authorize\S+)/);
  const port = Number(new URL(new URL(url).searchParams.get("redirect_uri") ?? "").port);
  for (const said of ["", "GET /callback HTTP/1.1\r\n"]) {
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    onTestFinished(() => void socket.destroy());
    socket.write(said);
  }
  const page = await openAs(await app().newPerson({ name: "Ida Rhodes" }));
  await page.goto(url);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  expect(await login.ended).toMatchObject({ code: 0, stdout: expect.stringContaining("Ida Rhodes") });
  expect((await machine.run(["whoami"])).code).toBe(0);

  // What a person signed in for is for keys where it takes memories out and in, and that is said.
  for (const args of [["export", "-"], ["import", "-"]]) {
    expect(await machine.run(args, { input: '{"kind":"header","format":"loci","version":1}\n' }), args.join(" ")).toMatchObject({ code: 5, stdout: "", stderr: expect.stringMatching(/--api-key KEY, or LOCI_API_KEY/) });
  }
});

test("who presses Cancel is not signed in, and the command says so, with what was given the first time", async () => {
  const machine = newMachine();
  const login = machine.start(["login", "--profile", "work", "--base-url", app().url]);
  const page = await openAs(await app().newPerson());
  await page.goto(await login.see(/(http\S+authorize\S+)/));
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByRole("heading", { name: "You are not signed in" }).waitFor();
  expect(await login.ended).toMatchObject({ code: 4, stdout: "", stderr: expect.stringContaining("The sign-in was refused in the browser.") });
  expect((await login.ended).stderr).toContain(`Try again: loci login --profile work --base-url ${app().url}\n`);
});

test("a page that guesses the address of the callback cannot end a sign-in", async () => {
  const machine = newMachine();
  const login = machine.start(["login", "--base-url", app().url]);
  const url = new URL(await login.see(/(http\S+authorize\S+)/));
  const callback = url.searchParams.get("redirect_uri") ?? "";
  expect(callback).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
  expect((await fetch(`${callback}?error=access_denied&state=guessed`)).status).toBe(400);
  expect((await fetch(`${callback}?code=stolen`)).status).toBe(400);
  expect((await fetch(callback.replace("/callback", "/"))).status).toBe(404);
  const page = await openAs(await app().newPerson());
  await page.goto(url.href);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  expect(await login.ended).toMatchObject({ code: 0 });
});

test("login --headless shows a code, and waits until it is entered in a browser elsewhere", async () => {
  const person = await app().newPerson({ name: "Grace Hopper" });
  const machine = newMachine();
  const login = machine.start(["login", "--headless", "--base-url", app().url, "--profile", "work"]);
  const code = await login.see(/the code (\S+)/);
  const page = await openAs(person);
  await page.goto(await login.see(/Open (\S+)/));
  await page.getByLabel("Code", { exact: true }).fill(code);
  await page.getByRole("button", { name: "Next", exact: true }).click();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  expect(await login.ended).toMatchObject({ code: 0, stdout: expect.stringContaining("Grace Hopper") });
  expect((await machine.runJson(["whoami", "--profile", "work"]))[0]).toMatchObject({ person: { name: "Grace Hopper" } });
  expect((await machine.run(["whoami", "--base-url", app().url])).code).toBe(4);
});

test("login says where to go when the server is known by another address", async () => {
  const other = app().url.replace("localhost", "127.0.0.1");
  expect(await newMachine().run(["login", "--base-url", other])).toMatchObject({ code: 2, stderr: expect.stringContaining(`loci login --base-url ${app().url}\n`) });
  expect((await newMachine().run(["login", "--headless", "--profile", "work", "--base-url", other])).stderr).toContain(`loci login --headless --profile work --base-url ${app().url}\n`);
});

test("login --api-key keeps a key that opens the server, from standard input or not, and no other", async () => {
  const { key, id } = await app().newWorkspace();
  const machine = newMachine();
  const refused = await machine.run(["login", "--api-key", `${key}x`, "--base-url", app().url]);
  expect(refused.code).toBe(4);
  expect(refused.stderr).not.toContain(key);
  expect((await machine.run(["whoami", "--base-url", app().url])).code).toBe(4);

  expect((await machine.run(["login", "--api-key", "-", "--base-url", app().url], { input: `${key}\n` })).code).toBe(0);
  expect(statSync(fileOf(machine)).mode & 0o777).toBe(0o600);
  expect((await machine.runJson(["whoami"]))[0]).toMatchObject({ kind: "key", workspace: { id } });
  expect((await machine.runJson(["logout"]))[0]).toEqual({ profile: "default", removed: true, ended: false });
});
