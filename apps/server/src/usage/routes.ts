import { z } from "zod";
import { AppError } from "@loci/kit/errors";
import { METERS, type Meter, type UsageReport } from "@loci/engine";
import { guarded, json, type Route } from "../http/route.ts";
import { WireTime } from "../memories/memory.ts";

const MEANS: Record<Meter, string> = {
  api_calls: "Accepted calls; each operation of a batch is one.",
  searches: "Recalls, and forgetting by meaning.",
  embeddings: "Texts turned into vectors, questions too.",
  memories: "Memories: what stands now, and how many more (or fewer) than when the period began.",
  storage_bytes: "Bytes that memories take: what stands now, and the change in the period.",
};

const MeterUse = z.strictObject({
  month: z.int().meta({ examples: [12] }).describe("Used since the period began."),
  today: z.int().meta({ examples: [12] }).describe("Used since midnight UTC."),
  total: z.int().meta({ examples: [12] }).describe("Used since the workspace began; of memories and storage_bytes, what stands now."),
}).meta({ id: "MeterUse", description: "What was used of one meter.", examples: [{ month: 1_204, today: 38, total: 9_120 }] });

const Usage = z.strictObject({
  period: z.strictObject({
    start: WireTime.describe("When the current period began: the first of the month, UTC."),
    end: WireTime.describe("When the next one begins."),
  }).describe("The period that `month` counts."),
  meters: z.strictObject(Object.fromEntries(METERS.map((meter) => [meter, MeterUse.describe(MEANS[meter])])) as Record<Meter, typeof MeterUse>)
    .describe("What was used, by meter."),
}).meta({ id: "Usage", description: "What the workspace has used." });

const read = guarded("usage:read", {
  id: "readUsage", method: "get", path: "/v1/usage", tags: ["Usage"], repeat: "safe",
  summary: "Read what was used", description: "Each meter of the workspace for this month, today and in all.",
  responses: { 200: json(Usage, "The meters.") },
}, async ({ workspace, operation }) => {
  if (workspace.group !== null) {
    throw new AppError("forbidden", "This key is bound to one group, and usage is counted for the whole workspace. Use a key that is not bound to a group.");
  }
  const report = await workspace.readUsage();
  workspace.meter(operation);
  return { status: 200, body: { period: toPeriod(report), meters: report.meters } };
});

export const usageRoutes: Route[] = [read];

function toPeriod({ month }: UsageReport): { start: string; end: string } {
  const start = new Date(`${month}-01T00:00:00.000Z`);
  const end = new Date(start);
  end.setUTCMonth(end.getUTCMonth() + 1);
  return { start: start.toISOString(), end: end.toISOString() };
}
