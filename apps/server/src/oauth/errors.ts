import type { AppError, ErrorCode } from "@loci/kit/errors";
import { z } from "zod";
import { HttpError, type ErrorReply } from "../http/errors.ts";
import { json, type AnyReply } from "../http/route.ts";

const CODES = [
  // RFC 6749 4.1.2.1 and 5.2
  "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "unsupported_response_type", "invalid_scope", "access_denied", "server_error", "temporarily_unavailable",
  // RFC 7591 3.2.2, 7009 2.2.1, 8628 3.5, 8707 2
  "invalid_redirect_uri", "invalid_client_metadata", "unsupported_token_type", "authorization_pending", "slow_down", "expired_token", "invalid_target",
  // OpenID Connect Core 3.1.2.6
  "login_required", "interaction_required", "consent_required", "request_not_supported", "request_uri_not_supported",
] as const;
export type OAuthErrorCode = (typeof CODES)[number];

interface OAuthErrorMore {
  /** 400 unless said, and 401 for `invalid_client`. */
  status?: number;
  headers?: Record<string, string>;
}

/** A refusal in OAuth's own words; its message says what to do, as `error_description`. */
export class OAuthError extends HttpError {
  readonly oauth_code: OAuthErrorCode;

  constructor(code: OAuthErrorCode, message: string, { status = code === "invalid_client" ? 401 : 400, headers = {} }: OAuthErrorMore = {}) {
    super(status, "invalid_request", message, headers);
    this.oauth_code = code;
  }
}

// What the front door refuses for reasons of its own, in the words that OAuth has for them.
const CODE_OF: Record<ErrorCode, OAuthErrorCode> = {
  invalid_request: "invalid_request",
  unauthenticated: "invalid_client",
  quota_exceeded: "temporarily_unavailable",
  forbidden: "access_denied",
  not_found: "invalid_request",
  conflict: "invalid_request",
  too_large: "invalid_request",
  idempotency_mismatch: "invalid_request",
  rate_limited: "temporarily_unavailable",
  internal: "server_error",
  upstream_failed: "temporarily_unavailable",
  unavailable: "temporarily_unavailable",
};

const toOAuthCode = (error: AppError): OAuthErrorCode => (error instanceof OAuthError ? error.oauth_code : CODE_OF[error.code]);

/** What a description may hold (RFC 6749 5.2): printable ASCII without `"` and `\`. */
export const toDescription = (message: string): string => message.replaceAll(/["`]/g, "'").replaceAll("\\", "/").replaceAll("…", "...").replaceAll(/[^\x20-\x7e]+/g, "?").slice(0, 500);

/** The rendering of an error at OAuth's own endpoints: their clients read no other shape. */
export const toOAuthRefusal = (error: AppError, { status, headers }: ErrorReply): AnyReply => ({
  status, headers, body: { error: toOAuthCode(error), error_description: toDescription(error.message) },
});

export const OAuthErrorAnswer = z.strictObject({
  error: z.enum(CODES).describe("What went wrong, in OAuth's words: branch on this."),
  error_description: z.string().describe("What went wrong and what to do, for people."),
}).meta({ id: "OAuthError", description: "Every failure of an OAuth endpoint has this shape (RFC 6749 5.2).", examples: [{ error: "invalid_grant", error_description: "This code was used before; what it issued has been revoked." }] });

/** The refusals of an OAuth endpoint, for its declaration. */
export const OAUTH_FAULTS = {
  400: json(OAuthErrorAnswer, "Something in the request is at fault."),
  401: json(OAuthErrorAnswer, "This client is not known, or has not proved itself."),
  413: json(OAuthErrorAnswer, "The body is larger than its limit."),
  429: json(OAuthErrorAnswer, "Too often: repeat after `Retry-After` seconds."),
  500: json(OAuthErrorAnswer, "A fault of ours."),
  503: json(OAuthErrorAnswer, "Not now: repeat after `Retry-After` seconds."),
} as const;
