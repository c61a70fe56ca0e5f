import { isOAuthScope, OAUTH_SCOPES, type OAuthScope } from "../policy/oauth-scopes.ts";
import { OAuthError } from "./errors.ts";

// Asked for out of habit: refresh tokens come always, and who the person is, is told to nobody.
const IGNORED: ReadonlySet<string> = new Set(["offline_access", "openid"]);

const DEFAULT: OAuthScope = "memory:read";

/** The scopes that a request asks for, in their own order; reading, where it names none. Throws `invalid_scope`. */
export function readScopes(text: string | null): OAuthScope[] {
  const asked = (text ?? "").split(" ").filter((name) => name !== "" && !IGNORED.has(name));
  const unknown = asked.find((name) => !isOAuthScope(name));
  if (unknown !== undefined) throw new OAuthError("invalid_scope", `There is no scope ${unknown.slice(0, 100)}. There are ${OAUTH_SCOPES.join(", ")}.`);
  return asked.length === 0 ? [DEFAULT] : OAUTH_SCOPES.filter((scope) => asked.includes(scope));
}

/** Scopes as they are kept: with spaces between. */
export const toScopes = (text: string): OAuthScope[] => text.split(" ").filter(isOAuthScope);
