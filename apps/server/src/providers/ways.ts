import { AppError } from "@loci/kit/errors";
import type { Parts } from "../parts.ts";

/** Throws when nothing is left that this account can be signed in to with. Run it after the removal, in its transaction. */
export async function requireOtherWay({ control: { db } }: Parts, userId: string): Promise<void> {
  const left = await db.selectFrom("sign_ins").select("id").where("user_id", "=", userId).limit(1).executeTakeFirst()
    ?? await db.selectFrom("passkeys").select("id").where("user_id", "=", userId).limit(1).executeTakeFirst();
  if (left === undefined) throw new AppError("conflict", "This is the last way to sign in to the account. Add a passkey, a provider or a password first.", { details: { reason: "last_sign_in" } });
}
