import { toProvers } from "./accounts/provers.ts";
import { peopleRoutes } from "./accounts/routes.ts";
import { accountExportRoutes } from "./account-export/routes.ts";
import { auditRoutes } from "./audit/routes.ts";
import { batchRoutes } from "./batch/routes.ts";
import { connectionRoutes } from "./connections/routes.ts";
import { docsRoutes } from "./docs/routes.ts";
import { TAGS } from "./docs/tags.ts";
import { groupRoutes } from "./groups/routes.ts";
import { toOpenApi } from "./http/openapi.ts";
import type { Route } from "./http/route.ts";
import { installRoutes } from "./install/routes.ts";
import { invitationRoutes } from "./invitations/routes.ts";
import { jobRoutes } from "./jobs/routes.ts";
import { keyRoutes } from "./keys/routes.ts";
import { leavingRoutes } from "./leaving/routes.ts";
import { memberRoutes } from "./members/routes.ts";
import { mailRoutes } from "./mail/routes.ts";
import { mcpRoutes } from "./mcp/routes.ts";
import { memoryRoutes } from "./memories/routes.ts";
import { oauthRoutes } from "./oauth/routes.ts";
import { operatorRoutes } from "./operators/routes.ts";
import { relationshipRoutes } from "./relationships/routes.ts";
import { pageRoutes } from "./pages/routes.ts";
import type { Parts } from "./parts.ts";
import { passkeyRoutes } from "./passkeys/routes.ts";
import { providerRoutes } from "./providers/routes.ts";
import { secondFactorRoutes } from "./second-factor/routes.ts";
import { statusRoutes, type StatusParts } from "./status/routes.ts";
import { transferRoutes } from "./transfer/routes.ts";
import { usageRoutes } from "./usage/routes.ts";
import { workspaceRoutes } from "./workspaces/routes.ts";

const VERSION = "0.1.0";

type ProcessState = Pick<StatusParts, "metrics" | "isStopping" | "inFlight">;

/** The URL map. Each noun declares its paths whole, so that a search for one finds it. */
export function toRoutes(parts: Parts, state: ProcessState): Route[] {
  const { publicUrl, dataDir, metricsToken, mode } = parts.config;
  const routes: Route[] = [
    ...memoryRoutes, //       /v1/store  /v1/recall  /v1/forget  /v1/memories…
    ...batchRoutes, //        /v1/batch
    ...groupRoutes, //        /v1/groups…
    ...relationshipRoutes, // /v1/relationships…  /v1/graph
    ...transferRoutes, //     /v1/export  /v1/import
    ...keyRoutes(parts), //   /v1/key  /v1/api-keys…
    ...connectionRoutes(parts), // /v1/connections…  /v1/workspaces/{workspace}/connections…  /v1/whoami
    ...installRoutes(parts), //  /v1/mcp/clients  /v1/account/mcp
    ...auditRoutes(parts), //  /v1/audit…  /v1/account/audit
    ...workspaceRoutes(parts), //   /v1/workspaces…
    ...memberRoutes(parts), //      /v1/workspaces/{workspace}/members…  leave  transfer
    ...invitationRoutes(parts), //  /v1/workspaces/{workspace}/invitations…  /v1/invitations…
    ...usageRoutes, //        /v1/usage
    ...peopleRoutes(parts, toProvers(parts)), // /v1/auth…  /v1/account…
    ...secondFactorRoutes(parts), // /v1/auth/second-factor  /v1/account/totp…  /v1/account/recovery-codes
    ...passkeyRoutes(parts), //  /v1/auth/passkey…  /v1/account/passkeys…
    ...providerRoutes(parts), // /v1/auth/methods  /v1/auth/providers…  /v1/auth/callback…  /v1/account/sign-ins…
    ...leavingRoutes(parts), //  /v1/account  /v1/account/restore
    ...accountExportRoutes(parts), // /v1/account/export
    ...pageRoutes(parts), //  /  /sign-in  /sign-up  /second-factor …
    ...oauthRoutes(parts), // /.well-known/…  /oauth/…  /v1/oauth/…  /device
    ...operatorRoutes(parts), // /v1/admin/accounts…
    ...jobRoutes(parts), //    /v1/admin/jobs…  /v1/admin/job-kinds…  /v1/admin/schedules…
    ...(mode === "production" ? [] : mailRoutes(parts)), // /dev/mail  /dev/mail.json
    ...statusRoutes({ ...parts, ...state, dataDir, metricsToken, production: mode === "production" }), // /health  /healthz  /livez  /readyz  /metrics
  ];
  routes.push(...mcpRoutes({ ...parts, version: VERSION }, routes)); // /mcp  /mcp/{client}/{workspace}
  let text: string | undefined;
  const openApi = () => (text ??= JSON.stringify(toOpenApiDocument(routes, publicUrl)));
  routes.push(...docsRoutes({ openApi, publicUrl })); // /openapi.json  /docs…
  return routes;
}

export const toOpenApiDocument = (routes: Route[], publicUrl: string) => toOpenApi(routes, { version: VERSION, publicUrl, tags: TAGS });
