import type { Api, Body, Query } from "../api.ts";
import type { Pages } from "../pages.ts";
import type { CallOptions } from "../request.ts";
import type { Filter, ForgetReceipt, Memory, MemoryHistory, MemoryPage, MemoryPatch, MemoryVersion, NewMemory, RelatedMemories, StoreReceipt } from "../types.gen.ts";

/** Which memories to list; `filter` is an object here, and is written as JSON. */
export interface MemoryQuery extends Omit<Query<"GET /v1/memories">, "filter"> {
  filter?: Filter | undefined;
}

/** Memories one by one. */
export class Memories {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** The newest first unless `order` says otherwise. */
  list({ filter, ...query }: MemoryQuery = {}, options?: CallOptions): Pages<Memory, MemoryPage> {
    const sent = { ...query, ...(filter !== undefined && { filter: JSON.stringify(filter) }) };
    return this.#api.list("GET /v1/memories", { query: sent }, (page) => page.items, options);
  }

  /** The same as `store` with one memory. */
  create(body: NewMemory, options?: CallOptions): Promise<StoreReceipt> {
    return this.#api.request("POST /v1/memories", { body }, options);
  }

  /** Throws a `NotFoundError` where there is none. */
  get(id: string, options?: CallOptions): Promise<Memory> {
    return this.#api.request("GET /v1/memories/{id}", { params: { id } }, options);
  }

  /** Changes the fields given and keeps the memory as it was in its history. With `version`, only if that is still its version. */
  update(id: string, body: MemoryPatch, options?: CallOptions): Promise<StoreReceipt> {
    return this.#api.request("PATCH /v1/memories/{id}", { params: { id }, body }, options);
  }

  /** Forgets it; `restore` brings it back until `restorable_until`, unless `permanent` was asked for. */
  delete(id: string, query: Query<"DELETE /v1/memories/{id}"> = {}, options?: CallOptions): Promise<ForgetReceipt> {
    return this.#api.request("DELETE /v1/memories/{id}", { params: { id }, query }, options);
  }

  /** Its earlier versions, the newest first. */
  history(id: string, query: Query<"GET /v1/memories/{id}/history"> = {}, options?: CallOptions): Pages<MemoryVersion, MemoryHistory> {
    return this.#api.list("GET /v1/memories/{id}/history", { params: { id }, query }, (page) => page.versions, options);
  }

  /** Brings a forgotten memory back, or an earlier version of it. */
  restore(id: string, body: Body<"POST /v1/memories/{id}/restore"> = {}, options?: CallOptions): Promise<StoreReceipt> {
    return this.#api.request("POST /v1/memories/{id}/restore", { params: { id }, body }, options);
  }

  /** What relationships lead to, the nearest first, each with the way there. */
  related(id: string, query: Query<"GET /v1/memories/{id}/related"> = {}, options?: CallOptions): Promise<RelatedMemories> {
    return this.#api.request("GET /v1/memories/{id}/related", { params: { id }, query }, options);
  }
}
