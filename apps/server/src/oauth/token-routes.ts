import { z } from "zod";
import { empty, guarded, json, type OpenCall, type Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { admitClient } from "./client-proof.ts";
import { spendCode } from "./codes.ts";
import { spendDeviceCode } from "./devices.ts";
import { OAUTH_FAULTS, OAuthError, toOAuthRefusal } from "./errors.ts";
import type { IssuedTokens } from "./families.ts";
import { FORM_BODY, readForm, type Form } from "./form.ts";
import { DEVICE_GRANT } from "./metadata.ts";
import { revokeToken } from "./revoke.ts";
import { SharedRefresh } from "./shared-refresh.ts";

const Tokens = z.strictObject({
  access_token: z.string().describe("For the header `Authorization: Bearer …`, at the resource that it is for."),
  token_type: z.literal("Bearer").describe("Always this."),
  expires_in: z.int().describe("Seconds for which the access token holds."),
  refresh_token: z.string().describe("For the next pair, once."),
  scope: z.string().describe("What was granted, with spaces between."),
}).meta({ id: "OAuthTokens", description: "Tokens, as RFC 6749 5.1 has them.", examples: [{ access_token: "mt_…", token_type: "Bearer", expires_in: 900, refresh_token: "mr_…", scope: "memory:read memory:write" }] });

const ENDPOINT = { method: "post", cors: true, request: { text: FORM_BODY }, refusal: toOAuthRefusal } as const;

/** Where clients turn codes and refresh tokens into tokens, and give them back. */
export const tokenRoutes = (parts: Parts): Route[] => [tokenRoute(parts, new SharedRefresh(parts)), revocationRoute(parts)];

const tokenRoute = (parts: Parts, refreshes: SharedRefresh): Route =>
  guarded("open", {
    ...ENDPOINT, tags: ["OAuth"], id: "issueTokens", path: "/oauth/token", repeat: "idempotent",
    summary: "Get tokens", description: "For a code with its `code_verifier`, for a refresh token, or for a device code. Codes and refresh tokens work once; one that comes again ends what it has issued. A client whose document names `private_key_jwt` proves itself by `client_assertion` (RFC 7523).",
    responses: { 200: json(Tokens, "The tokens."), ...OAUTH_FAULTS },
  }, async (call) => ({ status: 200, body: toBody(await issue(parts, refreshes, call)) }));

const revocationRoute = (parts: Parts): Route =>
  guarded("open", {
    ...ENDPOINT, tags: ["OAuth"], id: "revokeTokens", path: "/oauth/revoke", repeat: "idempotent",
    summary: "Give a token back", description: "RFC 7009: `token` and `client_id`, or `client_assertion`. A refresh token ends its whole sign-in. A token that is not known counts as revoked.",
    responses: { 200: empty("It does not work any more."), ...OAUTH_FAULTS },
  }, async (call) => {
    const form = readForm(call);
    await revokeToken(parts, { token: form.get("token"), client_id: await admitClient(parts, call, form) });
    return { status: 200 };
  });

const toBody = ({ access, refresh, expires_in, scopes }: IssuedTokens): z.input<typeof Tokens> =>
  ({ access_token: access, token_type: "Bearer", expires_in, refresh_token: refresh, scope: scopes });

async function issue(parts: Parts, refreshes: SharedRefresh, call: OpenCall): Promise<IssuedTokens> {
  const form = readForm(call);
  const grant = form.get("grant_type");
  const client_id = await admitClient(parts, call, form);
  const resource = form.find("resource");
  switch (grant) {
    case "authorization_code":
      return spendCode(parts, call, form.get("code"), { client_id, resource, redirect_uri: form.get("redirect_uri"), verifier: readVerifier(form) });
    case "refresh_token":
      return refreshes.spend(call, form.get("refresh_token"), { client_id, resource, scope: form.find("scope") });
    case DEVICE_GRANT:
      return spendDeviceCode(parts, form.get("device_code"), { client_id, resource });
    default:
      throw new OAuthError("unsupported_grant_type", `grant_type can be authorization_code, refresh_token or ${DEVICE_GRANT}.`);
  }
}

/** RFC 7636 4.1. */
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

function readVerifier(form: Form): string {
  const verifier = form.get("code_verifier");
  if (!VERIFIER.test(verifier)) throw new OAuthError("invalid_request", "code_verifier must be 43 to 128 letters, digits and -._~.");
  return verifier;
}
