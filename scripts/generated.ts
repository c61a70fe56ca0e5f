import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { silentLog } from "@loci/kit/log";
import { toOpenApiDocument } from "../apps/server/src/app.ts";
import { readConfig } from "../apps/server/src/config.ts";
import { toEnvExample } from "../apps/server/src/config-text.ts";
import { openServer } from "../apps/server/src/wiring.ts";
import { toClientsPage } from "./clients-page.ts";
import { toSdkTypes, type OpenApi } from "./sdk-types.ts";

/** The files of the repository that are made from its code: path and content. */
export async function makeGeneratedFiles(): Promise<Map<string, string>> {
  const openApi = JSON.stringify(await readOpenApi(), null, 2);
  return new Map([
    [".env.example", toEnvExample()],
    ["docs/mcp-clients.md", toClientsPage()],
    ["openapi.json", `${openApi}\n`],
    ["sdks/typescript/src/types.gen.ts", toSdkTypes(JSON.parse(openApi) as OpenApi)],
  ]);
}

/** From the routes of the real server, so that a route cannot be served and not be in it. */
async function readOpenApi(): Promise<unknown> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "loci-openapi-"));
  const server = await openServer({ config: readConfig({ NODE_ENV: "test", DATA_DIR: dataDir }), log: silentLog });
  try {
    return toOpenApiDocument(server.routes, "http://127.0.0.1:8080");
  } finally {
    await server.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
