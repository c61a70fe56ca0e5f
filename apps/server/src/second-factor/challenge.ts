import { toRefusal } from "../accounts/refusals.ts";
import { signIn, type SignedInReply } from "../accounts/signing-in.ts";
import type { OpenCall } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { noteRefusedFactor } from "./lock.ts";
import { requireReadable } from "./readable.ts";
import { noteUsedCode, toKeptCode } from "./recovery.ts";
import type { SecondFactorAnswer } from "./schemas.ts";
import { spendTotpCode } from "./spent.ts";

/** Finishes a sign-in that asked for the second factor. The challenge is in a cookie of the browser that began it. */
export function answerChallenge(parts: Parts, call: OpenCall, { code, recovery_code }: SecondFactorAnswer): Promise<SignedInReply> {
  return parts.accounts.limits.guess([["fails_per_address", call.origin.address]], () =>
    code === undefined ? answerByRecoveryCode(parts, call, recovery_code ?? "") : answerByTotp(parts, call, code));
}

function answerByTotp(parts: Parts, call: OpenCall, code: string): Promise<SignedInReply> {
  const { api } = parts.accounts.auth;
  return signIn(parts, call, {
    method: "totp",
    ask: (headers) => counted(parts, call, "totp", async () => {
      const answer = await api.verifyTOTP({ body: { code }, headers, returnHeaders: true });
      await spendTotpCode(parts, answer.response.user.id, code);
      return answer;
    }),
  });
}

function answerByRecoveryCode(parts: Parts, call: OpenCall, typed: string): Promise<SignedInReply> {
  const { auth: { api } } = parts.accounts;
  const code = toKeptCode(parts, typed);
  return signIn(parts, call, {
    method: "recovery_code",
    ask: (headers) => counted(parts, call, "recovery_code", async () => {
      const answer = await api.verifyBackupCode({ body: { code }, headers, returnHeaders: true });
      await noteUsedCode(parts, call, answer.response.user);
      return answer;
    }),
  });
}

/** Writes refusals down, in the transaction that also counts them. */
async function counted<Answer>(parts: Parts, call: OpenCall, method: "totp" | "recovery_code", ask: () => Promise<Answer>): Promise<Answer> {
  const userId = await findChallenged(parts, call);
  if (userId !== null) await requireReadable(parts, userId);
  try {
    return await ask();
  } catch (thrown) {
    // While it is locked nothing is looked at, so nothing is written down either.
    const refusal = toRefusal(thrown);
    if (userId !== null && refusal !== null && refusal.code !== "rate_limited") await noteRefusedFactor(parts, call.origin, { userId, method });
    throw thrown;
  }
}

/** Whom the challenge of this browser is for. better-auth checks the cookie's signature; a forged one finds nobody by chance. */
async function findChallenged({ accounts, config }: Parts, { cookie }: OpenCall): Promise<string | null> {
  const signed = cookie(config.publicUrl.startsWith("https:") ? "__Host-loci.two_factor" : "loci.two_factor");
  if (signed === null) return null;
  const { internalAdapter } = await (await accounts.auth.load()).$context;
  const challenge = await internalAdapter.findVerificationValue(signed.slice(0, signed.lastIndexOf(".")));
  return challenge?.value ?? null;
}
