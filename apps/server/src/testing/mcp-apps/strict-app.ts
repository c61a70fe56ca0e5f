import * as oauth from "oauth4webapi";
import type { Tokens, ToolAnswer } from "./mcp-app.ts";

// Tests are on this machine: the library wants https otherwise.
const INSECURE = { [oauth.allowInsecureRequests]: true } as const;

interface Answered {
  result?: ToolAnswer;
  error?: { code: number; message: string };
}

/** What it needs to know before it can send a person anywhere. */
interface Found {
  resource: URL;
  server: oauth.AuthorizationServer;
  client: oauth.Client;
  redirect_uri: string;
}

/** An app whose OAuth is a library that checks all that the standards say, step by step, and throws at what differs. */
export class StrictApp {
  private readonly resource: URL;
  private readonly server: oauth.AuthorizationServer;
  private readonly client: oauth.Client;
  private readonly redirect_uri: string;
  private held: oauth.TokenEndpointResponse | null = null;

  private constructor({ resource, server, client, redirect_uri }: Found) {
    this.resource = resource;
    this.server = server;
    this.client = client;
    this.redirect_uri = redirect_uri;
  }

  /** Finds the server of authorization from what a refused call says (RFC 9728, RFC 8414), and registers (RFC 7591). */
  static async open(url: string, redirect_uri: string): Promise<StrictApp> {
    const resource = new URL(url);
    const described = await oauth.processResourceDiscoveryResponse(resource, await fetch(await findMetadataUrl(resource)));
    const issuer = new URL(described.authorization_servers?.[0] ?? "");
    const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...INSECURE, algorithm: "oauth2" }));
    const asked = { client_name: "Strict", redirect_uris: [redirect_uri], token_endpoint_auth_method: "none" };
    const client = await oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(server, asked, INSECURE));
    return new StrictApp({ resource, server, client, redirect_uri });
  }

  /** Authorises with PKCE; the answer must name its issuer (RFC 9207) and bring the state back. */
  async connect(answer: (url: URL) => Promise<URL>, scope = "memory:read memory:write"): Promise<void> {
    const { server, client, redirect_uri, resource } = this;
    const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
    const url = new URL(server.authorization_endpoint ?? "");
    const asked = { client_id: client.client_id, redirect_uri, response_type: "code", scope, state, resource: resource.href, code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256" };
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
    const said = oauth.validateAuthResponse(server, client, await answer(url), state);
    const response = await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), said, redirect_uri, verifier, { ...INSECURE, additionalParameters: { resource: resource.href } });
    this.held = await oauth.processAuthorizationCodeResponse(server, client, response);
  }

  /** Takes the next pair for a refresh token, its own unless said; throws `ResponseBodyError` with the server's word. */
  async refresh(token: string = this.tokens.refresh): Promise<void> {
    const response = await oauth.refreshTokenGrantRequest(this.server, this.client, oauth.None(), token, INSECURE);
    this.held = await oauth.processRefreshTokenResponse(this.server, this.client, response);
  }

  /** Calls a tool by a bare request (RFC 6750); throws `WWWAuthenticateChallengeError` when it is refused. */
  async callTool(name: string, args: Record<string, unknown>, token: string = this.tokens.access): Promise<ToolAnswer> {
    const headers = new Headers({ "content-type": "application/json", accept: "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25" });
    const message = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } });
    const response = await oauth.protectedResourceRequest(token, "POST", this.resource, headers, message, INSECURE);
    // The answer is an event stream of one message in this revision.
    const { result, error } = JSON.parse(/^data: (.*)$/m.exec(await response.text())?.[1] ?? "{}") as Answered;
    if (result === undefined) throw new Error(`${name} answered ${JSON.stringify(error)}`);
    return result;
  }

  get tokens(): Tokens {
    if (this.held?.refresh_token === undefined) throw new Error("Strict has no tokens.");
    return { client_id: this.client.client_id, access: this.held.access_token, refresh: this.held.refresh_token, scope: this.held.scope ?? "" };
  }
}

/** Where a resource describes itself, as a call without a token that is valid is told (RFC 9728 5.1). */
async function findMetadataUrl(resource: URL): Promise<string> {
  try {
    await oauth.protectedResourceRequest("none", "POST", resource, new Headers({ "content-type": "application/json" }), "{}", INSECURE);
  } catch (error) {
    if (!(error instanceof oauth.WWWAuthenticateChallengeError) || error.status !== 401) throw error;
    return error.cause[0]?.parameters["resource_metadata"] ?? "";
  }
  throw new Error("A call with a token that nobody has went through.");
}
