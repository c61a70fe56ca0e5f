import type { OpenCall } from "../http/route.ts";

/** Where better-auth reads the client's address. We set it; what a caller sends under this name is not passed on. */
export const CLIENT_ADDRESS_HEADER = "x-loci-peer";

/**
 * The only headers of a request that better-auth is shown. Without `session` the session cookie is left out: with a
 * stray one it would work on that person instead of the one who is signing in.
 */
export function toAuthHeaders(call: Pick<OpenCall, "header" | "origin">, sessionCookie: string, { session }: { session: boolean }): Headers {
  const headers = new Headers();
  const { address, user_agent } = call.origin;
  const cookies = (call.header("cookie") ?? "").split(";").map((pair) => pair.trim()).filter((pair) => pair !== "" && (session || !pair.startsWith(`${sessionCookie}=`)));
  if (cookies.length > 0) headers.set("cookie", cookies.join("; "));
  if (user_agent !== null) headers.set("user-agent", user_agent);
  if (address !== null) headers.set(CLIENT_ADDRESS_HEADER, address);
  return headers;
}
