import type { Clock } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import type { MemoryStores } from "./tenants/memory-store.ts";
import type { StoreState } from "./tenants/work.ts";

/** Erasure is promised within a minute of its time. */
const TICK_MS = 20_000;
/** The pace of the first look at every store after a start: it must not slow the requests beside it. */
const FIRST_LOOK_PAUSE_MS = 20;

export interface HousekeeperOptions {
  stores: MemoryStores;
  now: Clock;
  log: Log;
  /** Told of a store whose entries wait for vectors. */
  onWaiting(store: string, waiting: number): void;
}

/**
 * Does in time what a store has to do by itself: erase what was forgotten 7 days ago, forget what has expired. It keeps
 * no list on disk: what is due stands in the stores, which are each looked at once after a start and after a change.
 */
export class Housekeeper {
  private readonly options: HousekeeperOptions;
  private readonly due = new Map<string, string>();
  private readonly changed = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private firstLook: Promise<void> | undefined;
  private ticking: Promise<void> | undefined;
  private stopped = false;

  constructor(options: HousekeeperOptions) {
    this.options = options;
  }

  start(): void {
    this.firstLook = this.lookAtAll();
    this.timer = setInterval(() => {
      this.ticking ??= this.tick().finally(() => {
        this.ticking = undefined;
      });
    }, TICK_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.firstLook;
    await this.ticking;
  }

  /** A store has changed in a way that may have made something due, or waits for vectors. */
  note(store: string): void {
    this.changed.add(store);
  }

  /** A store is gone: nothing of it is due. */
  forget(store: string): void {
    this.changed.delete(store);
    this.due.delete(store);
  }

  /** One round: looks at what has changed, sweeps what is due. */
  async tick(): Promise<void> {
    const changed = [...this.changed];
    this.changed.clear();
    for (const store of changed) await this.visit(store, "inspect");

    const now = this.options.now().toISOString();
    for (const store of this.due.keys()) {
      // A sweep takes on a bounded number of rows, so that writes get their turn in between.
      while (!this.stopped && (this.due.get(store) ?? "9") <= now) await this.visit(store, "sweep");
    }
  }

  private async lookAtAll(): Promise<void> {
    for (const store of await this.options.stores.list()) {
      await new Promise((resolve) => setTimeout(resolve, FIRST_LOOK_PAUSE_MS));
      if (this.stopped) return;
      await this.visit(store, "inspect");
    }
  }

  private async visit(name: string, kind: "inspect" | "sweep"): Promise<void> {
    try {
      const store = await this.options.stores.open(name);
      this.keep(name, await store.write({ kind }));
    } catch (error) {
      this.due.delete(name);
      if (error instanceof AppError && error.code === "not_found") return;
      // One broken store must not keep the others from their turn; its own requests report it as well.
      this.options.log.error({ store: name, error: String(error) }, `${kind} failed`);
    }
  }

  private keep(store: string, { next_due, waiting }: StoreState): void {
    if (next_due === null) this.due.delete(store);
    else this.due.set(store, next_due);
    this.options.onWaiting(store, waiting);
  }
}
