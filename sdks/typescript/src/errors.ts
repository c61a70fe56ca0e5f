import type { ErrorBody } from "./types.gen.ts";

/** What the server says went wrong: a closed list. */
export type ServerErrorCode = ErrorBody["error"]["code"];

/**
 * What only the client can find: no answer came (`connection_failed`, `timed_out`), what came is not from Loci
 * (`unexpected_answer`), or a webhook is not from it (`invalid_webhook`).
 */
export type ClientErrorCode = "connection_failed" | "timed_out" | "unexpected_answer" | "invalid_webhook";

/** The particulars of an error. */
export interface ErrorParts {
  status?: number | null | undefined;
  code: ServerErrorCode | ClientErrorCode;
  param?: string | undefined;
  request_id?: string | null | undefined;
  details?: Record<string, unknown> | undefined;
  retry_after?: number | null | undefined;
  docs?: string | undefined;
  cause?: unknown;
}

/** The base of every error that the SDK throws, but for mistakes in arguments (`TypeError`) and the reason of an abort. */
export class LociError extends Error {
  override readonly name: string = "LociError";
  /** The HTTP status, or null when there was no answer. */
  readonly status: number | null;
  /** Branch on this. */
  readonly code: ServerErrorCode | ClientErrorCode;
  /** The field at fault, as a path: `filter.AND[1].importance`. */
  readonly param: string | null;
  /** The id by which the server's log knows the request. */
  readonly request_id: string | null;
  /** More to know, by code. */
  readonly details: Record<string, unknown> | null;
  /** Seconds after which a repeat may succeed. */
  readonly retry_after: number | null;
  /** A page about the code. */
  readonly docs: string | null;

  constructor(message: string, { status, code, param, request_id, details, retry_after, docs, cause }: ErrorParts) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status ?? null;
    this.code = code;
    this.param = param ?? null;
    this.request_id = request_id ?? null;
    this.details = details ?? null;
    this.retry_after = retry_after ?? null;
    this.docs = docs ?? null;
  }
}

/** 400: something in the request is at fault; `param` names the field. */
export class InvalidRequestError extends LociError {
  override readonly name = "InvalidRequestError";
}

/** 401: the key is missing, wrong, expired or revoked. */
export class UnauthenticatedError extends LociError {
  override readonly name = "UnauthenticatedError";
}

/** 402: the plan holds no more; `details` names the limit. */
export class QuotaExceededError extends LociError {
  override readonly name = "QuotaExceededError";
}

/** 403: who calls is known and may not do this. */
export class ForbiddenError extends LociError {
  override readonly name = "ForbiddenError";
}

/** 404: there is no such thing, or it is not yours to see. */
export class NotFoundError extends LociError {
  override readonly name = "NotFoundError";
}

/** 409: something is in the way. */
export class ConflictError extends LociError {
  override readonly name = "ConflictError";
}

/** 413: the request is larger than its limit. */
export class TooLargeError extends LociError {
  override readonly name = "TooLargeError";
}

/** 422: the idempotency key was used before, with another request. */
export class IdempotencyMismatchError extends LociError {
  override readonly name = "IdempotencyMismatchError";
}

/** 429: too often; `retry_after` says when to come again. */
export class RateLimitedError extends LociError {
  override readonly name = "RateLimitedError";
}

/** 500: a fault of the server; `request_id` finds it in its log. */
export class InternalError extends LociError {
  override readonly name = "InternalError";
}

/** 502: something that the server needs did not answer as it should. */
export class UpstreamFailedError extends LociError {
  override readonly name = "UpstreamFailedError";
}

/** 503, and 408: not now. */
export class UnavailableError extends LociError {
  override readonly name = "UnavailableError";
}

/** The server could not be reached, or the connection was lost before the answer was whole. */
export class ConnectionError extends LociError {
  override readonly name: string = "ConnectionError";
}

/** No whole answer came in time. */
export class TimeoutError extends ConnectionError {
  override readonly name = "TimeoutError";
}

/** Something answered well that is not Loci: a proxy, a login page, another server under this address. */
export class UnexpectedAnswerError extends LociError {
  override readonly name = "UnexpectedAnswerError";
}

/** A webhook that must not be acted upon. */
export class WebhookError extends LociError {
  override readonly name = "WebhookError";
}

type ErrorClass = new (message: string, parts: ErrorParts) => LociError;

const CLASS_OF: Record<ServerErrorCode, ErrorClass> = {
  invalid_request: InvalidRequestError,
  unauthenticated: UnauthenticatedError,
  quota_exceeded: QuotaExceededError,
  forbidden: ForbiddenError,
  not_found: NotFoundError,
  conflict: ConflictError,
  too_large: TooLargeError,
  idempotency_mismatch: IdempotencyMismatchError,
  rate_limited: RateLimitedError,
  internal: InternalError,
  upstream_failed: UpstreamFailedError,
  unavailable: UnavailableError,
};

/** For answers that do not come from Loci itself but from something in front of it. */
const CODE_OF: Readonly<Record<number, ServerErrorCode>> = {
  400: "invalid_request", 401: "unauthenticated", 402: "quota_exceeded", 403: "forbidden", 404: "not_found", 405: "invalid_request",
  408: "unavailable", 409: "conflict", 413: "too_large", 414: "too_large", 422: "idempotency_mismatch", 429: "rate_limited",
  431: "too_large", 500: "internal", 502: "upstream_failed", 503: "unavailable", 504: "upstream_failed",
};

/** The error of a status, of the class that its code has; without a known code, of the class that its status has. */
export function toStatusError(message: string, parts: ErrorParts & { status: number }): LociError {
  const byCode = CLASS_OF[parts.code as ServerErrorCode] as ErrorClass | undefined;
  const code = CODE_OF[parts.status];
  const Class = byCode ?? (code === undefined ? LociError : CLASS_OF[code]);
  return new Class(message, parts);
}
