import { AppError } from "@loci/kit/errors";
import type { Parts } from "../parts.ts";

/** Throws where the second factor cannot be read: it was kept under another AUTH_SECRET, or harmed. The same secret opens both, so no recovery code would fit either. */
export async function requireReadable({ accounts, control: { db }, log }: Parts, userId: string): Promise<void> {
  const factor = await db.selectFrom("two_factors").select("secret").where("user_id", "=", userId).executeTakeFirst();
  if (factor === undefined) return;
  const { secretConfig } = await (await accounts.auth.load()).$context;
  const { symmetricDecrypt } = await import("better-auth/crypto");
  try {
    await symmetricDecrypt({ key: secretConfig, data: factor.secret });
  } catch (cause) {
    log.error({ user_id: userId }, "a second factor cannot be read: it was kept under another AUTH_SECRET, or harmed");
    throw new AppError("unavailable", "Your second factor cannot be read here any more, so no code fits. Sign in with a passkey, or ask who runs this server to take the second factor away.", { cause, details: { reason: "second_factor_unreadable" } });
  }
}
