import { z } from "zod";
import { RELATIONSHIP_FAMILIES } from "@loci/engine";
import { GroupName, line, MemoryId, Share } from "../memories/fields.ts";
import { WireTime } from "../memories/memory.ts";
import { pageParams } from "../memories/page.ts";
import { listParam, numberParam } from "../http/query.ts";
import { RelationshipType } from "./type.ts";

export const Relationship = z.strictObject({
  id: z.string().describe("The relationship's id: rel_ and 32 hexadecimal digits."),
  from: z.string().describe("The memory that it starts from."),
  to: z.string().describe("The memory that it leads to."),
  type: z.string().describe("What the first is to the second."),
  family: z.string().describe(`The family of the type: ${Object.keys(RELATIONSHIP_FAMILIES).join(", ")}, or custom for a type of your own.`),
  strength: z.number().describe("How strong it is, from 0 to 1."),
  context: z.string().optional().describe("Why, or when, it holds."),
  created_at: WireTime.describe("When it was made."),
  updated_at: WireTime.describe("When it last changed."),
}).meta({
  id: "Relationship",
  description: "A typed, directed edge between two memories.",
  examples: [{
    id: "rel_019aa5d27c4c7d1eb8a3c0d94b1f8e60", from: "mem_019aa5d27c4c7d1eb8a3c0d94b1f8e52", to: "mem_019aa5d27c4c7d1eb8a3c0d94b1f8e53",
    type: "SOLVES", family: "solution", strength: 0.9, created_at: "2026-11-21T07:00:00.000Z", updated_at: "2026-11-21T07:00:00.000Z",
  }],
});

export const relationshipFields = {
  from: MemoryId.describe("The memory that it starts from."),
  to: MemoryId.describe("The memory that it leads to."),
  type: RelationshipType,
  strength: Share.optional().describe("How strong it is, from 0 to 1; 0.5 unless said."),
  context: line(1_000).optional().describe("Why, or when, it holds."),
};

function checkEnds({ from, to }: { from: string; to: string }, ctx: z.RefinementCtx): void {
  if (from === to) ctx.addIssue({ code: "custom", path: ["to"], message: "must be another memory than from." });
}

export const NewRelationship = z.strictObject(relationshipFields).superRefine(checkEnds).meta({
  id: "NewRelationship",
  description: "An edge to make. The same two memories and type again change its strength and context.",
  examples: [{ from: "mem_019aa5d27c4c7d1eb8a3c0d94b1f8e52", to: "mem_019aa5d27c4c7d1eb8a3c0d94b1f8e53", type: "SOLVES", strength: 0.9 }],
});

export const RelationshipReceipt = z.strictObject({
  relationship: Relationship.describe("The relationship as it stands now."),
  status: z.enum(["created", "updated"]).describe("Whether it is new, or was there and changed."),
}).meta({ id: "RelationshipReceipt", description: "What became of a relationship." });

export const RemovedRelationship = z.strictObject({
  relationship: Relationship.describe("The relationship that is gone."),
}).meta({ id: "RemovedRelationship", description: "The relationship that was taken away." });

export const RelationshipListQuery = z.strictObject({
  memory: z.string().min(1).max(100).optional().describe("Only those with this memory at an end."),
  type: listParam(RelationshipType).optional().describe("Only of these types; repeat it, or separate with commas."),
  ...pageParams,
});

/** Drawing more than this at once helps nobody. */
const GRAPH_NODES_MAX = 500;

export const GraphQuery = z.strictObject({
  group: GroupName.optional().describe("Only memories of this group."),
  memory: listParam(MemoryId).optional().describe("Start from these memories; from the most connected ones unless said."),
  depth: numberParam({ min: 1, max: 5 }).default(2).describe("Steps to walk from the start, 1 to 5; 2 unless said."),
  type: listParam(RelationshipType).optional().describe("Only along relationships of these types."),
  limit: numberParam({ min: 1, max: GRAPH_NODES_MAX }).default(100).describe(`How many memories at most, 1 to ${GRAPH_NODES_MAX}; 100 unless said.`),
});

const GraphNode = z.strictObject({
  id: z.string().describe("The memory's id."),
  group: z.string().describe("Its group."),
  type: z.string().describe("Its type."),
  title: z.string().optional().describe("Its title."),
  excerpt: z.string().describe("The first 200 characters of its text."),
  tags: z.array(z.string()).describe("Its tags."),
  importance: z.number().describe("How much it matters, from 0 to 1."),
  created_at: WireTime.describe("When it was stored."),
}).meta({ id: "GraphNode", description: "A memory as a point of a drawing." });

export const Graph = z.strictObject({
  nodes: z.array(GraphNode).describe("The memories."),
  edges: z.array(Relationship).describe("The relationships between them."),
  truncated: z.boolean().describe("True when the limit left memories out."),
}).meta({ id: "Graph", description: "A part of the graph, for drawing." });
