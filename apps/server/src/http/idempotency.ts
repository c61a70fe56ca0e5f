import { createHash } from "node:crypto";
import type { Idempotency } from "@loci/engine";
import { AppError } from "@loci/kit/errors";

const KEY = /^[\x21-\x7e]{1,255}$/;

export interface SentRequest {
  method: string;
  /** Path and query. */
  target: string;
  /** What was sent, after parsing as JSON: white space and spelling of escapes do not count. */
  body: unknown;
}

/** The caller's `Idempotency-Key` with the fingerprint of what it was sent with. */
export function readIdempotency(header: string, { method, target, body }: SentRequest): Idempotency {
  if (!KEY.test(header)) {
    throw new AppError("invalid_request", "`Idempotency-Key` must be 1 to 255 visible ASCII characters without spaces; a UUID is a good one.", {
      param: "Idempotency-Key",
    });
  }
  const text = typeof body === "string" ? body : (JSON.stringify(body) ?? "");
  const fingerprint = createHash("sha256").update(`${method} ${target}\n`).update(text).digest("base64url");
  return { key: header, fingerprint };
}
