// Tests of pages and passkeys need a Chromium. Where there is none, and apt-get works, Debian's is installed; else the tests say what to do.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const places = JSON.parse(readFileSync(new URL("chromium-places.json", import.meta.url), "utf8"));

if (![...places, chromium.executablePath()].some((place) => existsSync(place)) && existsSync("/usr/bin/apt-get")) {
  console.error("Setting up: installing Chromium for the tests with apt-get (a minute or two, once).");
  const asRoot = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const run = (...command) => {
    const [program, ...options] = [...asRoot, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", ...command];
    return spawnSync(program, options, { stdio: ["ignore", 2, 2] }).status === 0;
  };
  run("update");
  if (!run("install", "-y", "--no-install-recommends", "chromium")) console.error("That failed; its message is above. Install Chromium by hand: apt-get install chromium, or npx playwright-core install chromium.");
}
