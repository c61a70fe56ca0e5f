import * as z from "zod";
import { Item, toItems, toItemsText } from "../items.ts";
import { defineTool, READS } from "./tool.ts";

export const onlyGroup = z.string().describe("Only about this; leave out for all").optional();
export const onlyTypes = z.array(z.string()).optional();

const Recalled = z.object({ memories: z.array(Item.extend({ score: z.number() })) });

export const recallMemories = defineTool({
  name: "recall_memories",
  title: "Recall memories",
  description: "Find what is known, best first. Use it before you answer about people, projects, preferences or past work.",
  annotations: READS,
  input: z.strictObject({
    query: z.string().describe("A question in plain words"),
    group: onlyGroup,
    limit: z.int().min(1).max(100).default(10),
    types: onlyTypes,
    since: z.string().describe("Happened then or later: RFC 3339").optional(),
    until: z.string().describe("Happened before").optional(),
  }),
  output: Recalled,
  routes: ["POST /v1/recall"],
  run: async (call, args) => {
    const found = await call.request("POST /v1/recall", { body: args });
    const items = toItems(found.memories);
    const memories = items.map((item, index) => ({ ...item, score: toShort(found.memories[index]?.score ?? 0) }));
    return { data: { memories }, text: toItemsText(items, "Nothing is known about this.") };
  },
});

const toShort = (score: number): number => Math.round(score * 1_000) / 1_000;
