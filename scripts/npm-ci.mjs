// Installs what a lockfile pins, when it is newer than what is installed. Plain JavaScript: any Node from 18 on runs it.
import { spawnSync } from "node:child_process";
import { existsSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";

/** `what` and `more` say to people what is installed; a failure ends the process. */
export function installLocked(folder, what, more) {
  const installed = join(folder, "node_modules", ".package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(folder, "package-lock.json")).mtimeMs) return;
  console.error(`Setting up: installing ${what} with npm ci (${more}).`);
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
  if (status !== 0) {
    console.error("npm ci failed. Its message is above; most often the network or the disk is at fault. Run the command again after mending it.");
    process.exit(status ?? 1);
  }
  const now = new Date();
  utimesSync(installed, now, now);
  console.error("Set up.");
}
