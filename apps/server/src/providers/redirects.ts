import { toFailureCode, type FailureCode } from "./failures.ts";

/** Where to go after a callback: on with the sign-in, or to the page that says why not. */
export type Landing = { kind: "on"; path: string } | { kind: "failed"; failure: FailureCode };

/** What better-auth's redirect means. Wherever it points, nobody leaves this site by it. */
export function toLanding(location: string, publicUrl: string): Landing {
  const failed: Landing = { kind: "failed", failure: "unavailable" };
  if (!URL.canParse(location, publicUrl)) return failed;
  const url = new URL(location, publicUrl);
  if (url.origin !== new URL(publicUrl).origin) return failed;
  const error = url.searchParams.get("error");
  if (error !== null && FAILURE_PATHS.has(url.pathname)) return { kind: "failed", failure: toFailureCode(error.toLowerCase()) };
  return { kind: "on", path: url.href.slice(url.origin.length).replace(/^\/{2,}/, "/") };
}

/** The page that says why a provider could not sign somebody in. */
export const FAILED_PATH = "/sign-in-failed";
// The second is where better-auth goes when it could not read what we told it.
const FAILURE_PATHS: ReadonlySet<string> = new Set([FAILED_PATH, "/v1/auth/error"]);

export const toFailedPath = (failure: FailureCode): string => `${FAILED_PATH}?error=${failure}`;

/** Whether a path leads to a place of this site, however browsers read it. */
export function isOwnPath(path: string): boolean {
  // Browsers drop tabs and line breaks from addresses, and read \ as /.
  if (!/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path)) return false;
  const base = "https://own.invalid";
  if (!URL.canParse(path, base)) return false;
  const { origin, pathname } = new URL(path, base);
  // `/.//other.example` comes out of a parser as `//other.example`.
  return origin === base && !pathname.startsWith("//");
}
