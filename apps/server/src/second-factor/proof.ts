import { toAuthHeaders } from "../accounts/headers.ts";
import { commitWithAuth, toRefusal } from "../accounts/refusals.ts";
import type { AccountCall } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import { asProof } from "./as-proof.ts";
import { countFail, forgetFails, noteRefusedFactor, requireUnlocked } from "./lock.ts";
import { requireReadable } from "./readable.ts";
import { noteUsedCode, toKeptCode } from "./recovery.ts";
import { requireEnabled } from "./service.ts";
import { spendTotpCode } from "./spent.ts";

/** Throws unless the code is right, for somebody who is signed in and must show once more who they are. */
export async function proveByTotp(parts: Parts, call: AccountCall, code: string): Promise<void> {
  const { user_id } = call.person;
  const { api } = await parts.accounts.auth.load();
  await prove(parts, call, {
    method: "totp",
    ask: (headers) => api.verifyTOTP({ body: { code }, headers }),
    record: () => spendTotpCode(parts, user_id, code),
  });
}

/** The same by a recovery code, which is used up by it. */
export async function proveByRecoveryCode(parts: Parts, call: AccountCall, typed: string): Promise<void> {
  const { api } = await parts.accounts.auth.load();
  await prove(parts, call, {
    method: "recovery_code",
    ask: (headers) => api.verifyBackupCode({ body: { code: toKeptCode(parts, typed), disableSession: true }, headers }),
    record: () => noteUsedCode(parts, call, { id: call.person.user_id, email: call.person.email }),
  });
}

interface Way {
  method: "totp" | "recovery_code";
  ask(headers: Headers): Promise<unknown>;
  /** Runs in the transaction of `ask`, when it was not refused. */
  record(): Promise<void>;
}

async function prove(parts: Parts, call: AccountCall, { method, ask, record }: Way): Promise<void> {
  const { control, config } = parts;
  const { user_id } = call.person;
  const headers = toAuthHeaders(call, sessionCookieOf(config.publicUrl), { session: true });
  const verify = async () => {
    await requireEnabled(parts, user_id);
    await requireReadable(parts, user_id);
    await requireUnlocked(parts, user_id);
    try {
      await ask(headers);
    } catch (thrown) {
      if (toRefusal(thrown) !== null) {
        await countFail(parts, user_id);
        await noteRefusedFactor(parts, call.origin, { userId: user_id, method });
      }
      throw thrown;
    }
  };
  await asProof(commitWithAuth(control, verify, async () => {
    await record();
    await forgetFails(parts, user_id);
  }));
}
