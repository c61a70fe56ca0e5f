import { z } from "zod";
import { appendAudit } from "../audit/append.ts";
import { json, type OpenCall } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import type { SignInMethod } from "./acting.ts";
import { toAuthHeaders } from "./headers.ts";
import { commitWithAuth } from "./refusals.ts";
import { endReplaced, findHeldSession } from "./sessions.ts";

export const SignedIn = z.strictObject({
  status: z.enum(["signed_in", "second_factor_required"]).describe("signed_in: the session cookie is set. second_factor_required: send a code to POST /v1/auth/second-factor first."),
}).meta({ id: "SignedIn", description: "How far a sign-in has come.", examples: [{ status: "signed_in" }] });

/** The answer of every route that signs in; spread it into `responses`. */
export const signedInAnswer = { 200: json(SignedIn, "Signed in, or asked for the second factor.") };

/** What better-auth answers with `returnHeaders`. */
interface AuthAnswer {
  response: unknown;
  headers: Headers;
}

interface Way {
  method: SignInMethod;
  /** Whether better-auth is shown the session cookie that came along; only where a person is signed in already. */
  session?: boolean;
  /** The call of better-auth that makes the session; it runs in a transaction. */
  ask(headers: Headers): Promise<AuthAnswer>;
}

export type SignedInReply = { status: 200; body: z.output<typeof SignedIn>; cookies: string[] };

/** Signs in by a call of better-auth: session and audit commit together, and what it refuses is thrown in our words. */
export async function signIn(parts: Parts, call: OpenCall, { method, session = false, ask }: Way): Promise<SignedInReply> {
  const { control, accounts, config } = parts;
  await accounts.auth.load();
  const held = await findHeldSession(parts, call);
  const { response, headers } = await accounts.acting.run({ origin: call.origin, method }, () =>
    commitWithAuth(control, () => ask(toAuthHeaders(call, sessionCookieOf(config.publicUrl), { session })), async ({ response }) => {
      if (asksSecondFactor(response)) return;
      const userId = readUserId(response);
      await recordSignIn(parts, call, { method, userId });
      await endReplaced(parts, call.origin, { held, user_id: userId });
    }));
  return { status: 200, body: { status: asksSecondFactor(response) ? "second_factor_required" : "signed_in" }, cookies: headers.getSetCookie() };
}

/** Signs in whom we know by a proof of our own; `userId` is theirs. */
export const startSession = (parts: Parts, call: OpenCall, way: { method: SignInMethod; userId: string }): Promise<SignedInReply> =>
  signIn(parts, call, { method: way.method, ask: (headers) => parts.accounts.auth.api.startSession({ body: { userId: way.userId }, headers, returnHeaders: true }) });

/** Whether better-auth took the session back until a second factor is shown. */
export const asksSecondFactor = (response: unknown): boolean => (response as { twoFactorRedirect?: unknown } | null)?.twoFactorRedirect === true;

/** Writes down that somebody signed in, in the transaction that runs. */
export function recordSignIn({ control, now }: Parts, { origin }: Pick<OpenCall, "origin">, { method, userId }: { method: SignInMethod; userId: string }): Promise<void> {
  return appendAudit({ control, now }, { ...origin, actor: userId }, { chain: userId, action: "session.created", target: userId, details: { method } });
}

const WithUser = z.object({ user: z.object({ id: z.string() }) });
const readUserId = (response: unknown): string => WithUser.parse(response).user.id;
