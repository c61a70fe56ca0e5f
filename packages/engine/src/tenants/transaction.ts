import { AppError, toWireError, type WireError } from "@loci/kit/errors";
import { CompiledQuery, sql, type Kysely } from "kysely";
import type { Idempotency, Operation, Outcome, ResultOf, WriteCommand } from "../workspace.ts";
import type { Indexer, WriteContext } from "../write-context.ts";
import { toAccessed } from "./accesses.ts";
import { runCommand } from "./commands.ts";
import { findAnswer, insertAnswer, speaksOfErased } from "./idempotency.ts";
import { inspectStore, packGroup, sweepStore, writeVectors } from "./maintenance.ts";
import type { TenantTables } from "./schema.ts";
import { CommandTally, TransactionTally } from "./tally.ts";
import type { Work, WorkResult, WorkResults } from "./work.ts";

const SAVEPOINT = CompiledQuery.raw("savepoint work");
const RELEASE = CompiledQuery.raw("release work");
const ROLLBACK = CompiledQuery.raw("rollback to work");

/** One open transaction of a workspace, in which many works are done before one commit. */
export class Transaction {
  readonly db: Kysely<TenantTables>;
  readonly indexer: Indexer;
  readonly now: Date;
  private readonly tally = new TransactionTally();
  private readonly report: (thrown: unknown) => void;
  /** False once SQLite has given up the whole transaction by itself (no space, a failing disk). */
  private readonly isOpen: () => boolean;
  private readonly changeBefore: number;
  private change: number;
  /** True once memories were erased: indexes that know them are loaded anew. */
  private erased = false;
  /** True once rows were deleted whose text the log of the database must not keep. */
  leavesBytes = false;

  private constructor(db: Kysely<TenantTables>, indexer: Indexer, now: Date, report: (thrown: unknown) => void, isOpen: () => boolean, change: number) {
    this.isOpen = isOpen;
    this.db = db;
    this.indexer = indexer;
    this.now = now;
    this.report = report;
    this.changeBefore = change;
    this.change = change;
  }

  static async open(db: Kysely<TenantTables>, indexer: Indexer, now: Date, report: (thrown: unknown) => void, isOpen: () => boolean): Promise<Transaction> {
    const { rows } = await sql<{ change: number }>`select change from state`.execute(db);
    return new Transaction(db, indexer, now, report, isOpen, rows[0]?.change ?? 0);
  }

  /** Does one work; a fault undoes this work alone and is thrown as what the caller may know. */
  async run(work: Work): Promise<WorkResult> {
    switch (work.kind) {
      case "commands": return this.runCommands(work);
      case "answer": return this.keepAnswer(work);
      case "meter": return this.countRead(work);
      case "vectors": return this.guard(() => writeVectors(this, work));
      case "pack": return this.guard(() => packGroup(this.db, work.group_id, this.indexer.model));
      case "sweep": return this.runSweep();
      case "inspect": return inspectStore(this.db, this.indexer.model);
    }
  }

  /** Writes what the works added up to; the commit itself is the caller's. */
  async finish(): Promise<void> {
    await this.tally.write(this.db, this.now);
    if (this.change === this.changeBefore) return;
    await sql`update state set change = ${this.change}, epoch = epoch + ${this.erased ? 1 : 0}`.execute(this.db);
  }

  contextFor(operation: Operation, bound: string | null, tally: CommandTally): WriteContext {
    return { db: this.db, now: this.now, operation, bound, indexer: this.indexer, tally, nextChange: () => ++this.change };
  }

  nextChange(): number {
    return ++this.change;
  }

  addTally(tally: CommandTally): void {
    this.tally.add(tally);
    for (const delta of tally.groups.values()) this.erased ||= delta.erased;
    this.leavesBytes ||= tally.leavesBytes;
  }

  private countRead({ operation, quantities, read, at }: Extract<Work, { kind: "meter" }>): null {
    this.tally.charge(operation, quantities, new Date(at));
    if (read) this.tally.logAccess(operation, "read", read, new Date(at));
    return null;
  }

  private async runCommands({ commands, operation, bound, each }: Extract<Work, { kind: "commands" }>): Promise<WorkResults["commands"]> {
    const outcomes: WorkResults["commands"] = [];
    const meters = new CommandTally();
    const memories = new Set<string>();
    let succeeded = 0;
    for (const [index, command] of commands.entries()) {
      const tally = new CommandTally();
      const { outcome, fresh } = await this.runOnce(command, this.contextFor(operation, bound, tally), keyFor(operation, each, index));
      outcomes.push(outcome);
      if (!outcome.ok || !fresh) continue;
      succeeded += 1;
      this.addTally(tally);
      for (const id of [...tally.memories, ...toAnswered(outcome.result)]) memories.add(id);
      for (const [meter, quantity] of Object.entries(tally.meters)) meters.count(meter as keyof typeof tally.meters, quantity);
    }
    if (succeeded > 0) meters.count("api_calls", operation.calls ?? succeeded);
    this.tally.charge(operation, meters.meters, this.now);
    if (succeeded > 0) this.tally.logAccess(operation, "write", toAccessed(memories), this.now);
    return outcomes;
  }

  /** A command under a key that is known answers what it answered first, and does nothing. */
  private async runOnce(command: WriteCommand, ctx: WriteContext, idempotency: Idempotency | undefined): Promise<{ outcome: Outcome<ResultOf<WriteCommand>>; fresh: boolean }> {
    try {
      const before = idempotency && (await findAnswer(this.db, ctx.bound, idempotency));
      if (before) return { outcome: { ok: true, result: JSON.parse(before) as ResultOf<WriteCommand> }, fresh: false };
      const result = await this.guard(async () => {
        const done = await runCommand(ctx, command);
        if (idempotency) await insertAnswer(this.db, ctx.bound, idempotency, JSON.stringify(done), ctx.operation.id, this.now);
        return done;
      });
      return { outcome: { ok: true, result }, fresh: true };
    } catch (thrown) {
      return { outcome: { ok: false, error: this.toCallersError(thrown) }, fresh: true };
    }
  }

  private async keepAnswer({ idempotency, body, operation_id, bound }: Extract<Work, { kind: "answer" }>): Promise<string> {
    const first = await findAnswer(this.db, bound, idempotency);
    if (first !== null) return first;
    // What it tells of may have been erased since it was composed, by this very request or by another.
    const kept = (await speaksOfErased(this.db, body)) ? "" : body;
    await insertAnswer(this.db, bound, idempotency, kept, operation_id, this.now);
    return body;
  }

  private async runSweep(): Promise<WorkResults["sweep"]> {
    await this.guard(() => sweepStore(this));
    return inspectStore(this.db, this.indexer.model);
  }

  private async guard<Result>(work: () => Promise<Result>): Promise<Result> {
    if (!this.isOpen()) throw new Error("SQLite rolled the transaction back");
    await this.db.executeQuery(SAVEPOINT);
    try {
      const result = await work();
      await this.db.executeQuery(RELEASE);
      return result;
    } catch (thrown) {
      if (!this.isOpen()) throw thrown;
      await this.db.executeQuery(ROLLBACK);
      await this.db.executeQuery(RELEASE);
      throw thrown;
    }
  }

  toCallersError(thrown: unknown): WireError {
    if (thrown instanceof AppError) return toWireError(thrown);
    this.report(thrown);
    return { code: "internal", message: "Something went wrong on our side; nothing was changed. Repeat the request, and tell us the request id if it stays." };
  }

  /** Charges what happened by itself (expiry) to an operation of its own. */
  chargeOwn(operation: Operation, tally: CommandTally): void {
    this.addTally(tally);
    this.tally.charge(operation, tally.meters, this.now);
  }
}

/** In a run of several commands each has a record of its own, so a repeat redoes only what is missing. */
function keyFor({ idempotency, part }: Operation, each: boolean, index: number): Idempotency | undefined {
  if (!idempotency || !each) return idempotency;
  return { key: `${idempotency.key}#${part ?? 0}.${index}`, fingerprint: idempotency.fingerprint };
}

/** The memories that an answer speaks of, changed or not. */
function toAnswered(result: ResultOf<WriteCommand>): string[] {
  if ("memory" in result) return [result.memory.id];
  if ("relationship" in result) return [result.relationship.from, result.relationship.to];
  return [];
}
