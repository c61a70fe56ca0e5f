import type { ErrorCode } from "@loci/kit/errors";

/** What a page says of an error code: for people who met it, and want to go on. */
export interface ErrorCodePage {
  meaning: string;
  causes: string[];
  fix: string;
  /** Whether the same request may succeed later. */
  repeat: string;
}

const NEVER = "No: the same request fails again.";

export const ERROR_CODE_PAGES: Record<ErrorCode, ErrorCodePage> = {
  invalid_request: {
    meaning: "Something in the request is not as it must be.",
    causes: ["A field is missing, misspelt, of the wrong type or out of its range.", "The body is not valid JSON, or is nested too deep.", "A filter names a field or a test that does not exist.", "A cursor comes from another list.", "A mailed link was used, is too old or was never made (`details.reason` is `link_over`).", "A person's request names no workspace: `X-Workspace` is missing."],
    fix: "Read `param`: it names the field, as a path such as `filter.AND[1].importance`. The message says what it must be. `details.faults` lists every fault that was found.",
    repeat: NEVER,
  },
  unauthenticated: {
    meaning: "Nobody is known by this request: it carries no API key and no session, or what it carries does not work.",
    causes: [
      "The header `Authorization: Bearer mk_…` is missing, and so is a session cookie.",
      "The key was mistyped, has expired or was revoked.",
      "The session is over: 7 days after its last use, 30 after its begin, or because it was ended from elsewhere or by a change of password.",
      "At a sign-in: the address and password, the code or the passkey are not right. The answer is the same whether there is such an account or not.",
    ],
    fix: "Programs send a live key in `Authorization: Bearer …` or `X-API-Key`; keys are shown once, when they are made, so make a new one if it is lost. People sign in again. `details.reason` of a sign-in says what to try: `wrong_credentials`, `wrong_code`, `code_used`, `wrong_recovery_code`, `sign_in_again`, `passkey_refused`, `challenge_over`, `user_not_verified`.",
    repeat: NEVER,
  },
  quota_exceeded: {
    meaning: "The plan of the workspace holds no more of this.",
    causes: ["It has as many API keys that work as its plan allows; test keys are counted apart.", "It has as many seats taken as its plan allows: members, and invitations that are open."],
    fix: "`details` names what is counted (`meter`), the plan, its limit and how much is used. Revoke a key, remove a member or take an invitation back; or move to a larger plan.",
    repeat: "Only after something was given back or the plan has changed.",
  },
  forbidden: {
    meaning: "Who calls is known, but may not do this.",
    causes: [
      "A key lacks the scope of the call (`details.scope`), or is used from an address that its list does not hold.",
      "A key or a connected app is limited to a group, and the request names another (`other_group`) or is about the whole workspace.",
      "A member's role does not allow it (`details.roles` may), or the call is for people or for operators alone.",
      "It is sensitive, and the last proof of who one is was more than ten minutes ago (`details.reason` is `proof_required`).",
      "The proof was wrong: `wrong_password`, `wrong_code`, `code_used`, `passkey_refused`.",
      "The page of another site had the browser send it, or a program sent a session cookie without the header `Origin` (`cross_site`).",
      "The account or the workspace waits for its deletion, or the account was shut.",
      "A memory of lower trust may not replace one of higher trust.",
    ],
    fix: "The message says who may. For `proof_required`: `POST /v1/account/prove` with a password, code or passkey, then repeat. For `cross_site`: send it from this server's own pages, or with `Origin` set to its address. Use a key with the scope that is named, and leave `group` out where the caller is limited to one.",
    repeat: "Only after what is missing was given: a proof, a scope, a role.",
  },
  not_found: {
    meaning: "There is no such thing, or whoever calls may not see it; the answer is the same.",
    causes: ["The id is mistyped, or belongs to another workspace, group or person.", "The workspace that the path or `X-Workspace` names is none of the caller's.", "The memory was forgotten or has been erased.", "The path is not one of this API, or this server was not set up for it."],
    fix: "Check the id, and the key or session. A memory that was forgotten can be restored for 7 days.",
    repeat: NEVER,
  },
  conflict: {
    meaning: "The request does not fit the present state.",
    causes: [
      "The memory has changed since the `version` that you read, has been superseded, or another one of the group says the same.",
      "What is asked for is there or done already: a slug that is taken, a member, a second factor, an accepted invitation, a key that has ended.",
      "Something else has to be done first: an owner hands the workspace over before leaving, teams are handed over or deleted before the account, the last way to sign in stays.",
      "It is too late: the invitation is over, or the 30 days to undo a deletion have passed.",
    ],
    fix: "Read the thing again, then decide anew. `details.reason` says which it is, where there are several.",
    repeat: "After reading it again, or after what has to be done first.",
  },
  idempotency_mismatch: {
    meaning: "This `Idempotency-Key` was used before, with another request.",
    causes: ["A key was used again for a new request.", "The body of a retry differs from the first one."],
    fix: "Make a new key for every new request, and send retries with the very same body.",
    repeat: NEVER,
  },
  too_large: {
    meaning: "Something is larger than its limit.",
    causes: ["The body has more than 10 MB.", "A memory's text has more than 1 MB, or its metadata more than 16 KB.", "An import holds more records than one request takes."],
    fix: "`param` names the field. Split a long text into several memories, and a large file into several imports.",
    repeat: NEVER,
  },
  rate_limited: {
    meaning: "Too much of this in too short a time.",
    causes: [
      "Too many wrong passwords, codes or links for one account, or from one network address; codes and links go on working while passwords are refused, and the other way round.",
      "Too many mails were asked for: codes, links or invitations, for one address or from one.",
      "Too many sign-ups or reports came from one network address, or too many exports of one account.",
    ],
    fix: "Wait for the seconds of `Retry-After`, then try again, or sign in another way. Tries before that are refused unseen, right ones too.",
    repeat: "Yes, after `Retry-After`.",
  },
  internal: {
    meaning: "Something went wrong on our side.",
    causes: ["A fault in Loci."],
    fix: "Repeat the request; with an `Idempotency-Key` that is always safe. If it stays, report the `request_id`: the log has the rest.",
    repeat: "Yes, with an `Idempotency-Key`.",
  },
  upstream_failed: {
    meaning: "A service that Loci depends on for this call did not answer well.",
    causes: ["The embedding or model endpoint that the operator configured is down or refuses."],
    fix: "Repeat later. If you run Loci, look at the endpoint's own state.",
    repeat: "Yes, later.",
  },
  unavailable: {
    meaning: "The server cannot take this request right now.",
    causes: ["It is starting, stopping or overloaded.", "More people sign in at once than passwords can be checked.", "A provider that people sign in with does not answer.", "The disk is full, or a store belongs to a newer version."],
    fix: "Repeat after the seconds of `Retry-After`.",
    repeat: "Yes, after `Retry-After`.",
  },
};
