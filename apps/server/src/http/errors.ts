import { AppError, type ErrorCode } from "@loci/kit/errors";

export const STATUS_OF: Record<ErrorCode, number> = {
  invalid_request: 400,
  unauthenticated: 401,
  quota_exceeded: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  idempotency_mismatch: 422,
  rate_limited: 429,
  internal: 500,
  upstream_failed: 502,
  unavailable: 503,
};

/** The body of every failure. */
interface ErrorBody {
  error: {
    code: ErrorCode;
    message: string;
    param?: string;
    retry_after?: number;
    docs: string;
    request_id: string;
    details?: Record<string, unknown>;
  };
}

export interface ErrorContext {
  request_id: string;
  /** The page that explains each code under its own `#code`. */
  docs: string;
}

/** Faults of HTTP itself keep a code of the closed list, under the status that HTTP has for them. */
export class HttpError extends AppError {
  readonly status: number;
  readonly headers: Record<string, string>;
  constructor(status: number, code: ErrorCode, message: string, headers: Record<string, string> = {}) {
    super(code, message);
    this.status = status;
    this.headers = headers;
  }
}

export interface ErrorReply {
  status: number;
  headers: Record<string, string>;
  body: ErrorBody;
}

export const toAppError = (thrown: unknown): AppError =>
  thrown instanceof AppError
    ? thrown
    : new AppError("internal", "Something went wrong on our side. Repeat the request; if it stays, report the request id.", { cause: thrown });

/** The one rendering of an error: only `message` and what stands beside it leave, never `cause`. */
export function toErrorBody(thrown: unknown, { request_id, docs }: ErrorContext): ErrorReply {
  const error = toAppError(thrown);
  const { code, message, param, details } = error;
  const retryAfter = toRetryAfter(error);
  return {
    status: error instanceof HttpError ? error.status : STATUS_OF[code],
    headers: {
      ...(error instanceof HttpError && error.headers),
      ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
      ...(code === "unauthenticated" && { "www-authenticate": 'Bearer realm="loci"' }),
    },
    body: {
      error: {
        code,
        message,
        ...(param !== undefined && { param }),
        ...(retryAfter !== undefined && { retry_after: retryAfter }),
        docs: `${docs}#${code}`,
        request_id,
        ...(details !== undefined && { details }),
      },
    },
  };
}

/** `Retry-After` knows whole seconds only. */
function toRetryAfter({ code, retry_after }: AppError): number | undefined {
  const seconds = retry_after ?? (code === "unavailable" || code === "rate_limited" ? 1 : undefined);
  return seconds === undefined ? undefined : Math.max(1, Math.ceil(seconds));
}
