import type { Api, Query } from "../api.ts";
import type { Pages } from "../pages.ts";
import type { CallOptions } from "../request.ts";
import type { Graph, NewRelationship, Relationship, RelationshipPage, RelationshipReceipt, RemovedRelationship } from "../types.gen.ts";

/** Typed edges between memories, and the graph that they make. */
export class Relationships {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Of one that is there already it changes what is given. */
  create(body: NewRelationship, options?: CallOptions): Promise<RelationshipReceipt> {
    return this.#api.request("POST /v1/relationships", { body }, options);
  }

  list(query: Query<"GET /v1/relationships"> = {}, options?: CallOptions): Pages<Relationship, RelationshipPage> {
    return this.#api.list("GET /v1/relationships", { query }, (page) => page.items, options);
  }

  /** Throws a `NotFoundError` where there is none. */
  get(id: string, options?: CallOptions): Promise<Relationship> {
    return this.#api.request("GET /v1/relationships/{id}", { params: { id } }, options);
  }

  /** The memories stay. */
  delete(id: string, options?: CallOptions): Promise<RemovedRelationship> {
    return this.#api.request("DELETE /v1/relationships/{id}", { params: { id } }, options);
  }

  /** A part of the graph, for drawing. */
  graph(query: Query<"GET /v1/graph"> = {}, options?: CallOptions): Promise<Graph> {
    return this.#api.request("GET /v1/graph", { query }, options);
  }
}
