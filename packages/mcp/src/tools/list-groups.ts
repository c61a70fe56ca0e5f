import * as z from "zod";
import { cleanLine } from "../clean.ts";
import { toFenced } from "../fence.ts";
import { toMore } from "../items.ts";
import { cursor } from "./list-memories.ts";
import { defineTool, READS } from "./tool.ts";

export const listGroups = defineTool({
  name: "list_groups",
  title: "List groups",
  description: "Whom and what there are memories about. Use it to find the name of a group.",
  annotations: READS,
  input: z.strictObject({ prefix: z.string().optional(), limit: z.int().min(1).max(200).default(50), cursor }),
  output: z.object({ groups: z.array(z.object({ name: z.string(), memories: z.int(), updated_at: z.string() })), next: z.string().optional() }),
  routes: ["GET /v1/groups"],
  run: async (call, query) => {
    const page = await call.request("GET /v1/groups", { query });
    const groups = page.items.map(({ name, memories, updated_at }) => ({ name: cleanLine(name), memories, updated_at }));
    const lines = groups.map(({ name, memories, updated_at }) => `- ${name} (${memories} ${memories === 1 ? "memory" : "memories"}, changed ${updated_at.slice(0, 10)})`);
    return { data: { groups, ...(page.next !== null && { next: page.next }) }, text: (lines.length === 0 ? "No groups yet." : toFenced(lines)) + toMore(page.next) };
  },
});
