import { requireOwnGroup, type Graph, type Relationship as EngineRelationship } from "@loci/engine";
import { guarded, json, type Route } from "../http/route.ts";
import { IdParam } from "../memories/fields.ts";
import { pageOf, toPageBody } from "../memories/page.ts";
import {
  Graph as GraphBody, GraphQuery, NewRelationship, Relationship, RelationshipListQuery, RelationshipReceipt, RemovedRelationship,
} from "./schemas.ts";

const EXCERPT_CHARS = 200;

const create = guarded("relationships:write", {
  id: "createRelationship", method: "post", path: "/v1/relationships", tags: ["Relationships"], repeat: "with key",
  summary: "Connect two memories",
  description: "Makes a typed edge from one memory to another. The same edge again changes its strength and context.",
  request: { body: NewRelationship },
  responses: { 200: json(RelationshipReceipt, "It was there, and has the new strength and context."), 201: json(RelationshipReceipt, "It is new.") },
}, async ({ workspace, operation, body: input }) => {
  const body = await workspace.write({ verb: "relate", input }, operation);
  return body.status === "created" ? { status: 201, body } : { status: 200, body };
});

const list = guarded("relationships:read", {
  id: "listRelationships", method: "get", path: "/v1/relationships", tags: ["Relationships"], repeat: "safe",
  summary: "List relationships", description: "The newest first, a page at a time; of one memory, or of certain types.",
  request: { query: RelationshipListQuery },
  responses: { 200: json(pageOf("RelationshipPage", Relationship), "A page of relationships.") },
}, async ({ workspace, operation, query: { type: types, ...query } }) => {
  const page = await workspace.listRelationships({ ...query, types });
  workspace.meter(operation, page.items.flatMap(toEnds));
  return { status: 200, body: toPageBody(page) };
});

const get = guarded("relationships:read", {
  id: "getRelationship", method: "get", path: "/v1/relationships/{id}", tags: ["Relationships"], repeat: "safe",
  summary: "Get a relationship", description: "One edge, by its id.",
  request: { params: IdParam },
  responses: { 200: json(Relationship, "The relationship.") },
}, async ({ workspace, operation, params }) => {
  const body = await workspace.getRelationship(params.id);
  workspace.meter(operation, toEnds(body));
  return { status: 200, body };
});

const remove = guarded("relationships:delete", {
  id: "deleteRelationship", method: "delete", path: "/v1/relationships/{id}", tags: ["Relationships"], repeat: "with key",
  summary: "Take a relationship away", description: "Removes the edge; the two memories stay.",
  request: { params: IdParam },
  responses: { 200: json(RemovedRelationship, "It is gone; this is how it was.") },
}, async ({ workspace, operation, params: { id } }) => ({ status: 200, body: await workspace.write({ verb: "unrelate", id }, operation) }));

const graph = guarded("relationships:read", {
  id: "readGraph", method: "get", path: "/v1/graph", tags: ["Relationships"], repeat: "safe",
  summary: "Read a part of the graph",
  description: "Memories and the relationships between them, for drawing: around given memories, or around the most connected ones.",
  request: { query: GraphQuery },
  responses: { 200: json(GraphBody, "The memories as points, and the edges between them.") },
}, async ({ actor, workspace, operation, query: { type: types, memory: memories, ...query } }) => {
  requireOwnGroup(actor.group, query.group, operation);
  const found = await workspace.readGraph({ ...query, types, memories });
  workspace.meter(operation, found.nodes);
  return { status: 200, body: toGraphBody(found) };
});

export const relationshipRoutes: Route[] = [create, list, get, remove, graph];

/** The memories that a relationship names. */
const toEnds = ({ from, to }: EngineRelationship): { id: string }[] => [{ id: from }, { id: to }];

/** A drawing needs no whole texts, which may be a megabyte each. */
const toGraphBody = ({ nodes, edges, truncated }: Graph) => ({
  nodes: nodes.map(({ id, group, type, title, content, tags, importance, created_at }) => ({
    id, group, type, ...(title !== undefined && { title }), excerpt: toExcerpt(content), tags, importance, created_at,
  })),
  edges,
  truncated,
});

/** The beginning of a text, with no character halved at its end. */
const toExcerpt = (content: string): string => content.slice(0, EXCERPT_CHARS).replace(/[\uD800-\uDBFF]$/, "");
