import { defineCommand } from "../arguments/command.ts";
import { requireMemoryId } from "./fields.ts";
import { toMemoryLines } from "./shown.ts";

export const get = defineCommand({
  takes: "ID",
  count: [1, 1],
  about: "Shows a memory: all that is known of it, and its text in full.",
  options: {},
  examples: ["loci get mem_… --json | jq .tags"],
  run: async (desk, { positionals: [id = ""] }) => {
    requireMemoryId(id);
    const loci = await desk.connect();
    const memory = await loci.memories.get(id);
    await desk.output.answer(memory, () => toMemoryLines(memory));
  },
});
