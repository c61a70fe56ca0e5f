import type { Permission } from "./permissions.ts";

/** What a connected app can be given, in OAuth's words, and what each lets it do. Everything else is for keys and members. */
const GRANTS = {
  "memory:read": ["memories:read", "relationships:read", "groups:read", "usage:read"],
  "memory:write": ["memories:write", "relationships:write"],
  "memory:delete": ["memories:delete", "relationships:delete"],
} as const satisfies Record<string, readonly Permission[]>;

export type OAuthScope = keyof typeof GRANTS;
export const OAUTH_SCOPES = Object.keys(GRANTS) as OAuthScope[];
export const isOAuthScope = (text: string): text is OAuthScope => Object.hasOwn(GRANTS, text);

/** What each scope lets an app do, as the consent page says it. */
export const OAUTH_SCOPE_MEANS: Record<OAuthScope, string> = {
  "memory:read": "Read and recall your memories",
  "memory:write": "Store and change memories, and see those that it changes",
  "memory:delete": "Forget memories",
};

/** The permissions behind scopes; what a read-only connection is left with when `readOnly`. */
export function permissionsFor(scopes: readonly OAuthScope[], { readOnly }: { readOnly: boolean }): Set<Permission> {
  const left = readOnly ? scopes.filter((scope) => scope === "memory:read") : scopes;
  return new Set(left.flatMap((scope): readonly Permission[] => GRANTS[scope]));
}

/** The scopes that an app needs for a permission; none when no scope gives it. */
export const oauthScopesFor = (permission: Permission): OAuthScope[] => OAUTH_SCOPES.filter((scope) => (GRANTS[scope] as readonly Permission[]).includes(permission));
