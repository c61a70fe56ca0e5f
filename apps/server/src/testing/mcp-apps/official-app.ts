import { Client, StreamableHTTPClientTransport, UnauthorizedError, type OAuthClientInformationContext, type OAuthClientProvider, type OAuthDiscoveryState, type StoredOAuthClientInformation, type StoredOAuthTokens } from "@modelcontextprotocol/client";
import type { Tokens, ToolAnswer } from "./mcp-app.ts";

interface OfficialAppOptions {
  /** The address of MCP. */
  url: string;
  name: string;
  /** Where it waits for its answer. */
  redirect_uri: string;
  /** 2026-07-28 as far as the server can, else 2025-11-25. */
  modern?: boolean;
  /** Where it is described, instead of registering. */
  document?: string;
}

/** An app made with the protocol's own client library, which does all that has to do with signing in by itself; a person is sent to `opened`. */
export class OfficialApp {
  readonly name: string;
  /** The last address at which a person was to be asked, until that is done. */
  opened: URL | null = null;
  /** How often it wrote down tokens. */
  saves = 0;
  client: Client;
  kept: { client?: StoredOAuthClientInformation; tokens?: StoredOAuthTokens; verifier?: string; discovery?: OAuthDiscoveryState } = {};
  private readonly options: OfficialAppOptions;
  private transport: StreamableHTTPClientTransport;

  constructor(options: OfficialAppOptions) {
    this.options = options;
    this.name = options.name;
    this.client = this.newClient();
    this.transport = this.newTransport();
  }

  /** Connects; `answer` lets a person decide where the server asks for that. */
  async connect(answer: (url: URL) => Promise<URL>): Promise<void> {
    try {
      await this.client.connect(this.transport);
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      await this.finish(answer);
      // A transport that has failed to start cannot be started again.
      this.client = this.newClient();
      this.transport = this.newTransport();
      await this.client.connect(this.transport);
    }
  }

  /** Takes to a person what is open, and their answer back. */
  async finish(answer: (url: URL) => Promise<URL>): Promise<void> {
    if (this.opened === null) throw new Error(`${this.name} opened nothing.`);
    const back = await answer(this.opened);
    this.opened = null;
    await this.transport.finishAuth(back.searchParams);
  }

  async callTool(name: string, args: Record<string, unknown>): Promise<ToolAnswer> {
    return (await this.client.callTool({ name, arguments: args })) as ToolAnswer;
  }

  get tokens(): Tokens {
    const { client, tokens } = this.kept;
    if (client === undefined || tokens?.refresh_token === undefined) throw new Error(`${this.name} has no tokens.`);
    return { client_id: client.client_id, access: tokens.access_token, refresh: tokens.refresh_token, scope: tokens.scope ?? "" };
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private newClient(): Client {
    return new Client({ name: this.name, version: "1" }, this.options.modern === true ? { versionNegotiation: { mode: "auto" } } : {});
  }

  private newTransport(): StreamableHTTPClientTransport {
    return new StreamableHTTPClientTransport(new URL(this.options.url), { authProvider: this.toProvider() });
  }

  private toProvider(): OAuthClientProvider {
    const { name, redirect_uri, document } = this.options;
    const { kept } = this;
    return {
      redirectUrl: redirect_uri,
      ...(document !== undefined && { clientMetadataUrl: document }),
      clientMetadata: { client_name: name, redirect_uris: [redirect_uri], token_endpoint_auth_method: "none", grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] },
      state: () => "as it was",
      clientInformation: () => kept.client,
      saveClientInformation: (client: StoredOAuthClientInformation, _?: OAuthClientInformationContext) => void (kept.client = client),
      tokens: () => kept.tokens,
      saveTokens: (tokens) => {
        kept.tokens = tokens;
        this.saves++;
      },
      redirectToAuthorization: (url) => void (this.opened = url),
      saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
      codeVerifier: () => kept.verifier ?? "",
      saveDiscoveryState: (discovery) => void (kept.discovery = discovery),
      discoveryState: () => kept.discovery,
      invalidateCredentials: (what) => {
        if (what === "tokens" || what === "all") delete kept.tokens;
        if (what === "client" || what === "all") delete kept.client;
      },
    };
  }
}
