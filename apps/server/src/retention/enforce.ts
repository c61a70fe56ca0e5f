import { setImmediate as letOthersRun } from "node:timers/promises";
import type { Log } from "@loci/kit/log";
import { sql } from "kysely";
import { deleteOldAudit } from "../audit/erase.ts";
import type { Control } from "../control/database.ts";
import { enqueueErasures } from "../leaving/jobs.ts";
import type { EraseAccountParts } from "../leaving/erase-account.ts";
import { RETENTION, type Retention } from "./table.ts";

type RetentionParts = EraseAccountParts & { log: Log };

/** Codes and links hold addresses and are over after ten minutes; so soon they are gone. */
const EVERY_TEN_MINUTES = "*/10 * * * *";
/** Rows in one statement: the control database has one writer, and others wait for it. */
const ROWS_PER_RUN = 500;
/** What a round leaves over is for the next one: a job that stops when asked to must not be long. */
const RUNS_MAX = 400;

export function registerRetention(parts: RetentionParts): void {
  parts.jobs.schedule("retention", EVERY_TEN_MINUTES, () => enforceRetention(parts));
}

/** Goes once over the table: what is too old goes, and its bytes with it. */
async function enforceRetention(parts: RetentionParts): Promise<void> {
  const gone: Record<string, number> = {};
  for (const entry of RETENTION) {
    const count = await enforce(parts, entry);
    if (count > 0) gone[entry.name] = count;
  }
  if (Object.keys(gone).length === 0) return;
  parts.log.info({ gone }, "retention");
  if (!(await parts.control.truncateLog())) parts.log.warn("another program reads the control database: its log holds erased rows until the next round");
}

async function enforce(parts: RetentionParts, { rule, keptMs }: Retention): Promise<number> {
  const before = new Date(parts.now().getTime() - keptMs);
  switch (rule.way) {
    case "delete_rows": return deleteRows(parts.control, rule, before.toISOString());
    case "shorten_audit": return deleteOldAudit(parts, before);
    case "erase_accounts": return enqueueErasures(parts);
    case "not_kept_here": return 0;
  }
}

type RowRule = Extract<Retention["rule"], { way: "delete_rows" }>;

async function deleteRows(control: Control, { table, key, since, only = sql`true` }: RowRule, before: string): Promise<number> {
  const names = sql.join(key.map((name) => sql.ref(name)));
  let gone = 0;
  for (let run = 0; run < RUNS_MAX; run++) {
    const { numAffectedRows = 0n } = await sql`delete from ${sql.table(table)} where (${names}) in
      (select ${names} from ${sql.table(table)} where ${since} <= ${before} and ${only} limit ${ROWS_PER_RUN})`.execute(control.db);
    gone += Number(numAffectedRows);
    if (numAffectedRows < ROWS_PER_RUN) break;
    await letOthersRun();
  }
  return gone;
}
