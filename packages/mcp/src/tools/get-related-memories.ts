import type { RelatedMemories } from "@loci/sdk";
import * as z from "zod";
import { Item, toItems, toItemsText } from "../items.ts";
import { MemoryId } from "./get-memory.ts";
import { defineTool, READS } from "./tool.ts";

export const getRelatedMemories = defineTool({
  name: "get_related_memories",
  title: "Get related memories",
  description: "Memories linked to one, nearest first: its causes, fixes, dependencies.",
  annotations: READS,
  input: z.strictObject({
    id: MemoryId,
    depth: z.int().min(1).max(5).describe("Links to walk").default(1),
    types: z.array(z.string()).optional(),
    limit: z.int().min(1).max(100).default(20),
  }),
  output: z.object({ memories: z.array(Item.extend({ path: z.string() })) }),
  routes: ["GET /v1/memories/{id}/related"],
  run: async (call, { id, types, ...query }) => {
    const { related } = await call.request("GET /v1/memories/{id}/related", { params: { id }, query: { ...query, type: types } });
    const items = toItems(related.map(({ memory }) => memory));
    const memories = items.map((item, index) => ({ ...item, path: toPath(id, related[index]?.path ?? []) }));
    return { data: { memories }, text: toItemsText(memories, "Nothing is linked to it.", ({ path }) => path) };
  },
});

/** The way from a memory, with the direction of each link: `-SOLVES-> <-CAUSES-`. */
function toPath(start: string, path: RelatedMemories["related"][number]["path"]): string {
  let at = start;
  const steps = path.map(({ from, to, type }) => {
    const onward = from === at;
    at = onward ? to : from;
    return onward ? `-${type}->` : `<-${type}-`;
  });
  return steps.join(" ");
}
