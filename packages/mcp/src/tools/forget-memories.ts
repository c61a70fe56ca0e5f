import type { ForgetReceipt } from "@loci/sdk";
import * as z from "zod";
import { MemoryId } from "./get-memory.ts";
import { defineTool, REPLACES, type Reply } from "./tool.ts";

const Forgotten = z.object({ forgotten: z.int(), dry_run: z.boolean(), restorable_until: z.string().optional() });

const ids = z.array(MemoryId).min(1).max(1_000);

export const forgetMemories = defineTool({
  name: "forget_memories",
  title: "Forget memories",
  description: "Forget what the user wants gone: by ids, found by recall, or a whole group. dry_run only counts. For 7 days the user can restore it.",
  annotations: REPLACES,
  input: z.strictObject({
    ids: ids.optional(),
    group: z.string().describe("Instead of ids: all of this group").optional(),
    dry_run: z.boolean().default(false),
  }).refine(({ ids, group }) => (ids === undefined) !== (group === undefined), { error: "Give either `ids` or `group`.", path: ["ids"] }),
  output: Forgotten,
  routes: ["POST /v1/forget"],
  run: async (call, body) => toReply(await call.request("POST /v1/forget", { body })),
});

/** The classic form: by ids alone. */
export const deleteMemories = defineTool({
  name: "delete_memories",
  title: "Delete memories",
  description: "Forget what the user wants gone, by ids from a search. For 7 days the user can restore it.",
  annotations: REPLACES,
  input: z.strictObject({ ids }),
  output: Forgotten,
  routes: ["POST /v1/forget"],
  run: async (call, body) => toReply(await call.request("POST /v1/forget", { body })),
});

function toReply({ forgotten: { memories }, dry_run, restorable_until }: ForgetReceipt): Reply<z.output<typeof Forgotten>> {
  const data = { forgotten: memories, dry_run, ...(restorable_until !== null && { restorable_until }) };
  const count = memories === 1 ? "1 memory" : `${memories} memories`;
  if (memories === 0) return { data, text: "Nothing matches: no memory was forgotten." };
  if (dry_run) return { data, text: `${count} would be forgotten. Nothing has changed.` };
  return { data, text: `${count} forgotten${restorable_until === null ? "" : `; the user can restore until ${restorable_until}`}.` };
}
