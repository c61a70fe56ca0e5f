import { AppError } from "@loci/kit/errors";
import type { OpenCall } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { clearCookie, proofCookieOf, setProofCookie } from "./cookies.ts";
import { LETTER_JOB, REFUSAL_JOB, type Letter, type Refused } from "./letters.ts";
import { PROOF_LIFE_MS, type Purpose, type SpentProof } from "./proofs.ts";
import { toSent } from "./schemas.ts";

/**
 * Mails a code to an address, and binds it to the browser that asks. The same rows are written for whatever address;
 * only the job finds out whether it has an account.
 */
export async function sendCode({ control, accounts, jobs, config }: Parts, wanted: { purpose: Purpose; email: string; payload?: unknown }) {
  const { purpose, email } = wanted;
  const cookie = await control.transaction(async () => {
    const { code, cookie } = await accounts.proofs.create(wanted);
    await jobs.enqueue(LETTER_JOB, { about: purpose, email, code } satisfies Letter);
    return cookie;
  });
  return { ...toSent(PROOF_LIFE_MS), cookies: [setProofCookie(config.publicUrl, purpose, cookie)] };
}

interface Shown {
  purpose: Purpose;
  code: string;
}

/** Uses a code up and does `work` in the same transaction. A wrong code is counted, and thrown as `wrong`. */
export async function withCode<Result>(parts: Parts, call: OpenCall, { purpose, code }: Shown, work: (spent: SpentProof) => Promise<Result>): Promise<Result & { cookies: string[] }> {
  const { control, accounts: { auth, limits, proofs }, config: { publicUrl } } = parts;
  const name = proofCookieOf(publicUrl, purpose);
  const cookie = call.cookie(name) ?? "";
  await auth.load();
  const result = await limits.guess([["fails_per_address", call.origin.address]], async () => {
    const email = await proofs.findAddress(purpose, cookie);
    if (email === null) throw wrongCode();
    return limits.guess([["code_fails_per_account", `${purpose} ${email}`]], async ({ last }) => {
      const outcome = await control.transaction(async () => {
        const spent = await proofs.spend(purpose, cookie, code);
        return spent === null ? null : { result: await work(spent) };
      });
      if (outcome !== null) return outcome.result;
      await noteRefusal(parts, call, { email, method: purpose, last });
      throw wrongCode();
    });
  });
  const { cookies = [] } = result as { cookies?: string[] };
  return { ...result, cookies: [...cookies, clearCookie(publicUrl, name)] };
}

const wrongCode = (): AppError =>
  new AppError("unauthenticated", "This code is wrong, too old, used up or was asked for in another browser. Look again, or ask for another.", { param: "code", details: { reason: "wrong_code" } });

/** Has a failed try written down where there is an account; the request looks the same where there is none. */
export async function noteRefusal({ jobs }: Parts, { origin }: OpenCall, refused: Omit<Refused, "origin">): Promise<void> {
  await jobs.enqueue(REFUSAL_JOB, { ...refused, origin } satisfies Refused);
}
