interface Failure {
  title: string;
  text: string;
}

/** Why a provider could not sign somebody in: the words that the address of the page knows. */
const FAILURES = {
  cancelled: { title: "Nothing happened", text: "You turned back at the provider. Sign in another way, or try once more." },
  expired: { title: "That took too long", text: "The way back from the provider did not fit what this browser had begun: it was used before, is older than ten minutes, or began in another browser. Try once more." },
  address_not_verified: { title: "Your address is not confirmed there", text: "The provider has not confirmed that the address is yours. Confirm it there, or sign in another way." },
  no_address: { title: "The provider told no address", text: "An account here needs an e-mail address. Let the provider share yours, or sign in another way." },
  not_linked: { title: "Sign in the way you know first", text: "There is an account with this address already. Sign in to it as before, then link the provider there." },
  linked_elsewhere: { title: "That account belongs to somebody else", text: "It is linked with another account here. Unlink it there first." },
  sign_up_closed: { title: "No new accounts", text: "There is no account for this address yet, and new ones need an invitation here, or are not taken at all. Ask whoever runs this instance." },
  signed_out: { title: "You are signed out", text: "The session in which you began to link the provider is over. Sign in, then link it once more." },
  account_disabled: { title: "This account is shut", text: "Whoever runs this instance has shut it. Ask them." },
  unavailable: { title: "The provider did not answer as it should", text: "That is not your fault. Try again in a moment, or sign in another way." },
} satisfies Record<string, Failure>;

export type FailureCode = keyof typeof FAILURES;

const isFailureCode = (text: string): text is FailureCode => Object.hasOwn(FAILURES, text);

/** The words for a code; for an unknown one, those of a provider that failed. */
export const toFailure = (code: string | null): Failure => FAILURES[code !== null && isFailureCode(code) ? code : "unavailable"];

/** better-auth's codes, as they stand in its redirects, in ours. */
const CODES: Record<string, FailureCode> = {
  access_denied: "cancelled",
  state_mismatch: "expired",
  state_not_found: "expired",
  state_invalid: "expired",
  account_not_linked: "not_linked",
  unable_to_link_account: "address_not_verified",
  email_not_verified: "address_not_verified",
  email_not_found: "no_address",
  account_already_linked_to_different_user: "linked_elsewhere",
  sign_up_refused: "sign_up_closed",
  address_not_proven: "address_not_verified",
};

/** What a code of better-auth means to a person. */
export const toFailureCode = (code: string): FailureCode => (isFailureCode(code) ? code : (CODES[code] ?? "unavailable"));
