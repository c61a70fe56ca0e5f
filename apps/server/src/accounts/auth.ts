import { randomBytes } from "node:crypto";
import type { Clock } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import { betterAuth, type BetterAuthOptions } from "better-auth";
import { APIError, getOAuthState } from "better-auth/api";
import type { ProviderConfig } from "../config.ts";
import type { Control } from "../control/database.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import type { Acting } from "./acting.ts";
import { joinedAdapter } from "./adapter.ts";
import { COLUMNS, ID_KINDS } from "./auth-columns.ts";
import { createPlugins } from "./auth-plugins.ts";
import { deriveKey, type Digest } from "./digests.ts";
import { CLIENT_ADDRESS_HEADER } from "./headers.ts";
import type { NewcomerHooks } from "./newcomers.ts";
import type { Passwords } from "./passwords.ts";

export interface AuthParts {
  publicUrl: string;
  authSecret: string;
  control: Control;
  now: Clock;
  digest: Digest;
  acting: Acting;
  passwords: Passwords;
  newcomers: NewcomerHooks;
  /** Puts a link into the outbox; called inside the transaction that makes its token. */
  sendLink(link: { to: string; template: "magic_link" | "reset_password"; token: string }): Promise<void>;
  /** Runs in the transaction that sets a new password by a link. */
  onPasswordReset(user: { id: string; email: string }): Promise<void>;
}

export type Auth = ReturnType<typeof createAuth>;

const SESSION_MAX_S = 30 * 86_400;
const RESET_MAX_S = 3_600;
const NAME_CHARS_MAX = 100;

/**
 * better-auth, in process only: our routes call `auth.api`, and `auth.handler` is never mounted. Without `providers` it
 * reaches nothing outside; with them it asks an OpenID Connect provider what it can do before its first answer.
 */
export function createAuth(parts: AuthParts, providers: ProviderConfig | null = null) {
  const { publicUrl, authSecret, acting, passwords } = parts;
  return betterAuth({
    appName: "Loci", baseURL: publicUrl, basePath: "/v1/auth", trustedOrigins: [publicUrl],
    secret: Buffer.from(deriveKey(authSecret, "better-auth")).toString("base64url"),
    database: joinedAdapter({ ...parts, onCreate: async (model, row) => {
      if (model === "account") await requireLinker(parts);
      await parts.newcomers.onCreate(model, row);
    } }),
    // Its log lines carry addresses.
    logger: { disabled: true }, telemetry: { enabled: false }, rateLimit: { enabled: false },
    ...toTables(parts),
    advanced: toAdvanced(publicUrl),
    databaseHooks: toHooks(parts),
    emailAndPassword: {
      // Accounts are made by our own sign-up, once the address is proven; lengths are checked by our schemas, in bytes.
      enabled: true, disableSignUp: true, minPasswordLength: 1, maxPasswordLength: 1_024,
      revokeSessionsOnPasswordReset: true, resetPasswordTokenExpiresIn: RESET_MAX_S,
      password: {
        hash: async (password) => acting.now.passwordHash ?? passwords.hash(password),
        verify: async ({ hash, password }) => acting.now.proven === true || passwords.verify(password, hash),
      },
      sendResetPassword: ({ user, token }) => parts.sendLink({ to: user.email, template: "reset_password", token }),
      onPasswordReset: ({ user }) => parts.onPasswordReset(user),
    },
    socialProviders: { ...(providers?.github && { github: providers.github }), ...(providers?.google && { google: providers.google }) },
    plugins: createPlugins(parts, providers),
  });
}

function toTables({ digest }: AuthParts) {
  return {
    user: COLUMNS.user,
    session: { ...COLUMNS.session, expiresIn: SESSION_MAX_S, disableSessionRefresh: true, freshAge: 0, cookieCache: { enabled: false } },
    account: {
      ...COLUMNS.account,
      encryptOAuthTokens: true, storeStateStrategy: "cookie", updateAccountOnSignIn: false,
      accountLinking: { enabled: true, trustedProviders: [], allowDifferentEmails: true },
    },
    verification: {
      ...COLUMNS.verification,
      // Never "hashed" for all: a lookup falls back to what was asked for, so a stored hash would pass for its token.
      storeIdentifier: {
        default: "plain",
        overrides: {
          "reset-password:": { hash: async (identifier: string) => digest("password_reset", identifier) },
          "2fa-": { hash: async (identifier: string) => digest("second_factor", identifier) },
        },
      },
    },
  } satisfies BetterAuthOptions;
}

function toAdvanced(publicUrl: string) {
  const secure = publicUrl.startsWith("https:");
  return {
    database: { generateId: ({ model }: { model: string }) => newId(ID_KINDS[model] ?? "ver") },
    // `true` would force the prefix __Secure-, which is weaker than the __Host- of ours.
    useSecureCookies: false,
    cookiePrefix: secure ? "__Host-loci" : "loci",
    defaultCookieAttributes: { secure, sameSite: "lax", httpOnly: true, path: "/" },
    cookies: { session_token: { name: sessionCookieOf(publicUrl), attributes: { secure } } },
    ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
  } satisfies BetterAuthOptions["advanced"];
}

function toHooks({ control, now, acting, newcomers }: AuthParts) {
  return {
    user: {
      create: {
        before: async (user: FromProvider) => {
          await newcomers.requireWelcome(user);
          return { data: { ...user, name: toName(user) } };
        },
      },
    },
    session: {
      create: {
        before: async (session: { userId: string }) => {
          const user = await control.db.selectFrom("users").select("disabled_at").where("id", "=", session.userId).executeTakeFirst();
          if (user?.disabled_at !== null) throw new APIError("FORBIDDEN", { code: "ACCOUNT_DISABLED", message: "shut" });
          // Whoever signs in has just shown a proof; 256 random bits.
          return { data: { ...session, token: randomBytes(32).toString("base64url"), provenAt: now().toISOString(), method: acting.now.method ?? null } };
        },
      },
    },
    account: { create: { before: withoutTokens }, update: { before: withoutTokens } },
  } satisfies BetterAuthOptions["databaseHooks"];
}

/** We never call the providers again, so what they gave is not kept; a link that is made a second time gives it again. */
const withoutTokens = async (account: object) => ({ data: { ...account, accessToken: null, refreshToken: null, idToken: null } });

/** What links a provider was sealed ten minutes ago at most; by now whoever owns the account may have ended the session that asked for it. */
async function requireLinker({ control, acting }: AuthParts): Promise<void> {
  const { session } = acting.now;
  if (session === undefined) return;
  const { link } = (await getOAuthState()) ?? {};
  if (link === undefined) return;
  const row = session === null ? undefined : await control.db.selectFrom("sessions").select("user_id").where("id", "=", session).executeTakeFirst();
  if (row?.user_id !== link.userId) throw new APIError("FORBIDDEN", { code: "SIGNED_OUT", message: "over" });
}

interface FromProvider {
  email: string;
  emailVerified: boolean;
  name: string;
}

/** Providers tell names of any length, or none. */
function toName({ name, email }: FromProvider): string {
  const told = name.replaceAll(/[\s\p{C}]+/gu, " ").trim().slice(0, NAME_CHARS_MAX).toWellFormed();
  return told === "" ? (email.split("@", 1)[0] ?? email) : told;
}
