import { HOUR_CHARS } from "@loci/kit/clock";
import { sql, type Kysely } from "kysely";
import type { Access, Meter, Operation } from "../workspace.ts";
import { toAccessLine, type AccessedMemories } from "./accesses.ts";
import type { AccessRow, TenantTables } from "./schema.ts";
import { accessRows, counterRows, ledgerRows } from "./search-sqlite.ts";

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
  /** Ids of the memories that it was about. */
  readonly memories = new Set<string>();
  /** Rows were deleted whose text the log of the database must not keep. */
  leavesBytes = false;

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
    this.leavesBytes = true;
  }
}

/** operation_id, part, meter, quantity, key_id, at */
type LedgerLine = [string, number, Meter, number, string | null, string];

/** What a transaction of many commands adds up to; written once, just before the commit. */
export class TransactionTally {
  private readonly groups = new Map<number, GroupDelta>();
  private readonly lines: LedgerLine[] = [];
  private readonly accesses: Omit<AccessRow, "seq">[] = [];

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
      this.lines.push([operation.id, operation.part ?? 0, meter as Meter, quantity, operation.key_id ?? null, at.toISOString()]);
    }
  }

  /** One line for what a connection read or wrote; of other callers there is none. */
  logAccess(operation: Operation, effect: Access["effect"], memories: AccessedMemories, at: Date): void {
    const line = toAccessLine(operation, effect, memories, at);
    if (line) this.accesses.push(line);
  }

  async write(db: Kysely<TenantTables>, now: Date): Promise<void> {
    for (const [id, delta] of this.groups) await writeGroupDelta(db, id, delta, now);
    if (this.accesses.length > 0) await accessRows(this.accesses).execute(db);
    if (this.lines.length === 0) return;
    await ledgerRows(this.lines).execute(db);
    await counterRows(sumByHour(this.lines)).execute(db);
  }
}

function sumByHour(lines: LedgerLine[]): [string, Meter, number][] {
  const sums = new Map<string, [string, Meter, number]>();
  for (const [, , meter, quantity, , at] of lines) {
    const hour = at.slice(0, HOUR_CHARS);
    const sum = sums.get(hour + meter);
    if (sum) sum[2] += quantity;
    else sums.set(hour + meter, [hour, meter, quantity]);
  }
  return [...sums.values()];
}

function writeGroupDelta(db: Kysely<TenantTables>, id: number, delta: GroupDelta, now: Date): Promise<unknown> {
  return sql`
    update groups set memories = memories + ${delta.memories}, storage_bytes = storage_bytes + ${delta.bytes}, change = ${delta.change},
      epoch = epoch + ${delta.erased ? 1 : 0}, updated_at = ${now.toISOString()} where id = ${id}`.execute(db);
}
