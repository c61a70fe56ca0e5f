import { AsyncLocalStorage } from "node:async_hooks";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MINUTE_MS, SECOND_MS } from "@loci/kit/clock";
import { createLog } from "@loci/kit/log";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openJobs } from "../testing/job-worker.ts";
import { PermanentFailure } from "./attempt.ts";

const START = Date.parse("2026-11-21T12:00:00Z");

/** Jobs on a database of their own, with a clock that stands until it is moved. */
async function startJobs(dataDir?: string) {
  const dir = dataDir ?? mkdtempSync(path.join(tmpdir(), "loci-jobs-"));
  const clock = { ms: START };
  const logged: Record<string, unknown>[] = [];
  const log = createLog("debug", { write: (line) => logged.push(JSON.parse(line) as Record<string, unknown>) });
  const parts = await openJobs(dir, { now: () => new Date(clock.ms), log });
  const close = async () => {
    await parts.jobs.stop();
    parts.control.close();
  };
  onTestFinished(async () => {
    await close();
    rmSync(dir, { recursive: true, force: true });
  });
  const read = (id: string) => parts.control.reads.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  return { ...parts, dir, clock, logged, read, close };
}

const nothing = z.strictObject({});
const text = z.strictObject({ text: z.string() });

test("a job runs once with what it was given, and what it was given is sealed while it waits and erased when it is done", async () => {
  const { jobs, read } = await startJobs();
  const ran: string[] = [];
  jobs.register("note", { payload: text, run: async ({ text }) => void ran.push(text) });
  const id = await jobs.enqueue("note", { text: "the heron code" });
  expect((await read(id)).payload).not.toContain("heron");
  expect(await jobs.runDue()).toBe(1);
  expect(await jobs.runDue()).toBe(0);
  expect(ran).toEqual(["the heron code"]);
  expect(await read(id)).toMatchObject({ status: "done", payload: "", tries: 1, error: null, lease: null, leased_until: null, finished_at: "2026-11-21T12:00:00.000Z" });
});

test("a job knows nothing of the request that asked for it", async () => {
  const { jobs, control } = await startJobs();
  const request = new AsyncLocalStorage<string>();
  const seen = Promise.withResolvers<string | undefined>();
  jobs.register("look", { payload: nothing, run: async () => seen.resolve(request.getStore()) });
  jobs.start();
  // Past the look of the start, which the request did not cause.
  await sleep(SECOND_MS / 5);
  await request.run("proven", () => control.transaction(() => jobs.enqueue("look", {})));
  expect(await seen.promise).toBeUndefined();
});

test("a transaction that fails leaves no job, and one that commits wakes the runner only then", async () => {
  const { jobs, control } = await startJobs();
  const ran: string[] = [];
  let committed = false;
  const done = Promise.withResolvers<void>();
  jobs.register("note", {
    payload: text,
    run: async ({ text }) => {
      ran.push(`${text} ${committed}`);
      done.resolve();
    },
  });
  jobs.start();
  const failing = control.transaction(async () => {
    await jobs.enqueue("note", { text: "rolled back" });
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  await control.transaction(async () => {
    await jobs.enqueue("note", { text: "kept" });
    await sleep(30);
    committed = true;
  });
  await done.promise;
  await jobs.stop();
  expect(ran).toEqual(["kept true"]);
  expect(await control.reads.selectFrom("jobs").selectAll().execute()).toHaveLength(1);
});

test("a failure is tried again after a wait that doubles, and is failed for all to see after the last try", async () => {
  const { jobs, clock, read, logged } = await startJobs();
  const ended: string[] = [];
  jobs.register("break", { payload: nothing, triesMax: 4, run: () => Promise.reject(new Error("the printer burns")), failed: async (_, { message }) => void ended.push(message) });
  const id = await jobs.enqueue("break", {});
  for (const [tries, wholeMs] of [[1, 2_000], [2, 4_000], [3, 8_000]] as const) {
    expect(await jobs.runDue()).toBe(1);
    const job = await read(id);
    expect(job).toMatchObject({ status: "waiting", tries, error: "the printer burns" });
    const waitMs = Date.parse(job.run_at) - clock.ms;
    expect(waitMs).toBeGreaterThanOrEqual(wholeMs / 2);
    expect(waitMs).toBeLessThanOrEqual(wholeMs);
    clock.ms += waitMs - 1;
    expect(await jobs.runDue()).toBe(0);
    clock.ms += 1;
  }
  expect(ended).toEqual([]);
  expect(await jobs.runDue()).toBe(1);
  expect(await read(id)).toMatchObject({ status: "failed", tries: 4, error: "the printer burns", leased_until: null });
  expect(ended).toEqual(["the printer burns"]);
  expect(logged.filter(({ level }) => level === "error")).toMatchObject([{ msg: "a job failed for good", job_id: id, kind: "break" }]);
});

test("a failure that would come again is not tried again, and neither is a job whose payload nobody can read", async () => {
  const { jobs, read, control, sealer } = await startJobs();
  jobs.register("refused", { payload: nothing, run: () => Promise.reject(new PermanentFailure("refused")) });
  jobs.register("note", { payload: text, run: async () => undefined });
  const refused = await jobs.enqueue("refused", {});
  const strange = await jobs.enqueue("note", { text: "a" });
  await control.db.updateTable("jobs").set({ payload: sealer.seal(JSON.stringify({ words: "from an older version" })) }).where("id", "=", strange).execute();
  await jobs.runDue();
  expect(await read(refused)).toMatchObject({ status: "failed", tries: 1, error: "refused" });
  expect(await read(strange)).toMatchObject({ status: "failed", tries: 1 });
});

test("when what follows a failure fails too, the job is failed all the same", async () => {
  const { jobs, read, logged } = await startJobs();
  jobs.register("break", { payload: nothing, triesMax: 1, run: () => Promise.reject(new Error("first")), failed: () => Promise.reject(new Error("second")) });
  const id = await jobs.enqueue("break", {});
  await jobs.runDue();
  expect(await read(id)).toMatchObject({ status: "failed", error: "first" });
  expect(logged.map(({ msg }) => msg)).toContain("what follows a failed job failed as well");
});

test("a job does not run before its time", async () => {
  const { jobs, clock } = await startJobs();
  jobs.register("later", { payload: nothing, run: async () => undefined });
  await jobs.enqueue("later", {}, { runAt: new Date(START + MINUTE_MS) });
  clock.ms += MINUTE_MS - 1;
  expect(await jobs.runDue()).toBe(0);
  clock.ms += 1;
  expect(await jobs.runDue()).toBe(1);
});

test("a waiting job stands for all of its unique key and comes as early as any was asked for; once it runs, another may wait", async () => {
  const { jobs, read, control } = await startJobs();
  let again: string | undefined;
  let ran = 0;
  jobs.register("tidy", {
    payload: nothing,
    run: async () => {
      ran += 1;
      again ??= await jobs.enqueue("tidy", {}, { uniqueKey: "attic" });
    },
  });
  const first = await jobs.enqueue("tidy", {}, { uniqueKey: "attic", runAt: new Date(START + MINUTE_MS) });
  expect(await jobs.enqueue("tidy", {}, { uniqueKey: "attic", runAt: new Date(START + 2 * MINUTE_MS) })).toBe(first);
  expect((await read(first)).run_at).toBe("2026-11-21T12:01:00.000Z");
  expect(await jobs.enqueue("tidy", {}, { uniqueKey: "attic" })).toBe(first);
  expect(await jobs.enqueue("tidy", {}, { uniqueKey: "cellar" })).not.toBe(first);
  expect(await jobs.runDue()).toBe(3);
  expect(again).not.toBe(first);
  expect(ran).toBe(3);
  expect(await control.reads.selectFrom("jobs").select("status").where("status", "!=", "done").execute()).toEqual([]);
});

test("a failed try whose twin waits already leaves the work to that one", async () => {
  const { jobs, read } = await startJobs();
  let twin = "";
  jobs.register("tidy", {
    payload: nothing,
    run: async () => {
      if (twin !== "") return;
      twin = await jobs.enqueue("tidy", {}, { uniqueKey: "attic" });
      throw new Error("dust");
    },
  });
  const first = await jobs.enqueue("tidy", {}, { uniqueKey: "attic" });
  expect(await jobs.runDue()).toBe(2);
  expect(await read(first)).toMatchObject({ status: "done", error: "dust", payload: "" });
  expect(await read(twin)).toMatchObject({ status: "done", error: null });
});

test("what another process held is taken again when its lease is over, not before, and ends nothing when it comes back late", async () => {
  const { jobs, clock, read, control } = await startJobs();
  const release = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  jobs.register("slow", {
    payload: nothing,
    run: () => {
      begun.resolve();
      return release.promise;
    },
  });
  const id = await jobs.enqueue("slow", {});
  const running = jobs.runDue();
  await begun.promise;
  const held = await read(id);
  expect(held).toMatchObject({ status: "running", tries: 1 });
  // The longest that a killed process keeps its jobs from the next: SECURITY promises 5 s.
  expect(Date.parse(held.leased_until ?? "") - clock.ms).toBeLessThan(5 * SECOND_MS);
  await control.db.updateTable("jobs").set({ lease: "another's", leased_until: new Date(clock.ms + SECOND_MS).toISOString() }).where("id", "=", id).execute();
  release.resolve();
  expect(await running).toBe(1);
  expect(await read(id)).toMatchObject({ status: "running", lease: "another's" });
  expect(await jobs.runDue()).toBe(0);
  clock.ms += SECOND_MS;
  expect(await jobs.runDue()).toBe(1);
  expect(await read(id)).toMatchObject({ status: "done", tries: 2 });
});

test("a job that ends its process each time is failed after its tries, not run for ever", async () => {
  const { jobs, clock, read, control } = await startJobs();
  jobs.register("lethal", { payload: nothing, triesMax: 3, run: () => Promise.reject(new Error("must not run again")) });
  const id = await jobs.enqueue("lethal", {});
  await control.db.updateTable("jobs").set({ status: "running", lease: "of the dead", tries: 3, leased_until: new Date(clock.ms).toISOString() }).where("id", "=", id).execute();
  await jobs.runDue();
  expect(await read(id)).toMatchObject({ status: "failed", error: "The process ended while it ran, the last time at try 3." });
});

test("stopping waits for what runs and begins nothing more", async () => {
  const { jobs, control } = await startJobs();
  const begun = Promise.withResolvers<void>();
  const ended: number[] = [];
  jobs.register("work", {
    payload: z.strictObject({ number: z.int() }),
    run: async ({ number }) => {
      begun.resolve();
      await sleep(50);
      ended.push(number);
    },
  });
  await control.transaction(async () => {
    for (let number = 0; number < 20; number++) await jobs.enqueue("work", { number });
  });
  jobs.start();
  await begun.promise;
  await jobs.stop();
  const count = ended.length;
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThan(20);
  expect(await control.reads.selectFrom("jobs").select("id").where("status", "=", "running").execute()).toEqual([]);
  expect(await control.reads.selectFrom("jobs").select("id").where("status", "=", "done").execute()).toHaveLength(count);
});

test("a kind that hangs keeps no other kind waiting", async () => {
  const { jobs } = await startJobs();
  const release = Promise.withResolvers<void>();
  const mailed = Promise.withResolvers<string>();
  jobs.register("hang", { payload: nothing, run: () => release.promise });
  jobs.register("mail", { payload: nothing, run: async () => mailed.resolve("mailed") });
  for (let i = 0; i < 10; i++) await jobs.enqueue("hang", {});
  await jobs.enqueue("mail", {});
  jobs.start();
  expect(await mailed.promise).toBe("mailed");
  release.resolve();
  await jobs.stop();
});

test("jobs of an unknown kind, and payloads that are not what the kind takes, are refused when they are asked for", async () => {
  const { jobs } = await startJobs();
  jobs.register("note", { payload: text, run: async () => undefined });
  expect(() => jobs.register("note", { payload: text, run: async () => undefined })).toThrow("registered already");
  await expect(jobs.enqueue("nobody", {})).rejects.toThrow("not registered");
  await expect(jobs.enqueue("note", { words: 1 })).rejects.toBeInstanceOf(z.ZodError);
});
