import { AppError } from "@loci/kit/errors";
import { toAuthHeaders } from "../accounts/headers.ts";
import { commitWithAuth } from "../accounts/refusals.ts";
import { endSessions } from "../accounts/sessions.ts";
import { appendAudit } from "../audit/append.ts";
import type { AuditAction } from "../audit/actions.ts";
import type { AccountCall } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import { asProof } from "./as-proof.ts";
import type { SecondFactorSetup, SecondFactorState } from "./schemas.ts";
import { spendTotpCode } from "./spent.ts";

// better-auth wants the password of whoever has one. The route asked for a proof already, of whatever kind.
const PROVEN = { password: "proven" };

export async function getState({ control: { db } }: Parts, userId: string): Promise<SecondFactorState> {
  const factor = await db.selectFrom("two_factors").select(["verified", "backup_codes"]).where("user_id", "=", userId).executeTakeFirst();
  if (factor?.verified !== 1) return { enabled: false, recovery_codes_left: 0 };
  return { enabled: true, recovery_codes_left: (JSON.parse(factor.backup_codes) as string[]).length };
}

/** A new secret, which counts only once a code of it was shown. Beginning again replaces one that never counted. */
export async function beginSetup(parts: Parts, call: AccountCall): Promise<SecondFactorSetup> {
  const { auth: { api } } = parts.accounts;
  const { response } = await asPerson(parts, call, { ask: (headers) => api.enableTwoFactor({ body: PROVEN, headers, returnHeaders: true }), record: () => Promise.resolve() });
  if (response.method !== "totp") throw new TypeError("better-auth set up another second factor than the one it was asked for.");
  const { totpURI: uri, backupCodes: recovery_codes } = response;
  return { secret: new URL(uri).searchParams.get("secret") ?? "", uri, recovery_codes };
}

/** Turns it on: from now on every way of signing in but a passkey asks for it. Answers with the cookie of the session that takes the place of the present one. */
export async function finishSetup(parts: Parts, call: AccountCall, code: string): Promise<string[]> {
  const { auth: { api } } = parts.accounts;
  const { user_id } = call.person;
  const { headers } = await asProof(asPerson(parts, call, {
    ask: async (headers) => {
      if ((await getState(parts, user_id)).enabled) throw new AppError("conflict", "A second factor is set up already. Take it away first.", { details: { reason: "second_factor_exists" } });
      return api.verifyTOTP({ body: { code }, headers, returnHeaders: true });
    },
    record: async () => {
      await spendTotpCode(parts, user_id, code);
      await tell(parts, call, "account.second_factor_enabled", "From now on signing in asks for a code of your authenticator app. All other sessions have ended.");
      await endOthers(parts, call);
    },
  }));
  return headers.getSetCookie();
}

/** Takes it away. Answers with the cookie of the session that takes the place of the present one. */
export async function deleteFactor(parts: Parts, call: AccountCall): Promise<string[]> {
  const { auth: { api } } = parts.accounts;
  const { headers } = await asPerson(parts, call, {
    ask: async (headers) => {
      await requireEnabled(parts, call.person.user_id);
      return api.disableTwoFactor({ body: PROVEN, headers, returnHeaders: true });
    },
    record: async () => {
      await parts.control.db.deleteFrom("spent_totp_codes").where("user_id", "=", call.person.user_id).execute();
      await tell(parts, call, "account.second_factor_disabled", "The second factor was taken away: signing in asks for no code any more. All other sessions have ended.");
      await endOthers(parts, call);
    },
  });
  return headers.getSetCookie();
}

export async function createRecoveryCodes(parts: Parts, call: AccountCall): Promise<string[]> {
  const { auth: { api } } = parts.accounts;
  const { response } = await asPerson(parts, call, {
    ask: async (headers) => {
      await requireEnabled(parts, call.person.user_id);
      return api.generateBackupCodes({ body: PROVEN, headers, returnHeaders: true });
    },
    record: () => tell(parts, call, "account.recovery_codes_created", "New recovery codes were made. The old ones work no more."),
  });
  return response.backupCodes;
}

interface Work<Answer> {
  ask(headers: Headers): Promise<Answer>;
  /** Runs in the transaction of `ask`, when it was not refused. */
  record(answer: Answer): Promise<void>;
}

async function asPerson<Answer>({ accounts, control, config }: Parts, call: AccountCall, { ask, record }: Work<Answer>): Promise<Answer> {
  await accounts.auth.load();
  return accounts.acting.run({ origin: call.origin, method: "totp", proven: true }, () =>
    commitWithAuth(control, () => ask(toAuthHeaders(call, sessionCookieOf(config.publicUrl), { session: true })), record));
}

/** Ends all sessions but the one that has just taken the place of the present one. */
async function endOthers(parts: Parts, { origin, person: { user_id } }: AccountCall): Promise<void> {
  const newest = await parts.control.db.selectFrom("sessions").select("id").where("user_id", "=", user_id).orderBy("id", "desc").limit(1).executeTakeFirst();
  await endSessions(parts, origin, { user_id, keep: newest?.id ?? null });
}

export async function requireEnabled(parts: Parts, userId: string): Promise<void> {
  if (!(await getState(parts, userId)).enabled) throw new AppError("conflict", "No second factor is set up.", { details: { reason: "no_second_factor" } });
}

async function tell(parts: Parts, { origin, person: { user_id, email } }: AccountCall, action: AuditAction, change: string): Promise<void> {
  await appendAudit(parts, origin, { chain: user_id, action, target: user_id });
  await parts.outbox.put({ to: email, template: "second_factor_changed", change });
}
