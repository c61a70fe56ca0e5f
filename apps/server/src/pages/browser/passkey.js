import { call, Refusal } from "./api.js";

// Browsers have none for addresses in digits.
const hasName = /[a-z]/i.test(location.hostname.split(".").at(-1)) && !location.hostname.startsWith("[");

export const canUsePasskeys = () => hasName && typeof PublicKeyCredential === "function" && "parseRequestOptionsFromJSON" in PublicKeyCredential;

/** Asks the device for a passkey of this site, whoever's it is. */
export async function signInWithPasskey() {
  const options = await call("POST", "/v1/auth/passkey/options", {});
  const credential = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }).catch(() => null);
  if (credential === null) throw new Refusal({ code: "invalid_request", message: "No passkey was used. Try again, or sign in another way." });
  return call("POST", "/v1/auth/passkey/verify", { credential: credential.toJSON() });
}
