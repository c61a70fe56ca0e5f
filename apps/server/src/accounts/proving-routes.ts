import { AppError } from "@loci/kit/errors";
import { z } from "zod";
import { appendAudit } from "../audit/append.ts";
import { guarded, json, type AccountCall, type Route } from "../http/route.ts";
import { WireTime } from "../memories/memory.ts";
import type { Parts } from "../parts.ts";
import { PROOF_AGE_MAX_MS } from "../policy/actor.ts";
import { requireMail } from "./charged-mails.ts";
import { sendCode, withCode } from "./codes.ts";
import { findCredential, hasSecondFactor } from "./credentials.ts";
import { Code, Password, sentAnswer } from "./schemas.ts";
import { noteProof } from "./sessions.ts";

const tags: [string] = ["Account"];

/** Proofs that others know how to check: they throw when a proof is wrong, and count the tries. */
export interface Provers {
  /** A code of the person's authenticator. */
  totp(call: AccountCall, code: string): Promise<void>;
  /** One of the person's recovery codes; it is used up. */
  recoveryCode(call: AccountCall, code: string): Promise<void>;
  /** What the browser answered to the options of POST /v1/auth/passkey/options. */
  passkey(call: AccountCall, assertion: Record<string, unknown>): Promise<void>;
}

const WAYS = ["password", "code", "totp", "recovery_code", "passkey"] as const;

const Proof = z.strictObject({
  password: Password.optional(),
  code: Code.optional().describe("The six digits that POST /v1/account/prove/code mails."),
  totp: z.string().trim().regex(/^\d{6}$/, "must be the six digits that the authenticator shows.").optional().describe("The six digits that the authenticator shows."),
  recovery_code: z.string().trim().min(1).max(40).optional().describe("A recovery code, as it was shown; each works once."),
  passkey: z.record(z.string(), z.unknown()).optional().describe("What the browser answers to the options of POST /v1/auth/passkey/options."),
}).refine((proof) => Object.keys(proof).length === 1, { error: `must hold one of ${WAYS.join(", ")}.` })
  .meta({ id: "Proof", description: "One proof of who you are. Where a second factor is on: a code of the authenticator, a recovery code or a passkey.", examples: [{ password: "correct horse battery" }] });

const Proven = z.strictObject({ proven_until: WireTime.describe("Until when what is sensitive works.") })
  .meta({ id: "Proven", description: "The proof was right.", examples: [{ proven_until: "2026-11-21T07:10:00.000Z" }] });

/** Showing once more who one is, before what is sensitive. */
export function provingRoutes(parts: Parts, provers: Provers): Route[] {
  const send = guarded("account", {
    id: "sendProofCode", method: "post", path: "/v1/account/prove/code", tags, repeat: "idempotent", whileLeaving: true,
    summary: "Mail a code that proves who you are", description: "To the address of the account. It works for ten minutes, once, in the browser that asks.",
    responses: sentAnswer,
    faults: [429],
  }, async (call) => {
    requireMail(parts.config);
    await requireNoSecondFactor(parts, call);
    // By the person, not the address: strangers who type that somewhere use up nothing here.
    await parts.accounts.limits.charge(["mails_per_address", call.origin.address], ["mails_per_account", call.person.user_id]);
    return sendCode(parts, { purpose: "prove", email: call.person.email, payload: { user_id: call.person.user_id } });
  });

  const prove = guarded("account", {
    id: "proveIdentity", method: "post", path: "/v1/account/prove", tags, repeat: "idempotent", whileLeaving: true,
    summary: "Show once more that it is you", description: "For ten minutes what is sensitive works then: address, password, second factor, keys, deletion, export. Signing in counts as well. Where a second factor is on, neither the password nor a mailed code is enough.",
    request: { body: Proof },
    responses: { 200: json(Proven, "Proven.") },
    faults: [409, 429],
  }, async (call) => {
    const { password, code, totp, recovery_code, passkey } = call.body;
    let cookies: string[] = [];
    if (password !== undefined || code !== undefined) await requireNoSecondFactor(parts, call);
    if (password !== undefined) await requirePassword(parts, call, password, "password");
    else if (code !== undefined) ({ cookies } = await requireCode(parts, call, code));
    else if (totp !== undefined) await provers.totp(call, totp);
    else if (recovery_code !== undefined) await provers.recoveryCode(call, recovery_code);
    else if (passkey !== undefined) await provers.passkey(call, passkey);
    const at = await noteProof(parts, call.person, call.origin, WAYS.find((way) => call.body[way] !== undefined) ?? "none");
    return { status: 200, body: { proven_until: new Date(at.getTime() + PROOF_AGE_MAX_MS).toISOString() }, cookies };
  });

  return [send, prove];
}

/** Throws where a second factor is on: whoever holds a session and a password, or a mailbox, may lack that. */
async function requireNoSecondFactor({ control }: Parts, { person }: AccountCall): Promise<void> {
  if (!(await hasSecondFactor(control.reads, person.user_id))) return;
  throw new AppError("forbidden", "A second factor is on, so this alone is no proof. Send `totp` (a code of your authenticator app), `recovery_code` or `passkey`.", { details: { reason: "second_factor_required", ways: ["totp", "recovery_code", "passkey"] } });
}

/** Throws unless this is the person's password. Wrong ones count like those of a sign-in, but apart: strangers can lock that, and not who is in. */
export async function requirePassword(parts: Parts, call: AccountCall, password: string, param: string): Promise<void> {
  const { control, now, accounts: { limits, passwords } } = parts;
  const { user_id } = call.person;
  const credential = await findCredential(control.reads, { user_id });
  if (credential === undefined) throw new AppError("conflict", "This account has no password. Prove it in another way.", { param, details: { reason: "no_password" } });
  await limits.guess([["fails_per_address", call.origin.address], ["password_fails_per_account", user_id]], async () => {
    if (await passwords.verify(password, credential.password)) return;
    await appendAudit({ control, now }, call.origin, { chain: user_id, action: "account.proof_refused", target: user_id, details: { method: "password" } });
    throw new AppError("forbidden", "The password is wrong.", { param, details: { reason: "wrong_password" } });
  });
}

const ForPerson = z.object({ user_id: z.string() });

/** Throws unless this code was mailed to the person who shows it. */
async function requireCode(parts: Parts, call: AccountCall, code: string): Promise<{ cookies: string[] }> {
  try {
    return await withCode(parts, call, { purpose: "prove", code }, async ({ payload }) => {
      if (ForPerson.parse(payload).user_id !== call.person.user_id) throw new AppError("unauthenticated", "This code was asked for by another account.");
      return {};
    });
  } catch (error) {
    // Who calls is known; 401 would say that the session is over.
    if (error instanceof AppError && error.code === "unauthenticated") throw new AppError("forbidden", error.message, { param: "code", details: { reason: "wrong_code" } });
    throw error;
  }
}
