import { notFound } from "@loci/kit/errors";
import { z } from "zod";
import type { Config } from "../config.ts";
import { guarded, json, type Route } from "../http/route.ts";
import { OAUTH_SCOPES } from "../policy/oauth-scopes.ts";
import { ASSERTION_ALGORITHMS } from "./client-keys.ts";
import { isResourcePath } from "./resources.ts";

export const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

const AUTH_METHODS = ["none", "private_key_jwt"];

type MetadataConfig = Pick<Config, "publicUrl" | "clientRegistration">;

const Url = z.string();

const ServerMetadata = z.strictObject({
  issuer: Url.describe("Who issues tokens; `iss` of every answer to an authorization request."),
  authorization_endpoint: Url.describe("Where people are sent."),
  token_endpoint: Url.describe("Where codes and refresh tokens are spent."),
  registration_endpoint: Url.optional().describe("Where clients register (RFC 7591); absent where this instance takes none."),
  revocation_endpoint: Url.describe("Where clients give tokens back (RFC 7009)."),
  device_authorization_endpoint: Url.describe("Where devices without a browser begin (RFC 8628)."),
  scopes_supported: z.array(z.string()).describe("What can be asked for."),
  response_types_supported: z.array(z.string()).describe("Always `code`."),
  response_modes_supported: z.array(z.string()).describe("Always `query`."),
  grant_types_supported: z.array(z.string()).describe("What the token endpoint takes."),
  token_endpoint_auth_methods_supported: z.array(z.string()).describe("`none` for public clients, `private_key_jwt` for those whose document names keys; never a secret."),
  token_endpoint_auth_signing_alg_values_supported: z.array(z.string()).describe("What a `client_assertion` may be signed with."),
  revocation_endpoint_auth_methods_supported: z.array(z.string()).describe("As at the token endpoint."),
  revocation_endpoint_auth_signing_alg_values_supported: z.array(z.string()).describe("As at the token endpoint."),
  code_challenge_methods_supported: z.array(z.string()).describe("Always `S256` (PKCE, RFC 7636)."),
  authorization_response_iss_parameter_supported: z.boolean().describe("Always true (RFC 9207)."),
  client_id_metadata_document_supported: z.boolean().describe("Always true: a client_id may be the https URL of a document that describes the client."),
  service_documentation: Url.describe("A page for people who write clients."),
}).meta({ id: "AuthorizationServerMetadata", description: "How this server authorises apps (RFC 8414)." });

const ResourceMetadata = z.strictObject({
  resource: Url.describe("The resource, as clients name it in `resource`."),
  authorization_servers: z.array(Url).describe("Who issues tokens for it: this server."),
  scopes_supported: z.array(z.string()).describe("What can be asked for."),
  bearer_methods_supported: z.array(z.string()).describe("Always `header`."),
  resource_name: z.string().describe("What people call it."),
  resource_documentation: Url.describe("A page about it."),
}).meta({ id: "ProtectedResourceMetadata", description: "Who issues tokens for a resource (RFC 9728)." });

/** Whether there is such a client or workspace is not told: every personal URL describes itself alike. */
const PersonalParams = z.strictObject({
  client: z.string().describe("The client, as its personal URL names it."),
  workspace: z.string().describe("The workspace's id or slug."),
});

function toServerMetadata({ publicUrl: issuer, clientRegistration }: MetadataConfig): z.input<typeof ServerMetadata> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    token_endpoint: `${issuer}/oauth/token`,
    ...(clientRegistration && { registration_endpoint: `${issuer}/oauth/register` }),
    revocation_endpoint: `${issuer}/oauth/revoke`,
    device_authorization_endpoint: `${issuer}/oauth/device`,
    scopes_supported: OAUTH_SCOPES,
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code", "refresh_token", DEVICE_GRANT],
    token_endpoint_auth_methods_supported: AUTH_METHODS,
    token_endpoint_auth_signing_alg_values_supported: [...ASSERTION_ALGORITHMS],
    revocation_endpoint_auth_methods_supported: AUTH_METHODS,
    revocation_endpoint_auth_signing_alg_values_supported: [...ASSERTION_ALGORITHMS],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
    service_documentation: `${issuer}/docs`,
  };
}

const toResourceMetadata = (publicUrl: string, path: string): z.input<typeof ResourceMetadata> => ({
  resource: `${publicUrl}${path}`,
  authorization_servers: [publicUrl],
  scopes_supported: OAUTH_SCOPES,
  bearer_methods_supported: ["header"],
  resource_name: path === "/v1" ? "Loci API" : "Loci",
  resource_documentation: `${publicUrl}/docs`,
});

// Clients ask again before each sign-in; what they read changes with a new version at most.
const KEPT = { "cache-control": "public, max-age=3600" };

/** What clients read before they ask for anything. */
export function metadataRoutes({ config }: { config: MetadataConfig }): Route[] {
  const { publicUrl } = config;
  const server = (id: string, path: string, summary: string): Route => guarded("open", {
    id, method: "get", path, tags: ["OAuth"], repeat: "safe", cors: true, summary, description: "Endpoints and what they take.",
    responses: { 200: json(ServerMetadata, "The metadata.") },
  }, () => ({ status: 200, body: toServerMetadata(config), headers: KEPT }));

  const resource = (id: string, path: string, summary: string, params?: z.ZodObject): Route => guarded("open", {
    id, method: "get", path: `/.well-known/oauth-protected-resource${path}`, tags: ["OAuth"], repeat: "safe", cors: true, summary,
    description: "Each resource describes itself under a path of its own (RFC 9728 3.1), and names exactly itself.",
    ...(params !== undefined && { request: { params } }),
    responses: { 200: json(ResourceMetadata, "The metadata.") },
  }, ({ url }) => {
    const asked = new URL(url).pathname.slice("/.well-known/oauth-protected-resource".length) || "/mcp";
    if (!isResourcePath(asked)) throw notFound("resource");
    return { status: 200, body: toResourceMetadata(publicUrl, asked), headers: KEPT };
  });

  return [
    server("readAuthorizationServer", "/.well-known/oauth-authorization-server", "Read how apps are authorised"),
    server("readOpenIdConfiguration", "/.well-known/openid-configuration", "Read how apps are authorised, where OpenID Connect looks"),
    resource("readProtectedResource", "", "Read who issues tokens for MCP"),
    resource("readMcpResource", "/mcp", "Read who issues tokens for MCP, under its own path"),
    resource("readPersonalResource", "/mcp/{client}/{workspace}", "Read who issues tokens for a personal URL", PersonalParams),
    resource("readApiResource", "/v1", "Read who issues tokens for the API"),
  ];
}
