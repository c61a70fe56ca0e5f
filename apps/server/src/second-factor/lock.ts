import { MINUTE_MS } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import { sql } from "kysely";
import { appendAudit } from "../audit/append.ts";
import type { Origin } from "../audit/origin.ts";
import type { Parts } from "../parts.ts";

// The same as better-auth counts at sign-ins, in the same columns; what is wrong in one place counts in the other.
const FAILS_MAX = 10;
const LOCK_MS = 15 * MINUTE_MS;

interface Refused {
  userId: string;
  method: "totp" | "recovery_code";
}

/** Writes down a wrong second factor and, when it was the last one that is taken for a while, that too. */
export async function noteRefusedFactor(parts: Parts, origin: Origin, { userId, method }: Refused): Promise<void> {
  const who = { ...origin, actor: origin.actor === userId ? userId : "nobody" };
  await appendAudit(parts, who, { chain: userId, action: "account.second_factor_refused", target: userId, details: { method } });
  if ((await findLock(parts, userId)) === null) return;
  await appendAudit(parts, who, { chain: userId, action: "account.locked", target: userId, details: { method } });
  const { email } = await parts.control.db.selectFrom("users").select("email").where("id", "=", userId).executeTakeFirstOrThrow();
  await parts.outbox.put({ to: email, template: "second_factor_locked" });
}

/** Throws while too many wrong codes keep the second factor shut. */
export async function requireUnlocked(parts: Parts, userId: string): Promise<void> {
  const lock = await findLock(parts, userId);
  if (lock === null) return;
  const waitS = Math.ceil((Date.parse(lock) - parts.now().getTime()) / 1_000);
  throw new AppError("rate_limited", "Too many wrong codes. Wait a quarter of an hour, or use a passkey.", { retry_after: waitS, details: { reason: "second_factor_locked" } });
}

/** Counts a wrong code of somebody who is signed in; better-auth counts only those of a sign-in. */
export async function countFail({ control: { db }, now }: Parts, userId: string): Promise<void> {
  const at = now();
  const until = new Date(at.getTime() + LOCK_MS).toISOString();
  // A lock that is over begins the count anew.
  await db.updateTable("two_factors").set({ failed_count: 0, locked_until: null }).where("user_id", "=", userId).where("locked_until", "<=", at.toISOString()).execute();
  await db.updateTable("two_factors").set({
    failed_count: sql`failed_count + 1`,
    locked_until: sql`case when failed_count + 1 >= ${FAILS_MAX} then ${until} else locked_until end`,
  }).where("user_id", "=", userId).execute();
}

export async function forgetFails({ control: { db } }: Parts, userId: string): Promise<void> {
  await db.updateTable("two_factors").set({ failed_count: 0, locked_until: null }).where("user_id", "=", userId).execute();
}

/** Until when no code is taken, or `null`. */
async function findLock({ control: { db }, now }: Parts, userId: string): Promise<string | null> {
  const factor = await db.selectFrom("two_factors").select("locked_until").where("user_id", "=", userId).executeTakeFirst();
  const until = factor?.locked_until ?? null;
  return until !== null && until > now().toISOString() ? until : null;
}
