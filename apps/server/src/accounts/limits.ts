import { isIPv6 } from "node:net";
import { HOUR_MS, type Clock } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
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
  // For each purpose: who uses up the mails of one leaves the others.
  mails_per_account: { points: 3, duration: 10 * MINUTE_S },
  mails_per_address: { points: 100, duration: HOUR_S },
  sign_ups_per_address: { points: 50, duration: HOUR_S },
  // Each writes a challenge, whoever asks.
  passkey_challenges_per_address: { points: 300, duration: HOUR_S },
  exports_per_account: { points: 10, duration: HOUR_S },
  client_registrations_per_address: { points: 10, duration: HOUR_S },
  // A provider gives a customer up to a /48, and each registration stays for 30 days.
  client_registrations_per_provider: { points: 60, duration: HOUR_S },
  client_registrations: { points: 1_000, duration: HOUR_S },
  // Each makes this server fetch something for a stranger.
  client_documents_per_address: { points: 30, duration: HOUR_S },
  // A hosted app asks for tokens from few addresses, for all of its people.
  client_renewals_per_address: { points: 300, duration: HOUR_S },
  authorizations_per_account: { points: 60, duration: HOUR_S },
  token_requests_per_client_and_address: { points: 600, duration: HOUR_S },
  device_codes_per_address: { points: 60, duration: HOUR_S },
  // A code lives for ten minutes, and whoever types it right lets somebody in.
  device_fails_per_account: { points: 5, duration: 10 * MINUTE_S },
} as const;
export type Limit = keyof typeof LIMITS;

/** What a try is counted under: a mail address (with a purpose), or the id of who is signed in (`…_per_account`), or a network address (`…_per_address`). */
export type Charge = readonly [limit: Limit, key: string | null];

/** A try that was counted. */
export interface Charged {
  /** Whether the next one will be refused. */
  last: boolean;
  /** Counts it no more: it was right. */
  giveBack(): Promise<void>;
}

interface LimitsParts {
  digest: Digest;
  now: Clock;
  log: Log;
}

/** Counts tries in memory. Known and unknown accounts count alike, and what is counted first cannot be raced. */
export class Limits {
  private readonly parts: LimitsParts;
  private warnedMs = -Infinity;
  private readonly counters = new Map<Limit, RateLimiterMemory>((Object.keys(LIMITS) as Limit[]).map((limit) => [limit, new RateLimiterMemory({ ...LIMITS[limit], keyPrefix: limit })]));

  constructor(parts: LimitsParts) {
    this.parts = parts;
  }

  /** Counts a try before it is made; throws `rate_limited` when there were too many. */
  async charge(...charges: Charge[]): Promise<Charged> {
    const counted: (() => Promise<unknown>)[] = [];
    const giveBack = async (): Promise<void> => void (await Promise.all(counted.map((reward) => reward())));
    let last = false;
    for (const [limit, given] of charges) {
      const counter = this.counterOf(limit);
      const key = this.toKey(given);
      try {
        const { remainingPoints } = await counter.consume(key);
        last ||= remainingPoints === 0;
      } catch (reason) {
        // What was not tried counts nowhere.
        await giveBack();
        if (limit === "fails_per_address") this.warnOfLock();
        throw toRefusal(reason);
      }
      counted.push(() => counter.reward(key));
    }
    return { last, giveBack };
  }

  /** Does what may be a guess at a secret. It stays counted where it was one, and nowhere else: what fails for another reason tells nothing. */
  async guess<Result>(charges: Charge[], work: (charged: Charged) => Promise<Result>): Promise<Result> {
    const charged = await this.charge(...charges);
    try {
      const result = await work(charged);
      await charged.giveBack();
      return result;
    } catch (error) {
      if (!isWrongGuess(error)) await charged.giveBack();
      throw error;
    }
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
    return key === null ? "unknown" : this.parts.digest("address", toNetwork(key));
  }

  private warnOfLock(): void {
    const nowMs = this.parts.now().getTime();
    if (nowMs - this.warnedMs < HOUR_MS) return;
    this.warnedMs = nowMs;
    this.parts.log.warn("A network address failed 100 times within an hour, so nobody signs in from it for a while. If this server is behind a proxy, set TRUSTED_PROXIES: without it everybody has the proxy's address.");
  }
}

/** Who has an IPv6 address has the 2^64 beside it too. */
export function toNetwork(key: string): string {
  return isIPv6(key) ? toGroups(key).slice(0, 4).join(":") : key;
}

/** What lies around an address, as one customer of a provider may have it: the /48 of IPv6, the /24 of IPv4. */
export function toProviderNetwork(address: string): string {
  return isIPv6(address) ? `${toGroups(address).slice(0, 3).join(":")}/48` : `${address.split(".").slice(0, 3).join(".")}/24`;
}

function toGroups(key: string): string[] {
  const [head = "", tail] = key.split("%")[0]?.split("::") ?? [];
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = tail === undefined ? left : [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0"), ...right];
  return groups.map((group) => Number.parseInt(group, 16).toString(16));
}

const WRONG_GUESSES: ReadonlySet<unknown> = new Set(["link_over", "wrong_password", "wrong_code"]);

const isWrongGuess = (error: unknown): boolean =>
  error instanceof AppError && (error.code === "unauthenticated" || error.code === "not_found" || WRONG_GUESSES.has(error.details?.["reason"]));

function toRefusal(reason: unknown): unknown {
  if (!(reason instanceof RateLimiterRes)) return reason;
  const retry_after = Math.max(1, Math.ceil(reason.msBeforeNext / 1_000));
  return new AppError("rate_limited", `Too many tries. Wait ${toWords(retry_after)} before the next one.`, { retry_after, details: { reason: "too_many_tries" } });
}

/** How long that is, rounded up to what people count in. */
function toWords(seconds: number): string {
  const minutes = Math.ceil(seconds / MINUTE_S);
  if (minutes === 1) return "a minute";
  return minutes === MINUTE_S ? "an hour" : `${minutes} minutes`;
}
