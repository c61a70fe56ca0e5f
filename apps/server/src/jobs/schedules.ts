import { Cron } from "croner";
import type { Clock } from "@loci/kit/clock";
import { sql } from "kysely";
import type { Control } from "../control/database.ts";

/** The kind of the jobs that a schedule makes. */
export const kindOfSchedule = (name: string): string => `schedule.${name}`;

interface ScheduleParts {
  control: Control;
  now: Clock;
  /** Called in the transaction that takes the slot. */
  enqueue(name: string): Promise<unknown>;
}

/** Makes a job of each slot of each schedule. What comes next is in the database: a missed slot is made up for once, and two processes make one job of it. */
export class Schedules {
  private readonly control: Control;
  private readonly now: Clock;
  private readonly enqueue: (name: string) => Promise<unknown>;
  private readonly patterns = new Map<string, Cron>();
  private readonly unplanned = new Set<string>();

  constructor({ control, now, enqueue }: ScheduleParts) {
    this.control = control;
    this.now = now;
    this.enqueue = enqueue;
  }

  add(name: string, pattern: string): void {
    this.patterns.set(name, new Cron(pattern, { timezone: "UTC", paused: true }));
    this.unplanned.add(name);
    this.next(name);
  }

  patternOf(name: string): string | undefined {
    return this.patterns.get(name)?.getPattern();
  }

  /** When the next slot is due; `null` without schedules. */
  async findNextDue(): Promise<string | null> {
    const names = [...this.patterns.keys()];
    if (names.length === 0) return null;
    const row = await this.control.reads.selectFrom("schedules").select(({ fn }) => fn.min("next_run_at").as("at")).where("name", "in", names).where("paused_at", "is", null).executeTakeFirst();
    return row?.at ?? null;
  }

  /** Makes the jobs of the slots that are due. */
  async takeDueSlots(): Promise<void> {
    await this.plan();
    const names = [...this.patterns.keys()];
    if (names.length === 0) return;
    const due = await this.control.reads.selectFrom("schedules").select(["name", "next_run_at"])
      .where("name", "in", names).where("next_run_at", "<=", this.now().toISOString()).where("paused_at", "is", null).execute();
    for (const slot of due) await this.takeSlot(slot);
  }

  private takeSlot({ name, next_run_at }: { name: string; next_run_at: string }): Promise<void> {
    return this.control.transaction(async () => {
      const { numUpdatedRows } = await this.control.db.updateTable("schedules").set({ next_run_at: this.next(name) })
        .where("name", "=", name).where("next_run_at", "=", next_run_at).where("paused_at", "is", null).executeTakeFirst();
      if (numUpdatedRows === 1n) await this.enqueue(name);
    });
  }

  /** Writes the first slot of new schedules. One whose pattern was changed to come sooner comes sooner. */
  private async plan(): Promise<void> {
    for (const name of this.unplanned) {
      const next_run_at = this.next(name);
      await this.control.db.insertInto("schedules").values({ name, next_run_at })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ next_run_at: sql<string>`excluded.next_run_at` }).whereRef("schedules.next_run_at", ">", "excluded.next_run_at")).execute();
      this.unplanned.delete(name);
    }
  }

  private next(name: string): string {
    const at = this.patterns.get(name)?.nextRun(this.now());
    if (at === null || at === undefined) throw new TypeError(`The schedule ${name} never comes: its pattern has no time ahead.`);
    return at.toISOString();
  }

  /** Notes how a run of the schedule went. */
  async note(name: string, error: string | null): Promise<void> {
    await this.control.db.updateTable("schedules").set({ last_run_at: this.now().toISOString(), last_error: error }).where("name", "=", name).execute();
  }
}
