import type { IncomingHttpHeaders } from "node:http";

/** Headers that stand on every answer. Nothing that we serve may be framed, sniffed, cached or referred from. */
export function toSecurityHeaders(publicUrl: string): Record<string, string> {
  return {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    // Only said where it is true: over plain HTTP browsers must ignore it, and on localhost it would lock people out.
    ...(publicUrl.startsWith("https:") && { "strict-transport-security": "max-age=31536000; includeSubDomains" }),
  };
}

/** The headers of a request, by lower-case name. */
export interface HeaderSource {
  get(name: string): string | null;
}

/** What Node has parsed already: a request asks for some eight headers, and each look costs a tenth of one in a `Headers`. */
export class NodeHeaders implements HeaderSource {
  private readonly parsed: IncomingHttpHeaders;
  constructor(parsed: IncomingHttpHeaders) {
    this.parsed = parsed;
  }
  get(name: string): string | null {
    const value = this.parsed[name];
    if (typeof value === "string") return value;
    return value === undefined ? null : value.join(", ");
  }
}

const REQUEST_ID = /^[A-Za-z0-9_-]{8,64}$/;

/** The caller's own request id when it is safe to repeat in headers and logs, else `null`. */
export const readRequestId = (header: string | null): string | null => (header !== null && REQUEST_ID.test(header) ? header : null);
