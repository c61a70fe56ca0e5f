import type { Tool as ListedTool } from "@modelcontextprotocol/server";
import * as z from "zod";
import { TOOLS, type Profile } from "./table.ts";
import type { Tool } from "./tools/tool.ts";

/** What `tools/list` answers in each profile: from the table alone, so it is the same for everyone. */
export const TOOL_LIST: Record<Profile, readonly ListedTool[]> = { full: TOOLS.full.map(toListed), minimal: TOOLS.minimal.map(toListed) };

function toListed({ name, title, description, annotations, input, output }: Tool): ListedTool {
  return { name, title, description, annotations, inputSchema: toSchema(input, "input"), outputSchema: toSchema(output, "output") };
}

/** Without `$schema`: that 2020-12 is meant goes without saying, and it would cost a model its words in each tool. */
function toSchema(schema: z.ZodObject, io: "input" | "output"): ListedTool["inputSchema"] {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest as ListedTool["inputSchema"];
}
