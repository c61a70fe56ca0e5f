import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "@loci/kit/clock";
import { expect, onTestFinished, test } from "vitest";
import { openJobs } from "../testing/job-worker.ts";

const START = Date.parse("2026-11-21T12:03:00Z");

function startHouse() {
  const dir = mkdtempSync(path.join(tmpdir(), "loci-schedules-"));
  const clock = { ms: START };
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const open = async () => {
    const parts = await openJobs(dir, { now: () => new Date(clock.ms) });
    const close = async () => {
      await parts.jobs.stop();
      parts.control.close();
    };
    onTestFinished(close);
    const row = (name: string) => parts.control.reads.selectFrom("schedules").selectAll().where("name", "=", name).executeTakeFirstOrThrow();
    return { ...parts, row, close };
  };
  return { clock, open };
}

test("a schedule runs at each of its times, in UTC, and not before the first", async () => {
  const { clock, open } = startHouse();
  const { jobs, row } = await open();
  let ran = 0;
  jobs.schedule("sweep", "*/10 * * * *", async () => void (ran += 1));
  expect(await jobs.runDue()).toBe(0);
  expect(await row("sweep")).toMatchObject({ next_run_at: "2026-11-21T12:10:00.000Z", last_run_at: null });
  for (let slot = 1; slot <= 3; slot++) {
    clock.ms = Date.parse("2026-11-21T12:00:00Z") + slot * 10 * MINUTE_MS;
    expect(await jobs.runDue()).toBe(1);
    expect(await jobs.runDue()).toBe(0);
  }
  expect(ran).toBe(3);
  expect(await row("sweep")).toMatchObject({ next_run_at: "2026-11-21T12:40:00.000Z", last_run_at: "2026-11-21T12:30:00.000Z", last_error: null });
});

test("times that were missed while nothing ran are made up for once", async () => {
  const { clock, open } = startHouse();
  const before = await open();
  before.jobs.schedule("sweep", "0 * * * *", async () => undefined);
  await before.jobs.runDue();
  await before.close();
  clock.ms += 3 * DAY_MS;
  const after = await open();
  let ran = 0;
  after.jobs.schedule("sweep", "0 * * * *", async () => void (ran += 1));
  expect(await after.jobs.runDue()).toBe(1);
  expect(await after.jobs.runDue()).toBe(0);
  expect(ran).toBe(1);
  expect((await after.row("sweep")).next_run_at).toBe("2026-11-24T13:00:00.000Z");
});

test("a run that fails is seen at the schedule, is tried again, and the next slot comes all the same", async () => {
  const { clock, open } = startHouse();
  const { jobs, row } = await open();
  let broken = true;
  jobs.schedule("sweep", "0 * * * *", () => (broken ? Promise.reject(new Error("no broom")) : Promise.resolve()));
  await jobs.runDue();
  clock.ms = Date.parse("2026-11-21T13:00:00Z");
  await jobs.runDue();
  expect(await row("sweep")).toMatchObject({ last_error: "no broom", next_run_at: "2026-11-21T14:00:00.000Z" });
  broken = false;
  clock.ms += MINUTE_MS;
  expect(await jobs.runDue()).toBe(1);
  expect(await row("sweep")).toMatchObject({ last_error: null, last_run_at: "2026-11-21T13:01:00.000Z" });
  clock.ms += HOUR_MS;
  expect(await jobs.runDue()).toBe(1);
});

test("a schedule whose pattern now comes sooner does not wait for the time of the old one", async () => {
  const { clock, open } = startHouse();
  const before = await open();
  before.jobs.schedule("sweep", "0 0 1 1 *", async () => undefined);
  await before.jobs.runDue();
  expect((await before.row("sweep")).next_run_at).toBe("2027-01-01T00:00:00.000Z");
  await before.close();
  const after = await open();
  after.jobs.schedule("sweep", "0 * * * *", async () => undefined);
  await after.jobs.runDue();
  expect((await after.row("sweep")).next_run_at).toBe("2026-11-21T13:00:00.000Z");
  clock.ms += HOUR_MS;
  expect(await after.jobs.runDue()).toBe(1);
});

test("a pattern that cannot be read, or never comes, is refused when it is given", async () => {
  const { open } = startHouse();
  const { jobs } = await open();
  expect(() => jobs.schedule("a", "every day", async () => undefined)).toThrow(/CronPattern/);
  expect(() => jobs.schedule("b", "0 0 30 2 *", async () => undefined)).toThrow("never comes");
});
