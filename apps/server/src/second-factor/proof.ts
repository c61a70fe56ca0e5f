import { toAuthHeaders } from "../accounts/headers.ts";
import { commitWithAuth, toRefusal } from "../accounts/refusals.ts";
import type { AccountCall } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import { asProof } from "./as-proof.ts";
import { countFail, forgetFails, noteRefusedFactor, requireUnlocked } from "./lock.ts";
import { requireEnabled } from "./service.ts";
import { spendTotpCode } from "./spent.ts";

/** Throws unless the code is right, for somebody who is signed in and must show once more who they are. */
export async function proveByTotp(parts: Parts, call: AccountCall, code: string): Promise<void> {
  const { control, config, accounts: { auth } } = parts;
  const { user_id } = call.person;
  const headers = toAuthHeaders(call, sessionCookieOf(config.publicUrl), { session: true });
  await auth.load();
  const verify = async () => {
    await requireEnabled(parts, user_id);
    await requireUnlocked(parts, user_id);
    try {
      return await auth.api.verifyTOTP({ body: { code }, headers });
    } catch (thrown) {
      if (toRefusal(thrown) !== null) {
        await countFail(parts, user_id);
        await noteRefusedFactor(parts, call.origin, { userId: user_id, method: "totp" });
      }
      throw thrown;
    }
  };
  await asProof(commitWithAuth(control, verify, async () => {
    await spendTotpCode(parts, user_id, code);
    await forgetFails(parts, user_id);
  }));
}
