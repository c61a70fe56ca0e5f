import { AppError } from "@loci/kit/errors";
import { toNetwork, toProviderNetwork } from "../accounts/limits.ts";
import type { Parts } from "../parts.ts";

type LimitParts = Pick<Parts, "accounts">;

/** Counts a registration; throws `rate_limited` for the address and what lies around it, `unavailable` where the whole instance has had its share. */
export async function chargeRegistration({ accounts: { limits } }: LimitParts, address: string | null): Promise<void> {
  const charged = await limits.charge(["client_registrations_per_address", address], ["client_registrations_per_provider", address === null ? null : toProviderNetwork(address)]);
  try {
    await limits.charge(["client_registrations", null]);
  } catch (error) {
    await charged.giveBack();
    if (!(error instanceof AppError) || error.code !== "rate_limited") throw error;
    throw new AppError("unavailable", "Too many apps have registered here within the hour. Try again later, or describe the app by a document at a URL of its own, and use that URL as client_id.", { retry_after: error.retry_after });
  }
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
