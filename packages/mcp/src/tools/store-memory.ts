import type { StoreReceipt } from "@loci/sdk";
import * as z from "zod";
import { clean } from "../clean.ts";
import { CLOSED_TAGS } from "../closed-tags.ts";
import { ADDS, defineTool, type Reply } from "./tool.ts";

/** What became of a write. */
export const Receipt = z.object({
  id: z.string(),
  status: z.enum(["created", "updated", "merged", "ignored"]),
  reason: z.string(),
});

/** A model stands behind what it writes, never the person: what it was talked into must not count as their word. */
export const WRITTEN_BY_MODEL = "agent";

/** The API's words for what became of a write, as a model reads them: "ignored" would sound as if something had gone wrong. */
const SAID: Record<StoreReceipt["status"], string> = { created: "created", updated: "updated", merged: "known already, and added to, as", ignored: "known already as" };

export function toReceiptReply({ memory, status, reason }: StoreReceipt): Reply<z.output<typeof Receipt>> {
  const { id } = memory;
  const data = { id, status, reason: clean(reason) + toClosedHint(memory, status) };
  return { data, text: `${SAID[status]} ${id}: ${data.reason}` };
}

/** A task that comes again was closed the last time: whoever stores it must learn that it stays so. */
function toClosedHint({ type, tags }: StoreReceipt["memory"], status: StoreReceipt["status"]): string {
  const closed = type === "task" && (status === "merged" || status === "ignored") ? tags.find((tag) => CLOSED_TAGS.includes(tag)) : undefined;
  return closed === undefined ? "" : ` It has the tag ${closed}: if it is open again, take that away with update_memory.`;
}

export const storeMemory = defineTool({
  name: "store_memory",
  title: "Store a memory",
  description: "Save what will matter in later sessions: a preference, decision, fact, fix or open task. One per call, as a sentence that stands alone. Never passwords or keys.",
  annotations: ADDS,
  input: z.strictObject({
    content: z.string(),
    group: z.string().describe("Whom or what it is about, as user:ana or project:web; leave out if unsure").optional(),
    type: z.string().describe("preference, fact, task, project, problem, solution, or another word").optional(),
    tags: z.array(z.string()).optional(),
    importance: z.number().min(0).max(1).describe("0.5 is usual").optional(),
    occurred_at: z.string().describe("When, if not now: RFC 3339").optional(),
    trust: z.enum(["agent", "web"]).describe("web: you read it in a page, mail or file").optional(),
  }),
  output: Receipt,
  routes: ["POST /v1/store"],
  run: async (call, { trust = WRITTEN_BY_MODEL, ...args }) => {
    const body = { ...args, trust, source: { kind: "mcp" } };
    // With `content` alone the answer is of one memory.
    return toReceiptReply((await call.request("POST /v1/store", { body })) as StoreReceipt);
  },
});
