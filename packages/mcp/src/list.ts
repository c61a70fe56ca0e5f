import type { Tool as ListedTool } from "@modelcontextprotocol/server";
import * as z from "zod";
import { TOOLS, type Profile } from "./table.ts";
import type { Tool } from "./tools/tool.ts";

/** What `tools/list` answers in each profile: from the table alone, so it is the same for everyone. */
export const TOOL_LIST: Record<Profile, readonly ListedTool[]> = { full: TOOLS.full.map(toListed), minimal: TOOLS.minimal.map(toListed) };

function toListed({ name, title, description, annotations, input, output }: Tool): ListedTool {
  return { name, title, description, annotations, inputSchema: toSchema(input, "input"), outputSchema: toSchema(output, "output") };
}

/**
 * A schema without what a model pays for and learns nothing from: the dialect, the bounds of whole numbers, and that an
 * answer holds no more (clients keep this list, and an answer may say more one day). Arguments stay closed.
 */
function toSchema(schema: z.ZodObject, io: "input" | "output"): ListedTool["inputSchema"] {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (io === "output") delete jsonSchema.additionalProperties;
    },
  });
  return rest as ListedTool["inputSchema"];
}
