/** The closed list of error codes that callers branch on; `STATUS_OF` in the server gives each its HTTP status. */
export type ErrorCode =
  | "invalid_request"
  | "unauthenticated"
  | "quota_exceeded"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "idempotency_mismatch"
  | "too_large"
  | "rate_limited"
  | "internal"
  | "upstream_failed"
  | "unavailable";

export interface ErrorMore {
  /** The field at fault, as a path in the request: `filter.AND[1].importance`. */
  param?: string | undefined;
  /** Seconds after which a repeat may succeed. */
  retry_after?: number | undefined;
  details?: Record<string, unknown> | undefined;
  /** For us only; it never leaves the process. */
  cause?: unknown;
}

/** `message` is written for the caller. What only we may read goes in `cause`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly param: string | undefined;
  readonly retry_after: number | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, more: ErrorMore = {}) {
    super(message, { cause: more.cause });
    this.name = "AppError";
    this.code = code;
    this.param = more.param;
    this.retry_after = more.retry_after;
    this.details = more.details;
  }
}

/** The particulars of an error that may cross a thread; `cause` stays where it was thrown. */
export interface WireError {
  code: ErrorCode;
  message: string;
  param?: string | undefined;
  retry_after?: number | undefined;
  details?: Record<string, unknown> | undefined;
}

/** Names the noun but not the id, so that "not yours" and "not there" are the same bytes. */
export const notFound = (noun: string): AppError => new AppError("not_found", `There is no such ${noun}.`);

/** A request that is at fault in the field `param`. */
export const invalid = (param: string, message: string): AppError =>
  new AppError("invalid_request", message, { param });

export function toWireError(error: AppError): WireError {
  const { code, message, param, retry_after, details } = error;
  return { code, message, param, retry_after, details };
}

export const fromWireError = ({ code, message, ...more }: WireError): AppError => new AppError(code, message, more);
