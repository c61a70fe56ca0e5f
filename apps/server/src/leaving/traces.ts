import { sql } from "kysely";
import type { Control, ControlDb } from "../control/database.ts";
import type { Sealer } from "../control/sealer.ts";
import type { Address } from "./former-addresses.ts";

interface Parts {
  control: Control;
  sealer: Sealer;
}

/** What sealed rows are looked through for: ids and addresses, each the whole of a text in their JSON. */
type Marks = readonly string[];

const ROWS_PER_READ = 500;
/** Jobs that run have a process that holds them; their rows are gone through when they have ended. */
const RESTING = ["waiting", "failed"] as const;

/** Deletes jobs that speak of any of these, and those whose failure does. What jobs are to do is sealed, so each is opened. */
export async function deleteJobsAbout({ control, sealer }: Parts, marks: Marks): Promise<void> {
  for (let after = ""; ; ) {
    const rows = await control.db.selectFrom("jobs").select(["id", "payload"]).where("status", "in", RESTING).where("id", ">", after).orderBy("id").limit(ROWS_PER_READ).execute();
    const found = rows.filter(({ payload }) => speaksOf(sealer, payload, marks)).map(({ id }) => id);
    if (found.length > 0) await control.db.deleteFrom("jobs").where("id", "in", found).where("status", "in", RESTING).execute();
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  for (const mark of marks) await deleteFailuresOf(control.db, mark);
}

/** Failures are told in words, in which an address is whole where nothing of another one stands beside it. */
async function deleteFailuresOf(db: ControlDb, mark: string): Promise<void> {
  const told = await db.selectFrom("jobs").select(["id", "error"]).where("status", "!=", "running").where(holds("error", mark)).execute();
  const whole = new RegExp(`(?<![\\w.+-])${RegExp.escape(mark)}(?![\\w-]|\\.\\w)`, "i");
  const found = told.filter(({ error }) => whole.test(error ?? "")).map(({ id }) => id);
  for (let from = 0; from < found.length; from += ROWS_PER_READ) await db.deleteFrom("jobs").where("id", "in", found.slice(from, from + ROWS_PER_READ)).where("status", "!=", "running").execute();
}

/** Deletes what is kept under an address of an account, but for its mails: who had it last may still be waiting for one. */
export async function deleteByAddress(db: ControlDb, { email, until }: Address): Promise<void> {
  await db.deleteFrom("invitations").where("email", "=", email).where("created_at", "<=", until).execute();
  await db.deleteFrom("proofs").where("email", "=", email).where("created_at", "<=", until).execute();
  await db.deleteFrom("verifications").where(holds("value", JSON.stringify(email))).where("created_at", "<=", until).execute();
}

/** Deletes the mails to an address, and answers their ids. */
export async function deleteMailsTo(db: ControlDb, { email, until }: Address): Promise<string[]> {
  const rows = await db.deleteFrom("mails").where("recipient", "=", email).where("created_at", "<=", until).returning("id").execute();
  return rows.map(({ id }) => id);
}

/** Deletes codes, links and challenges that know an account by its id. */
export async function deleteProofsOf({ control, sealer }: Parts, userId: string): Promise<void> {
  const { db } = control;
  const proofs = await db.selectFrom("proofs").select(["id", "payload"]).execute();
  const found = proofs.filter(({ payload }) => speaksOf(sealer, payload, [userId])).map(({ id }) => id);
  for (let from = 0; from < found.length; from += ROWS_PER_READ) await db.deleteFrom("proofs").where("id", "in", found.slice(from, from + ROWS_PER_READ)).execute();
  await db.deleteFrom("verifications").where(({ or }) => or([holds("value", userId), holds("identifier", userId)])).execute();
}

const holds = (column: string, mark: string) => sql<boolean>`instr(lower(${sql.ref(column)}), ${mark}) > 0`;

/** Deletes the answers kept for a caller in any workspace, or in one for any caller. */
export async function deleteKeptAnswers(db: ControlDb, whose: { workspace_id: string } | { user_id: string }): Promise<void> {
  const answers = db.deleteFrom("kept_answers");
  // `caller` is "workspace key-or-user"; "!" follows on the space.
  if ("workspace_id" in whose) await answers.where("caller", ">=", `${whose.workspace_id} `).where("caller", "<", `${whose.workspace_id}!`).execute();
  else await answers.where("caller", "like", `% ${whose.user_id}`).execute();
}

function speaksOf(sealer: Sealer, sealed: string | null, marks: Marks): boolean {
  if (sealed === null || sealed === "") return false;
  const text = openSealed(sealer, sealed);
  // With its quotes: the address of one person may be the end of another's.
  return marks.some((mark) => text.includes(JSON.stringify(mark)));
}

/** What was sealed under a secret that is gone tells nobody anything, us included. */
function openSealed(sealer: Sealer, sealed: string): string {
  try {
    return sealer.open(sealed).toLowerCase();
  } catch {
    return "";
  }
}
