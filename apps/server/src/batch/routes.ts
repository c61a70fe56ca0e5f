import { guarded, json, type Route } from "../http/route.ts";
import { BATCH_OPERATIONS_MAX, BatchBody, BatchOperation, BatchResults, erases } from "./schemas.ts";
import { runBatch } from "./service.ts";

const batch = guarded("any caller", {
  id: "runBatch", method: "post", path: "/v1/batch", tags: ["Batch"], repeat: "with key",
  summary: "Run many operations in one call",
  description: `Runs up to ${BATCH_OPERATIONS_MAX} operations in their order. One that fails does not stop the others; a recall sees the writes before it. Writes that follow each other are one transaction. Each needs the scope of its own call, and counts as one call.`,
  request: { body: BatchBody },
  components: { BatchOperation },
  intent: ({ body: { operations } }) => {
    const erasing = operations.filter(erases).length;
    return erasing === 0 ? null : { action: "data.erased", details: { operations: erasing } };
  },
  responses: { 200: json(BatchResults, "A result for each operation, in their order; look at the status of each.") },
}, async (call) => ({ status: 200, text: await runBatch(call, call.body.operations) }));

export const batchRoutes: Route[] = [batch];
