import { sql } from "kysely";
import type { Control } from "../control/database.ts";
import type { AuditParts } from "./append.ts";
import { GENESIS_HASH } from "./link.ts";

/** Rows in one transaction: the control database has one writer, and others wait for it. */
const ROWS_PER_RUN = 1_000;

/**
 * Takes away every link of a workspace or account that is erased. What stays is the chain's id, its last number and
 * hash; nothing can follow. May be repeated, and run on a chain that never was.
 */
export async function sealOffChain({ control, now }: AuditParts, chain: string): Promise<void> {
  const sealed_at = now().toISOString();
  await control.db.insertInto("audit_heads").values({ chain, last_seq: 0, last_hash: GENESIS_HASH, sealed_at }).onConflict((known) => known.column("chain").doUpdateSet({ sealed_at })).execute();
  await deleteThrough(control, chain, Number.MAX_SAFE_INTEGER);
}

/**
 * Erases a person from the log: the account's own chain is sealed off, and in the chains of workspaces their addresses,
 * user agents and details go. Those links stay, name the account by its id alone, and verify. May be repeated.
 */
export async function erasePersonFromAudit(parts: AuditParts, userId: string): Promise<void> {
  await sealOffChain(parts, userId);
  const { control } = parts;
  for (let erased = ROWS_PER_RUN; erased === ROWS_PER_RUN; ) {
    const { rows } = await sql`update audit set ip = null, user_agent = null, details = null, private_salt = null
      where (chain, seq) in (select chain, seq from audit where actor = ${userId} and private_salt is not null limit ${ROWS_PER_RUN}) returning seq`.execute(control.db);
    erased = rows.length;
  }
}

/** Takes away the links from before a time, the oldest of each chain first, and says how many. The rest still verifies. */
export async function deleteOldAudit({ control }: Pick<AuditParts, "control">, before: Date): Promise<number> {
  const time = before.toISOString();
  const chains = await control.db.selectFrom("audit").select("chain").distinct().where("at", "<", time).execute();
  let deleted = 0;
  for (const { chain } of chains) deleted += await shortenChain(control, chain, time);
  return deleted;
}

async function shortenChain(control: Control, chain: string, time: string): Promise<number> {
  // Up to the first link that is young enough: clocks may jump, the order of a chain does not.
  const young = await control.db.selectFrom("audit").select("seq").where("chain", "=", chain).where("at", ">=", time).orderBy("seq").limit(1).executeTakeFirst();
  return deleteThrough(control, chain, young === undefined ? Number.MAX_SAFE_INTEGER : young.seq - 1);
}

/** Deletes from the beginning of a chain, which moves along in the same transaction, so that what is left verifies at any moment. */
async function deleteThrough(control: Control, chain: string, seq: number): Promise<number> {
  for (let deleted = 0; ; ) {
    const run = await control.transaction(() => deleteRun(control, chain, seq));
    if (run === 0) return deleted;
    deleted += run;
  }
}

async function deleteRun({ db }: Control, chain: string, through: number): Promise<number> {
  const rows = await db.selectFrom("audit").select(["seq", "hash"]).where("chain", "=", chain).where("seq", "<=", through).orderBy("seq").limit(ROWS_PER_RUN).execute();
  const last = rows.at(-1);
  if (last === undefined) return 0;
  await db.updateTable("audit_heads").set(last).where("chain", "=", chain).execute();
  await db.deleteFrom("audit").where("chain", "=", chain).where("seq", "<=", last.seq).execute();
  return rows.length;
}
