import { toTable } from "../report.ts";
import type { Reply } from "./site.ts";

export interface Verdict {
  promise: string;
  found: string;
  kept: boolean;
}

/** What was promised and what was found, in the order in which it was tried. */
export class Verdicts {
  readonly all: Verdict[] = [];
  private readonly onVerdict: (verdict: Verdict) => void;

  constructor(onVerdict: (verdict: Verdict) => void = () => undefined) {
    this.onVerdict = onVerdict;
  }

  add(promise: string, kept: boolean, found: string): void {
    const verdict = { promise, found, kept };
    this.all.push(verdict);
    this.onVerdict(verdict);
  }

  /** Expects these statuses, in this order. */
  expect(promise: string, found: readonly Reply[], wanted: readonly number[]): void {
    const statuses = found.map(({ status }) => status);
    this.add(promise, statuses.join() === wanted.join(), statuses.join(" "));
  }

  get fallen(): Verdict[] {
    return this.all.filter(({ kept }) => !kept);
  }

  toTable(): string {
    return toTable(["", "promise", "found"], this.all.map(({ promise, found, kept }) => [kept ? "kept" : "FELL", promise, found]));
  }
}

/** How often each status came: `10 × 401, 190 × 429`. */
export function countStatuses(replies: readonly Reply[]): string {
  const counts = new Map<number, number>();
  for (const { status } of replies) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`).join(", ");
}

export const countOf = (replies: readonly Reply[], status: number): number => replies.filter((reply) => reply.status === status).length;
