import type { Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { accountRoutes } from "./account-routes.ts";
import { changeRoutes } from "./change-routes.ts";
import { ownerLinkRoutes } from "./owner-link.ts";
import { provingRoutes, type Provers } from "./proving-routes.ts";
import { resetRoutes } from "./reset-routes.ts";
import { sessionRoutes } from "./session-routes.ts";
import { signInRoutes } from "./sign-in-routes.ts";
import { signUpRoutes } from "./sign-up-routes.ts";

/** People: making an account, signing in and out, and what is theirs. */
export const peopleRoutes = (parts: Parts, provers: Provers): Route[] => [
  ...signUpRoutes(parts),
  ...signInRoutes(parts),
  ...resetRoutes(parts),
  ...ownerLinkRoutes(parts),
  ...accountRoutes(parts),
  ...provingRoutes(parts, provers),
  ...changeRoutes(parts),
  ...sessionRoutes(parts),
];
