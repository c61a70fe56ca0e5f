import { AppError } from "@loci/kit/errors";
import type { HeaderSource } from "./headers.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/;

/**
 * Refuses what another site's page makes a browser send. Browsers tell where a request comes from by `Origin` or
 * `Sec-Fetch-Site`; a request with cookies that says neither is not let in either.
 */
export function requireSameSite(method: string, headers: HeaderSource, { origin: own }: { origin: string }): void {
  if (SAFE.has(method)) return;
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  // A browser says both, and they agree; where they do not, the worse one counts.
  if (origin !== null) {
    if (site !== "cross-site" && site !== "same-site" && (origin === own || isSameLoopback(origin, headers.get("host"), own))) return;
  } else if (site === "same-origin" || (site === null && headers.get("cookie") === null)) return;
  throw new AppError("forbidden", "This request comes from another site. Send it from this one; a program with a session cookie sends the header Origin.", { details: { reason: "cross_site", origin: own } });
}

/** On the machine itself `localhost` and `127.0.0.1` are the same place; a name that others reach is written one way. */
function isSameLoopback(origin: string, host: string | null, own: string): boolean {
  if (!LOOPBACK.test(new URL(own).host) || host === null || !LOOPBACK.test(host)) return false;
  return origin === `http://${host}`;
}

const LOOPBACK_PEER = /^(?:::ffff:)?127\.|^::1$/;

/** Refuses who is not on this very machine, and pages of names that somebody has pointed at it (DNS rebinding). */
export function requireThisMachine({ peer, header }: { peer: string | undefined; header(name: string): string | null }): void {
  if (LOOPBACK_PEER.test(peer ?? "127.0.0.1") && LOOPBACK.test(header("host") ?? "localhost")) return;
  throw new AppError("forbidden", "This is for programs and browsers on the server's own machine: ask for it as localhost there.");
}
