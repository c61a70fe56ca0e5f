import type { StoreReceipt } from "@loci/sdk";
import * as z from "zod";
import { clean } from "../clean.ts";
import { ADDS, defineTool, type Reply } from "./tool.ts";

/** What became of a write. */
export const Receipt = z.object({
  id: z.string(),
  status: z.enum(["created", "updated", "merged", "ignored"]),
  reason: z.string(),
});

/** The fields that a model may say of a memory, alike when it is stored and when it changes. */
export const memoryFields = {
  type: z.string().describe("One word: preference, fact, task, project, problem, solution, workflow…").optional(),
  tags: z.array(z.string()).describe("Labels to filter by").optional(),
  importance: z.number().min(0).max(1).describe("Default 0.5").optional(),
};

/** A model stands behind what it writes, never the person: what it was talked into must not count as their word. */
export const WRITTEN_BY_MODEL = "agent";

export function toReceiptReply({ memory: { id }, status, reason }: StoreReceipt): Reply<z.output<typeof Receipt>> {
  const data = { id, status, reason: clean(reason) };
  return { data, text: `${status} ${id}: ${data.reason}` };
}

export const storeMemory = defineTool({
  name: "store_memory",
  title: "Store a memory",
  description: "Save what will matter in later sessions: a preference, decision, fact, fix or open task. One per call, as a sentence that stands alone. Never passwords or keys.",
  annotations: ADDS,
  input: z.strictObject({
    content: z.string().min(1),
    group: z.string().describe("Whom or what it is about, as user:ana or project:web; leave out if unsure").optional(),
    ...memoryFields,
    occurred_at: z.string().describe("When it happened, if not now: RFC 3339").optional(),
    trust: z.enum(["agent", "web"]).describe("web: you read it in a page, mail or file").default(WRITTEN_BY_MODEL),
  }),
  output: Receipt,
  routes: ["POST /v1/store"],
  run: async (call, args) => toReceiptReply((await call.request("POST /v1/store", { body: { ...args, source: { kind: "mcp" } } })) as StoreReceipt),
});
