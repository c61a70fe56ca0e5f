import type { Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { metadataRoutes } from "./metadata.ts";

/** How people let apps into their memory: OAuth 2.1 with its own tables and opaque tokens. */
export function oauthRoutes(parts: Parts): Route[] {
  return [
    ...metadataRoutes(parts), // /.well-known/oauth-…  /.well-known/openid-configuration
  ];
}
