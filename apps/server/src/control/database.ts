import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { AppError } from "@loci/kit/errors";
import { kyselyOf, openSqlite, type SqliteFile } from "@loci/kit/database";
import { migrate } from "@loci/kit/migrate";
import type { Kysely } from "kysely";
import { controlMigrations } from "./migrations/index.ts";
import type { ControlTables } from "./tables.ts";
import { Transactions } from "./transactions.ts";

/** The file in DATA_DIR; where it is not, no Loci has been. */
export const CONTROL_FILE = "control.db";

export type ControlDb = Kysely<ControlTables>;

/** The control database: everything but memories. Whoever opened it closes it. */
export class Control {
  /** A connection that only reads, for who is asked at each request: it waits for no transaction, and sees what is committed. */
  readonly reads: ControlDb;
  private readonly file: SqliteFile;
  private readonly readFile: SqliteFile;
  private readonly transactions: Transactions<ControlTables>;
  private readonly version: () => number;

  constructor(file: SqliteFile, readFile: SqliteFile, db: ControlDb) {
    this.file = file;
    this.readFile = readFile;
    this.reads = kyselyOf<ControlTables>(readFile);
    this.transactions = new Transactions(db);
    // Asked on the reader, which sees the commits of this process as well as those of others.
    const version = readFile.raw.prepare("pragma data_version");
    this.version = () => Number(version.get()?.["data_version"]);
  }

  /** The transaction that this call runs in, else the database. */
  get db(): ControlDb {
    return this.transactions.db;
  }

  /** Runs `work` in one transaction; inside another it joins that one, and commits or fails with it. */
  transaction<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.transactions.run(work);
  }

  /** Runs `work` once what happens here is on disk, or now when nothing is open; a rollback drops it. */
  afterCommit(work: () => void): void {
    this.transactions.afterCommit(work);
  }

  /** Another number than before means that something was committed, by whatever process. Asking costs some microseconds. */
  readVersion(): number {
    return this.version();
  }

  /** Writes the log into the file and empties it: bytes of rows that were erased are gone. False while somebody else reads the file. */
  async truncateLog(): Promise<boolean> {
    // The connection is taken like for a transaction, inside which SQLite empties no log.
    return this.db.connection().execute(async () => this.truncate());
  }

  /**
   * Writes the whole file anew and empties the log: no byte of what was erased is left. `secure_delete` alone does not do that:
   * SQLite leaves copies of rows in the free room of pages from which it moved them. Some 10 ms per MiB. False while somebody else reads the file.
   */
  async rewrite(): Promise<boolean> {
    return this.db.connection().execute(async () => {
      this.file.raw.exec("vacuum");
      return this.truncate();
    });
  }

  private truncate(): boolean {
    // Nobody here waits for a reader outside.
    this.file.raw.exec("pragma busy_timeout = 0");
    try {
      return this.file.raw.prepare("pragma wal_checkpoint(truncate)").get()?.["busy"] === 0;
    } finally {
      this.file.raw.exec("pragma busy_timeout = 5000");
    }
  }

  close(): void {
    // The reader first: who closes last empties the write-ahead log, and a reader cannot.
    if (this.readFile.raw.isOpen) this.readFile.close();
    if (this.file.raw.isOpen) this.file.close();
  }
}

export async function openControl(dataDir: string): Promise<Control> {
  const name = path.join(dataDir, CONTROL_FILE);
  createFiles(dataDir, name);
  const file = openSqlite(name);
  const db = kyselyOf<ControlTables>(file);
  try {
    await migrate(db as Kysely<unknown>, controlMigrations, "The control database");
    return new Control(file, openSqlite(name, { readOnly: true }), db);
  } catch (error) {
    file.close();
    throw error;
  }
}

const FAULTS: Record<string, string> = {
  EEXIST: "is a file. Choose a folder, or one that is not there yet.",
  ENOTDIR: "leads through a file. Choose a folder, or one that is not there yet.",
  EACCES: "cannot be written to by this user. Give it that right, or choose another folder.",
  EPERM: "cannot be written to by this user. Give it that right, or choose another folder.",
  EROFS: "lies on a disk that is read only. Choose another folder.",
  ENOSPC: "lies on a disk that is full.",
};

/** Only the account that runs Loci has business in what is everybody's; SQLite gives its log the rights of the file. */
function createFiles(dataDir: string, name: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(name, "", { mode: 0o600, flag: "wx" });
  } catch (cause) {
    const { code = "", path: where } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST" && where === name) return;
    const words = FAULTS[code];
    throw words === undefined ? cause : new AppError("unavailable", `DATA_DIR=${dataDir} ${words}`, { cause });
  }
}
