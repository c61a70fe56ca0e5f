import * as oauth from "oauth4webapi";
import { CliError } from "../exit.ts";
import type { SignInProfile } from "../profiles/file.ts";
import { CLIENT, NO_SECRET, SCOPE, toRequestOptions, type Site } from "./site.ts";

/** A sign-in as it is kept. */
export function toProfile({ baseUrl, server }: Site, tokens: oauth.TokenEndpointResponse, nowMs: number = Date.now()): SignInProfile {
  const { issuer, token_endpoint, revocation_endpoint } = server;
  if (token_endpoint === undefined) throw new CliError("network", `${issuer} names no address to renew a sign-in at.`);
  return { kind: "sign_in", base_url: baseUrl, issuer, token_endpoint, revocation_endpoint: revocation_endpoint ?? null, ...toKept(tokens, SCOPE, nowMs) };
}

/** Renews a sign-in. Both its tokens end with that: what comes back must be kept. */
export async function refreshProfile(profile: SignInProfile, nowMs: number = Date.now()): Promise<SignInProfile> {
  const { issuer, token_endpoint, base_url, refresh_token, scopes } = profile;
  const server: oauth.AuthorizationServer = { issuer, token_endpoint };
  const response = await oauth.refreshTokenGrantRequest(server, CLIENT, NO_SECRET, refresh_token, { ...toRequestOptions(base_url), additionalParameters: { resource: `${base_url}/v1` } });
  return { ...profile, ...toKept(await oauth.processRefreshTokenResponse(server, CLIENT, response), scopes.join(" "), nowMs) };
}

/** Ends a sign-in at its server. */
export async function revokeProfile({ issuer, revocation_endpoint, base_url, refresh_token }: SignInProfile): Promise<void> {
  if (revocation_endpoint === null) return;
  const server: oauth.AuthorizationServer = { issuer, revocation_endpoint };
  const response = await oauth.revocationRequest(server, CLIENT, NO_SECRET, refresh_token, toRequestOptions(base_url));
  await oauth.processRevocationResponse(response);
}

function toKept({ access_token, refresh_token, expires_in = 0, scope }: oauth.TokenEndpointResponse, asked: string, nowMs: number) {
  if (refresh_token === undefined) throw new CliError("network", "The server gave no token to renew the sign-in with.", { hint: "Sign in with a key instead: loci login --api-key -" });
  return { access_token, refresh_token, expires_at: new Date(nowMs + expires_in * 1_000).toISOString(), scopes: (scope ?? asked).split(" ") };
}
