import { z } from "zod";
import { ROLES, TRUST_LEVELS } from "@loci/engine";

/** A time as it leaves: UTC, RFC 3339, milliseconds. */
export const WireTime = z.string().meta({ format: "date-time", examples: ["2026-11-21T07:00:00.000Z"] });

const WireSource = z.strictObject({
  kind: z.string().describe("How it came in: api, mcp, relay, import, or a connector's name."),
  client: z.string().optional().describe("The program that sent it."),
  ref: z.string().optional().describe("Where it is in the place it comes from."),
  key_id: z.string().optional().describe("The API key that wrote it."),
  connection_id: z.string().optional().describe("The connected app that wrote it."),
});

const memoryFields = {
  id: z.string().describe("The memory's id: mem_ and 32 hexadecimal digits; ids sort by time of creation."),
  group: z.string().describe("The group it belongs to."),
  type: z.string().describe("What kind of memory it is."),
  title: z.string().optional().describe("A short name for people."),
  content: z.string().describe("The text itself."),
  tags: z.array(z.string()).describe("Labels to filter by."),
  metadata: z.record(z.string(), z.unknown()).describe("Your own fields."),
  importance: z.number().describe("How much it matters, from 0 to 1."),
  source: WireSource.describe("Where it comes from."),
  trust: z.enum(TRUST_LEVELS).describe("Who stands behind it, from the least trusted to the most: web, connector, agent, user."),
  session: z.string().optional().describe("The sitting it was said in."),
  speaker: z.string().optional().describe("Who said it, by name."),
  role: z.enum(ROLES).optional().describe("Who said it in a conversation."),
  occurred_at: WireTime.optional().describe("When it happened or was said."),
  valid_from: WireTime.optional().describe("From when it is true."),
  valid_to: WireTime.optional().describe("Until when it is true."),
  expires_at: WireTime.optional().describe("When it is forgotten by itself."),
  version: z.int().min(1).describe("1 at first, one more with each change."),
  supersedes: z.string().optional().describe("The memory that this one replaced."),
  superseded_by: z.string().optional().describe("The memory that replaced this one; recall leaves it out unless asked."),
  forgotten_at: WireTime.optional().describe("When it was forgotten; set only while it can still be restored."),
  created_at: WireTime.describe("When it was stored."),
  updated_at: WireTime.describe("When it last changed."),
};

const EXAMPLE = {
  id: "mem_019aa5d27c4c7d1eb8a3c0d94b1f8e52", group: "user:ana", type: "preference",
  content: "Ana moved to Lisbon in May and prefers the window seat.", tags: ["travel"], metadata: {}, importance: 0.5,
  source: { kind: "api" }, trust: "user", version: 1, created_at: "2026-11-21T07:00:00.000Z", updated_at: "2026-11-21T07:00:00.000Z",
};

export const Memory = z.strictObject(memoryFields).meta({ id: "Memory", description: "One piece of text that is remembered.", examples: [EXAMPLE] });

const RecalledMemory = z.strictObject({
  ...memoryFields,
  score: z.number().describe("How well it answers; only comparable within one recall."),
  explain: z.record(z.string(), z.number()).optional().describe("The named parts of the score; they sum to it. Only with `explain`."),
}).meta({ id: "RecalledMemory", description: "A memory with its score.", examples: [{ ...EXAMPLE, score: 0.82 }] });

export const RecallResult = z.strictObject({
  memories: z.array(RecalledMemory).describe("The best first; an empty list when nothing answers."),
  took_ms: z.number().describe("Time the search took, in milliseconds."),
}).meta({ id: "RecallResult", description: "The ranked answer to a question." });

export const StoreReceipt = z.strictObject({
  memory: Memory.describe("The memory as it stands now."),
  status: z.enum(["created", "updated", "merged", "ignored"]).describe("What became of it: a new memory, a change, joined into one that was there, or nothing to do."),
  reason: z.string().describe("Why, in a sentence."),
}).meta({ id: "StoreReceipt", description: "What a write did, and why." });

export const StoreReceipts = z.strictObject({
  results: z.array(StoreReceipt).describe("One receipt for each message, in their order."),
}).meta({ id: "StoreReceipts", description: "What became of each message." });

export const ForgetReceipt = z.strictObject({
  forgotten: z.strictObject({
    memories: z.int().min(0).describe("Memories."),
    relationships: z.int().min(0).describe("Relationships that had one of them as an end."),
    versions: z.int().min(0).describe("Earlier versions of them."),
  }).describe("How many are gone, or would be, by kind."),
  dry_run: z.boolean().describe("True when this only counted."),
  restorable_until: WireTime.nullable().describe("Until when restore brings them back, or would; null when they are erased at once."),
}).meta({ id: "ForgetReceipt", description: "What was forgotten, by kind." });

export const MemoryVersion = z.strictObject({
  version: z.int().min(1).describe("The number of this version."),
  operation_id: z.string().describe("The operation that replaced it."),
  replaced_at: WireTime.describe("When it was replaced."),
  memory: Memory.describe("The memory as it looked then."),
}).meta({ id: "MemoryVersion", description: "How a memory looked before a change." });
