import type { Api, Body, Query } from "../api.ts";
import type { Pages } from "../pages.ts";
import type { CallOptions } from "../request.ts";
import type { ApiKey, ApiKeyPage, ApiKeyPatch, CreatedApiKey, NewApiKey, OwnKey, RotatedApiKey } from "../types.gen.ts";

/** API keys and what they may do. */
export class Keys {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** What the key that asks may do. */
  own(options?: CallOptions): Promise<OwnKey> {
    return this.#api.request("GET /v1/key", {}, options);
  }

  /** The answer holds the secret, for the only time. */
  create(body: NewApiKey, options?: CallOptions): Promise<CreatedApiKey> {
    return this.#api.request("POST /v1/api-keys", { body }, options);
  }

  list(query: Query<"GET /v1/api-keys"> = {}, options?: CallOptions): Pages<ApiKey, ApiKeyPage> {
    return this.#api.list("GET /v1/api-keys", { query }, (page) => page.items, options);
  }

  /** Throws a `NotFoundError` where there is none. */
  get(id: string, options?: CallOptions): Promise<ApiKey> {
    return this.#api.request("GET /v1/api-keys/{id}", { params: { id } }, options);
  }

  update(id: string, body: ApiKeyPatch, options?: CallOptions): Promise<ApiKey> {
    return this.#api.request("PATCH /v1/api-keys/{id}", { params: { id }, body }, options);
  }

  /** From the next request on it opens nothing. */
  revoke(id: string, options?: CallOptions): Promise<undefined> {
    return this.#api.request("DELETE /v1/api-keys/{id}", { params: { id } }, options);
  }

  /** Makes one that takes its place; the answer holds the secret, for the only time. */
  rotate(id: string, body: Body<"POST /v1/api-keys/{id}/rotate"> = {}, options?: CallOptions): Promise<RotatedApiKey> {
    return this.#api.request("POST /v1/api-keys/{id}/rotate", { params: { id }, body }, options);
  }
}
