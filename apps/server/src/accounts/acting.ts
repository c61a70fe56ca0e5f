import { AsyncLocalStorage } from "node:async_hooks";
import { SYSTEM, type Origin } from "../audit/origin.ts";

/** How somebody signed in; kept with the session. */
export type SignInMethod = "password" | "code" | "magic_link" | "passkey" | "totp" | "recovery_code" | "sign_up" | "owner_link" | "github" | "google" | "oidc";

interface Act {
  origin: Origin;
  method?: SignInMethod;
  /** The new password's hash, made before a transaction began: 25 ms of hashing hold up everybody inside one. */
  passwordHash?: string;
  /** The person has shown who they are, so better-auth need not ask for the password again. */
  proven?: true;
  /** On the way back from a provider: the session that came along, `null` for none. Only in one of theirs is a provider linked with somebody. */
  session?: string | null;
}

/** What the hooks that better-auth calls must know of the request that they run for. */
export class Acting {
  private readonly acts = new AsyncLocalStorage<Act>();

  run<Result>(act: Act, work: () => Promise<Result>): Promise<Result> {
    return this.acts.run({ ...this.acts.getStore(), ...act }, work);
  }

  get now(): Act {
    return this.acts.getStore() ?? { origin: SYSTEM };
  }
}
