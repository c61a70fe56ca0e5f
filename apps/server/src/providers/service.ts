import { AppError, notFound } from "@loci/kit/errors";
import { toAuthHeaders } from "../accounts/headers.ts";
import { toRefusal } from "../accounts/refusals.ts";
import { asksSecondFactor, recordSignIn } from "../accounts/signing-in.ts";
import { endReplaced, findHeldSession } from "../accounts/sessions.ts";
import { appendAudit } from "../audit/append.ts";
import type { AccountCall, OpenCall } from "../http/route.ts";
import { readCookie } from "../http/cookies.ts";
import type { Parts } from "../parts.ts";
import type { Person } from "../policy/actor.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import { toFailureCode } from "./failures.ts";
import type { ProviderId } from "./methods.ts";
import type { Providers } from "./providers.ts";
import { FAILED_PATH, toFailedPath, toLanding, type Landing } from "./redirects.ts";
import type { SignInWay } from "./schemas.ts";
import { requireOtherWay } from "./ways.ts";

export interface ProviderParts extends Parts {
  providers: Providers;
}

interface Begun {
  url: string;
  cookies: string[];
}

/** Begins a sign-in at a provider: what must be known on the way back is in a sealed cookie of this browser. */
export async function beginAtProvider(parts: ProviderParts, call: OpenCall, provider: ProviderId, redirect: string): Promise<Begun> {
  const { api } = await parts.providers.get(provider);
  const body = { provider, callbackURL: redirect, errorCallbackURL: FAILED_PATH, disableRedirect: true };
  return begin(() => api.signInSocial({ body, headers: toHeaders(parts, call, false), returnHeaders: true }));
}

/** Begins to link a provider with the account of the person who is signed in. */
export async function beginLink(parts: ProviderParts, call: AccountCall, provider: ProviderId, redirect: string): Promise<Begun> {
  const { api } = await parts.providers.get(provider);
  const body = { provider, callbackURL: redirect, errorCallbackURL: FAILED_PATH, disableRedirect: true };
  return begin(() => api.linkSocialAccount({ body, headers: toHeaders(parts, call, true), returnHeaders: true }));
}

async function begin(ask: () => Promise<{ response: { url?: string | undefined }; headers: Headers }>): Promise<Begun> {
  const { response, headers } = await ask().catch((thrown: unknown) => {
    throw toRefusal(thrown) ?? thrown;
  });
  if (response.url === undefined) throw new TypeError("better-auth named no address of the provider.");
  return { url: response.url, cookies: headers.getSetCookie() };
}

interface Returned {
  location: string;
  cookies: string[];
}

/** The way back from a provider. It is a page for the browser, so whatever goes wrong is a page too. */
export async function finishAtProvider(parts: ProviderParts, call: OpenCall, provider: ProviderId, query: Record<string, unknown>): Promise<Returned> {
  try {
    return await finish(parts, call, provider, query);
  } catch (thrown) {
    if (!(thrown instanceof AppError)) call.log.error({ err: thrown }, "the callback of a provider failed");
    return { location: toFailedPath("unavailable"), cookies: [] };
  }
}

async function finish(parts: ProviderParts, call: OpenCall, provider: ProviderId, query: Record<string, unknown>): Promise<Returned> {
  const { accounts, config } = parts;
  const { api } = await parts.providers.get(provider);
  // Not in a transaction: the provider is asked meanwhile. What is made for a new person commits as one by itself.
  const held = await findHeldSession(parts, call);
  const response = await accounts.acting.run({ origin: call.origin, method: provider, session: held?.session_id ?? null }, () =>
    api.callbackOAuth({ params: { id: provider }, query, method: "GET", headers: toHeaders(parts, call, false), asResponse: true }));
  const cookies = response.headers.getSetCookie();
  const location = response.headers.get("location");
  const body = await readBody(response);
  if (asksSecondFactor(body)) return { location: `/second-factor#${new URLSearchParams({ next: toNext(location, config.publicUrl) })}`, cookies };
  const landing = location === null ? toRefusedLanding(body) : toLanding(location, config.publicUrl);
  if (landing.kind === "failed") return { location: toFailedPath(landing.failure), cookies };
  await noteSession(parts, call, { method: provider, cookies, held });
  return { location: landing.path, cookies };
}

/** The session whose cookie is set is told of before anybody has the cookie. A link sets none. */
async function noteSession(parts: ProviderParts, call: OpenCall, { method, cookies, held }: { method: ProviderId; cookies: string[]; held: Person | null }): Promise<void> {
  const name = sessionCookieOf(parts.config.publicUrl);
  const set = cookies.find((cookie) => cookie.startsWith(`${name}=`))?.split(";", 1)[0] ?? null;
  const session = readCookie(set, name);
  if (session === null || session === "") return;
  const { user_id: userId } = await parts.sessions.authenticate(session);
  await parts.control.transaction(async () => {
    await recordSignIn(parts, call, { method, userId });
    await endReplaced(parts, call.origin, { held, user_id: userId });
  });
}

/** better-auth answers redirects with an empty body that it calls JSON. */
async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  return text === "" ? null : JSON.parse(text);
}

/** What is refused while the session is made comes back as JSON. */
function toRefusedLanding(body: unknown): Landing {
  const { code } = (body ?? {}) as { code?: unknown };
  return { kind: "failed", failure: toFailureCode(typeof code === "string" ? code.toLowerCase() : "unavailable") };
}

function toNext(location: string | null, publicUrl: string): string {
  const landing = location === null ? null : toLanding(location, publicUrl);
  return landing?.kind === "on" ? landing.path : "/";
}

export async function listSignIns({ control: { db } }: Parts, userId: string): Promise<SignInWay[]> {
  const rows = await db.selectFrom("sign_ins").select(["id", "provider_id", "created_at"]).where("user_id", "=", userId).orderBy("id").execute();
  return rows.map(({ id, provider_id, created_at }) => ({ id, kind: toKind(provider_id), created_at }));
}

/** Takes a way to sign in away, unless it is the last. */
export async function deleteSignIn(parts: Parts, { origin, person: { user_id } }: AccountCall, id: string): Promise<void> {
  await parts.control.transaction(async () => {
    const row = await parts.control.db.deleteFrom("sign_ins").where("id", "=", id).where("user_id", "=", user_id).returning("provider_id").executeTakeFirst();
    if (row === undefined) throw notFound("way to sign in");
    await requireOtherWay(parts, user_id);
    await appendAudit(parts, origin, { chain: user_id, action: "account.sign_in_unlinked", target: id, details: { provider: row.provider_id } });
  });
}

const toKind = (provider: string): SignInWay["kind"] => (provider === "credential" ? "password" : (provider as ProviderId));

const toHeaders = ({ config }: Parts, call: OpenCall, session: boolean): Headers => toAuthHeaders(call, sessionCookieOf(config.publicUrl), { session });
