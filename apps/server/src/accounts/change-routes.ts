import { AppError, invalid } from "@loci/kit/errors";
import { z } from "zod";
import { appendAudit } from "../audit/append.ts";
import { empty, guarded, json, type AccountCall, type Route } from "../http/route.ts";
import { keepFormerAddress } from "../leaving/former-addresses.ts";
import type { Parts } from "../parts.ts";
import { requireProven } from "../policy/actor.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import { chargeMail } from "./charged-mails.ts";
import { sendCode, withCode } from "./codes.ts";
import { deletePending, findCredential, hasSecondFactor } from "./credentials.ts";
import { toAuthHeaders } from "./headers.ts";
import { requirePassword } from "./proving-routes.ts";
import { commitWithAuth } from "./refusals.ts";
import { Code, Email, NewPassword, Password, sentAnswer } from "./schemas.ts";
import { endSessions } from "./sessions.ts";

const tags: [string] = ["Account"];

const PasswordChange = z.strictObject({
  current_password: Password.optional().describe("The password until now; needed where there is one."),
  password: NewPassword,
}).meta({ id: "PasswordChange", description: "A new password.", examples: [{ current_password: "correct horse battery", password: "staple by the window" }] });

const Changed = z.strictObject({ email: z.string().describe("The new address.") }).meta({ id: "EmailChanged", description: "The address was changed.", examples: [{ email: "ada@example.org" }] });
const Pending = z.object({ user_id: z.string() });

/** Changing what one signs in with: each change ends the other sessions and is told to the address by mail. */
export function changeRoutes(parts: Parts): Route[] {
  const password = guarded("account", {
    id: "changePassword", method: "post", path: "/v1/account/password", tags, repeat: "idempotent",
    summary: "Change your password", description: "Asks for the one until now; an account without one, or with a second factor, needs a proof within the last ten minutes. Ends every other session, and sets a new session cookie for this one.",
    request: { body: PasswordChange },
    responses: { 204: empty("Changed.") },
    faults: [409, 429],
  }, async (call) => ({ status: 204, cookies: await changePassword(parts, call, call.body) }));

  const email = guarded("proven account", {
    id: "changeEmail", method: "post", path: "/v1/account/email", tags, repeat: "idempotent",
    summary: "Change your address", description: "Mails a code to the new address, to be sent to `verifyEmailChange`. Until then the old one stays.",
    request: { body: z.strictObject({ email: Email }) },
    responses: sentAnswer,
    faults: [429],
  }, async (call) => {
    if (call.body.email === call.person.email) throw invalid("email", "`email` is your address already.");
    await chargeMail(parts, call, { purpose: "change_email", email: call.body.email });
    return sendCode(parts, { purpose: "change_email", email: call.body.email, payload: { user_id: call.person.user_id } });
  });

  const verify = guarded("proven account", {
    id: "verifyEmailChange", method: "post", path: "/v1/account/email/verify", tags, repeat: "idempotent",
    summary: "Confirm your new address", description: "Ends every other session, and tells the old address.",
    request: { body: z.strictObject({ code: Code }) },
    responses: { 200: json(Changed, "Changed.") },
    faults: [409, 429],
  }, async (call) => {
    const { email, cookies } = await withCode(parts, call, { purpose: "change_email", code: call.body.code }, async ({ email, payload }) => {
      if (Pending.parse(payload).user_id !== call.person.user_id) throw new AppError("forbidden", "This code was asked for by another account.", { param: "code", details: { reason: "wrong_code" } });
      await replaceEmail(parts, call, email);
      return { email };
    });
    return { status: 200, body: { email }, cookies };
  });

  return [password, email, verify];
}

async function changePassword(parts: Parts, call: AccountCall, { current_password, password }: z.output<typeof PasswordChange>): Promise<string[]> {
  const { accounts: { acting, auth, commonPasswords, passwords }, config, control } = parts;
  const { user_id, email, session_id } = call.person;
  const has = (await findCredential(control.reads, { user_id })) !== undefined;
  if (!has || (await hasSecondFactor(control.reads, user_id))) requireProven(call.person, call.now());
  if (has && current_password === undefined) throw invalid("current_password", "`current_password` is missing: give the password until now.");
  if (has && current_password !== undefined) await requirePassword(parts, call, current_password, "current_password");
  await commonPasswords.requireUncommon(password, { param: "password", email });
  await auth.load();
  const passwordHash = await passwords.hash(password);
  const headers = toAuthHeaders(call, sessionCookieOf(config.publicUrl), { session: true });
  const ask = async (): Promise<{ headers: Headers }> => has
    ? auth.api.changePassword({ body: { newPassword: password, currentPassword: "", revokeOtherSessions: true }, headers, returnHeaders: true })
    : auth.api.setPassword({ body: { newPassword: password }, headers, returnHeaders: true });
  const { headers: answered } = await acting.run({ origin: call.origin, method: "password", passwordHash, proven: true }, () => commitWithAuth(control, ask, async () => {
    if (!has) await endSessions(parts, call.origin, { user_id, keep: session_id });
    await notePasswordChange(parts, call);
  }));
  return answered.getSetCookie();
}

async function notePasswordChange({ control, now, outbox }: Parts, { person: { user_id, email }, origin }: AccountCall): Promise<void> {
  await deletePending(control.db, user_id);
  await appendAudit({ control, now }, origin, { chain: user_id, action: "account.password_changed", target: user_id });
  await outbox.put({ to: email, template: "password_changed" });
}

async function replaceEmail(parts: Parts, { person: { user_id, session_id }, origin }: AccountCall, email: string): Promise<void> {
  const { control, now, outbox } = parts;
  const { db } = control;
  const old = await db.selectFrom("users").select("email").where("id", "=", user_id).executeTakeFirstOrThrow();
  const taken = await db.selectFrom("users").select("id").where("email", "=", email).executeTakeFirst();
  if (taken !== undefined) throw new AppError("conflict", "This address has an account of its own by now.", { param: "email", details: { reason: "already_registered" } });
  await db.updateTable("users").set({ email, email_verified: 1, updated_at: now().toISOString() }).where("id", "=", user_id).execute();
  await deletePending(db, user_id);
  await endSessions(parts, origin, { user_id, keep: session_id });
  await appendAudit({ control, now }, origin, { chain: user_id, action: "account.email_changed", target: user_id });
  await outbox.put({ to: old.email, template: "email_changed", new_email: email });
  await keepFormerAddress({ control, now }, { user_id, email: old.email });
}
