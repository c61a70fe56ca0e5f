import * as z from "zod";
import { MemoryId } from "./get-memory.ts";
import { Receipt, toReceiptReply, WRITTEN_BY_MODEL } from "./store-memory.ts";
import { defineTool, REPLACES } from "./tool.ts";

export const updateMemory = defineTool({
  name: "update_memory",
  title: "Update a memory",
  description: "Correct a memory that is wrong or out of date, or close a task: add the tag done. The old version is kept.",
  annotations: REPLACES,
  input: z.strictObject({
    id: MemoryId,
    content: z.string().describe("The whole new text").optional(),
    type: z.string().optional(),
    tags: z.array(z.string()).describe("All tags: they replace the old").optional(),
    importance: z.number().min(0).max(1).optional(),
  }).refine(({ id: _, ...patch }) => Object.values(patch).some((value) => value !== undefined), { error: "Say what to change: at least one of `content`, `type`, `tags`, `importance`." }),
  output: Receipt,
  routes: ["PATCH /v1/memories/{id}"],
  run: async (call, { id, ...patch }) => {
    const trust = patch.content === undefined ? undefined : WRITTEN_BY_MODEL;
    return toReceiptReply(await call.request("PATCH /v1/memories/{id}", { params: { id }, body: { ...patch, trust } }));
  },
});
