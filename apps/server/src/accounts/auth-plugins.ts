import { randomBytes } from "node:crypto";
import { passkey } from "@better-auth/passkey";
import { APIError } from "better-auth/api";
import { genericOAuth, magicLink, twoFactor } from "better-auth/plugins";
import type { ProviderConfig } from "../config.ts";
import { COLUMNS } from "./auth-columns.ts";
import type { AuthParts } from "./auth.ts";
import type { Digest } from "./digests.ts";
import { hashRecoveryCode } from "./recovery-codes.ts";
import { sessionStarter } from "./session-starter.ts";

const LINK_MAX_S = 600;
// SECURITY 3.6: ten wrong ones, then a quarter of an hour of nothing.
const SECOND_FACTOR_FAILS_MAX = 10;
const SECOND_FACTOR_LOCK_S = 900;
/** How many recovery codes there are. */
const RECOVERY_CODES = 10;

export function createPlugins(parts: AuthParts, providers: ProviderConfig | null) {
  const { publicUrl, digest } = parts;
  return [
    magicLink({
      expiresIn: LINK_MAX_S, disableSignUp: true,
      storeToken: { type: "custom-hasher", hash: async (token) => digest("magic_link", token) },
      generateToken: () => randomBytes(32).toString("base64url"),
      sendMagicLink: ({ email, token }) => parts.sendLink({ to: email, template: "magic_link", token }),
    }),
    createSecondFactor(digest),
    sessionStarter(),
    passkey({
      ...toRelyingParty(publicUrl), rpName: "Loci",
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      schema: COLUMNS.passkey,
      // The plugin lets devices in that did not check who holds them; a passkey stands for both factors here.
      registration: { afterVerification: async ({ verification }) => requireUserVerified(verification.registrationInfo?.userVerified) },
      authentication: { afterVerification: async ({ verification }) => requireUserVerified(verification.authenticationInfo.userVerified) },
    }),
    genericOAuth({ config: toOidc(providers) }),
  ];
}

/** Browsers have no passkeys for addresses in digits; on the machine itself the same server is `localhost`. */
function toRelyingParty(publicUrl: string): { rpID: string; origin: string } {
  const { hostname, port, origin } = new URL(publicUrl);
  return /^127\.|^\[::1\]$/.test(hostname) ? { rpID: "localhost", origin: `http://localhost:${port}` } : { rpID: hostname, origin };
}

function requireUserVerified(verified: boolean | undefined): void {
  if (verified !== true) throw new APIError("UNAUTHORIZED", { code: "USER_NOT_VERIFIED", message: "not verified" });
}

const HASH_CHARS = 43;

function createSecondFactor(digest: Digest) {
  // What was kept already is a hash and passes: after one was used the rest are written again.
  const keep = (code: string): string => (code.length === HASH_CHARS ? code : hashRecoveryCode(digest, code));
  const plugin = twoFactor({
    issuer: "Loci", allowPasswordless: true,
    accountLockout: { enabled: true, maxFailedAttempts: SECOND_FACTOR_FAILS_MAX, durationSeconds: SECOND_FACTOR_LOCK_S },
    backupCodeOptions: {
      amount: RECOVERY_CODES,
      storeBackupCodes: { encrypt: async (codes) => JSON.stringify((JSON.parse(codes) as string[]).map(keep)), decrypt: async (kept) => kept },
    },
    schema: COLUMNS.twoFactor,
  });
  // The plugin asks for the second factor after a password only; whoever set it up wants it after a link, a code and a provider too.
  const [hook] = plugin.hooks.after;
  if (hook !== undefined) {
    hook.matcher = ({ path, context }) => (path === undefined ? Boolean((context as { newSession?: unknown } | undefined)?.newSession) : ASKS_SECOND_FACTOR.has(path));
  }
  return plugin;
}

const ASKS_SECOND_FACTOR: ReadonlySet<string> = new Set(["/sign-in/email", "/magic-link/verify", "/callback/:id"]);

function toOidc(providers: ProviderConfig | null) {
  const oidc = providers?.oidc;
  if (!oidc) return [];
  const { issuer, clientId, clientSecret, name } = oidc;
  return [{
    providerId: "oidc", name, clientId, clientSecret, discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    scopes: ["openid", "email", "profile"], pkce: true, requireIdTokenVerification: true,
  }];
}
