import { z } from "zod";
import { guarded, json, type Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { requireMail } from "./charged-mails.ts";
import { sendCode, withCode } from "./codes.ts";
import { nameOf } from "./newcomers.ts";
import { Code, Email, LinkToken, NewPassword, PersonName, Sent } from "./schemas.ts";
import { SignedIn, startSession } from "./signing-in.ts";

const tags: [string] = ["Sign-in"];

const SignUp = z.strictObject({
  email: Email,
  password: NewPassword.optional().describe("8 characters to 256 bytes. Without one: sign in by code, link or passkey."),
  name: PersonName.optional().describe("What to call the person; the first part of the address unless said."),
  invitation: LinkToken.optional().describe("The token of an invitation to this very address; needed where accounts are made by invitation."),
}).meta({ id: "SignUp", description: "A new account.", examples: [{ email: "ada@example.com", password: "correct horse battery", name: "Ada" }] });

/** What a sign-up keeps until the address is proven; sealed. */
const Pending = z.object({ name: z.string(), passwordHash: z.string().nullable(), invitation: z.string().nullable() });
type Pending = z.output<typeof Pending>;

/** Making an account. It exists only once its address is proven, so nobody can take an address that they do not read. */
export function signUpRoutes(parts: Parts): Route[] {
  const { accounts: { auth, limits, newcomers, passwords, commonPasswords }, config } = parts;

  const signUp = guarded("open", {
    id: "signUp", method: "post", path: "/v1/auth/sign-up", tags, repeat: "idempotent", setsCookies: true,
    summary: "Sign up",
    description: "Mails a six-digit code, to be sent to `verifySignUp` from the same browser. Where this instance sends no mail, an invitation to this very address proves it instead, and the account is made at once.",
    request: { body: SignUp },
    responses: { 201: json(SignedIn, "The account is made, and the session cookie is set."), 202: json(Sent, "A code is on its way. Known and unknown addresses answer alike.") },
    faults: [409, 429],
  }, async (call) => {
    const { email, password, name = nameOf(email), invitation = null } = call.body;
    await limits.charge(["sign_ups_per_address", call.origin.address]);
    await newcomers.requireAllowed(email, invitation);
    if (password !== undefined) await commonPasswords.requireUncommon(password, { param: "password", email });
    const vouched = config.mail === null && invitation !== null && (await newcomers.isInvited(email, invitation));
    if (!vouched) requireMail(config);
    await limits.charge(["mails_per_account", `sign_up ${email}`]);
    const pending: Pending = { name, passwordHash: password === undefined ? null : await passwords.hash(password), invitation };
    if (!vouched) return sendCode(parts, { purpose: "sign_up", email, payload: pending });
    await auth.load();
    const { body, cookies } = await parts.control.transaction(async () => startSession(parts, call, { method: "sign_up", userId: await newcomers.create({ ...pending, email }, call.origin) }));
    return { status: 201 as const, body, cookies };
  });

  const verify = guarded("open", {
    id: "verifySignUp", method: "post", path: "/v1/auth/sign-up/verify", tags, repeat: "idempotent", setsCookies: true,
    summary: "Confirm a sign-up",
    description: "Makes the account with its personal workspace, and signs in. The first account of an instance becomes its operator.",
    request: { body: z.strictObject({ code: Code }) },
    responses: { 201: json(SignedIn, "The account is made, and the session cookie is set.") },
    faults: [401, 409, 429],
  }, async (call) => {
    const { body, cookies } = await withCode(parts, call, { purpose: "sign_up", code: call.body.code }, async ({ email, payload }) => {
      const pending = Pending.parse(payload);
      await newcomers.requireAllowed(email, pending.invitation);
      return startSession(parts, call, { method: "sign_up", userId: await newcomers.create({ ...pending, email }, call.origin) });
    });
    return { status: 201 as const, body, cookies };
  });

  return [signUp, verify];
}
