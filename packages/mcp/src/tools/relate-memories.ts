import * as z from "zod";
import { MemoryId } from "./get-memory.ts";
import { ADDS, defineTool } from "./tool.ts";

export const relateMemories = defineTool({
  name: "relate_memories",
  title: "Relate memories",
  description: "Link two memories of one group, as a fix SOLVES a problem.",
  annotations: ADDS,
  input: z.strictObject({
    from: MemoryId,
    to: MemoryId,
    type: z.string().describe("SOLVES, CAUSES, DEPENDS_ON, REPLACES, CONTRADICTS, RELATED_TO…"),
    context: z.string().describe("Why").optional(),
  }),
  output: z.object({ id: z.string(), status: z.enum(["created", "updated"]) }),
  routes: ["POST /v1/relationships"],
  run: async (call, body) => {
    const { relationship: { id }, status } = await call.request("POST /v1/relationships", { body });
    return { data: { id, status }, text: `${status} ${id}` };
  },
});
