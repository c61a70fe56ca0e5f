import * as z from "zod";
import { deleteMemories, forgetMemories } from "./tools/forget-memories.ts";
import { getMemory } from "./tools/get-memory.ts";
import { getRelatedMemories } from "./tools/get-related-memories.ts";
import { getSessionBriefing } from "./tools/get-session-briefing.ts";
import { listGroups } from "./tools/list-groups.ts";
import { listMemories } from "./tools/list-memories.ts";
import { recallMemories } from "./tools/recall-memories.ts";
import { relateMemories } from "./tools/relate-memories.ts";
import { storeMemory } from "./tools/store-memory.ts";
import type { Tool } from "./tools/tool.ts";
import { updateMemory } from "./tools/update-memory.ts";

/** Which tools a client is shown: all, or the four that every memory server has, under their usual names. */
export type Profile = "full" | "minimal";

export const TOOLS: Record<Profile, readonly Tool[]> = {
  full: [
    storeMemory, recallMemories, listMemories, getMemory, updateMemory, forgetMemories, relateMemories, getRelatedMemories, listGroups, getSessionBriefing,
  ],
  minimal: [
    withInput({ ...storeMemory, name: "add_memory", title: "Add a memory" }, ["content", "group"]),
    withInput({ ...recallMemories, name: "search_memories", title: "Search memories" }, ["query", "group", "limit"]),
    withInput({ ...listMemories, description: "Page through memories, newest first. To find something, search instead." }, ["group", "limit", "cursor"]),
    deleteMemories,
  ],
};

const BY_NAME: ReadonlyMap<string, Tool> = new Map([...TOOLS.minimal, ...TOOLS.full].map((tool) => [tool.name, tool]));

/** The tool of a name, in whichever profile has it; its `routes` tell what a caller needs. */
export const toolOf = (name: string): Pick<Tool, "name" | "routes"> | undefined => BY_NAME.get(name);

/** A tool that takes only these arguments; the others stand as they do when nobody says. */
function withInput(tool: Tool, names: readonly string[]): Tool {
  const shape = Object.fromEntries(Object.entries(tool.input.shape).filter(([name]) => names.includes(name)));
  return { ...tool, input: z.strictObject(shape) };
}
