import { AppError, notFound } from "@loci/kit/errors";
import type { Selectable } from "kysely";
import type { Auth } from "../accounts/auth.ts";
import { toAuthHeaders } from "../accounts/headers.ts";
import { commitWithAuth, toRefusal } from "../accounts/refusals.ts";
import { signIn, type SignedInReply } from "../accounts/signing-in.ts";
import { appendAudit } from "../audit/append.ts";
import type { ControlTables } from "../control/tables.ts";
import type { AccountCall, OpenCall } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { requireOtherWay } from "../providers/ways.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import type { Credential, Passkey } from "./schemas.ts";

interface Ceremony {
  /** JSON for the browser. */
  options: { challenge: string; [more: string]: unknown };
  cookies: string[];
}

/** Begins to add a passkey. Which browser began is kept in a cookie, for five minutes. */
export async function beginRegistration(parts: Parts, call: AccountCall): Promise<Ceremony> {
  const { api } = await parts.accounts.auth.load();
  const { response, headers } = await commitWithAuth(parts.control, () => api.generatePasskeyRegistrationOptions({ query: {}, headers: toHeaders(parts, call, true), returnHeaders: true }), async () => {});
  return { options: { ...response }, cookies: headers.getSetCookie() };
}

export async function createPasskey(parts: Parts, call: AccountCall, { name, credential }: { name?: string | undefined; credential: Credential }): Promise<Passkey> {
  const { control, accounts } = parts;
  const { user_id, email } = call.person;
  const { api } = await accounts.auth.load();
  const made = await commitWithAuth(control, () => verify(api.verifyPasskeyRegistration({ body: { response: credential, ...(name !== undefined && { name }) }, headers: toHeaders(parts, call, true) })), async ({ id }) => {
    await appendAudit(parts, call.origin, { chain: user_id, action: "account.passkey_created", target: id });
    await parts.outbox.put({ to: email, template: "passkey_added" });
  });
  return getPasskey(parts, user_id, made.id);
}

/** Begins a sign-in by a passkey of anybody: the device knows whose it is. */
export async function beginSignIn(parts: Parts, call: OpenCall): Promise<Ceremony> {
  await parts.accounts.limits.charge(["passkey_challenges_per_address", call.origin.address]);
  const { api } = await parts.accounts.auth.load();
  const { response, headers } = await commitWithAuth(parts.control, () => api.generatePasskeyAuthenticationOptions({ headers: toHeaders(parts, call, false), returnHeaders: true }), async () => {});
  // The plugin says "preferred", and only looks later whether the device checked who holds it.
  return { options: { ...response, userVerification: "required" }, cookies: headers.getSetCookie() };
}

/** Signs in by what the device signed; it stands for both factors, since the device must have checked who holds it. */
export function signInByPasskey(parts: Parts, call: OpenCall, credential: Credential): Promise<SignedInReply> {
  const { accounts: { auth, limits } } = parts;
  return limits.guess([["fails_per_address", call.origin.address]], () => signIn(parts, call, {
    method: "passkey",
    ask: async (headers) => {
      try {
        return await verify(auth.api.verifyPasskeyAuthentication({ body: { response: toAssertion(credential) }, headers, returnHeaders: true }));
      } catch (thrown) {
        if (toRefusal(thrown) !== null) await noteRefusedPasskey(parts, call, credential);
        throw thrown;
      }
    },
  }));
}

/** Cookies of sign-ins are signed alike, so the challenge of another kind can come under this one's name: it is none, and no JSON. */
export async function verify<Answer>(verifying: Promise<Answer>): Promise<Answer> {
  try {
    return await verifying;
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    throw new AppError("unauthenticated", "This took too long. Begin with the passkey again.", { cause: thrown, details: { reason: "challenge_over" } });
  }
}

/** Where it is a passkey of somebody, their log tells that it was refused. */
async function noteRefusedPasskey(parts: Parts, { origin }: OpenCall, { id }: Credential): Promise<void> {
  const known = await parts.control.db.selectFrom("passkeys").select(["id", "user_id"]).where("credential_id", "=", id).executeTakeFirst();
  if (known !== undefined) await appendAudit(parts, { ...origin, actor: "nobody" }, { chain: known.user_id, action: "session.refused", target: known.id, details: { method: "passkey" } });
}

/** The verifier looks at every field itself, and refuses what is not as it should be. */
export const toAssertion = (credential: Credential): Assertion => credential as unknown as Assertion;
type Assertion = NonNullable<Parameters<Auth["api"]["verifyPasskeyAuthentication"]>[0]>["body"]["response"];

type PasskeyRow = Selectable<ControlTables["passkeys"]>;

export async function listPasskeys({ control: { db } }: Parts, userId: string): Promise<Passkey[]> {
  const rows = await db.selectFrom("passkeys").selectAll().where("user_id", "=", userId).orderBy("id").execute();
  return Promise.all(rows.map(toPasskey));
}

export async function updatePasskey(parts: Parts, { origin, person: { user_id } }: AccountCall, id: string, { name }: { name: string }): Promise<Passkey> {
  return parts.control.transaction(async () => {
    const { numUpdatedRows } = await parts.control.db.updateTable("passkeys").set({ name }).where("id", "=", id).where("user_id", "=", user_id).executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) throw notFound("passkey");
    await appendAudit(parts, origin, { chain: user_id, action: "account.passkey_updated", target: id });
    return getPasskey(parts, user_id, id);
  });
}

export async function deletePasskey(parts: Parts, { origin, person: { user_id, email } }: AccountCall, id: string): Promise<void> {
  await parts.control.transaction(async () => {
    const { numDeletedRows } = await parts.control.db.deleteFrom("passkeys").where("id", "=", id).where("user_id", "=", user_id).executeTakeFirstOrThrow();
    if (numDeletedRows === 0n) throw notFound("passkey");
    await requireOtherWay(parts, user_id);
    await appendAudit(parts, origin, { chain: user_id, action: "account.passkey_deleted", target: id });
    await parts.outbox.put({ to: email, template: "passkey_deleted" });
  });
}

async function getPasskey({ control: { db } }: Parts, userId: string, id: string): Promise<Passkey> {
  const row = await db.selectFrom("passkeys").selectAll().where("id", "=", id).where("user_id", "=", userId).executeTakeFirst();
  if (row === undefined) throw notFound("passkey");
  return toPasskey(row);
}

export const toHeaders = ({ config }: Parts, call: OpenCall, session: boolean): Headers => toAuthHeaders(call, sessionCookieOf(config.publicUrl), { session });

async function toPasskey({ id, name, backed_up, created_at, aaguid }: PasskeyRow): Promise<Passkey> {
  return { id, name: name ?? (await nameDevice(aaguid)), synced: backed_up === 1, created_at };
}

/** What kind of device made a passkey, as its public number says. */
async function nameDevice(aaguid: string | null): Promise<string> {
  const { getAuthenticatorName } = await import("@better-auth/passkey");
  return getAuthenticatorName(aaguid) ?? "Passkey";
}
