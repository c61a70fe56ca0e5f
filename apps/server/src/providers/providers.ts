import { SECOND_MS, type Clock } from "@loci/kit/clock";
import { AppError, notFound } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import type { Auth, AuthParts } from "../accounts/auth.ts";
import type { ProviderConfig } from "../config.ts";
import type { ProviderId } from "./methods.ts";

// better-auth asks an OpenID Connect provider once, when it is made, and waits without end.
const ANSWER_MAX_MS = 5 * SECOND_MS;
const RETRY_AFTER_MS = 30 * SECOND_MS;

interface ProvidersParts {
  authParts: AuthParts;
  providers: ProviderConfig;
  now: Clock;
  log: Log;
}

interface Try {
  auth: Promise<Auth | null>;
  beganMs: number;
}

/**
 * better-auth with a provider, made when first asked for: one instance for each, so that a provider that is down takes
 * nothing else along. One that did not answer is asked again half a minute later, if anybody wants it then.
 */
export class Providers {
  private readonly parts: ProvidersParts;
  private readonly tries = new Map<ProviderId, Try>();

  constructor(parts: ProvidersParts) {
    this.parts = parts;
  }

  async get(id: ProviderId): Promise<Auth> {
    const { providers, now } = this.parts;
    if (providers[id] === null) throw notFound("provider");
    const nowMs = now().getTime();
    let latest = this.tries.get(id) ?? this.begin(id, nowMs);
    let auth = await latest.auth;
    if (auth === null && nowMs - latest.beganMs >= RETRY_AFTER_MS) {
      // Of many who come at once the first begins anew, and the others wait with it.
      const newest = this.tries.get(id);
      latest = newest === undefined || newest === latest ? this.begin(id, nowMs) : newest;
      auth = await latest.auth;
    }
    if (auth !== null) return auth;
    const waitMs = Math.max(SECOND_MS, latest.beganMs + RETRY_AFTER_MS - nowMs);
    throw new AppError("unavailable", "The provider cannot be reached. Try again in half a minute, or sign in another way.", { retry_after: Math.ceil(waitMs / SECOND_MS), details: { reason: "provider_unavailable" } });
  }

  private begin(id: ProviderId, beganMs: number): Try {
    const begun = { auth: this.open(id), beganMs };
    this.tries.set(id, begun);
    return begun;
  }

  private async open(id: ProviderId): Promise<Auth | null> {
    const { authParts, providers, log } = this.parts;
    const { promise: tooLate, resolve } = Promise.withResolvers<null>();
    const timer = setTimeout(() => resolve(null), ANSWER_MAX_MS);
    try {
      const { createAuth } = await import("../accounts/auth.ts");
      const auth = createAuth(authParts, { github: null, google: null, oidc: null, [id]: providers[id] });
      const context = await Promise.race([auth.$context, tooLate]);
      if (context?.socialProviders.some((provider) => provider.id === id) === true) return auth;
      log.warn({ provider: id }, "a provider of sign-ins does not answer");
      return null;
    } catch (error) {
      log.error({ err: error, provider: id }, "a provider of sign-ins cannot be used");
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}
