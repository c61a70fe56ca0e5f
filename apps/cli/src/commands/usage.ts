import { defineCommand } from "../arguments/command.ts";
import { toShownNumber } from "./shown.ts";
import { toTable } from "../output/table.ts";

export const usage = defineCommand({
  about: "Shows what the workspace has used: today, this month, and in all.",
  options: {},
  run: async (desk) => {
    const loci = await desk.connect();
    const used = await loci.usage();
    await desk.output.answer(used, () =>
      toTable(["METER", "TODAY", "MONTH", "TOTAL"], Object.entries(used.meters).map(([meter, { today, month, total }]) => [meter, ...[today, month, total].map(toShownNumber)]), null));
  },
});
