import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { diaryOf, openJobs, registerWork, spawnWorker, type JobsOnDisk, type WORKERS } from "../testing/job-worker.ts";
import { LEASE_MS } from "./attempt.ts";

async function openHouse() {
  const dir = mkdtempSync(path.join(tmpdir(), "loci-workers-"));
  const parts = await openJobs(dir);
  registerWork(parts.jobs, dir);
  onTestFinished(() => {
    parts.control.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const spawn = (name: keyof typeof WORKERS) => {
    const child = spawnWorker(name, dir);
    const kill = async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    };
    onTestFinished(kill);
    return { kill };
  };
  return { ...parts, dir, spawn };
}

function readDiary(dir: string): { what: string; number: number; pid: number }[] {
  if (!existsSync(diaryOf(dir))) return [];
  const lines = readFileSync(diaryOf(dir), "utf8").trim().split("\n");
  return lines.filter((line) => line !== "").map((line) => {
    const [what = "", number, pid] = line.split(" ");
    return { what, number: Number(number), pid: Number(pid) };
  });
}

async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await what())) await sleep(20);
}

const enqueueWork = ({ control, jobs }: JobsOnDisk, count: number, ms: (number: number) => number) =>
  control.transaction(async () => {
    for (let number = 0; number < count; number++) await jobs.enqueue("work", { number, ms: ms(number) });
  });

const countOpen = async ({ control }: JobsOnDisk): Promise<number> =>
  Number((await control.reads.selectFrom("jobs").select(({ fn }) => fn.countAll<number>().as("count")).where("status", "in", ["waiting", "running"]).executeTakeFirstOrThrow()).count);

test("two processes on one database share 1,000 jobs and run none of them twice, not even one that takes longer than a lease", { timeout: 60_000 }, async () => {
  const house = await openHouse();
  await enqueueWork(house, 1_000, (number) => (number === 0 ? LEASE_MS + 1_500 : 1));
  house.spawn("work");
  house.spawn("work");
  await until(async () => (await countOpen(house)) === 0);
  const begun = readDiary(house.dir).filter(({ what }) => what === "begin");
  expect(begun).toHaveLength(1_000);
  expect(new Set(begun.map(({ number }) => number)).size).toBe(1_000);
  expect(new Set(begun.map(({ pid }) => pid)).size).toBe(2);
});

test("after kill -9 in the middle of jobs, a new process takes up what was left, and every job ends", { timeout: 60_000 }, async () => {
  const house = await openHouse();
  await enqueueWork(house, 30, (number) => 80 + number * 7);
  for (let round = 0; round < 3; round++) {
    const worker = house.spawn("work");
    const ended = readDiary(house.dir).filter(({ what }) => what === "end").length;
    await until(() => readDiary(house.dir).filter(({ what }) => what === "end").length > ended + 2);
    await worker.kill();
    const running = await house.control.reads.selectFrom("jobs").select("leased_until").where("status", "=", "running").execute();
    expect(running.length).toBeGreaterThan(0);
    // From then on the next process takes them: within the 5 s that SECURITY promises.
    for (const { leased_until } of running) expect(Date.parse(leased_until ?? "") - Date.now()).toBeLessThan(5_000);
  }
  house.spawn("work");
  await until(async () => (await countOpen(house)) === 0);
  const rows = await house.control.reads.selectFrom("jobs").select(["status", "payload"]).execute();
  expect(rows).toEqual(Array.from({ length: 30 }, () => ({ status: "done", payload: "" })));
  const ended = readDiary(house.dir).filter(({ what }) => what === "end");
  expect(new Set(ended.map(({ number }) => number)).size).toBe(30);
});

test("two processes run a slot of a schedule once", { timeout: 60_000 }, async () => {
  const { control, dir, spawn } = await openHouse();
  spawn("sweep");
  spawn("sweep");
  await until(async () => (await control.reads.selectFrom("schedules").select("name").execute()).length === 1);
  const ended = () => readDiary(dir).filter(({ what }) => what === "end").length;
  for (let slot = 1; slot <= 25; slot++) {
    await control.db.updateTable("schedules").set({ next_run_at: "2026-01-01T00:00:00.000Z" }).where("name", "=", "sweep").execute();
    await until(() => ended() >= slot);
  }
  await until(async () => (await countOpen({ control } as JobsOnDisk)) === 0);
  expect(ended()).toBe(25);
});
