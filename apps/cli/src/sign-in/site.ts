import * as oauth from "oauth4webapi";
import { CliError } from "../exit.ts";
import { CLIENT_NAME } from "../client.ts";
import { toLoginCommand, type LoginTerms } from "../profiles/choice.ts";
import { toSignInError } from "./refusals.ts";

/** A server, and how people sign in to it. */
export interface Site extends LoginTerms {
  /** What tokens are for (RFC 8707). */
  resource: string;
  server: oauth.AuthorizationServer;
}

/** The client that every Loci knows as this command line. */
export const CLIENT: oauth.Client = { client_id: "loci-cli" };
/** A public client: what is installed on many machines can keep no secret. */
export const NO_SECRET: oauth.ClientAuth = oauth.None();
export const SCOPE = "memory:read memory:write memory:delete";

const REQUEST_MAX_MS = 15_000;

/** The options of each request to the site. */
export function toRequestOptions(url: string) {
  return {
    // Who signs in to http://localhost has no TLS; who does so over a network is warned by `loci doctor`.
    [oauth.allowInsecureRequests]: url.startsWith("http:"),
    headers: { "user-agent": CLIENT_NAME },
    signal: () => AbortSignal.timeout(REQUEST_MAX_MS),
  };
}

/** Finds out how people sign in (RFC 9728, RFC 8414). */
export async function discoverSite(terms: LoginTerms): Promise<Site> {
  const { baseUrl } = terms;
  const resource = new URL(`${baseUrl}/v1`);
  const options = toRequestOptions(baseUrl);
  try {
    const { authorization_servers: [issuer = baseUrl] = [] } = await readResource(terms, resource);
    const response = await oauth.discoveryRequest(new URL(issuer), { algorithm: "oauth2", ...options });
    return { ...terms, resource: resource.href, server: await oauth.processDiscoveryResponse(new URL(issuer), response) };
  } catch (error) {
    throw toSignInError(error, terms);
  }
}

async function readResource(terms: LoginTerms, resource: URL): Promise<oauth.ResourceServer> {
  const { baseUrl } = terms;
  const response = await oauth.resourceDiscoveryRequest(resource, toRequestOptions(baseUrl));
  const copy = response.clone();
  try {
    return await oauth.processResourceDiscoveryResponse(resource, response);
  } catch (error) {
    const said = ((await copy.json().catch(() => null)) as { resource?: unknown } | null)?.resource;
    if (typeof said !== "string" || !said.endsWith("/v1") || said === resource.href) throw error;
    const own = said.slice(0, -"/v1".length);
    throw new CliError("usage", `The server at ${baseUrl} is known as ${own}, and people sign in under that address only.`, { hint: `Run: ${toLoginCommand({ ...terms, baseUrl: own })}`, cause: error });
  }
}
