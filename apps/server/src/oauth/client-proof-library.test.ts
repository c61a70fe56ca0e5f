import * as oauth from "oauth4webapi";
import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import { SignIn } from "../testing/authorization.ts";
import { newClientKey } from "../testing/client-key.ts";
import { LOOPBACK, shareDocumentHost } from "../testing/document-host.ts";
import { shareTestApp } from "../testing/harness.ts";

const PUBLIC_URL = "http://localhost:3000";
const REDIRECT = "https://app.example/callback";
const host = shareDocumentHost();
const app = shareTestApp({ env: { PUBLIC_URL, EGRESS_ALLOW: LOOPBACK } });

// The library wants https otherwise, and a port.
const OPTIONS = {
  [oauth.allowInsecureRequests]: true,
  [oauth.customFetch]: async (url: string, { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown }): Promise<Response> => app().server.app.request(url, { method, headers, body: (body as URLSearchParams | undefined)?.toString() ?? null }),
} as const;

test.each(["ES256", "EdDSA", "RS256", "PS256"])("a strict library finds what it needs in the metadata and proves its app by %s, for a code, a refresh and a revocation", async (alg) => {
  const key = await newClientKey(alg);
  const { alg: _, ...jwk } = key.jwk;
  const path = `/${newId("cli")}.json`;
  const id = host().putClient(path, { redirect_uris: [REDIRECT], token_endpoint_auth_method: "private_key_jwt", jwks_uri: host().put(`/jwks${path}`, { keys: [jwk] }) });
  const server = await oauth.processDiscoveryResponse(new URL(PUBLIC_URL), await oauth.discoveryRequest(new URL(PUBLIC_URL), { ...OPTIONS, algorithm: "oauth2" }));
  expect(server.token_endpoint_auth_methods_supported).toContain("private_key_jwt");
  const client: oauth.Client = { client_id: id };
  const prove = oauth.PrivateKeyJwt({ key: key.privateKey, kid: key.kid });

  const signIn = new SignIn(app(), await app().newPerson(), { id, redirect_uri: REDIRECT });
  const { body } = await signIn.answer(await signIn.question({ state: "here" }));
  const said = oauth.validateAuthResponse(server, client, new URL(body.location), "here");
  const first = await oauth.processAuthorizationCodeResponse(server, client, await oauth.authorizationCodeGrantRequest(server, client, prove, said, REDIRECT, signIn.verifier, OPTIONS));
  const second = await oauth.processRefreshTokenResponse(server, client, await oauth.refreshTokenGrantRequest(server, client, prove, first.refresh_token ?? "", OPTIONS));
  await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, prove, second.refresh_token ?? "", OPTIONS));
  const third = await oauth.refreshTokenGrantRequest(server, client, prove, second.refresh_token ?? "", OPTIONS);
  await expect(oauth.processRefreshTokenResponse(server, client, third)).rejects.toMatchObject({ error: "invalid_grant" });
  // And without its key it is nobody.
  const bare = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), second.refresh_token ?? "", OPTIONS);
  await expect(oauth.processRefreshTokenResponse(server, client, bare)).rejects.toMatchObject({ error: "invalid_client", status: 401 });
});
