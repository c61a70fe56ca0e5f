import { z } from "zod";
import type { Client } from "./clients.ts";
import { OAuthError } from "./errors.ts";
import { isLoopback, requireRedirectUri } from "./redirects.ts";

const REDIRECTS_MAX = 20;
/** Of all together: what registers stays for 30 days, and whoever likes may register. */
const REDIRECT_CHARS_MAX = 8_192;
const NAME_CHARS_MAX = 100;
const WEB_URL = { protocol: /^https?$/, error: "must be an http or https URL." } as const;

export const GRANT_TYPES = ["authorization_code", "refresh_token"];

/** What a client says of itself. What is not named here is not looked at (RFC 7591 2). */
export const ClientMetadata = z.looseObject({
  client_name: z.string().max(1_000).optional().describe("What people are told that it is called. Only the first 100 characters are shown."),
  client_uri: z.url(WEB_URL).max(2_000).optional().describe("Its home page."),
  redirect_uris: z.array(z.string()).min(1).max(REDIRECTS_MAX).describe("Where people are sent back to: https, http on 127.0.0.1, [::1] or localhost (whose port may differ later), or a scheme of the app's own."),
  application_type: z.enum(["web", "native"]).optional().describe("`web` for an app on a server, `native` for one on the person's machine; without it that follows from the redirect URIs."),
  token_endpoint_auth_method: z.string().max(100).optional().describe("Whatever a client that registers asks for, `none` is what it gets: it has no secret here. A metadata document may say `private_key_jwt`."),
  grant_types: z.array(z.string().max(200)).max(20).optional().describe("`authorization_code` and `refresh_token` can be used; others are left out."),
  response_types: z.array(z.string().max(200)).max(20).optional().describe("`code` can be used; others are left out."),
});
type Said = z.output<typeof ClientMetadata>;

/** What is kept of a client's own words; throws `invalid_redirect_uri` or `invalid_client_metadata`. */
export function readClientMetadata({ client_name = "", client_uri, redirect_uris, application_type, grant_types, response_types }: Said): Omit<Client, "id" | "kind" | "keys"> {
  if (grant_types !== undefined && !grant_types.includes("authorization_code")) throw refused(`grant_types must name authorization_code.`);
  if (response_types !== undefined && !response_types.includes("code")) throw refused("response_types must name code.");
  const uris = [...new Set(redirect_uris)].map(requireRedirectUri);
  if (uris.join("").length > REDIRECT_CHARS_MAX) throw new OAuthError("invalid_redirect_uri", `The redirect_uris have more than ${REDIRECT_CHARS_MAX.toLocaleString("en")} characters together. Name fewer, or shorter ones.`);
  const local = uris.find((uri) => !isHttps(uri));
  if (application_type === "web" && local !== undefined) throw new OAuthError("invalid_redirect_uri", `${local.slice(0, 200)} leads to the person's own machine, where no web app is. Say application_type "native", or use https.`);
  return {
    name: toShownName(client_name) || toFallbackName(uris[0] ?? ""),
    uri: client_uri ?? null,
    application_type: application_type ?? (local === undefined ? "web" : "native"),
    redirect_uris: uris,
  };
}

const refused = (message: string): OAuthError => new OAuthError("invalid_client_metadata", message);
const isHttps = (uri: string): boolean => uri.startsWith("https:");

// What turns text around, or cannot be seen, lets a name look like another.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u{115f}\u{1160}\u{3164}\u{ffa0}]+/gu;

/** A name on one line, without what nobody sees; `""` where nothing is left. */
const toShownName = (name: string): string => [...name.replaceAll(UNSEEN, " ").replaceAll(/\s+/g, " ").trim()].slice(0, NAME_CHARS_MAX).join("").trim();

function toFallbackName(uri: string): string {
  if (isLoopback(uri)) return "An app on your computer";
  const { hostname, protocol } = new URL(uri);
  return isHttps(uri) ? hostname : protocol.slice(0, -1);
}
