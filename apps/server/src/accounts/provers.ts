import type { Parts } from "../parts.ts";
import { proveByPasskey } from "../passkeys/proof.ts";
import { proveByRecoveryCode, proveByTotp } from "../second-factor/proof.ts";
import type { Provers } from "./proving-routes.ts";

/** The proofs by second factor and passkey. */
export const toProvers = (parts: Parts): Provers => ({
  totp: (call, code) => proveByTotp(parts, call, code),
  recoveryCode: (call, code) => proveByRecoveryCode(parts, call, code),
  passkey: (call, assertion) => proveByPasskey(parts, call, assertion),
});
