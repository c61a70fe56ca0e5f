import { AppError, invalid } from "@loci/kit/errors";
import { commitWithAuth, toRefusal } from "../accounts/refusals.ts";
import { appendAudit } from "../audit/append.ts";
import type { AccountCall } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { asProof } from "../second-factor/as-proof.ts";
import { Credential } from "./schemas.ts";
import { toAssertion, toHeaders, verify } from "./service.ts";

/** Throws unless it is a passkey of the person who is signed in and must show once more who they are. */
export async function proveByPasskey(parts: Parts, call: AccountCall, sent: unknown): Promise<void> {
  const { control, accounts: { acting, auth } } = parts;
  const { user_id } = call.person;
  const credential = Credential.safeParse(sent);
  if (!credential.success) throw invalid("passkey", "`passkey` must be what `credential.toJSON()` gives in the browser.");
  const body = { response: toAssertion(credential.data) };
  await auth.load();
  const ask = async () => {
    try {
      return await verify(auth.api.verifyPasskeyAuthentication({ body, headers: toHeaders(parts, call, false) }));
    } catch (thrown) {
      if (toRefusal(thrown) !== null) await appendAudit(parts, call.origin, { chain: user_id, action: "account.proof_refused", target: user_id, details: { method: "passkey" } });
      throw thrown;
    }
  };
  await acting.run({ origin: call.origin, method: "passkey" }, () =>
    asProof(commitWithAuth(control, ask, async ({ session, user }) => {
      if (user.id !== user_id) throw new AppError("forbidden", "This passkey is that of another account. Use one of this account.", { details: { reason: "passkey_refused" } });
      // The plugin signs in; nobody asked for a second session.
      await control.db.deleteFrom("sessions").where("id", "=", session.id).execute();
    })));
}
