import type { Answer, Api, Query } from "../api.ts";
import type { Pages } from "../pages.ts";
import type { CallOptions } from "../request.ts";
import type { Group, GroupPage } from "../types.gen.ts";

/** What keeps the memories of end users, projects or agents apart. A group begins with its first memory. */
export class Groups {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** By name. */
  list(query: Query<"GET /v1/groups"> = {}, options?: CallOptions): Pages<Group, GroupPage> {
    return this.#api.list("GET /v1/groups", { query }, (page) => page.items, options);
  }

  /** Throws a `NotFoundError` where there is none. */
  get(name: string, options?: CallOptions): Promise<Group> {
    return this.#api.request("GET /v1/groups/{name}", { params: { name } }, options);
  }

  /** Erases all of it, for good; with `dry_run` it only counts. */
  delete(name: string, query: Query<"DELETE /v1/groups/{name}"> = {}, options?: CallOptions): Promise<Answer<"DELETE /v1/groups/{name}">> {
    return this.#api.request("DELETE /v1/groups/{name}", { params: { name }, query }, options);
  }
}
