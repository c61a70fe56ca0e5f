import type { Api, Query } from "../api.ts";
import type { Pages } from "../pages.ts";
import type { CallOptions } from "../request.ts";
import type { InstallGuides, WorkspaceGuides, WorkspaceGuidesPage } from "../types.gen.ts";

/** How assistants are told of this server: links, commands and blocks of configuration for each. */
export class Mcp {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** A guide for each client that is known, for the address of the whole server. Needs no key. */
  clients(options?: CallOptions): Promise<InstallGuides> {
    return this.#api.request("GET /v1/mcp/clients", {}, options);
  }

  /** The same for the addresses of the person who is signed in: one for each client and workspace. Needs a session. */
  personal(query: Query<"GET /v1/account/mcp"> = {}, options?: CallOptions): Pages<WorkspaceGuides, WorkspaceGuidesPage> {
    return this.#api.list("GET /v1/account/mcp", { query }, (page) => page.items, options);
  }
}
