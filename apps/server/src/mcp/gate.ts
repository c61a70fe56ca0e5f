import { AppError } from "@loci/kit/errors";
import { toolOf } from "@loci/mcp";
import { localhostAllowedHostnames, validateHostHeader, validateOriginHeader } from "@modelcontextprotocol/server";
import type { Config } from "../config.ts";
import { HttpError } from "../http/errors.ts";
import type { Route, RouteScope } from "../http/route.ts";
import { isResourcePath, toMetadataUrl } from "../oauth/resources.ts";
import type { ProgramActor } from "../policy/actor.ts";
import { OAUTH_SCOPES, oauthScopesFor, type OAuthScope } from "../policy/oauth-scopes.ts";
import { isPermission } from "../policy/permissions.ts";

type GateConfig = Pick<Config, "publicUrl" | "mode" | "conformanceFixtures">;

/** What a call of the gate is told of. */
interface Knock {
  actor: ProgramActor;
  url: string;
  header(name: string): string | null;
}

// What a client asks for at first. Some ask for that alone whatever they are told later, so all of it: people take away what they like.
const SCOPES_AT_FIRST: readonly OAuthScope[] = OAUTH_SCOPES;

/** What stands between the front door and the protocol: whose page sent it, and which scopes its message needs. */
export class McpGate {
  private readonly config: GateConfig;
  private readonly scopes: ReadonlyMap<string, RouteScope>;
  private readonly hosts: string[];

  /** `routes` are those that tools may call. */
  constructor(config: GateConfig, routes: readonly Route[]) {
    this.config = config;
    this.scopes = new Map(routes.map(({ method, path, scope }) => [`${method.toUpperCase()} ${path}`, scope]));
    this.hosts = [new URL(config.publicUrl).hostname, ...(config.mode === "production" ? [] : localhostAllowedHostnames())];
  }

  /** The resources whose tokens open a URL: one for `/mcp` opens personal ones of its workspace too, one for a personal URL only that. */
  listResources(url: string): string[] {
    const { publicUrl } = this.config;
    return [...new Set([`${publicUrl}/mcp`, publicUrl + new URL(url).pathname])];
  }

  /** Refuses names that somebody has pointed at this server (DNS rebinding), and the pages of other sites. */
  requireOwnSite({ header }: Pick<Knock, "header">): void {
    const host = header("host");
    // A request from inside the process has none.
    if (host !== null && !validateHostHeader(host, this.hosts).ok) {
      throw new AppError("forbidden", `This server is not reached as "${host.slice(0, 200)}": its address is ${this.config.publicUrl}. Behind a proxy, pass the header Host on.`, { details: { reason: "host" } });
    }
    const origin = header("origin");
    if (origin === this.config.publicUrl) return;
    if (!validateOriginHeader(origin, this.config.mode === "production" ? [] : this.hosts).ok) {
      throw new AppError("forbidden", "This request comes from the page of another site. MCP is for programs, which send no Origin.", { details: { reason: "cross_site" } });
    }
  }

  /** Refuses messages that this server takes none of, and those whose sender lacks a scope. */
  requireMessage(message: unknown, knock: Knock): void {
    if (Array.isArray(message)) throw new AppError("invalid_request", "Send one message at a time: MCP has no batches since 2025-06-18.");
    const { method, params } = readMethod(message);
    const missing = this.listScopes(method, params).filter((scope) => lacks(knock.actor, scope));
    if (missing.length > 0) throw this.toStepUp(missing, knock);
  }

  /** Where one signs in, for an answer of 401 (RFC 9728 5.1). */
  toChallenge({ url, header }: Pick<Knock, "url" | "header">): string {
    const invalid = header("authorization") === null ? [] : ['error="invalid_token"'];
    return `Bearer ${[...invalid, ...this.toParts(url, SCOPES_AT_FIRST)].join(", ")}`;
  }

  /** What to do who came without credentials: programs that sign people in read the challenge, so this is for who looks at it. */
  toWelcome(): string {
    return `Sign in first. An MCP client that is given this address opens a browser for that, and ${this.config.publicUrl}/connect shows how to add it to yours. Without signing in: give an API key in the header "Authorization: Bearer mk_…".`;
  }

  private toStepUp(missing: readonly OAuthScope[], { actor, url }: Knock): HttpError {
    // Clients ask for what is named here and nothing more, so what they have is named as well.
    const scopes = [...new Set([...(actor.kind === "client" ? (actor.scopes as readonly OAuthScope[]) : []), ...missing])];
    const challenge = `Bearer ${['error="insufficient_scope"', ...this.toParts(url, scopes)].join(", ")}`;
    return new HttpError(403, "forbidden", `This app was not given leave to do that: it lacks the scope ${missing.join(" ")}. Connect it again and allow it.`, { "www-authenticate": challenge });
  }

  private toParts(url: string, scopes: readonly OAuthScope[]): string[] {
    const { pathname } = new URL(url);
    const metadata = toMetadataUrl(this.config.publicUrl, isResourcePath(pathname) ? pathname : "/mcp");
    return [`resource_metadata="${metadata}"`, `scope="${scopes.join(" ")}"`];
  }

  private listScopes(method: string, params: Record<string, unknown>): OAuthScope[] {
    if (method === "resources/read") return ["memory:read"];
    if (method !== "tools/call" || typeof params["name"] !== "string") return [];
    const routes: readonly string[] = toolOf(params["name"])?.routes ?? [];
    return [...new Set(routes.map((route) => this.scopes.get(route)).filter((scope) => scope !== undefined).filter(isPermission).flatMap(oauthScopesFor))];
  }
}

/** A role or a limit to reading is no matter of scopes: asking again would not help, so the tool says it. */
const lacks = (actor: ProgramActor, scope: OAuthScope): boolean => actor.kind === "client" && !actor.scopes.includes(scope);

function readMethod(message: unknown): { method: string; params: Record<string, unknown> } {
  const { method, params } = (typeof message === "object" && message !== null ? message : {}) as { method?: unknown; params?: unknown };
  return { method: typeof method === "string" ? method : "", params: typeof params === "object" && params !== null ? (params as Record<string, unknown>) : {} };
}
