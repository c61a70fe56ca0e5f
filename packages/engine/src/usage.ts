import { toHour } from "@loci/kit/clock";
import type { Kysely } from "kysely";
import type { TenantTables } from "./tenants/schema.ts";
import { METERS, type Meter, type UsageReport } from "./workspace.ts";

/** What was counted: this UTC month, today, and ever (for `memories` and `storage_bytes`: what stands now). */
export async function readUsage(db: Kysely<TenantTables>, now: Date): Promise<UsageReport> {
  const hour = toHour(now);
  const month = hour.slice(0, "2026-11".length);
  const today = hour.slice(0, "2026-11-21".length);
  const rows = await db
    .selectFrom("usage_counters")
    .select(["meter"])
    .select((eb) => [
      eb.fn.sum<number>("quantity").as("total"),
      eb.fn.sum<number>(eb.case().when("hour", ">=", month).then(eb.ref("quantity")).else(0).end()).as("month"),
      eb.fn.sum<number>(eb.case().when("hour", ">=", today).then(eb.ref("quantity")).else(0).end()).as("today"),
    ])
    .groupBy("meter")
    .execute();
  const found = new Map(rows.map((row) => [row.meter, row]));
  const meters = METERS.map((meter): [Meter, UsageReport["meters"][Meter]] => {
    const row = found.get(meter);
    return [meter, { month: Number(row?.month ?? 0), today: Number(row?.today ?? 0), total: Number(row?.total ?? 0) }];
  });
  return { month, meters: Object.fromEntries(meters) as UsageReport["meters"] };
}
