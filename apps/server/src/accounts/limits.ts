import { isIPv6 } from "node:net";
import { AppError } from "@loci/kit/errors";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { Digest } from "./digests.ts";

const HOUR_S = 3_600;
const MINUTE_S = 60;

/** How often what may happen, by SECURITY 3.6. `fails` are given back when the try was right. */
const LIMITS = {
  password_fails_per_account: { points: 10, duration: HOUR_S },
  // Apart from the password's: whoever locks one way of signing in leaves the others open.
  code_fails_per_account: { points: 10, duration: HOUR_S },
  fails_per_address: { points: 100, duration: HOUR_S },
  mails_per_account: { points: 3, duration: 10 * MINUTE_S },
  mails_per_address: { points: 100, duration: HOUR_S },
  sign_ups_per_address: { points: 50, duration: HOUR_S },
  exports_per_account: { points: 10, duration: HOUR_S },
} as const;
export type Limit = keyof typeof LIMITS;

/** What a try is counted under: a mail address (`…_per_account`) or a network address (`…_per_address`). */
export type Charge = readonly [limit: Limit, key: string | null];

/** A try that was counted. */
export interface Charged {
  /** Whether the next one will be refused. */
  last: boolean;
  /** Counts it no more: it was right. */
  giveBack(): Promise<void>;
}

/** Counts tries in memory. Known and unknown accounts count alike, and what is counted first cannot be raced. */
export class Limits {
  private readonly digest: Digest;
  private readonly counters = new Map<Limit, RateLimiterMemory>((Object.keys(LIMITS) as Limit[]).map((limit) => [limit, new RateLimiterMemory({ ...LIMITS[limit], keyPrefix: limit })]));

  constructor(digest: Digest) {
    this.digest = digest;
  }

  /** Counts a try before it is made; throws `rate_limited` when there were too many. */
  async charge(...charges: Charge[]): Promise<Charged> {
    const counted = charges.map(([limit, key]) => ({ counter: this.counterOf(limit), key: this.toKey(key) }));
    let last = false;
    for (const { counter, key } of counted) {
      const { remainingPoints } = await counter.consume(key).catch(refuse);
      last ||= remainingPoints === 0;
    }
    return { last, giveBack: async () => void (await Promise.all(counted.map(({ counter, key }) => counter.reward(key)))) };
  }

  /** Forgets what was counted: somebody has shown in another way who they are. */
  async forget(limit: Limit, key: string): Promise<void> {
    await this.counterOf(limit).delete(this.toKey(key));
  }

  private counterOf(limit: Limit): RateLimiterMemory {
    const counter = this.counters.get(limit);
    if (counter === undefined) throw new TypeError(`There is no limit ${limit}.`);
    return counter;
  }

  private toKey(key: string | null): string {
    return key === null ? "unknown" : this.digest("address", toNetwork(key));
  }
}

/** Who has an IPv6 address has the 2^64 beside it too. */
function toNetwork(key: string): string {
  if (!isIPv6(key)) return key;
  const [head = "", tail] = key.split("%")[0]?.split("::") ?? [];
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = tail === undefined ? left : [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0"), ...right];
  return groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(":");
}

function refuse(reason: unknown): never {
  if (!(reason instanceof RateLimiterRes)) throw reason;
  throw new AppError("rate_limited", "Too many tries. Wait before the next one.", { retry_after: Math.max(1, Math.ceil(reason.msBeforeNext / 1_000)), details: { reason: "too_many_tries" } });
}
