import { z } from "zod";
import { RecallResult, ForgetReceipt, StoreReceipt, StoreReceipts } from "../memories/memory.ts";
import { MemoryId } from "../memories/fields.ts";
import { ForgetBody, PatchBody, RecallBody, StoreBody } from "../memories/schemas.ts";
import { NewRelationship, RelationshipReceipt } from "../relationships/schemas.ts";

export const BATCH_OPERATIONS_MAX = 1_000;

export const OPERATION_SCHEMAS = {
  store: StoreBody.safeExtend({ op: z.literal("store").describe("As POST /v1/store.") }),
  recall: RecallBody.safeExtend({ op: z.literal("recall").describe("As POST /v1/recall; it sees the writes before it.") }),
  forget: ForgetBody.safeExtend({ op: z.literal("forget").describe("As POST /v1/forget.") }),
  update: PatchBody.safeExtend({ op: z.literal("update").describe("As PATCH /v1/memories/{id}."), id: MemoryId.describe("The memory to change.") }),
  relate: NewRelationship.safeExtend({ op: z.literal("relate").describe("As POST /v1/relationships.") }),
};
export type OperationName = keyof typeof OPERATION_SCHEMAS;

export const OperationHead = z.looseObject({ op: z.enum(Object.keys(OPERATION_SCHEMAS) as [OperationName, ...OperationName[]]) });

const Erasure = z.looseObject({ op: z.literal("forget"), permanent: z.literal(true), dry_run: z.literal(false).optional() });
/** Whether an operation, if nothing is wrong with it, erases for good. */
export const erases = (value: unknown): boolean => Erasure.safeParse(value).success;

export const BatchOperation = z.discriminatedUnion("op", [
  OPERATION_SCHEMAS.store, OPERATION_SCHEMAS.recall, OPERATION_SCHEMAS.forget, OPERATION_SCHEMAS.update, OPERATION_SCHEMAS.relate,
]).meta({ description: "One operation: its name as `op`, and the fields of the call of that name." });

/** Each operation is read on its own, so that a bad one fails alone; what OpenAPI says of it is `BatchOperation`. */
export const BatchBody = z.strictObject({
  operations: z.array(z.unknown().meta({ $ref: "#/components/schemas/BatchOperation" }))
    .min(1)
    .max(BATCH_OPERATIONS_MAX)
    .describe(`1 to ${BATCH_OPERATIONS_MAX} operations, run in their order.`),
}).meta({
  id: "BatchBody",
  description: "Operations to run in one call.",
  examples: [{ operations: [{ op: "store", content: "Ana prefers the window seat.", group: "user:ana" }, { op: "recall", query: "Where does Ana sit?", group: "user:ana" }] }],
});

const Failure = z.strictObject({
  error: z.looseObject({
    code: z.string().describe("What went wrong, from the closed list of codes."),
    message: z.string().describe("What went wrong and what to do."),
  }).describe("The error, as the call alone would have answered it."),
});

export const BatchResults = z.strictObject({
  results: z.array(z.strictObject({
    status: z.int().min(200).max(599).describe("The HTTP status that the call alone would have answered with."),
    body: z.union([StoreReceipt, StoreReceipts, RecallResult, ForgetReceipt, RelationshipReceipt, Failure])
      .describe("What the call alone would have answered; of a failed one, its error."),
  })).describe("One result for each operation, in their order."),
}).meta({ id: "BatchResults", description: "What became of each operation." });
