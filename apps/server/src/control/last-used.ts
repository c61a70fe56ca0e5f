import type { Log } from "@loci/kit/log";
import type { Control } from "./database.ts";

interface LastUsedParts {
  control: Control;
  log: Log;
  /** What is used, in the plural, as a warning says it. */
  things: string;
  everyMs: number;
  /** Writes one down, in a transaction that runs. */
  write(id: string, at: string): Promise<unknown>;
}

/** When things were last used, kept in memory and written down together; a failure costs only that, and is tried again. */
export class LastUsed {
  private readonly parts: LastUsedParts;
  private readonly used = new Map<string, Date>();
  private readonly flushing: NodeJS.Timeout;

  constructor(parts: LastUsedParts) {
    this.parts = parts;
    this.flushing = setInterval(() => void this.flush(), parts.everyMs).unref();
  }

  note(id: string, at: Date): void {
    this.used.set(id, at);
  }

  async flush(): Promise<void> {
    const used = [...this.used];
    this.used.clear();
    if (used.length === 0) return;
    const { control, log, things, write } = this.parts;
    try {
      await control.transaction(async () => {
        for (const [id, at] of used) await write(id, at.toISOString());
      });
    } catch (error) {
      log.warn({ err: error }, `could not write when ${things} were last used`);
      for (const [id, at] of used) if (!this.used.has(id)) this.used.set(id, at);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.flushing);
    await this.flush();
  }
}
