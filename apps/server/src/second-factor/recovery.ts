import { hashRecoveryCode } from "../accounts/recovery-codes.ts";
import { appendAudit } from "../audit/append.ts";
import type { OpenCall } from "../http/route.ts";
import type { Parts } from "../parts.ts";

const HYPHEN_AFTER = 5;

/** A recovery code as it is kept, however it was typed: it was shown with a hyphen. */
export function toKeptCode({ accounts }: Parts, typed: string): string {
  const plain = typed.replaceAll(/[\s-]/g, "");
  return hashRecoveryCode(accounts.digest, `${plain.slice(0, HYPHEN_AFTER)}-${plain.slice(HYPHEN_AFTER)}`);
}

/** Writes down and tells the owner that a code was used, in the transaction that runs. */
export async function noteUsedCode(parts: Parts, { origin }: Pick<OpenCall, "origin">, { id: userId, email }: { id: string; email: string }): Promise<void> {
  await appendAudit(parts, { ...origin, actor: userId }, { chain: userId, action: "account.recovery_code_used", target: userId });
  await parts.outbox.put({ to: email, template: "recovery_code_used" });
}
