// Installs the dependencies when the lockfile is newer than what is installed. Plain JavaScript: any Node from 18 on runs it.
import { spawnSync } from "node:child_process";
import { existsSync, statSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const lockfile = join(root, "package-lock.json");
const installed = join(root, "node_modules", ".package-lock.json");

const isInstalled = existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs;
if (!isInstalled) {
  console.error("Setting up: installing the dependencies with npm ci (about a minute, once; Node 24 comes with them).");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
  if (status !== 0) {
    console.error("npm ci failed. Its message is above; most often the network or the disk is at fault. Run the command again after mending it.");
    process.exit(status ?? 1);
  }
  const now = new Date();
  utimesSync(installed, now, now);
  console.error("Set up.");
}
