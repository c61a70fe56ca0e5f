import { SECOND_MS } from "@loci/kit/clock";
import { LRUCache } from "lru-cache";
import type { Control } from "./database.ts";

interface Entry<Value> {
  value: Value;
  version: number;
  readMs: number;
}

/** Remembers what was read from the control database until anything in it changes, and for a second at most. */
export class RecentReads<Value> {
  private readonly control: Control;
  private readonly entries: LRUCache<string, Entry<Value>>;

  constructor(control: Control, max: number) {
    this.control = control;
    this.entries = new LRUCache({ max });
  }

  find(key: string): Value | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || entry.version !== this.control.readVersion() || performance.now() - entry.readMs > SECOND_MS) return undefined;
    return entry.value;
  }

  /** What is remembered, else what `read` finds; that nothing was found is not remembered. */
  async get(key: string, read: () => Promise<Value | undefined>): Promise<Value | undefined> {
    const known = this.find(key);
    if (known !== undefined) return known;
    // Taken before the read: a change beside it makes the entry worthless, not wrong.
    const version = this.control.readVersion();
    const readMs = performance.now();
    const value = await read();
    if (value !== undefined) this.entries.set(key, { value, version, readMs });
    return value;
  }

  forget(key: string): void {
    this.entries.delete(key);
  }
}
