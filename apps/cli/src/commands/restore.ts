import { defineCommand } from "../arguments/command.ts";
import { readNumber, requireMemoryId } from "./fields.ts";

export const restore = defineCommand({
  takes: "ID",
  count: [1, 1],
  about: "Brings a forgotten memory back, within 7 days, or an earlier version of one. To find them: loci list --forgotten",
  options: {
    to: { type: "string", value: "N", means: "The version to go back to" },
  },
  examples: ["loci restore mem_…", "loci restore mem_… --to 1"],
  run: async (desk, { values, positionals: [id = ""] }) => {
    requireMemoryId(id);
    const version = readNumber("to", values.to, { min: 1, max: Number.MAX_SAFE_INTEGER, whole: true });
    const loci = await desk.connect();
    const receipt = await loci.memories.restore(id, { version });
    await desk.output.answer(receipt, () => `${receipt.memory.id} restored${version === undefined ? "" : ` as it was in version ${version}`}, version ${receipt.memory.version} now`);
  },
});
