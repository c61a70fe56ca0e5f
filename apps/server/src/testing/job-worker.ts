import { spawn, type ChildProcess } from "node:child_process";
import { appendFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock, type Clock } from "@loci/kit/clock";
import { silentLog, type Log } from "@loci/kit/log";
import { z } from "zod";
import { openControl, type Control } from "../control/database.ts";
import { Sealer } from "../control/sealer.ts";
import { Jobs } from "../jobs/jobs.ts";

export interface JobsOnDisk {
  control: Control;
  sealer: Sealer;
  jobs: Jobs;
}

/** Jobs over the control database of a folder. */
export async function openJobs(dataDir: string, { now = systemClock, log = silentLog }: { now?: Clock; log?: Log } = {}): Promise<JobsOnDisk> {
  const control = await openControl(dataDir);
  const sealer = new Sealer("a secret for tests, long enough for anyone");
  return { control, sealer, jobs: new Jobs({ control, sealer, now, log }) };
}

/** Where work that is begun and ended is written down, a line each: `begin 17 4242`. */
export const diaryOf = (dataDir: string): string => path.join(dataDir, "diary.txt");

const noteIn = (dataDir: string) => (what: string, number: number) => appendFileSync(diaryOf(dataDir), `${what} ${number} ${process.pid}\n`);

/** A kind of job, `work`, that takes some time and keeps a diary which outlives the process. */
export function registerWork(jobs: Jobs, dataDir: string): void {
  const note = noteIn(dataDir);
  jobs.register("work", {
    payload: z.strictObject({ number: z.int(), ms: z.int() }),
    run: async ({ number, ms }) => {
      note("begin", number);
      await sleep(ms);
      note("end", number);
    },
  });
}

async function runJobWorker(dataDir: string): Promise<void> {
  const { jobs } = await openJobs(dataDir);
  registerWork(jobs, dataDir);
  jobs.start();
}

async function runScheduleWorker(dataDir: string): Promise<void> {
  const { jobs } = await openJobs(dataDir);
  const note = noteIn(dataDir);
  let slots = 0;
  jobs.schedule("sweep", "0 0 1 1 *", async () => note("end", (slots += 1)));
  for (;;) {
    await jobs.runDue();
    await sleep(2);
  }
}

/** What a process of its own does until it is killed: run `work`, or look for slots of the schedule `sweep` all the time. */
export const WORKERS = { work: runJobWorker, sweep: runScheduleWorker };

export function spawnWorker(name: keyof typeof WORKERS, dataDir: string): ChildProcess {
  const program = `import(${JSON.stringify(import.meta.url)}).then(({ WORKERS }) => WORKERS.${name}(${JSON.stringify(dataDir)}))`;
  return spawn(process.execPath, ["-e", program], { stdio: ["ignore", "inherit", "inherit"] });
}
