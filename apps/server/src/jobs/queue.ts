import type { Clock } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import type { Control } from "../control/database.ts";
import type { Sealer } from "../control/sealer.ts";
import { insertJob } from "./store.ts";

export interface EnqueueOptions {
  /** Not before; now unless said. */
  runAt?: Date;
  /** While a job of this kind and key waits, it stands for all that are asked for; two of them never run at once. */
  uniqueKey?: string;
}

/** Where jobs are asked for. */
export interface JobQueue {
  /** Writes a job in the current transaction and answers its id. It runs once that has committed. */
  enqueue(kind: string, payload: unknown, options?: EnqueueOptions): Promise<string>;
}

interface QueueParts {
  control: Control;
  sealer: Sealer;
  now: Clock;
}

/** A queue for a process that runs no jobs itself: the server beside it, or the next one to start, looks for them. */
export const openJobQueue = (parts: QueueParts): JobQueue => ({ enqueue: (kind, payload, options) => writeJob(parts, kind, payload, options) });

/** Writes a job in the current transaction and answers its id. */
export function writeJob({ control, sealer, now }: QueueParts, kind: string, payload: unknown, { runAt, uniqueKey }: EnqueueOptions = {}): Promise<string> {
  const created_at = now().toISOString();
  return insertJob(control.db, {
    id: newId("job"), kind, payload: sealer.seal(JSON.stringify(payload)), unique_key: uniqueKey ?? null, run_at: runAt?.toISOString() ?? created_at, created_at,
  });
}
