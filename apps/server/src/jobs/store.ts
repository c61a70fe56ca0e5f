import { sql, type ExpressionBuilder } from "kysely";
import type { ControlDb } from "../control/database.ts";
import type { ControlTables } from "../control/tables.ts";

type Rows = ControlTables["jobs"];
type NewJob = Pick<Rows, "id" | "kind" | "payload" | "unique_key" | "run_at" | "created_at">;

/** A job that this process runs, as long as its lease is not another's. */
export interface LeasedJob {
  id: string;
  kind: string;
  /** Sealed JSON. */
  payload: string;
  unique_key: string | null;
  /** This one included. */
  tries: number;
  lease: string;
}

/** Writes the job and answers its id; a waiting job of the same unique key stands for both, and may come earlier for it. */
export async function insertJob(db: ControlDb, job: NewJob): Promise<string> {
  const { id } = await db.insertInto("jobs").values({ ...job, status: "waiting" })
    .onConflict((conflict) => conflict.columns(["kind", "unique_key"]).where(sql<boolean>`unique_key is not null and status = 'waiting'`)
      // After a failure its time is the backoff's, which nobody shortens by asking again.
      .doUpdateSet({ run_at: sql<string>`case when jobs.tries = 0 and excluded.run_at < jobs.run_at then excluded.run_at else jobs.run_at end` }))
    .returning("id").executeTakeFirstOrThrow();
  return id;
}

type JobExpressions = ExpressionBuilder<ControlTables, "jobs">;

/** The kinds that nobody runs now: paused ones, and those of paused schedules. */
const isPaused = ({ selectFrom, or, exists }: JobExpressions) => or([
  exists(selectFrom("paused_kinds").select("paused_kinds.kind").whereRef("paused_kinds.kind", "=", "jobs.kind")),
  exists(selectFrom("schedules").select("schedules.name").where("paused_at", "is not", null).where(sql<boolean>`'schedule.' || schedules.name = jobs.kind`)),
]);

const queryRunnable = (db: ControlDb, kinds: string[]) =>
  db.selectFrom("jobs").where("jobs.kind", "in", kinds).where((eb) => eb.not(isPaused(eb)));

/** What ran in a process that is gone. */
const queryLost = (db: ControlDb, kinds: string[]) => queryRunnable(db, kinds).where("jobs.status", "=", "running").orderBy("jobs.leased_until").limit(1);

/** What waits, but for those whose twin of the same unique key runs. */
const queryWaiting = (db: ControlDb, kinds: string[]) =>
  queryRunnable(db, kinds).where("jobs.status", "=", "waiting").orderBy("jobs.run_at").orderBy("jobs.id").limit(1)
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom("jobs as twin").select("twin.id").where("twin.status", "=", "running")
      .whereRef("twin.kind", "=", "jobs.kind").whereRef("twin.unique_key", "=", "jobs.unique_key"))));

/** When the next job of these kinds is due; `null` when none is there. */
export async function findNextDue(db: ControlDb, kinds: string[]): Promise<string | null> {
  if (kinds.length === 0) return null;
  const [lost, waiting] = [await queryLost(db, kinds).select("jobs.leased_until as at").executeTakeFirst(), await queryWaiting(db, kinds).select("jobs.run_at as at").executeTakeFirst()];
  return [lost?.at, waiting?.at].filter((at) => typeof at === "string").toSorted()[0] ?? null;
}

interface Claim {
  kinds: string[];
  now: string;
  lease: string;
  leasedUntil: string;
}

/** Takes the job that is due longest: one statement, so that of many processes one gets it. */
export async function claimJob(db: ControlDb, { kinds, now, lease, leasedUntil }: Claim): Promise<LeasedJob | undefined> {
  if (kinds.length === 0) return undefined;
  const lost = queryLost(db, kinds).select("jobs.id").where("jobs.leased_until", "<=", now);
  const waiting = queryWaiting(db, kinds).select("jobs.id").where("jobs.run_at", "<=", now);
  const row = await db.updateTable("jobs")
    .set(({ eb }) => ({ status: "running", lease, leased_until: leasedUntil, tries: eb("tries", "+", 1) }))
    .where("jobs.id", "=", ({ fn }) => fn.coalesce(lost, waiting))
    // Said again of the row itself: where writers wait for each other's rows, the second must see that the first took it.
    .where(({ or, eb }) => or([eb("status", "=", "waiting"), eb("leased_until", "<=", now)]))
    .returning(["id", "kind", "payload", "unique_key", "tries"]).executeTakeFirst();
  return row === undefined ? undefined : { ...row, lease };
}

const updateLeased = (db: ControlDb, { id, lease }: LeasedJob) => db.updateTable("jobs").where("id", "=", id).where("lease", "=", lease);

/** Whether the lease was still ours. */
export const renewLease = async (db: ControlDb, job: LeasedJob, leased_until: string): Promise<boolean> =>
  (await updateLeased(db, job).set({ leased_until }).executeTakeFirst()).numUpdatedRows === 1n;

const UNLEASED = { lease: null, leased_until: null };

export async function finishJob(db: ControlDb, job: LeasedJob, finished_at: string): Promise<void> {
  await updateLeased(db, job).set({ ...UNLEASED, status: "done", payload: "", error: null, finished_at }).execute();
}

/** Ends the job without success, unless its lease was lost. What it was to do stays, so that it can be run again. */
export const failJob = async (db: ControlDb, job: LeasedJob, failure: { error: string; finished_at: string }): Promise<boolean> =>
  (await updateLeased(db, job).set({ ...UNLEASED, status: "failed", ...failure }).executeTakeFirst()).numUpdatedRows === 1n;

/** Lets the job wait for its next try. Where a twin of the same unique key waits already, that one does it. */
export async function retryJob(db: ControlDb, job: LeasedJob, { error, run_at, now }: { error: string; run_at: string; now: string }): Promise<void> {
  const twin = job.unique_key === null ? undefined
    : await db.selectFrom("jobs").select("id").where("kind", "=", job.kind).where("unique_key", "=", job.unique_key).where("status", "=", "waiting").executeTakeFirst();
  const next = twin === undefined ? { status: "waiting" as const, run_at } : { status: "done" as const, payload: "", finished_at: now };
  await updateLeased(db, job).set({ ...UNLEASED, ...next, error }).execute();
}
