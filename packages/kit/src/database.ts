import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from "kysely";

/** A prepared statement, and whether it answers with rows: asking SQLite each time costs as much as a short query. */
interface Prepared {
  statement: StatementSync;
  hasRows: boolean;
}

/** A SQLite file with its prepared statements. One thread owns it. */
export class SqliteFile {
  readonly raw: DatabaseSync;
  private readonly statements = new Map<string, Prepared>();
  private readonly statementsMax: number;

  constructor(raw: DatabaseSync, statementsMax = 200) {
    this.raw = raw;
    this.statementsMax = statementsMax;
  }

  /** Preparing costs some 20 µs, more than most of our statements take to run. */
  prepare(sql: string): Prepared {
    const known = this.statements.get(sql);
    if (known) return known;
    const statement = this.raw.prepare(sql);
    const prepared = { statement, hasRows: statement.columns().length > 0 };
    if (this.statements.size >= this.statementsMax) this.statements.clear();
    this.statements.set(sql, prepared);
    return prepared;
  }

  close(): void {
    this.statements.clear();
    this.raw.close();
  }
}

export interface SqliteOptions {
  readOnly?: boolean;
  /** Throws where there is no file, instead of making one. A reader never makes one. */
  mustExist?: boolean;
  /** Page cache of this connection, KiB. */
  cacheKib?: number;
}

const CHECKPOINT_PAGES = 4_000;

/** Opens (and unless `readOnly` creates) a file with the settings that every database of Loci has. */
export function openSqlite(path: string, { readOnly = false, mustExist = false, cacheKib = 2_000 }: SqliteOptions = {}): SqliteFile {
  const raw = new DatabaseSync(mustExist && !readOnly ? toExisting(path) : path, { readOnly });
  raw.exec(`PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA cache_size = -${cacheKib};`);
  // FULL: a commit has reached the disk when it returns. secure_delete: what is erased leaves no bytes behind.
  if (!readOnly) raw.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;");
  // A page that changes often is copied back once per checkpoint, so fewer are cheaper; 16 MB of log are replayed in an instant.
  if (!readOnly) raw.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA journal_size_limit = ${CHECKPOINT_PAGES * 4_096};`);
  return new SqliteFile(raw);
}

/** SQLite itself refuses to make the file, so nothing can happen between a look and the opening. */
function toExisting(path: string): URL {
  const url = pathToFileURL(path);
  url.searchParams.set("mode", "rw");
  return url;
}

/** A Kysely over one SQLite file; transactions are the caller's (`begin`, `commit`), the file is one connection. */
export const kyselyOf = <Tables>(file: SqliteFile): Kysely<Tables> => new Kysely<Tables>({ dialect: new NodeSqliteDialect(file) });

class NodeSqliteDialect implements Dialect {
  private readonly file: SqliteFile;
  constructor(file: SqliteFile) {
    this.file = file;
  }
  createAdapter() {
    return new SqliteAdapter();
  }
  createDriver() {
    return new NodeSqliteDriver(this.file);
  }
  createQueryCompiler() {
    return new SqliteQueryCompiler();
  }
  createIntrospector(db: Kysely<unknown>) {
    return new SqliteIntrospector(db);
  }
}

class NodeSqliteDriver implements Driver {
  private readonly connection: NodeSqliteConnection;
  private turn: Promise<void> = Promise.resolve();
  private release: () => void = () => undefined;

  constructor(file: SqliteFile) {
    this.connection = new NodeSqliteConnection(file);
  }
  async init(): Promise<void> {}

  /** One connection, so whoever holds it (a transaction, say) keeps the others waiting. */
  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.turn = promise;
    await before;
    this.release = resolve;
    return this.connection;
  }
  async beginTransaction(): Promise<void> {
    this.connection.run("begin immediate");
  }
  async commitTransaction(): Promise<void> {
    this.connection.run("commit");
  }
  async rollbackTransaction(): Promise<void> {
    this.connection.run("rollback");
  }
  async releaseConnection(): Promise<void> {
    this.release();
  }
  async destroy(): Promise<void> {}
}

class NodeSqliteConnection implements DatabaseConnection {
  private readonly file: SqliteFile;
  constructor(file: SqliteFile) {
    this.file = file;
  }
  run(sql: string): void {
    this.file.prepare(sql).statement.run();
  }
  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { statement, hasRows } = this.file.prepare(sql);
    const values = parameters as SQLInputValue[];
    if (hasRows) return { rows: statement.all(...values) as Row[] };
    const { changes, lastInsertRowid } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }
  // eslint-disable-next-line require-yield
  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    const rows = this.file.prepare(query.sql).statement.iterate(...(query.parameters as SQLInputValue[]));
    for (const row of rows) yield { rows: [row as Row] };
  }
}
