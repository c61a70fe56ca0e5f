import type { ErrorCode } from "@loci/kit/errors";

/** What a page says of an error code: for people who met it, and want to go on. */
export interface ErrorCodePage {
  meaning: string;
  causes: string[];
  fix: string;
  /** Whether the same request may succeed later. */
  repeat: string;
}

const NEVER = "No: the same request fails again.";

export const ERROR_CODE_PAGES: Record<ErrorCode, ErrorCodePage> = {
  invalid_request: {
    meaning: "Something in the request is not as it must be.",
    causes: ["A field is missing, misspelt, of the wrong type or out of its range.", "The body is not valid JSON, or is nested too deep.", "A filter names a field or a test that does not exist.", "A cursor comes from another list."],
    fix: "Read `param`: it names the field, as a path such as `filter.AND[1].importance`. The message says what it must be. `details.faults` lists every fault that was found.",
    repeat: NEVER,
  },
  unauthenticated: {
    meaning: "The request carries no API key, or one that does not work.",
    causes: ["The header `Authorization: Bearer mk_…` is missing.", "The key was mistyped, has expired or was revoked."],
    fix: "Send a live key in `Authorization: Bearer …` or `X-API-Key`. Keys are shown once, when they are made; make a new one if it is lost.",
    repeat: NEVER,
  },
  quota_exceeded: {
    meaning: "The plan's allowance of this period is used up.",
    causes: ["The workspace has used what its plan includes."],
    fix: "Move to a larger plan, or wait until the period turns. `GET /v1/usage` shows what was used.",
    repeat: "Only after the plan changes or the period turns; it is no use to retry before.",
  },
  forbidden: {
    meaning: "The key works, but may not do this.",
    causes: ["The key lacks the scope of the call.", "The key is bound to a group, and the request names another.", "A memory of lower trust may not replace one of higher trust."],
    fix: "Use a key with the scope that the message names, or leave `group` out with a key that is bound to one.",
    repeat: NEVER,
  },
  not_found: {
    meaning: "There is no such thing, or this key may not see it; the answer is the same.",
    causes: ["The id is mistyped, or belongs to another workspace or group.", "The memory was forgotten or has been erased.", "The path is not one of this API."],
    fix: "Check the id and the key. A memory that was forgotten can be restored for 7 days.",
    repeat: NEVER,
  },
  conflict: {
    meaning: "The request does not fit the present state.",
    causes: ["The memory has changed since the `version` that you read.", "Another memory of the group says the same already.", "The memory has been superseded already."],
    fix: "Read the thing again, then decide anew.",
    repeat: "After reading it again.",
  },
  idempotency_mismatch: {
    meaning: "This `Idempotency-Key` was used before, with another request.",
    causes: ["A key was used again for a new request.", "The body of a retry differs from the first one."],
    fix: "Make a new key for every new request, and send retries with the very same body.",
    repeat: NEVER,
  },
  too_large: {
    meaning: "Something is larger than its limit.",
    causes: ["The body has more than 10 MB.", "A memory's text has more than 1 MB, or its metadata more than 16 KB.", "An import holds more records than one request takes."],
    fix: "`param` names the field. Split a long text into several memories, and a large file into several imports.",
    repeat: NEVER,
  },
  rate_limited: {
    meaning: "Too many requests in too short a time.",
    causes: ["The key or the workspace has reached its rate."],
    fix: "Wait for the seconds of `Retry-After`, then go on more slowly. `POST /v1/batch` does up to 1,000 operations in one call.",
    repeat: "Yes, after `Retry-After`.",
  },
  internal: {
    meaning: "Something went wrong on our side.",
    causes: ["A fault in Loci."],
    fix: "Repeat the request; with an `Idempotency-Key` that is always safe. If it stays, report the `request_id`: the log has the rest.",
    repeat: "Yes, with an `Idempotency-Key`.",
  },
  upstream_failed: {
    meaning: "A service that Loci depends on for this call did not answer well.",
    causes: ["The embedding or model endpoint that the operator configured is down or refuses."],
    fix: "Repeat later. If you run Loci, look at the endpoint's own state.",
    repeat: "Yes, later.",
  },
  unavailable: {
    meaning: "The server cannot take this request right now.",
    causes: ["It is starting, stopping or overloaded.", "The disk is full, or a store belongs to a newer version."],
    fix: "Repeat after the seconds of `Retry-After`.",
    repeat: "Yes, after `Retry-After`.",
  },
};
