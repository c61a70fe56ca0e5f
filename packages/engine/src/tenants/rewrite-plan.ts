/** How long a store has to be quiet before it is rewritten, and how long that is put off at most, ms. */
interface Pace {
  quietMs: number;
  latestMs: number;
}

/** Rewriting costs some 10 ms per MiB, in which this thread writes nothing else (docs/decisions/0005-forgetting.md). */
const LARGE_BYTES = 64 * 2 ** 20;
const SMALL: Pace = { quietMs: 1_000, latestMs: 30_000 };
const LARGE: Pace = { quietMs: 60_000, latestMs: 3_600_000 };

interface Plan {
  quietMs: number;
  latestAt: number;
  timer: NodeJS.Timeout;
  due: boolean;
}

/**
 * When which store is written anew: once it has been quiet for a while, so that many erasures cost one rewrite, and at the
 * latest some time after the first of them.
 */
export class RewritePlan {
  private readonly plans = new Map<string, Plan>();
  private readonly onDue: () => void;

  constructor(onDue: () => void) {
    this.onDue = onDue;
  }

  /** This store holds erased bytes; `bytes` is the size of its file. */
  add(store: string, bytes: number): void {
    const { quietMs, latestMs } = bytes > LARGE_BYTES ? LARGE : SMALL;
    this.wait(store, quietMs, this.plans.get(store)?.latestAt ?? performance.now() + latestMs);
  }

  /** Somebody writes in this store: it is not quiet. */
  touch(store: string): void {
    const plan = this.plans.get(store);
    if (plan) this.wait(store, plan.quietMs, plan.latestAt);
  }

  /** A store whose turn it is, which leaves the plan; while others wait (not `idle`), only one that can be put off no longer. */
  take(idle: boolean): string | undefined {
    for (const [store, { due, latestAt }] of this.plans) {
      if (!due || !(idle || performance.now() >= latestAt)) continue;
      this.drop(store);
      return store;
    }
    return undefined;
  }

  drop(store: string): void {
    clearTimeout(this.plans.get(store)?.timer);
    this.plans.delete(store);
  }

  clear(): void {
    for (const store of this.plans.keys()) this.drop(store);
  }

  private wait(store: string, quietMs: number, latestAt: number): void {
    clearTimeout(this.plans.get(store)?.timer);
    const timer = setTimeout(() => this.makeDue(store), Math.max(0, Math.min(quietMs, latestAt - performance.now())));
    timer.unref();
    this.plans.set(store, { quietMs, latestAt, timer, due: false });
  }

  private makeDue(store: string): void {
    const plan = this.plans.get(store);
    if (plan) plan.due = true;
    this.onDue();
  }
}
