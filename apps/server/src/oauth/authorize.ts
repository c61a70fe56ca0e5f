import { AppError } from "@loci/kit/errors";
import { guarded, redirect, stream, type AnyReply, type OpenCall, type Route } from "../http/route.ts";
import type { PageAssets } from "../pages/assets.ts";
import { toConsentPage, toRefusedPage, toUnansweredPage } from "../pages/consent-page.ts";
import { PAGE_POLICY, toPage, type PageParts } from "../pages/layout.ts";
import type { Parts } from "../parts.ts";
import type { Person } from "../policy/actor.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import { getClient, type Client } from "./clients.ts";
import { createCode } from "./codes.ts";
import { createConsent, findRemembered } from "./consents.ts";
import { OAuthError, toDescription } from "./errors.ts";
import { chargeAuthorization } from "./limits.ts";
import { isLoopback, isRegistered } from "./redirects.ts";
import { listOffered, withLimits, type OfferedWorkspace } from "./offers.ts";
import { AuthorizationQuery, readRequest, toLocation, type AuthorizationRequest } from "./request.ts";

const HTML = "text/html; charset=utf-8";
const page = (description: string) => stream(HTML, description);

/** Where apps send people. */
export function authorizeRoute(parts: Parts, assets: PageAssets): Route {
  const show = <Status extends number>(status: Status, shown: PageParts) =>
    ({ status, text: toPage(assets, shown), headers: { "content-type": HTML, "content-security-policy": PAGE_POLICY } });

  return guarded("open", {
    id: "authorizeApp", method: "get", path: "/oauth/authorize", tags: ["OAuth"], repeat: "safe",
    summary: "Ask a person for access", description: "OAuth 2.1 with PKCE. Shows the person who asks and for what, after signing in where that is needed. Until client and way back are certain, nobody is sent anywhere; with the faults of an app that registered itself, only to the person's own machine.",
    request: { query: AuthorizationQuery },
    responses: {
      200: page("The question to the person."),
      303: redirect("To signing in, or back to the app: with a code where it was allowed before, or with the reason why not."),
      400: page("Why this cannot be: the client or the way back is not certain, or leads where an app that registered itself likes; then with a link to go there."),
      403: page("Why this person cannot connect an app."),
      404: page("There is no such workspace for this person."),
      429: page("Too often: repeat after `Retry-After` seconds."),
      500: page("A fault of ours."),
      503: page("Not now: repeat after `Retry-After` seconds."),
    },
    refusal: (error, { status, headers }, { url }): AnyReply => {
      const shown = show(status === 401 ? 400 : status, toRefusedPage(error, toSignIn(url)));
      return { ...shown, headers: { ...headers, ...shown.headers } };
    },
  }, async (call) => {
    const answer = await authorize(parts, call);
    if ("location" in answer) return { status: 303, location: answer.location };
    return "refused" in answer ? show(400, answer.refused) : show(200, answer);
  });
}

type Answer = PageParts | { location: string } | { refused: PageParts };

async function authorize(parts: Parts, call: OpenCall<{ query: typeof AuthorizationQuery }>): Promise<Answer> {
  const { config: { publicUrl } } = parts;
  const { query, origin: { address } } = call;
  const { client_id, redirect_uri, state = null } = query;
  if (client_id === undefined || client_id === "") throw new OAuthError("invalid_request", "The app did not say who it is: client_id is missing.");
  const client = await getClient(parts, { client_id, address });
  if (redirect_uri === undefined || !isRegistered(client.redirect_uris, redirect_uri)) {
    throw new OAuthError("invalid_request", "The app wants to be answered at an address that is not its own, so it is not answered at all: redirect_uri is none of those that it is known by.");
  }
  const way = { redirect_uri, state };
  try {
    return await askPerson(parts, call, readRequest(publicUrl, client, way, query));
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const location = toLocation(publicUrl, way, { error: error.oauth_code, error_description: toDescription(error.message) });
    return mayBounce(client, redirect_uri) ? { location } : { refused: toUnansweredPage(error, client, location) };
  }
}

/**
 * Whether errors go back to the app by themselves. Not where anybody can register any place: else this server would take
 * whoever opens a link to wherever its writer likes (RFC 9700 4.11.2).
 */
const mayBounce = ({ kind }: Client, redirect_uri: string): boolean => kind !== "registered" || isLoopback(redirect_uri);

async function askPerson(parts: Parts, call: OpenCall, request: AuthorizationRequest): Promise<Answer> {
  const { config: { publicUrl } } = parts;
  const silent = request.prompts.includes("none");
  const person = await findPerson(parts, call);
  if (person === null) {
    if (silent) throw new OAuthError("login_required", "Nobody is signed in here.");
    return { location: toSignIn(call.url) };
  }
  if (person.leaving_at !== null) throw new AppError("forbidden", `Your account is going to be deleted after ${person.leaving_at.slice(0, 10)}, so no app can be connected to it. The start page lets you keep it.`);
  const workspaces = await withLimits(parts, { ...person, client_id: request.client.id, resource: request.resource }, await listChoices(parts, person, request));
  const connection_id = request.prompts.includes("consent") ? undefined : await findRemembered(parts, person, request);
  if (connection_id === undefined && silent) throw new OAuthError("interaction_required", "The person has to be asked.");
  await chargeAuthorization(parts, person.user_id);
  if (connection_id !== undefined) {
    const code = await createCode(parts, { ...request, client_id: request.client.id, connection_id, scopes: request.scopes.join(" ") });
    return { location: toLocation(publicUrl, request, { code }) };
  }
  const id = await createConsent(parts, person, request);
  return toConsentPage({ ...request, id, person, workspaces });
}

/** The person that this browser is signed in as. */
async function findPerson({ sessions, config: { publicUrl } }: Parts, call: OpenCall): Promise<Person | null> {
  const cookie = call.cookie(sessionCookieOf(publicUrl));
  if (cookie === null) return null;
  try {
    return await sessions.authenticate(cookie);
  } catch (error) {
    if (error instanceof AppError && error.code === "unauthenticated") return null;
    throw error;
  }
}

/** What stands after `#` stays in the browser: it comes back here by itself. */
function toSignIn(url: string): string {
  const { pathname, search } = new URL(url);
  return `/sign-in#${new URLSearchParams({ next: pathname + search }).toString()}`;
}

async function listChoices(parts: Parts, person: Person, { personal, scopes }: AuthorizationRequest): Promise<OfferedWorkspace[]> {
  const offered = await listOffered(parts, person, scopes);
  const named = personal === null ? offered : offered.filter(({ id, slug }) => id === personal.workspace || slug === personal.workspace);
  if (named.length > 0) return named;
  // Whether there is one for others is not told.
  throw new AppError("not_found", `You are signed in as ${person.email}, and for this account there is no workspace that the app could work in${personal === null ? "" : ` at this address (${personal.workspace})`}. Check the address that you gave to the app, or sign in with another account.`);
}
