import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { findFreePort, openProfile, shareBrowser, shareListeningApp } from "../testing/chromium.ts";
import { newClient } from "../testing/connections.ts";

const app = shareListeningApp();
const browser = shareBrowser();

const SUITE = path.join(path.dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/package.json")), "dist/index.js");

interface Run {
  /** Waits until the output holds this, and gives the first group. */
  see(pattern: RegExp): Promise<string>;
  ended: Promise<{ code: number | null; output: string }>;
}

function runSuite(...options: string[]): Run {
  const child = spawn(process.execPath, [SUITE, "authorization", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill());
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => child.once("close", (code) => resolve({ code, output })));
  const see = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(output);
      if (found !== null) return found[1] ?? "";
      if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode} before it said ${String(pattern)}:\n${output}`);
      await sleep(20);
    }
  };
  return { see, ended };
}

test.each(["2026-07-28", "2025-11-25"])("the conformance suite passes every check of an authorization server of %s, with a person who presses Connect", async (version) => {
  const { url } = app();
  const person = await app().newPerson();
  const { id } = await newClient(app());
  const port = await findFreePort();
  const { see, ended } = runSuite("--url", url, "--client-id", id, "--resource", `${url}/mcp`, "-p", String(port), "--spec-version", version);

  const context = await openProfile(browser(), url);
  await context.addCookies([{ name: "sid", value: person.cookies.get("sid") ?? "", url }]);
  const page = await context.newPage();
  await page.goto(await see(/^(http\S+\/oauth\/authorize\S+)$/m));
  await page.getByRole("button", { name: "Connect" }).focus();
  await page.keyboard.press("Enter");

  const { code, output } = await ended;
  expect(output).toMatch(/^Total: [1-9]\d* passed, 0 failed$/m);
  expect(code).toBe(0);
});
