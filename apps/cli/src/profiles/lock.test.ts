import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { withLock } from "./lock.ts";

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "loci-lock-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("what runs under the lock never runs twice at a time, in one process as well", async () => {
  const folder = newFolder();
  let running = 0;
  const most = await Promise.all([1, 2, 3, 4].map(() => withLock(folder, async () => {
    running += 1;
    await sleep(5);
    running -= 1;
    return running;
  })));
  expect(most).toEqual([0, 0, 0, 0]);
});

test("a process that is killed while it holds the lock leaves it free", async () => {
  const folder = newFolder();
  const lock = path.join(import.meta.dirname, "lock.ts");
  const holder = spawn(process.execPath, ["--input-type=module", "-e", `const { withLock } = await import(${JSON.stringify(lock)}); await withLock(${JSON.stringify(folder)}, () => { process.stdout.write("held"); return new Promise((resolve) => setTimeout(resolve, 60_000)); });`], { stdio: ["ignore", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  holder.kill("SIGKILL");
  await once(holder, "exit");
  expect(await withLock(folder, async () => "free")).toBe("free");
});

test("work that fails gives the lock back", async () => {
  const folder = newFolder();
  await expect(withLock(folder, () => Promise.reject(new TypeError("no")))).rejects.toThrow("no");
  expect(await withLock(folder, async () => "free")).toBe("free");
});
