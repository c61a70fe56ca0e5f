import * as z from "zod";
import { Item, toItems, toItemsText, toMore } from "../items.ts";
import { onlyGroup, onlyTypes } from "./recall-memories.ts";
import { defineTool, READS } from "./tool.ts";

export const cursor = z.string().describe("next of the answer before").optional();

export const listMemories = defineTool({
  name: "list_memories",
  title: "List memories",
  description: "Page through memories, newest first. To find something, recall instead.",
  annotations: READS,
  input: z.strictObject({
    group: onlyGroup,
    types: onlyTypes,
    tags: z.array(z.string()).describe("With all of these").optional(),
    limit: z.int().min(1).max(100).default(20),
    cursor,
  }),
  output: z.object({ memories: z.array(Item), next: z.string().optional() }),
  routes: ["GET /v1/memories"],
  run: async (call, { types, tags, ...query }) => {
    const page = await call.request("GET /v1/memories", { query: { ...query, type: types, tag: tags } });
    const memories = toItems(page.items);
    return { data: { memories, ...(page.next !== null && { next: page.next }) }, text: toItemsText(memories, "No memories.") + toMore(page.next) };
  },
});
