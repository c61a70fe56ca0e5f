import type { OpenStore } from "./sqlite-files.ts";

/** How soon erased bytes are looked after again that somebody kept in the log. */
const TRUNCATE_AGAIN_MS = 2_000;

/** No count of erasures. */
const DUE = -1;

/**
 * Gets the bytes of erased rows out of the files of a store. `secure_delete` overwrites the rows themselves; copies of them
 * stay in the log, and in the free room of pages from which SQLite has moved rows: the one is emptied, the other rewritten.
 * The file's `user_version` is the epoch up to which it was rewritten, so what is left to do survives a crash.
 */
export class ErasedBytes {
  private readonly report: (store: string, thrown: unknown) => void;
  private closed = false;

  constructor(report: (store: string, thrown: unknown) => void) {
    this.report = report;
  }

  /** Notes in the open transaction that it leaves bytes behind. */
  mark({ file }: OpenStore): void {
    file.raw.exec(`PRAGMA user_version = ${DUE}`);
  }

  isDue(store: OpenStore): boolean {
    return readNumber(store, "PRAGMA user_version") !== readEpoch(store);
  }

  /** Notes that a transaction with a mark was committed. */
  note(store: OpenStore): void {
    store.hasErasedBytes = true;
    store.rewrittenTo = null;
  }

  /**
   * Writes the file anew, from its live rows alone; readers beside it go on reading what they read. False where that failed,
   * for want of space or because another program writes.
   */
  rewrite(store: OpenStore): boolean {
    const epoch = readEpoch(store);
    try {
      withoutWaiting(store, () => store.file.raw.exec("VACUUM"));
    } catch (thrown) {
      this.report(store.name, thrown);
      return false;
    }
    store.hasErasedBytes = true;
    store.rewrittenTo = epoch;
    this.truncateLog(store);
    return true;
  }

  /**
   * Writes the log into the file and empties it. Somebody who reads the file at that moment (a recall, a backup, a shell) can
   * be in the way: nobody waits for that, it is tried again.
   */
  truncateLog(store: OpenStore): void {
    if (store.triesAgain) return;
    const { raw } = store.file;
    try {
      // A try of its own can fall into the middle of a transaction.
      store.hasErasedBytes = raw.isTransaction || withoutWaiting(store, () => raw.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get())?.["busy"] !== 0;
      if (!store.hasErasedBytes && store.rewrittenTo !== null) {
        raw.exec(`PRAGMA user_version = ${store.rewrittenTo}`);
        store.rewrittenTo = null;
      }
    } catch (thrown) {
      this.report(store.name, thrown);
    }
    store.triesAgain = store.hasErasedBytes && !this.closed;
    if (store.triesAgain) setTimeout(() => this.truncateAgain(store), TRUNCATE_AGAIN_MS).unref();
  }

  /** Nothing is tried again from here on. */
  close(): void {
    this.closed = true;
  }

  private truncateAgain(store: OpenStore): void {
    store.triesAgain = false;
    if (store.hasErasedBytes && !store.dropped && !this.closed) this.truncateLog(store);
  }
}

export const bytesOf = (store: OpenStore): number => readNumber(store, "PRAGMA page_count") * readNumber(store, "PRAGMA page_size");

const readEpoch = (store: OpenStore): number => readNumber(store, "SELECT epoch FROM state");

const readNumber = ({ file }: OpenStore, sql: string): number => Number(Object.values(file.raw.prepare(sql).get() ?? {})[0]);

function withoutWaiting<Result>({ file }: OpenStore, work: () => Result): Result {
  file.raw.exec("PRAGMA busy_timeout = 0");
  try {
    return work();
  } finally {
    file.raw.exec("PRAGMA busy_timeout = 5000");
  }
}
