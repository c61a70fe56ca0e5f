import { MINUTE_MS, SECOND_MS } from "@loci/kit/clock";
import { appendAudit } from "../audit/append.ts";
import { erasePersonFromAudit } from "../audit/erase.ts";
import { SYSTEM } from "../audit/origin.ts";
import type { Parts } from "../parts.ts";
import { emptyLog, eraseWorkspace, type EraseParts } from "./erase-workspace.ts";
import { listAddresses } from "./former-addresses.ts";
import { endMemberships, listErased, settleOwned } from "./owned-workspaces.ts";
import { deleteByAddress, deleteJobsAbout, deleteKeptAnswers, deleteMailsTo, deleteProofsOf } from "./traces.ts";

export type EraseAccountParts = EraseParts & Pick<Parts, "jobs" | "outbox">;

export const ERASE_ACCOUNT = "account.erase";

/** How long the last mail may take to leave; then it is erased like the others. */
const LAST_MAIL_MS = 10 * MINUTE_MS;
const LOOK_AGAIN_MS = 2 * SECOND_MS;

/**
 * Erases an account whose time has come, with its personal workspace and everything that tells of the person. What was
 * done stands in the rows, so it may be killed anywhere and run again.
 */
export async function eraseAccount(parts: EraseAccountParts, userId: string): Promise<void> {
  const { control } = parts;
  if (!(await control.transaction(() => beginErasingAccount(parts, userId)))) return;
  for (const workspace of await listErased(control.db, userId)) await eraseWorkspace(parts, workspace);
  await control.transaction(() => endMemberships(parts, userId));
  await erasePersonalRows(parts, userId);
  if (await lastMailWaits(parts, userId)) return lookAgain(parts, userId);
  await endErasing(parts, userId);
  await emptyLog(parts);
}

/**
 * The point of no return, in the transaction that runs: nobody signs in any more, no key and no app of theirs works, the last mail
 * is on its way. False where somebody has undone it, or it is too early; may be repeated.
 */
export async function beginErasingAccount(parts: Pick<EraseAccountParts, "control" | "now" | "outbox">, userId: string): Promise<boolean> {
  const { control, now, outbox } = parts;
  const { db } = control;
  const at = now().toISOString();
  const user = await db.selectFrom("users").select(["email", "delete_after", "deleting_at"]).where("id", "=", userId).executeTakeFirst();
  if (user === undefined || user.deleting_at !== null) return true;
  if (user.delete_after === null || user.delete_after > at) return false;
  await db.updateTable("users").set({ deleting_at: at, disabled_at: at }).where("id", "=", userId).execute();
  for (const table of ["sessions", "sign_ins", "two_factors", "spent_totp_codes", "passkeys", "connections", "consents"] as const) await db.deleteFrom(table).where("user_id", "=", userId).execute();
  await settleOwned(parts, userId);
  await outbox.put({ to: user.email, template: "account_deleted" });
  return true;
}

async function erasePersonalRows(parts: EraseAccountParts, userId: string): Promise<void> {
  const { control } = parts;
  await deleteProofsOf(parts, userId);
  await control.transaction(async () => {
    for (const address of await listAddresses(control, userId)) await deleteByAddress(control.db, address);
    await deleteKeptAnswers(control.db, { user_id: userId });
  });
}

/** Whether mails to them have yet to leave: a few minutes, no longer. */
async function lastMailWaits(parts: EraseAccountParts, userId: string): Promise<boolean> {
  const { db } = parts.control;
  const user = await db.selectFrom("users").select(["email", "deleting_at"]).where("id", "=", userId).executeTakeFirst();
  if (user === undefined || user.deleting_at === null || parts.now().getTime() - Date.parse(user.deleting_at) > LAST_MAIL_MS) return false;
  return (await db.selectFrom("mails").select("id").where("recipient", "=", user.email).where("status", "=", "waiting").limit(1).executeTakeFirst()) !== undefined;
}

async function lookAgain({ jobs, now }: EraseAccountParts, userId: string): Promise<void> {
  await jobs.enqueue(ERASE_ACCOUNT, { user_id: userId }, { uniqueKey: userId, runAt: new Date(now().getTime() + LOOK_AGAIN_MS) });
}

async function endErasing(parts: EraseAccountParts, userId: string): Promise<void> {
  const { control } = parts;
  const [current, ...former] = await listAddresses(control, userId);
  if (current === undefined) return;
  const mails: string[] = [];
  for (const address of [current, ...former]) mails.push(...(await deleteMailsTo(control.db, address)));
  await deleteJobsAbout(parts, [userId, current.email, ...mails]);
  await erasePersonFromAudit(parts, userId);
  await control.transaction(async () => {
    const gone = await control.db.deleteFrom("users").where("id", "=", userId).returning("id").executeTakeFirst();
    if (gone !== undefined) await appendAudit(parts, SYSTEM, { chain: "instance", action: "account.deleted", target: userId });
  });
}
