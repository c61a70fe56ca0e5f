import type { Route } from "../http/route.ts";
import { readAssets } from "../pages/assets.ts";
import type { Parts } from "../parts.ts";
import { authorizeRoute } from "./authorize.ts";
import { consentRoute } from "./consent-routes.ts";
import { deviceRoutes } from "./device-routes.ts";
import { metadataRoutes } from "./metadata.ts";
import { registerRoute } from "./register.ts";
import { tokenRoutes } from "./token-routes.ts";

/** How people let apps into their memory: OAuth 2.1 with its own tables and opaque tokens. */
export function oauthRoutes(parts: Parts): Route[] {
  const assets = readAssets();
  return [
    ...metadataRoutes(parts), //       /.well-known/oauth-…  /.well-known/openid-configuration
    authorizeRoute(parts, assets), //  /oauth/authorize
    consentRoute(parts), //            /v1/oauth/consents/{id}
    ...tokenRoutes(parts), //          /oauth/token  /oauth/revoke
    registerRoute(parts), //           /oauth/register
    ...deviceRoutes(parts), //         /oauth/device  /v1/oauth/devices…
  ];
}
