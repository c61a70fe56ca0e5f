import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { SECOND_MS, type Clock } from "@loci/kit/clock";
import type { Log } from "@loci/kit/log";
import { z } from "zod";
import type { Control } from "../control/database.ts";
import type { Sealer } from "../control/sealer.ts";
import { attemptJob, LEASE_MS, type Handler } from "./attempt.ts";
import { writeJob, type EnqueueOptions, type JobQueue } from "./queue.ts";
import { kindOfSchedule, Schedules } from "./schedules.ts";
import { claimJob, findNextDue, type LeasedJob } from "./store.ts";

const POLL_EVERY_MS = SECOND_MS;
const SOON_MIN_MS = 50;
const SOON_MORE_MS = 200;
const RUNNING_MAX = 8;
// A kind that hangs leaves room for the others.
const RUNNING_OF_A_KIND_MAX = 4;
// A process that does not stop is killed after 30 s.
const STOP_MAX_MS = 25 * SECOND_MS;
// With the backoff: over an hour.
const TRIES_MAX = 12;

export interface JobsParts {
  control: Control;
  sealer: Sealer;
  now: Clock;
  log: Log;
}

/** What a kind of job does. It runs at least once, perhaps again after a crash: a second run must do no harm. */
export interface JobHandler<Payload> {
  payload: z.ZodType<Payload>;
  run(payload: Payload): Promise<void>;
  /** After so many tries it has failed; 12 unless said, which takes over an hour. */
  triesMax?: number;
  /** Runs in the transaction that writes that all tries failed. */
  failed?(payload: Payload, error: Error): Promise<void>;
}

/** Everything that happens later or by itself: jobs in the control database, run at least once, each by one process at a time. */
export class Jobs implements JobQueue {
  private readonly parts: JobsParts;
  private readonly handlers = new Map<string, Handler & { payload: z.ZodType }>();
  private readonly schedules: Schedules;
  private readonly running = new Map<Promise<void>, string>();
  // Where jobs run: nothing of the request that woke the runner, such as who it has proven to be, may reach into them.
  private readonly apart = AsyncLocalStorage.snapshot();
  private started = false;
  private stopping: Promise<void> | null = null;
  private pumping: Promise<void> | null = null;
  private wanted = false;
  private timer: NodeJS.Timeout | undefined;
  private soon: NodeJS.Timeout | undefined;

  constructor(parts: JobsParts) {
    this.parts = parts;
    this.schedules = new Schedules({ ...parts, enqueue: (name) => this.enqueue(kindOfSchedule(name), {}, { uniqueKey: name }) });
  }

  /** Says what jobs of a kind do. A process runs only the kinds that it knows. */
  register<Payload>(kind: string, { payload, run, failed, triesMax = TRIES_MAX }: JobHandler<Payload>): void {
    if (this.handlers.has(kind)) throw new TypeError(`The jobs of kind ${kind} are registered already.`);
    this.handlers.set(kind, {
      payload, triesMax,
      run: async (sent) => run(payload.parse(sent)),
      failed: async (sent, error) => {
        const parsed = payload.safeParse(sent);
        if (parsed.success) await failed?.(parsed.data, error);
      },
    });
  }

  /** Writes a job in the current transaction and answers its id. It runs once that has committed. */
  async enqueue(kind: string, payload: unknown, options: EnqueueOptions = {}): Promise<string> {
    const handler = this.handlers.get(kind);
    if (handler === undefined) throw new TypeError(`Jobs of kind ${kind} are not registered, so nobody would run them.`);
    handler.payload.parse(payload);
    const id = await writeJob(this.parts, kind, payload, options);
    this.parts.control.afterCommit(() => this.wakeSoon());
    return id;
  }

  /** Runs something at the times of a cron pattern, in UTC. A missed time is made up for once. */
  schedule(name: string, cron: string, run: () => Promise<void>): void {
    this.schedules.add(name, cron);
    this.register(kindOfSchedule(name), {
      payload: z.strictObject({}),
      run: async () => {
        try {
          await run();
        } catch (error) {
          await this.schedules.note(name, error instanceof Error ? error.message : String(error));
          throw error;
        }
        await this.schedules.note(name, null);
      },
    });
  }

  /** Begins to run what is due, as it becomes due. */
  start(): void {
    this.started = true;
    this.stopping = null;
    this.wake();
  }

  /** Takes no more jobs, and answers when those that run have ended, or after 25 s; what runs longer is run again after the next start. */
  stop(): Promise<void> {
    this.started = false;
    clearTimeout(this.timer);
    clearTimeout(this.soon);
    this.soon = undefined;
    return (this.stopping ??= Promise.race([this.whenEnded(), sleep(STOP_MAX_MS, undefined, { ref: false })]));
  }

  private async whenEnded(): Promise<void> {
    await this.pumping;
    await Promise.all(this.running.keys());
  }

  /** Runs everything that is due until nothing is, and answers how many jobs that were. Waits for what runs already. */
  async runDue(): Promise<number> {
    let ran = 0;
    for (;;) {
      await this.schedules.takeDueSlots();
      const job = await this.claim();
      if (job !== undefined) {
        await this.run(job);
        ran += 1;
      } else if (this.running.size === 0) return ran;
      else await Promise.race(this.running.keys());
    }
  }

  /** The kinds that this process runs. */
  kinds(): string[] {
    return [...this.handlers.keys()];
  }

  /** The pattern of a schedule that this process has. */
  cronOf(name: string): string | null {
    return this.schedules.patternOf(name) ?? null;
  }

  /** Looks for due jobs now instead of at the next poll. */
  wake(): void {
    this.wanted = true;
    if (this.started) this.pumping ??= this.apart(() => this.pump());
  }

  /** After the answer of the request that asked: its time must not tell what the job finds out, and both share this thread. */
  private wakeSoon(): void {
    if (!this.started || this.soon !== undefined) return;
    this.soon = setTimeout(() => {
      this.soon = undefined;
      this.wake();
    }, SOON_MIN_MS + Math.random() * SOON_MORE_MS);
  }

  private async pump(): Promise<void> {
    clearTimeout(this.timer);
    let delayMs = POLL_EVERY_MS;
    try {
      while (this.wanted) {
        this.wanted = false;
        await this.takeDue();
      }
      delayMs = await this.toDelayMs();
    } catch (error) {
      this.parts.log.error({ err: error }, "could not look for jobs");
    }
    this.pumping = null;
    if (this.started) this.timer = setTimeout(() => this.wake(), this.wanted ? 0 : delayMs);
  }

  private async takeDue(): Promise<void> {
    await this.schedules.takeDueSlots();
    // A read first: who finds nothing has asked nobody for the right to write.
    if (!isDue(await findNextDue(this.parts.control.reads, this.freeKinds()), this.parts.now())) return;
    while (this.started && this.running.size < RUNNING_MAX) {
      const job = await this.claim();
      if (job === undefined) return;
      void this.run(job).then(() => this.wake());
    }
  }

  private async toDelayMs(): Promise<number> {
    const nowMs = this.parts.now().getTime();
    const dues = [await this.schedules.findNextDue(), await findNextDue(this.parts.control.reads, this.freeKinds())];
    // What is due and was not taken waits for a job that runs, whose end wakes us.
    const aheadMs = dues.flatMap((due) => (due === null ? [] : [Date.parse(due) - nowMs])).filter((ms) => ms > 0);
    return Math.min(POLL_EVERY_MS, ...aheadMs);
  }

  private claim(): Promise<LeasedJob | undefined> {
    const { control, now } = this.parts;
    const at = now();
    return claimJob(control.db, { kinds: this.freeKinds(), now: at.toISOString(), lease: randomUUID(), leasedUntil: new Date(at.getTime() + LEASE_MS).toISOString() });
  }

  private freeKinds(): string[] {
    const running = [...this.running.values()];
    return [...this.handlers.keys()].filter((kind) => running.filter((other) => other === kind).length < RUNNING_OF_A_KIND_MAX);
  }

  private async run(job: LeasedJob): Promise<void> {
    const handler = this.handlers.get(job.kind);
    if (handler === undefined) throw new TypeError(`A job of the unknown kind ${job.kind} was claimed.`);
    const attempt = attemptJob(this.parts, handler, job);
    this.running.set(attempt, job.kind);
    await attempt;
    this.running.delete(attempt);
  }
}

const isDue = (at: string | null, now: Date): boolean => at !== null && at <= now.toISOString();
