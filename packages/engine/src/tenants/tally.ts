import { toHour } from "@loci/kit/clock";
import type { Kysely } from "kysely";
import type { Meter, Operation } from "../workspace.ts";
import type { TenantTables } from "./schema.ts";

export type Quantities = Partial<Record<Meter, number>>;

interface GroupDelta {
  memories: number;
  bytes: number;
  change: number;
  erased: boolean;
}

/** What one command adds to groups and meters, kept aside so that a command that fails leaves no trace. */
export class CommandTally {
  readonly groups = new Map<number, GroupDelta>();
  readonly meters: Quantities = {};

  count(meter: Meter, quantity: number): void {
    this.meters[meter] = (this.meters[meter] ?? 0) + quantity;
  }

  /** A change of a memory in a group; `memories` and `bytes` say what came (or went, below zero). */
  touchGroup(groupId: number, change: number, memories: number, bytes: number): void {
    const delta = this.groups.get(groupId) ?? { memories: 0, bytes: 0, change: 0, erased: false };
    delta.memories += memories;
    delta.bytes += bytes;
    delta.change = Math.max(delta.change, change);
    this.groups.set(groupId, delta);
    if (memories !== 0) this.count("memories", memories);
    if (bytes !== 0) this.count("storage_bytes", bytes);
  }

  /** Rows of this group are gone for good, so an index cannot learn of it by following changes. */
  markErased(groupId: number, change: number): void {
    this.touchGroup(groupId, change, 0, 0);
    const delta = this.groups.get(groupId);
    if (delta) delta.erased = true;
  }
}

interface LedgerLine {
  operation_id: string;
  part: number;
  meter: Meter;
  quantity: number;
  key_id: string | null;
  at: string;
}

/** What a transaction of many commands adds up to; written once, just before the commit. */
export class TransactionTally {
  private readonly groups = new Map<number, GroupDelta>();
  private readonly lines: LedgerLine[] = [];

  add(command: CommandTally): void {
    for (const [id, { memories, bytes, change, erased }] of command.groups) {
      const delta = this.groups.get(id);
      if (delta) {
        delta.memories += memories;
        delta.bytes += bytes;
        delta.change = Math.max(delta.change, change);
        delta.erased ||= erased;
      } else {
        this.groups.set(id, { memories, bytes, change, erased });
      }
    }
  }

  /** One ledger line per operation, part and meter; meters that stand still leave none. */
  charge(operation: Operation, quantities: Quantities, at: Date): void {
    for (const [meter, quantity] of Object.entries(quantities)) {
      if (quantity === 0) continue;
      this.lines.push({
        operation_id: operation.id, part: operation.part ?? 0, meter: meter as Meter, quantity,
        key_id: operation.key_id ?? null, at: at.toISOString(),
      });
    }
  }

  async write(db: Kysely<TenantTables>, now: Date): Promise<void> {
    for (const [id, delta] of this.groups) await writeGroupDelta(db, id, delta, now);
    // SQLite binds at most 32,766 values in a statement; a line has six.
    for (let from = 0; from < this.lines.length; from += 500) {
      await db.insertInto("ledger").values(this.lines.slice(from, from + 500)).execute();
    }
    const sums = new Map<string, { hour: string; meter: string; quantity: number }>();
    for (const { at, meter, quantity } of this.lines) {
      const hour = toHour(new Date(at));
      const sum = sums.get(hour + meter) ?? { hour, meter, quantity: 0 };
      sum.quantity += quantity;
      sums.set(hour + meter, sum);
    }
    if (sums.size === 0) return;
    await db
      .insertInto("usage_counters").values([...sums.values()])
      .onConflict((conflict) => conflict.columns(["hour", "meter"]).doUpdateSet((eb) => ({
        quantity: eb("usage_counters.quantity", "+", eb.ref("excluded.quantity")),
      })))
      .execute();
  }
}

async function writeGroupDelta(db: Kysely<TenantTables>, id: number, delta: GroupDelta, now: Date): Promise<void> {
  await db
    .updateTable("groups")
    .set((eb) => ({
      memories: eb("memories", "+", delta.memories),
      storage_bytes: eb("storage_bytes", "+", delta.bytes),
      change: delta.change,
      epoch: eb("epoch", "+", delta.erased ? 1 : 0),
      updated_at: now.toISOString(),
    }))
    .where("id", "=", id)
    .execute();
}
