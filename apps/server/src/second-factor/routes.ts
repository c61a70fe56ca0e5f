import { signedInAnswer } from "../accounts/signing-in.ts";
import { empty, guarded, json, type Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { answerChallenge } from "./challenge.ts";
import { RecoveryCodes, SecondFactorAnswer, SecondFactorSetup, SecondFactorState, TotpCode } from "./schemas.ts";
import { beginSetup, createRecoveryCodes, deleteFactor, finishSetup, getState } from "./service.ts";

/** The second factor: codes of an authenticator app, and recovery codes for the day on which it is lost. */
export function secondFactorRoutes(parts: Parts): Route[] {
  const answer = guarded("open", {
    id: "answerSecondFactor", method: "post", path: "/v1/auth/second-factor", tags: ["Sign-in"], repeat: "idempotent", setsCookies: true,
    summary: "Show the second factor",
    description: "Finishes a sign-in that answered `second_factor_required`, in the browser that began it, within ten minutes. Five wrong ones end the sign-in; ten in a row shut the second factor for a quarter of an hour. A code works once.",
    request: { body: SecondFactorAnswer },
    responses: { ...signedInAnswer },
    faults: [401, 409, 429],
  }, (call) => answerChallenge(parts, call, call.body));

  const get = guarded("account", {
    id: "getSecondFactor", method: "get", path: "/v1/account/totp", tags: ["Second factor"], repeat: "safe",
    summary: "See whether there is a second factor", description: "And how many recovery codes are left.",
    responses: { 200: json(SecondFactorState, "The state.") },
  }, async ({ person }) => ({ status: 200, body: await getState(parts, person.user_id) }));

  const begin = guarded("proven account", {
    id: "beginSecondFactor", method: "post", path: "/v1/account/totp", tags: ["Second factor"], repeat: "idempotent",
    summary: "Begin to set up an authenticator app",
    description: "Answers with a secret for the app, and with recovery codes to keep. Nothing is asked for yet: send a code of the app to POST /v1/account/totp/verify. Beginning again makes both anew.",
    responses: { 200: json(SecondFactorSetup, "What the app needs, for the only time.") },
    faults: [409],
  }, async (call) => ({ status: 200, body: await beginSetup(parts, call) }));

  const verify = guarded("account", {
    id: "enableSecondFactor", method: "post", path: "/v1/account/totp/verify", tags: ["Second factor"], repeat: "idempotent", setsCookies: true,
    summary: "Turn the second factor on",
    description: "By a code of the app that was set up. From then on signing in by password, code, link or provider asks for one; a passkey stands for both. All other sessions end, and this one gets a new cookie.",
    request: { body: TotpCode },
    responses: { 204: empty("It is on.") },
    faults: [409],
  }, async (call) => ({ status: 204, cookies: await finishSetup(parts, call, call.body.code) }));

  const remove = guarded("proven account", {
    id: "deleteSecondFactor", method: "delete", path: "/v1/account/totp", tags: ["Second factor"], repeat: "idempotent", setsCookies: true,
    summary: "Take the second factor away", description: "With its recovery codes. All other sessions end, and this one gets a new cookie.",
    responses: { 204: empty("It is off.") },
    faults: [409],
  }, async (call) => ({ status: 204, cookies: await deleteFactor(parts, call) }));

  const renew = guarded("proven account", {
    id: "createRecoveryCodes", method: "post", path: "/v1/account/recovery-codes", tags: ["Second factor"], repeat: "idempotent",
    summary: "Make new recovery codes", description: "Ten of them. The old ones work no more.",
    responses: { 200: json(RecoveryCodes, "The codes, for the only time.") },
    faults: [409],
  }, async (call) => ({ status: 200, body: { recovery_codes: await createRecoveryCodes(parts, call) } }));

  return [answer, get, begin, verify, remove, renew];
}
