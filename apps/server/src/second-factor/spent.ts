import { MINUTE_MS } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import type { Parts } from "../parts.ts";

// A code is taken for the 30 seconds of its own and those on either side; after that it may come up again by chance.
const KEPT_MS = 2 * MINUTE_MS;

/** Uses up a code that was right, in the transaction that runs; throws when it was used before. Whoever looked over a shoulder has nothing. */
export async function spendTotpCode({ control: { db }, accounts, now }: Parts, userId: string, code: string): Promise<void> {
  const at = now();
  await db.deleteFrom("spent_totp_codes").where("user_id", "=", userId).where("at", "<", new Date(at.getTime() - KEPT_MS).toISOString()).execute();
  const spent = await db.insertInto("spent_totp_codes").values({ user_id: userId, code_hash: accounts.digest("totp", `${userId}\n${code}`), at: at.toISOString() })
    .onConflict((conflict) => conflict.doNothing()).returning("at").executeTakeFirst();
  if (spent === undefined) throw new AppError("unauthenticated", "This code was used before. Wait for the next one, half a minute at most.", { param: "code", details: { reason: "code_used" } });
}
