import { AsyncLocalStorage } from "node:async_hooks";
import type { Kysely, Transaction } from "kysely";

interface Held<Tables> {
  tx: Transaction<Tables>;
  live: boolean;
  afterCommit: (() => void)[];
}

/** A database whose transactions are joined by whatever runs inside them: nothing can wait for its own transaction. */
export class Transactions<Tables> {
  private readonly outside: Kysely<Tables>;
  private readonly running = new AsyncLocalStorage<Held<Tables>>();

  constructor(outside: Kysely<Tables>) {
    this.outside = outside;
  }

  /** The transaction that this call runs in, else the database. */
  get db(): Kysely<Tables> {
    return this.find()?.tx ?? this.outside;
  }

  /** Runs `work` in one transaction; inside another it joins that one, and commits or fails with it. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.find() !== undefined) return work();
    const afterCommit: (() => void)[] = [];
    const result = await this.outside.transaction().execute(async (tx) => {
      const held = { tx, live: true, afterCommit };
      try {
        return await this.running.run(held, work);
      } finally {
        held.live = false;
      }
    });
    for (const work of afterCommit) work();
    return result;
  }

  /** Runs `work` once what happens here is on disk, or now when nothing is open; a rollback drops it. */
  afterCommit(work: () => void): void {
    const held = this.find();
    if (held === undefined) work();
    else held.afterCommit.push(work);
  }

  // What outlives its transaction (a timer that was started inside it) is outside again.
  private find(): Held<Tables> | undefined {
    const held = this.running.getStore();
    return held?.live === true ? held : undefined;
  }
}
