import { AppError } from "@loci/kit/errors";
import { z } from "zod";
import { guarded, type OpenCall, type Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { chargeMail } from "./charged-mails.ts";
import { noteRefusal, sendCode, withCode } from "./codes.ts";
import { findCredential } from "./credentials.ts";
import { LETTER_JOB, type Letter } from "./letters.ts";
import { PROOF_LIFE_MS } from "./proofs.ts";
import { Code, Email, LinkToken, Password, sentAnswer, toSent } from "./schemas.ts";
import { signedInAnswer, signIn, startSession, type SignedInReply } from "./signing-in.ts";

const tags: [string] = ["Sign-in"];
const open = { method: "post", tags, repeat: "idempotent", setsCookies: true } as const;
const WithEmail = z.strictObject({ email: Email });

/** Signing in by password, by a mailed code and by a mailed link. */
export const signInRoutes = (parts: Parts): Route[] => [passwordRoute(parts), ...codeRoutes(parts), ...linkRoutes(parts)];

const passwordRoute = (parts: Parts): Route => guarded("open", {
  ...open, id: "signIn", path: "/v1/auth/sign-in",
  summary: "Sign in with a password",
  description: "After ten wrong passwords within an hour none is taken for an account; codes, links and passkeys go on working.",
  request: { body: z.strictObject({ email: Email, password: Password }) },
  responses: signedInAnswer,
  faults: [401, 429],
}, async (call) => signInByPassword(parts, call, call.body));

async function signInByPassword(parts: Parts, call: OpenCall, { email, password }: { email: string; password: string }): Promise<SignedInReply> {
  const { control, accounts: { auth, limits, passwords } } = parts;
  return limits.guess([["fails_per_address", call.origin.address], ["password_fails_per_account", email]], async ({ last }) => {
    const known = await findCredential(control.reads, { email });
    const right = await passwords.verify(password, known?.password ?? null);
    if (known === undefined || !right) {
      await noteRefusal(parts, call, { email, method: "password", last });
      throw wrongCredentials();
    }
    await auth.load();
    return control.transaction(async () => {
      // Changed while it was checked: the old one opens nothing any more.
      const now = await findCredential(control.db, { email });
      if (now?.password !== known.password) throw wrongCredentials();
      return startSession(parts, call, { method: "password", userId: known.user_id });
    });
  });
}

const wrongCredentials = (): AppError => new AppError("unauthenticated", "The address or the password is wrong.", { details: { reason: "wrong_credentials" } });

function codeRoutes(parts: Parts): Route[] {
  const send = guarded("open", {
    ...open, id: "sendSignInCode", path: "/v1/auth/code",
    summary: "Mail a sign-in code", description: "Six digits that work for ten minutes, once, in the browser that asks.",
    request: { body: WithEmail },
    responses: sentAnswer,
    faults: [429],
  }, async (call) => {
    await chargeMail(parts, call, { purpose: "sign_in", email: call.body.email });
    return sendCode(parts, { purpose: "sign_in", email: call.body.email });
  });

  const verify = guarded("open", {
    ...open, id: "verifySignInCode", path: "/v1/auth/code/verify",
    summary: "Sign in with a code", description: "Five tries a code.",
    request: { body: z.strictObject({ code: Code }) },
    responses: signedInAnswer,
    faults: [401, 429],
  }, async (call) => withCode(parts, call, { purpose: "sign_in", code: call.body.code }, async ({ email }) => {
    const user = await parts.control.db.selectFrom("users").select("id").where("email", "=", email).executeTakeFirst();
    // Its code was never mailed, so it was guessed.
    if (user === undefined) throw wrongCredentials();
    return startSession(parts, call, { method: "code", userId: user.id });
  }));

  return [send, verify];
}

function linkRoutes(parts: Parts): Route[] {
  const { accounts: { auth, limits }, jobs } = parts;

  const send = guarded("open", {
    ...open, id: "sendMagicLink", path: "/v1/auth/magic-link",
    summary: "Mail a sign-in link", description: "It works for ten minutes, once, in any browser. Its token stands after `#`, so that opening it spends nothing.",
    request: { body: WithEmail },
    responses: sentAnswer,
    faults: [429],
  }, async (call) => {
    const { email } = call.body;
    await chargeMail(parts, call, { purpose: "magic_link", email });
    await jobs.enqueue(LETTER_JOB, { about: "magic_link", email } satisfies Letter);
    return toSent(PROOF_LIFE_MS);
  });

  const verify = guarded("open", {
    ...open, id: "verifyMagicLink", path: "/v1/auth/magic-link/verify",
    summary: "Sign in with a link", description: "By the token of the mailed link; it is spent by this.",
    request: { body: z.strictObject({ token: LinkToken }) },
    responses: signedInAnswer,
    faults: [429],
  }, async (call) => limits.guess([["fails_per_address", call.origin.address]], () =>
    signIn(parts, call, { method: "magic_link", ask: (headers) => auth.api.magicLinkVerify({ query: { token: call.body.token }, headers, returnHeaders: true }) })));

  return [send, verify];
}
