import { toNetwork } from "../accounts/limits.ts";
import type { Parts } from "../parts.ts";

type LimitParts = Pick<Parts, "accounts">;

/** Counts a registration; throws `rate_limited`. */
export async function chargeRegistration({ accounts }: LimitParts, address: string | null): Promise<void> {
  await accounts.limits.charge(["client_registrations_per_address", address]);
}

/** Counts a document that is going to be fetched; throws `rate_limited`. */
export async function chargeDocument({ accounts }: LimitParts, address: string | null): Promise<void> {
  await accounts.limits.charge(["client_documents_per_address", address]);
}

/** Counts a document or key set that is going to be read again because a client proves itself; throws `rate_limited`. */
export async function chargeRenewal({ accounts }: LimitParts, address: string | null): Promise<void> {
  await accounts.limits.charge(["client_renewals_per_address", address]);
}

/** Counts a question that a person is going to be asked; throws `rate_limited`. */
export async function chargeAuthorization({ accounts }: LimitParts, user_id: string): Promise<void> {
  await accounts.limits.charge(["authorizations_per_account", user_id]);
}

/** Counts a call of the token endpoint: one client may be used by many, and one address may be shared by many. Throws `rate_limited`. */
export async function chargeTokenRequest({ accounts }: LimitParts, { client_id, address }: { client_id: string; address: string | null }): Promise<void> {
  await accounts.limits.charge(["token_requests_per_client_and_address", `${client_id} ${address === null ? "unknown" : toNetwork(address)}`]);
}

/** Counts a device that begins; throws `rate_limited`. */
export async function chargeDevice({ accounts }: LimitParts, address: string | null): Promise<void> {
  await accounts.limits.charge(["device_codes_per_address", address]);
}
