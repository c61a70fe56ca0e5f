import { AppError, type ErrorCode } from "@loci/kit/errors";
import type { Control } from "../control/database.ts";

interface Refusal {
  code: ErrorCode;
  message: string;
  param?: string;
  reason?: string;
  retry_after?: number;
}

const NO_CHALLENGE: Refusal = { code: "unauthenticated", message: "This sign-in took too long or was tried too often. Sign in from the start.", reason: "sign_in_again" };
const WRONG_SECOND_FACTOR: Refusal = { code: "unauthenticated", message: "This code is wrong. Take the one that the app shows now.", reason: "wrong_code" };
const WRONG_PASSKEY: Refusal = { code: "unauthenticated", message: "This passkey was not accepted. Try again, or sign in another way.", reason: "passkey_refused" };
const NO_SECOND_FACTOR: Refusal = { code: "conflict", message: "No second factor is set up.", reason: "no_second_factor" };
const LINK_OVER: Refusal = { code: "invalid_request", message: "This link was used, is too old or was never made. Ask for another.", param: "token", reason: "link_over" };
const CANNOT_LINK: Refusal = { code: "conflict", message: "An account with this address exists, or belongs to somebody else. Sign in to it first, then link this way of signing in.", reason: "account_not_linked" };

/** What better-auth's refusals are in our words; by the upper-case form of their codes. A code that is not here is a fault of ours. */
const REFUSALS: Record<string, Refusal> = {
  ACCOUNT_DISABLED: { code: "forbidden", message: "This account was shut. Ask who runs this instance.", reason: "account_disabled" },
  SIGN_UP_REFUSED: { code: "forbidden", message: "New accounts are by invitation here. Ask somebody who is in to invite you.", reason: "sign_up_refused" },
  ADDRESS_NOT_PROVEN: { code: "forbidden", message: "The provider does not say that this address is yours. Confirm it there first.", reason: "address_not_proven" },
  UNAUTHORIZED: { code: "unauthenticated", message: "This session is over or was ended. Sign in again." },
  INVALID_TOKEN: LINK_OVER,
  NEW_USER_SIGNUP_DISABLED: LINK_OVER,
  USER_NOT_FOUND: LINK_OVER,
  INVALID_PASSWORD: { code: "unauthenticated", message: "The password is wrong.", param: "password", reason: "wrong_password" },
  PASSWORD_ALREADY_SET: { code: "conflict", message: "This account has a password. Send it as `current_password`.", param: "current_password" },
  CREDENTIAL_ACCOUNT_NOT_FOUND: { code: "conflict", message: "This account has no password.", param: "current_password" },

  INVALID_TWO_FACTOR_COOKIE: NO_CHALLENGE,
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: NO_CHALLENGE,
  ACCOUNT_TEMPORARILY_LOCKED: { code: "rate_limited", message: "Too many wrong codes. Wait a quarter of an hour, or use a passkey.", reason: "second_factor_locked", retry_after: 900 },
  INVALID_CODE: WRONG_SECOND_FACTOR,
  INVALID_BACKUP_CODE: { code: "unauthenticated", message: "This recovery code is wrong or was used before. Take another.", reason: "wrong_recovery_code" },
  TOTP_NOT_ENABLED: NO_SECOND_FACTOR,
  TWO_FACTOR_NOT_ENABLED: NO_SECOND_FACTOR,
  BACKUP_CODES_NOT_ENABLED: NO_SECOND_FACTOR,
  TOTP_ALREADY_ENABLED: { code: "conflict", message: "A second factor is set up already. Take it away first.", reason: "second_factor_exists" },

  CHALLENGE_NOT_FOUND: { code: "unauthenticated", message: "This took too long. Begin with the passkey again.", reason: "challenge_over" },
  USER_NOT_VERIFIED: { code: "unauthenticated", message: "The device did not check that it is you. Unlock it with a PIN, a finger or your face.", reason: "user_not_verified" },
  AUTHENTICATION_FAILED: WRONG_PASSKEY,
  PASSKEY_NOT_FOUND: WRONG_PASSKEY,
  FAILED_TO_VERIFY_REGISTRATION: { code: "invalid_request", message: "This passkey could not be checked. Try again.", reason: "passkey_refused" },
  PREVIOUSLY_REGISTERED: { code: "conflict", message: "This passkey is registered already.", reason: "passkey_exists" },
  YOU_ARE_NOT_ALLOWED_TO_REGISTER_THIS_PASSKEY: { code: "forbidden", message: "This passkey was begun by another account. Begin again.", reason: "passkey_refused" },

  PROVIDER_NOT_FOUND: { code: "not_found", message: "There is no such provider." },
  STATE_MISMATCH: { code: "invalid_request", message: "This sign-in was begun in another browser, or was finished before. Begin again.", reason: "state_mismatch" },
  ACCOUNT_NOT_LINKED: CANNOT_LINK,
  UNABLE_TO_LINK_ACCOUNT: CANNOT_LINK,
  LINKED_ACCOUNT_ALREADY_EXISTS: CANNOT_LINK,
  FAILED_TO_UNLINK_LAST_ACCOUNT: { code: "conflict", message: "This is the last way to sign in to the account. Add another first.", reason: "last_sign_in" },
};

/** What a thing that better-auth threw is to a caller, or `null` where it is no refusal. */
export function toRefusal(thrown: unknown): AppError | null {
  if (!isRefusal(thrown)) return null;
  const code = readCode(thrown);
  const known = code === null ? undefined : REFUSALS[code];
  if (known === undefined) return null;
  const { code: kind, message, param, reason, retry_after } = known;
  return new AppError(kind, message, { param, retry_after, cause: thrown, ...(reason !== undefined && { details: { reason } }) });
}

// By its name, for its class comes with a library that is only loaded when somebody signs in.
const isRefusal = (thrown: unknown): thrown is Error & { body?: unknown; headers?: unknown } => thrown instanceof Error && thrown.name === "APIError";

/** The code of an error of better-auth, upper case: in its body, or in the address that it redirects to. */
function readCode(thrown: { body?: unknown; headers?: unknown }): string | null {
  const { code } = (thrown.body ?? {}) as { code?: unknown };
  if (typeof code === "string") return code.toUpperCase();
  const location = new Headers((thrown.headers ?? {}) as HeadersInit).get("location");
  const error = location === null || !URL.canParse(location, "http://localhost") ? null : new URL(location, "http://localhost").searchParams.get("error");
  return error === null ? null : error.toUpperCase();
}

type Outcome<Value> = { refusal: AppError } | { value: Value };

/** A call of better-auth whose refusal comes back instead of being thrown: thrown through a transaction it would undo the count of failed tries. */
async function refusable<Value>(work: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { value: await work() };
  } catch (thrown) {
    const refusal = toRefusal(thrown);
    if (refusal === null) throw thrown;
    return { refusal };
  }
}

/**
 * One transaction for what better-auth does and for what we write beside it. What it refuses is thrown after the
 * commit, so that what it counted stays counted.
 */
export async function commitWithAuth<Value>(control: Control, ask: () => Promise<Value>, record: (value: Value) => Promise<void>): Promise<Value> {
  const outcome = await control.transaction(async () => {
    const outcome = await refusable(ask);
    if ("value" in outcome) await record(outcome.value);
    return outcome;
  });
  if ("refusal" in outcome) throw outcome.refusal;
  return outcome.value;
}
