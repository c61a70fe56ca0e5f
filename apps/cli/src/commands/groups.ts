import { defineCommand } from "../arguments/command.ts";
import type { Group } from "@loci/sdk";
import { toShownNumber, toShownTime } from "./shown.ts";

const PAGE = 200;

export const groups = defineCommand({
  takes: "[PREFIX]",
  count: [0, 1],
  completes: "groups",
  about: "Lists groups by name: whom or what memories belong to, and how many each has.",
  options: {},
  examples: ["loci groups user:"],
  run: async (desk, { positionals: [prefix] }) => {
    const loci = await desk.connect();
    for await (const { items } of loci.groups.list({ limit: PAGE, ...(prefix !== undefined && { prefix }) }).pages()) {
      await desk.output.rows(items, ["NAME", "MEMORIES", "BYTES", "CHANGED"], toCells, "There is no such group. A group begins with its first memory.");
    }
  },
});

const toCells = ({ name, memories, storage_bytes, updated_at }: Group): string[] => [name, toShownNumber(memories), toShownNumber(storage_bytes), toShownTime(updated_at)];
