import { invalid } from "@loci/kit/errors";
import { z } from "zod";
import { line as textLine, MemoryType } from "../memories/fields.ts";
import { parseWith } from "../http/parse.ts";
import { ExportedMemory, type FileRecord, type FileValue } from "./records.ts";

/** The file of @modelcontextprotocol/server-memory: a line per entity or relation, entities named by their name. */
const McpLine = z.discriminatedUnion("type", [
  z.looseObject({
    type: z.literal("entity"),
    name: textLine(500),
    entityType: z.string().max(200).default(""),
    observations: z.array(z.string()).default([]),
  }),
  z.looseObject({ type: z.literal("relation"), from: textLine(500), to: textLine(500), relationType: z.string().min(1).max(500) }),
]);

/** An entity becomes a memory with its name as title and reference, a relation a relationship. */
export function readMcpRecord({ line, value }: FileValue): FileRecord {
  const item = parseWith(McpLine, value);
  if (item.type === "relation") {
    const { from, to, relationType } = item;
    if (from === to) throw invalid("to", `"${from}" is related to itself, and a relationship needs two memories.`);
    const type = toRelationshipType(relationType);
    return { kind: "relationship", line, from, to, relationship: { type, ...(type !== relationType && { context: relationType }) } };
  }

  const { name, entityType, observations } = item;
  const memory = parseWith(ExportedMemory, {
    content: [name, ...observations.filter((text) => text.trim() !== "")].join("\n"),
    title: name,
    type: toMemoryType(entityType),
    trust: "agent",
    source: { kind: "import", client: "mcp", ref: name },
    ...(entityType.trim() !== "" && { metadata: { entity_type: entityType } }),
  });
  return { kind: "memory", line, key: name, memory };
}

/** "Works at" is WORKS_AT; what no letters can spell is RELATED_TO, with the original kept as context. */
function toRelationshipType(relation: string): string {
  const type = relation.normalize("NFKD").replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").replaceAll(/[^A-Za-z0-9]+/g, "_").replaceAll(/^[_0-9]+|_+$/g, "").toUpperCase().slice(0, 64);
  return type === "" ? "RELATED_TO" : type;
}

function toMemoryType(entityType: string): string {
  const type = entityType.normalize("NFKD").replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase().replaceAll(/[^a-z0-9]+/g, "_").replaceAll(/^[_0-9]+|_+$/g, "").slice(0, 64);
  return MemoryType.safeParse(type).success ? type : "general";
}
