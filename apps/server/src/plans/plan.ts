import { z } from "zod";

/** What a plan can limit. Counts are of a calendar month (UTC) unless the name or the words say otherwise. */
export const PLAN_METERS = {
  api_calls_per_day: "Calls a day (UTC).",
  api_calls_per_month: "Calls.",
  requests_per_second: "How fast calls may come.",
  memories: "Live memories, at any time.",
  storage_bytes: "Bytes that memories take, at any time.",
  searches: "Recalls.",
  embeddings: "Texts that were turned into vectors.",
  input_tokens: "Tokens that the relay sent to models.",
  output_tokens: "Tokens that models answered through the relay.",
  api_keys: "API keys that work, at any time; those of live and of test mode are counted apart.",
  seats: "Members and open invitations, at any time.",
} as const;
type PlanMeter = keyof typeof PLAN_METERS;

// A pace cannot be sold by the piece, and what a day blocks its month would bill a second time.
const BLOCK_ONLY: readonly PlanMeter[] = ["api_calls_per_day", "requests_per_second"];

const MICRO_USD = "micro-USD: 1,000,000 are a dollar";
const microUsd = () => z.int().min(0);

const Overage = z.strictObject({
  micro_usd: microUsd().describe(`What \`per\` units beyond the limit cost, in ${MICRO_USD}.`),
  per: z.int().min(1).describe("How many units that is the price of; a begun portion counts whole."),
});

const limitOf = (meter: PlanMeter) =>
  z.strictObject({
    limit: z.int().min(0).describe("How many are within the price."),
    at_limit: z.enum(["block", "bill"]).describe("block: no more than that. bill: more, at the price of `overage`."),
    overage: Overage.optional(),
  }, { error: ({ input }) => (input === undefined ? "is missing: give null for unlimited, or {limit, at_limit}." : undefined) })
    .superRefine(({ at_limit, overage }, ctx) => {
      const fault = (path: string, message: string) => ctx.addIssue({ code: "custom", path: [path], message });
      if (at_limit === "bill" && BLOCK_ONLY.includes(meter)) fault("at_limit", 'must be "block": this meter cannot be billed.');
      else if (at_limit === "bill" && overage === undefined) fault("overage", "is missing: say what more costs, {micro_usd, per}.");
      if (at_limit === "block" && overage !== undefined) fault("overage", 'has no meaning with "block". Take it out, or say "bill".');
    })
    .nullable();

const Limits = z.strictObject(Object.fromEntries(Object.keys(PLAN_METERS).map((meter) => [meter, limitOf(meter as PlanMeter)])) as Record<PlanMeter, ReturnType<typeof limitOf>>);

const Plan = z.strictObject({
  title: z.string().trim().min(1).max(100).describe("What people read."),
  description: z.string().max(500).describe("For whom it is."),
  price_monthly: microUsd().nullable().describe(`What a month costs, in ${MICRO_USD}; null is by agreement.`),
  per: z.enum(["workspace", "seat"]).describe("What that price is for: the whole workspace, or each of its seats."),
  offered: z.boolean().describe("Whether people can choose it; the others are given by the operator."),
  credit_micro_usd: microUsd().describe(`What the relay may spend in a month before anything is billed, in ${MICRO_USD}.`),
  limits: Limits,
});
export type Plan = z.output<typeof Plan>;

/** The file of plans: each under the name that workspaces and DEFAULT_PLAN say. */
export const PlanFile = z.strictObject({
  plans: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), Plan).refine((plans) => Object.keys(plans).length > 0, "must hold a plan."),
});
