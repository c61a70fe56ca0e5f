import { empty, guarded, json, redirect, type Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { readSignInMethods, SignInMethods } from "./methods.ts";
import { Providers } from "./providers.ts";
import { CallbackQuery, NewSignIn, ProviderParams, ProviderStart, ProviderUrl, SignInParams, SignInWayList } from "./schemas.ts";
import { beginAtProvider, beginLink, deleteSignIn, finishAtProvider, listSignIns, type ProviderParts } from "./service.ts";

/** Signing in by an account somewhere else, and the list of ways to sign in. */
export function providerRoutes(given: Parts): Route[] {
  const { accounts: { authParts }, config: { providers }, now, log } = given;
  const parts: ProviderParts = { ...given, providers: new Providers({ authParts, providers, now, log }) };

  const methods = guarded("open", {
    id: "readSignInMethods", method: "get", path: "/v1/auth/methods", tags: ["Sign-in"], repeat: "safe",
    summary: "See how one can sign in here", description: "Which ways this instance has, and who may make an account.",
    responses: { 200: json(SignInMethods, "The ways.") },
  }, async () => ({ status: 200, body: await readSignInMethods(parts) }));

  const begin = guarded("open", {
    id: "beginProviderSignIn", method: "post", path: "/v1/auth/providers/{provider}", tags: ["Sign-in"], repeat: "idempotent", setsCookies: true,
    summary: "Begin to sign in at a provider", description: "Answers with the address to send the browser to. A provider that does not answer is asked again after half a minute.",
    request: { params: ProviderParams, body: ProviderStart },
    responses: { 200: json(ProviderUrl, "Where to go.") },
  }, async (call) => {
    const { url, cookies } = await beginAtProvider(parts, call, call.params.provider, call.body.redirect ?? "/");
    return { status: 200, body: { url }, cookies };
  });

  const callback = guarded("open", {
    id: "finishProviderSignIn", method: "get", path: "/v1/auth/callback/{provider}", tags: ["Sign-in"], repeat: "idempotent", setsCookies: true,
    summary: "Come back from a provider", description: "The redirect URI for the provider. It leads on to where the sign-in was to lead, to the page of the second factor, or to one that says what went wrong.",
    request: { params: ProviderParams, query: CallbackQuery },
    responses: { 303: redirect("On.") },
  }, async (call) => ({ status: 303, ...(await finishAtProvider(parts, call, call.params.provider, call.query)) }));

  const list = guarded("account", {
    id: "listSignIns", method: "get", path: "/v1/account/sign-ins", tags: ["Account"], repeat: "safe",
    summary: "List the ways to sign in", description: "The password and the providers that are linked; passkeys have a list of their own.",
    responses: { 200: json(SignInWayList, "The ways.") },
  }, async ({ person }) => ({ status: 200, body: { items: await listSignIns(parts, person.user_id) } }));

  const link = guarded("proven account", {
    id: "linkSignIn", method: "post", path: "/v1/account/sign-ins", tags: ["Account"], repeat: "idempotent", setsCookies: true,
    summary: "Link a provider", description: "Answers with the address to send the browser to. Its address there must be confirmed, and may be another than the one here.",
    request: { body: NewSignIn },
    responses: { 200: json(ProviderUrl, "Where to go.") },
    faults: [404],
  }, async (call) => {
    const { url, cookies } = await beginLink(parts, call, call.body.provider, call.body.redirect ?? "/");
    return { status: 200, body: { url }, cookies };
  });

  const unlink = guarded("proven account", {
    id: "deleteSignIn", method: "delete", path: "/v1/account/sign-ins/{id}", tags: ["Account"], repeat: "idempotent",
    summary: "Take a way to sign in away", description: "The last one stays.",
    request: { params: SignInParams },
    responses: { 204: empty("It signs in no more.") },
    faults: [409],
  }, async (call) => {
    await deleteSignIn(parts, call, call.params.id);
    return { status: 204 };
  });

  return [methods, begin, callback, list, link, unlink];
}
