import type { IdKind } from "@loci/kit/ids";

const TIMES = { createdAt: "created_at", updatedAt: "updated_at" };
const hidden = (fieldName: string) => ({ type: "string", required: false, input: false, fieldName }) as const;

/** better-auth's words for what our tables and columns are called. */
export const COLUMNS = {
  user: {
    modelName: "users",
    fields: { emailVerified: "email_verified", ...TIMES },
    additionalFields: { disabledAt: hidden("disabled_at"), deleteAfter: hidden("delete_after") },
  },
  session: {
    modelName: "sessions",
    fields: { userId: "user_id", expiresAt: "expires_at", ipAddress: "ip_address", userAgent: "user_agent", token: "token_hash", ...TIMES },
    additionalFields: { provenAt: hidden("proven_at"), method: hidden("method") },
  },
  account: {
    modelName: "sign_ins",
    fields: {
      userId: "user_id", accountId: "account_id", providerId: "provider_id", accessToken: "access_token", refreshToken: "refresh_token", idToken: "id_token",
      accessTokenExpiresAt: "access_token_expires_at", refreshTokenExpiresAt: "refresh_token_expires_at", ...TIMES,
    },
  },
  verification: { modelName: "verifications", fields: { expiresAt: "expires_at", ...TIMES } },
  twoFactor: {
    user: { fields: { twoFactorEnabled: "two_factor_enabled" } },
    twoFactor: { modelName: "two_factors", fields: { backupCodes: "backup_codes", userId: "user_id", failedVerificationCount: "failed_count", lockedUntil: "locked_until" } },
  },
  passkey: {
    passkey: { modelName: "passkeys", fields: { publicKey: "public_key", userId: "user_id", credentialID: "credential_id", deviceType: "device_type", backedUp: "backed_up", createdAt: "created_at" } },
  },
} as const;

/** What the ids of better-auth's models begin with. */
export const ID_KINDS: Record<string, IdKind> = { user: "usr", session: "ses", account: "acc", verification: "ver", twoFactor: "tfa", passkey: "psk" };
