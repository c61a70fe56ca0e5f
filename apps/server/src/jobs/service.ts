import type { Clock } from "@loci/kit/clock";
import { AppError, notFound } from "@loci/kit/errors";
import { readCursor, toCursor, toPage, type Page } from "@loci/kit/page";
import type { Selectable } from "kysely";
import { appendAudit } from "../audit/append.ts";
import type { AuditAction } from "../audit/actions.ts";
import type { Origin } from "../audit/origin.ts";
import type { Control } from "../control/database.ts";
import type { ControlTables } from "../control/tables.ts";
import type { Jobs } from "./jobs.ts";
import { kindOfSchedule } from "./schedules.ts";

export interface JobsDesk {
  control: Control;
  jobs: Jobs;
  now: Clock;
}

type JobRow = Selectable<ControlTables["jobs"]>;
/** A job as operators see it: never what it is given. */
export type JobRecord = Omit<JobRow, "payload" | "lease">;
export type ScheduleRecord = Selectable<ControlTables["schedules"]> & { cron: string | null };

export interface KindRecord {
  kind: string;
  paused_at: string | null;
  waiting: number;
  running: number;
  failed: number;
}

interface JobQuery {
  status?: JobRow["status"] | undefined;
  kind?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** A page of jobs, the newest first. */
export async function listJobs({ control }: JobsDesk, { status, kind, limit, cursor }: JobQuery): Promise<Page<JobRecord>> {
  let query = control.reads.selectFrom("jobs").selectAll();
  if (status !== undefined) query = query.where("status", "=", status);
  if (kind !== undefined) query = query.where("kind", "=", kind);
  if (cursor !== undefined) query = query.where("id", "<", readCursor(cursor, ["string"])[0]);
  const rows = await query.orderBy("id", "desc").limit(limit + 1).execute();
  return toPage(rows, limit, toJob, ({ id }) => toCursor(id));
}

/** Every kind that this process runs or that has jobs, with how many there are. */
export async function listKinds({ control, jobs }: JobsDesk): Promise<KindRecord[]> {
  const counts = await control.reads.selectFrom("jobs").select(["kind", "status", ({ fn }) => fn.countAll<number>().as("count")]).where("status", "!=", "done").groupBy(["kind", "status"]).execute();
  const paused = new Map((await control.reads.selectFrom("paused_kinds").selectAll().execute()).map(({ kind, paused_at }) => [kind, paused_at]));
  const count = (kind: string, status: JobRow["status"]): number => Number(counts.find((row) => row.kind === kind && row.status === status)?.count ?? 0);
  const kinds = new Set([...jobs.kinds(), ...counts.map(({ kind }) => kind), ...paused.keys()]);
  return [...kinds].sort().map((kind) => ({
    kind, paused_at: paused.get(kind) ?? null, waiting: count(kind, "waiting"), running: count(kind, "running"), failed: count(kind, "failed"),
  }));
}

export async function listSchedules({ control, jobs }: JobsDesk): Promise<ScheduleRecord[]> {
  const rows = await control.reads.selectFrom("schedules").selectAll().orderBy("name").execute();
  return rows.map((row) => ({ ...row, cron: jobs.cronOf(row.name) }));
}

/** Lets a waiting or failed job run at once, with all its tries before it. */
export function runJobNow(desk: JobsDesk, origin: Origin, id: string): Promise<JobRecord> {
  const { control, jobs, now } = desk;
  return control.transaction(async () => {
    const job = await control.db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirst();
    if (job === undefined) throw notFound("job");
    if (job.status === "running") throw new AppError("conflict", "This job is running already.");
    if (job.status === "done") throw new AppError("conflict", "This job is done, and what it was given is erased.");
    await requireRunning(desk, job.kind);
    if (job.status === "failed") await requireNoTwin(desk, job);
    const row = await control.db.updateTable("jobs").set({ status: "waiting", run_at: now().toISOString(), tries: 0, finished_at: null }).where("id", "=", id).returningAll().executeTakeFirstOrThrow();
    await appendAudit(desk, origin, { chain: "instance", action: "job.run", target: id, details: { kind: job.kind } });
    control.afterCommit(() => jobs.wake());
    return toJob(row);
  });
}

/** Makes a job of the schedule now; its next slot stays. */
export function runScheduleNow(desk: JobsDesk, origin: Origin, name: string): Promise<JobRecord> {
  const { control, jobs } = desk;
  return control.transaction(async () => {
    await getSchedule(desk, name);
    const kind = kindOfSchedule(name);
    if (jobs.cronOf(name) === null) throw new AppError("conflict", "This server no longer has this schedule, so nobody would run it.");
    await requireRunning(desk, kind);
    const id = await jobs.enqueue(kind, {}, { uniqueKey: name });
    await appendAudit(desk, origin, { chain: "instance", action: "schedule.run", target: name });
    return toJob(await control.db.selectFrom("jobs").selectAll().where("id", "=", id).executeTakeFirstOrThrow());
  });
}

/** Stops a schedule, and the jobs that it made, or lets them go on. What was missed meanwhile is made up for once. */
export function pauseSchedule(desk: JobsDesk, origin: Origin, { name, paused }: { name: string; paused: boolean }): Promise<ScheduleRecord> {
  const { control, jobs, now } = desk;
  return control.transaction(async () => {
    const found = await getSchedule(desk, name);
    if ((found.paused_at !== null) === paused) return found;
    await control.db.updateTable("schedules").set({ paused_at: paused ? now().toISOString() : null }).where("name", "=", name).execute();
    await noteChange(desk, origin, { action: paused ? "schedule.paused" : "schedule.resumed", target: name });
    control.afterCommit(() => jobs.wake());
    return getSchedule(desk, name);
  });
}

/** Stops all jobs of a kind, or lets them go on. Those that run end as they would. */
export function pauseKind(desk: JobsDesk, origin: Origin, { kind, paused }: { kind: string; paused: boolean }): Promise<KindRecord> {
  const { control, jobs, now } = desk;
  return control.transaction(async () => {
    const found = (await listKinds(desk)).find((row) => row.kind === kind);
    if (found === undefined) throw notFound("kind of job");
    if ((found.paused_at !== null) === paused) return found;
    const paused_at = paused ? now().toISOString() : null;
    if (paused_at === null) await control.db.deleteFrom("paused_kinds").where("kind", "=", kind).execute();
    else await control.db.insertInto("paused_kinds").values({ kind, paused_at }).execute();
    await noteChange(desk, origin, { action: paused ? "job.paused" : "job.resumed", target: kind });
    control.afterCommit(() => jobs.wake());
    return { ...found, paused_at };
  });
}

const noteChange = (desk: JobsDesk, origin: Origin, change: { action: AuditAction; target: string }): Promise<void> => appendAudit(desk, origin, { chain: "instance", ...change });

async function getSchedule({ control, jobs }: JobsDesk, name: string): Promise<ScheduleRecord> {
  const row = await control.db.selectFrom("schedules").selectAll().where("name", "=", name).executeTakeFirst();
  if (row === undefined) throw notFound("schedule");
  return { ...row, cron: jobs.cronOf(name) };
}

async function requireRunning({ control }: JobsDesk, kind: string): Promise<void> {
  const stopped = await control.db.selectFrom("paused_kinds").select("kind").where("kind", "=", kind).executeTakeFirst();
  const schedules = await control.db.selectFrom("schedules").select("name").where("paused_at", "is not", null).execute();
  if (stopped === undefined && schedules.every(({ name }) => kindOfSchedule(name) !== kind)) return;
  throw new AppError("conflict", `Jobs of the kind ${kind} are paused. Resume them first.`, { details: { reason: "paused" } });
}

async function requireNoTwin({ control }: JobsDesk, { kind, unique_key }: JobRow): Promise<void> {
  if (unique_key === null) return;
  const twin = await control.db.selectFrom("jobs").select("id").where("kind", "=", kind).where("unique_key", "=", unique_key).where("status", "=", "waiting").executeTakeFirst();
  if (twin !== undefined) throw new AppError("conflict", `The job ${twin.id} waits to do the same. Run that one.`);
}

const toJob = ({ payload: _, lease: __, ...job }: JobRow): JobRecord => job;
