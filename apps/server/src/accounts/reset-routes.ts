import { HOUR_MS } from "@loci/kit/clock";
import { z } from "zod";
import { empty, guarded, type Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { chargeMail } from "./charged-mails.ts";
import { LETTER_JOB, type Letter } from "./letters.ts";
import { commitWithAuth } from "./refusals.ts";
import { Email, LinkToken, NewPassword, sentAnswer, toSent } from "./schemas.ts";

const tags: [string] = ["Sign-in"];

/** A new password for who forgot theirs. */
export function resetRoutes(parts: Parts): Route[] {
  const { accounts: { acting, auth, commonPasswords, limits, passwords }, control, jobs } = parts;

  const forgot = guarded("open", {
    id: "forgetPassword", method: "post", path: "/v1/auth/password/forgot", tags, repeat: "idempotent", setsCookies: true,
    summary: "Mail a link that sets a new password", description: "It works for an hour, once.",
    request: { body: z.strictObject({ email: Email }) },
    responses: sentAnswer,
    faults: [429],
  }, async (call) => {
    const { email } = call.body;
    await chargeMail(parts, call, { purpose: "reset_password", email });
    await jobs.enqueue(LETTER_JOB, { about: "reset_password", email } satisfies Letter);
    return toSent(HOUR_MS);
  });

  const reset = guarded("open", {
    id: "resetPassword", method: "post", path: "/v1/auth/password/reset", tags, repeat: "idempotent", setsCookies: true,
    summary: "Set a new password by the link", description: "Ends every session of the account, and every sign-in of its connected apps. Sign in with the new password then.",
    request: { body: z.strictObject({ token: LinkToken, password: NewPassword }) },
    responses: { 204: empty("Done.") },
    faults: [429],
  }, async ({ body: { token, password }, origin }) => {
    await commonPasswords.requireUncommon(password, { param: "password", email: "" });
    await auth.load();
    await limits.guess([["fails_per_address", origin.address]], async () => {
      const passwordHash = await passwords.hash(password);
      // Audit and notice are written by the hook that better-auth calls with the person, in this very transaction.
      await acting.run({ origin, passwordHash }, () => commitWithAuth(control, () => auth.api.resetPassword({ body: { newPassword: password, token } }), async () => undefined));
    });
    return { status: 204 };
  });

  return [forgot, reset];
}
