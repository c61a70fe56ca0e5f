import { z } from "zod";
import type { OAuthScope } from "../policy/oauth-scopes.ts";
import type { Client } from "./clients.ts";
import { OAuthError } from "./errors.ts";
import { API_PATH, readPersonalPath, readResource, type PersonalPath } from "./resources.ts";
import { readScopes } from "./scopes.ts";

const once = z.string().optional();

/** What an app sends a person with. What is not known is passed over (RFC 6749 3.1); what is known stands once. */
export const AuthorizationQuery = z.object({
  client_id: once.describe("The client: as registered, or the https URL of its metadata document."),
  redirect_uri: once.describe("Where the answer goes; exactly one of the client's. On a loopback address the port may differ."),
  response_type: once.describe("`code`."),
  code_challenge: once.describe("PKCE (RFC 7636): base64url of the SHA-256 of the verifier."),
  code_challenge_method: once.describe("`S256`."),
  scope: once.describe("What is asked for, with spaces between; `memory:read` unless said."),
  resource: z.union([z.string(), z.array(z.string())]).optional().describe("What the tokens shall be for (RFC 8707); `PUBLIC_URL/mcp` unless said. One at most."),
  state: once.describe("Comes back as it is."),
  prompt: once.describe("`none` for an answer without a page, where that is possible; `consent` to be asked again."),
  response_mode: once.describe("`query`."),
  request: once.describe("Not taken (RFC 9101)."),
  request_uri: once.describe("Not taken (RFC 9101)."),
});
export type AuthorizationQuery = z.output<typeof AuthorizationQuery>;

/** Where the answer to a request goes. */
export interface Way {
  redirect_uri: string;
  state: string | null;
}

/** What an app asks of a person. */
export interface AuthorizationRequest extends Way {
  client: Client;
  scopes: OAuthScope[];
  resource: string;
  /** The program and workspace that a personal URL names. */
  personal: PersonalPath | null;
  challenge: string;
  prompts: string[];
}

// RFC 7636 4.2: 32 bytes in base64url.
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/** Reads what is asked, for a client and way back that are certain; throws what the client shall be told. */
export function readRequest(publicUrl: string, client: Client, way: Way, query: AuthorizationQuery): AuthorizationRequest {
  if (query.request !== undefined) throw new OAuthError("request_not_supported", "Request objects are not taken. Send the parameters themselves.");
  if (query.request_uri !== undefined) throw new OAuthError("request_uri_not_supported", "Request objects are not taken. Send the parameters themselves.");
  if (query.response_type === undefined) throw new OAuthError("invalid_request", "response_type is missing: send code.");
  if (query.response_type !== "code") throw new OAuthError("unsupported_response_type", "response_type can be code.");
  if (query.response_mode !== undefined && query.response_mode !== "query") throw new OAuthError("invalid_request", "response_mode can be query.");
  const { code_challenge: challenge } = query;
  if (challenge === undefined || query.code_challenge_method !== "S256") throw new OAuthError("invalid_request", "PKCE is required: send code_challenge, and code_challenge_method=S256.");
  if (!CHALLENGE.test(challenge)) throw new OAuthError("invalid_request", "code_challenge must be the 43 characters of a SHA-256 in base64url.");
  const target = readTarget(publicUrl, client, query.resource);
  return { ...way, client, challenge, ...target, scopes: readScopes(query.scope ?? null), prompts: query.prompt?.split(" ") ?? [] };
}

function readTarget(publicUrl: string, { kind }: Client, given: AuthorizationQuery["resource"]): { resource: string; personal: PersonalPath | null } {
  const [resource = `${publicUrl}/mcp`, ...more] = [given ?? []].flat();
  if (more.length > 0) throw new OAuthError("invalid_target", "Name one resource: a token is for one.");
  const path = readResource(publicUrl, resource);
  if (path === null) throw new OAuthError("invalid_target", `This server issues no tokens for ${resource.slice(0, 200)}. It does for ${publicUrl}/mcp.`);
  // There what is written counts as the person's own word.
  if (path === API_PATH && kind !== "own") throw new OAuthError("invalid_target", `Tokens for ${resource} are for the command line of Loci alone. Ask for ${publicUrl}/mcp.`);
  return { resource, personal: readPersonalPath(path) };
}

/** The way back with an answer on it, and with who gives it (RFC 9207). What stood in the URI stays as it was. */
export function toLocation(issuer: string, { redirect_uri, state }: Way, answer: Record<string, string>): string {
  const query = new URLSearchParams({ ...answer, ...(state !== null && { state }), iss: issuer });
  const joint = !redirect_uri.includes("?") ? "?" : /[?&]$/.test(redirect_uri) ? "" : "&";
  return `${redirect_uri}${joint}${query.toString()}`;
}
