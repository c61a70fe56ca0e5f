import type { Api, Query } from "../api.ts";
import type { Download } from "../download.ts";
import type { Pages } from "../pages.ts";
import type { CallOptions } from "../request.ts";
import type { AuditEvent, AuditPage } from "../types.gen.ts";

/** What was done in the workspace, by whom and from where. */
export class Audit {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** The newest first. */
  list(query: Query<"GET /v1/audit"> = {}, options?: CallOptions): Pages<AuditEvent, AuditPage> {
    return this.#api.list("GET /v1/audit", { query }, (page) => page.items, options);
  }

  /** All of it as JSON Lines, the oldest first, with the hashes that chain it. */
  export(query: Query<"GET /v1/audit/export"> = {}, options?: CallOptions): Promise<Download> {
    return this.#api.open("GET /v1/audit/export", { query }, options);
  }
}
