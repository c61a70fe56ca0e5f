import type { Api, Query } from "../api.ts";
import type { Pages } from "../pages.ts";
import type { CallOptions } from "../request.ts";
import type { Connection, ConnectionPage, ConnectionPatch, ConnectionRequest, ConnectionRequestPage } from "../types.gen.ts";

/** The apps that the person who is signed in let into their memory. All of it needs a session: an API key is refused. */
export class Connections {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** The newest first, of all workspaces, those that were cut off too. */
  list(query: Query<"GET /v1/connections"> = {}, options?: CallOptions): Pages<Connection, ConnectionPage> {
    return this.#api.list("GET /v1/connections", { query }, (page) => page.items, options);
  }

  get(id: string, options?: CallOptions): Promise<Connection> {
    return this.#api.request("GET /v1/connections/{id}", { params: { id } }, options);
  }

  /** Limits it (`read_only`, `group`, fewer `scopes`) or names it anew; it holds from the app's next request on. */
  update(id: string, body: ConnectionPatch, options?: CallOptions): Promise<Connection> {
    return this.#api.request("PATCH /v1/connections/{id}", { params: { id }, body }, options);
  }

  /** Cuts the app off: its next request is refused. What it stored stays. */
  revoke(id: string, options?: CallOptions): Promise<undefined> {
    return this.#api.request("DELETE /v1/connections/{id}", { params: { id } }, options);
  }

  /** What the app read and wrote in the last 90 days, the newest first. */
  requests(id: string, query: Query<"GET /v1/connections/{id}/requests"> = {}, options?: CallOptions): Pages<ConnectionRequest, ConnectionRequestPage> {
    return this.#api.list("GET /v1/connections/{id}/requests", { params: { id }, query }, (page) => page.items, options);
  }
}

/** The apps that the members of a workspace let in. */
export class WorkspaceConnections {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  list(workspace: string, query: Query<"GET /v1/workspaces/{workspace}/connections"> = {}, options?: CallOptions): Pages<Connection, ConnectionPage> {
    return this.#api.list("GET /v1/workspaces/{workspace}/connections", { params: { workspace }, query }, (page) => page.items, options);
  }

  revoke(workspace: string, id: string, options?: CallOptions): Promise<undefined> {
    return this.#api.request("DELETE /v1/workspaces/{workspace}/connections/{id}", { params: { workspace, id } }, options);
  }
}
