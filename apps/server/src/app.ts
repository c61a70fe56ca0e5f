import { batchRoutes } from "./batch/routes.ts";
import { docsRoutes } from "./docs/routes.ts";
import { TAGS } from "./docs/tags.ts";
import { groupRoutes } from "./groups/routes.ts";
import { toOpenApi } from "./http/openapi.ts";
import type { Route } from "./http/route.ts";
import { keyRoutes } from "./keys/routes.ts";
import { memoryRoutes } from "./memories/routes.ts";
import { relationshipRoutes } from "./relationships/routes.ts";
import type { Parts } from "./parts.ts";
import { statusRoutes, type StatusParts } from "./status/routes.ts";
import { transferRoutes } from "./transfer/routes.ts";
import { usageRoutes } from "./usage/routes.ts";

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
    ...keyRoutes, //          /v1/key
    ...usageRoutes, //        /v1/usage
    ...statusRoutes({ ...parts, ...state, dataDir, metricsToken, production: mode === "production" }), // /health  /healthz  /livez  /readyz  /metrics
  ];
  let text: string | undefined;
  const openApi = () => (text ??= JSON.stringify(toOpenApiDocument(routes, publicUrl)));
  routes.push(...docsRoutes({ openApi, publicUrl })); // /openapi.json  /docs…
  return routes;
}

export const toOpenApiDocument = (routes: Route[], publicUrl: string) => toOpenApi(routes, { version: VERSION, publicUrl, tags: TAGS });
