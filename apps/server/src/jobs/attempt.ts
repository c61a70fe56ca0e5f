import { SECOND_MS, type Clock } from "@loci/kit/clock";
import type { Log } from "@loci/kit/log";
import { z } from "zod";
import type { Control } from "../control/database.ts";
import type { Sealer } from "../control/sealer.ts";
import { toRetryDelayMs } from "./backoff.ts";
import { failJob, finishJob, renewLease, retryJob, type LeasedJob } from "./store.ts";

// What a killed process ran is taken again at most 5 s after a restart (SECURITY 2), so a lease is shorter than that.
export const LEASE_MS = 4 * SECOND_MS;
const RENEW_EVERY_MS = SECOND_MS;
const ERROR_CHARS_MAX = 500;

/** Thrown by a job that would fail the same way each time: it is not tried again. */
export class PermanentFailure extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "PermanentFailure";
  }
}

/** What a kind of job does, given its payload as it was unsealed. */
export interface Handler {
  triesMax: number;
  run(payload: unknown): Promise<void>;
  failed(payload: unknown, error: Error): Promise<void>;
}

interface AttemptParts {
  control: Control;
  sealer: Sealer;
  now: Clock;
  log: Log;
}

/** Runs a leased job once and writes how it went. Never throws: what cannot be written is left to the end of the lease. */
export async function attemptJob(parts: AttemptParts, handler: Handler, job: LeasedJob): Promise<void> {
  const renewing = keepLease(parts, job);
  try {
    const error = job.tries > handler.triesMax ? new PermanentFailure(`The process ended while it ran, the last time at try ${job.tries - 1}.`) : await run(parts, handler, job);
    if (error === null) await finishJob(parts.control.db, job, parts.now().toISOString());
    else if (isFinal(error, handler, job)) await fail(parts, { handler, job, error });
    else await retry(parts, job, error);
  } catch (error) {
    parts.log.error({ err: error, job_id: job.id, kind: job.kind }, "could not write how a job went; it will be run again");
  } finally {
    clearInterval(renewing);
  }
}

async function run({ sealer }: AttemptParts, handler: Handler, { payload }: LeasedJob): Promise<Error | null> {
  try {
    await handler.run(JSON.parse(sealer.open(payload)));
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const isFinal = (error: Error, { triesMax }: Handler, { tries }: LeasedJob): boolean =>
  error instanceof PermanentFailure || error instanceof z.ZodError || tries >= triesMax;

async function retry({ control, now, log }: AttemptParts, job: LeasedJob, error: Error): Promise<void> {
  const at = now();
  const delayMs = toRetryDelayMs(job.tries);
  log.warn({ err: error, job_id: job.id, kind: job.kind, tries: job.tries, retry_after_ms: delayMs }, "a job failed and will be tried again");
  const run_at = new Date(at.getTime() + delayMs).toISOString();
  await control.transaction(() => retryJob(control.db, job, { error: toText(error), run_at, now: at.toISOString() }));
}

async function fail({ control, sealer, now, log }: AttemptParts, { handler, job, error }: { handler: Handler; job: LeasedJob; error: Error }): Promise<void> {
  // What was refused for good is an answer; what nothing helped is a fault to look at.
  log[error instanceof PermanentFailure ? "warn" : "error"]({ err: error, job_id: job.id, kind: job.kind, tries: job.tries }, "a job failed for good");
  const write = (clean: () => Promise<void>) =>
    control.transaction(async () => {
      if (await failJob(control.db, job, { error: toText(error), finished_at: now().toISOString() })) await clean();
    });
  try {
    await write(() => handler.failed(JSON.parse(sealer.open(job.payload)), error));
  } catch (cause) {
    log.error({ err: cause, job_id: job.id, kind: job.kind }, "what follows a failed job failed as well");
    await write(async () => undefined);
  }
}

function keepLease({ control, now, log }: AttemptParts, job: LeasedJob): NodeJS.Timeout {
  const renewing = setInterval(() => {
    renewLease(control.db, job, new Date(now().getTime() + LEASE_MS).toISOString()).then(
      (ours) => {
        if (ours) return;
        clearInterval(renewing);
        log.warn({ job_id: job.id, kind: job.kind }, "the lease of a job was lost: it may be running twice");
      },
      (error: unknown) => log.warn({ err: error, job_id: job.id, kind: job.kind }, "could not renew the lease of a job"),
    );
  }, RENEW_EVERY_MS);
  return renewing;
}

const toText = ({ message }: Error): string => message.slice(0, ERROR_CHARS_MAX);
