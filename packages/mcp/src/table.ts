import { recallMemories } from "./tools/recall-memories.ts";
import { storeMemory } from "./tools/store-memory.ts";
import type { Tool } from "./tools/tool.ts";

/** Which tools a client is shown: all, or the four that every memory server has, under their usual names. */
export type Profile = "full" | "minimal";

export const TOOLS: Record<Profile, readonly Tool[]> = {
  full: [storeMemory, recallMemories],
  minimal: [{ ...storeMemory, name: "add_memory" }, { ...recallMemories, name: "search_memories" }],
};

/** The tool of a name, in whichever profile has it. */
export const toolOf = (name: string): Tool | undefined => TOOLS.full.find((tool) => tool.name === name) ?? TOOLS.minimal.find((tool) => tool.name === name);
