import * as z from "zod";
import { Item, toItem, toItemsText } from "../items.ts";
import { defineTool, READS } from "./tool.ts";

export const MemoryId = z.string().regex(/^mem_\w{32}$/, "must be the id of a memory: mem_ and 32 hexadecimal digits, as the tools answer it.");

/** Some 8,000 tokens: what clients take as one answer without cutting it themselves. */
const PART_CHARS = 32_000;

export const getMemory = defineTool({
  name: "get_memory",
  title: "Get a memory",
  description: "Read one memory in full by its id; other tools cut long texts.",
  annotations: READS,
  input: z.strictObject({ id: MemoryId, offset: z.int().min(0).describe("next_offset of the answer before").default(0) }),
  output: z.object({ memory: Item, next_offset: z.int().optional() }),
  routes: ["GET /v1/memories/{id}"],
  run: async (call, { id, offset }) => {
    const memory = toItem(await call.request("GET /v1/memories/{id}", { params: { id } }), { offset, charsMax: PART_CHARS });
    const next_offset = memory.cut_chars === undefined ? undefined : offset + memory.content.length;
    const more = next_offset === undefined ? "" : `\nThere is more: call again with offset ${next_offset}`;
    return { data: { memory, ...(next_offset !== undefined && { next_offset }) }, text: toItemsText([memory], "") + more };
  },
});
