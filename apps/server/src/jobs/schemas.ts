import { z } from "zod";
import { WireTime } from "../memories/memory.ts";
import { pageOf, pageParams } from "../memories/page.ts";

const Status = z.enum(["waiting", "running", "done", "failed"]);
const Kind = z.string().describe("What it does: `mail.send`, `schedule.retention`.");

export const Job = z.strictObject({
  id: z.string().describe("The job's id."),
  kind: Kind,
  unique_key: z.string().nullable().describe("While it waits, it stands for all of its kind and this key."),
  status: Status.describe("waiting for its time or its next try, running, done, or failed after all tries."),
  run_at: WireTime.describe("When it may run, or might."),
  leased_until: WireTime.nullable().describe("While it runs: when another process may take it, unless this one says that it still works on it."),
  tries: z.int().min(0).describe("How often it was begun."),
  error: z.string().nullable().describe("Why the last try failed."),
  created_at: WireTime.describe("When it was asked for."),
  finished_at: WireTime.nullable().describe("When it was done or failed for good."),
}).meta({ id: "Job", description: "Something that the server does later. What it is given is sealed and not shown." });

export const JobPage = pageOf("JobPage", Job);

export const Schedule = z.strictObject({
  name: z.string().describe("The schedule's name."),
  cron: z.string().nullable().describe("When, as a cron pattern in UTC; null when this server no longer has it."),
  next_run_at: WireTime.describe("Its next slot."),
  last_run_at: WireTime.nullable().describe("When it last ran."),
  last_error: z.string().nullable().describe("Why the last run failed; null when it did not."),
  paused_at: WireTime.nullable().describe("Since when it is paused."),
}).meta({ id: "Schedule", description: "Something that the server does again and again." });

export const JobKind = z.strictObject({
  kind: Kind,
  paused_at: WireTime.nullable().describe("Since when its jobs are paused."),
  waiting: z.int().min(0).describe("Jobs that wait."),
  running: z.int().min(0).describe("Jobs that run."),
  failed: z.int().min(0).describe("Jobs that failed for good."),
}).meta({ id: "JobKind", description: "The jobs that do the same." });

export const JobQuery = z.strictObject({
  status: Status.optional().describe("Only jobs in this state."),
  kind: z.string().min(1).max(200).optional().describe("Only jobs of this kind."),
  ...pageParams,
});

export const JobParam = z.strictObject({ id: z.string().describe("The job's id.") });
export const ScheduleParam = z.strictObject({ name: z.string().describe("The schedule's name.") });
export const KindParam = z.strictObject({ kind: z.string().describe("The kind of the jobs.") });
