import { DAY_MS } from "@loci/kit/clock";
import type { ControlTables } from "../control/tables.ts";

export const INVITATION_STATES = ["open", "accepted", "expired", "revoked"] as const;
export type InvitationState = (typeof INVITATION_STATES)[number];

/** How long an invitation can be accepted. */
export const LIFE_MS = 7 * DAY_MS;

/** What became of an invitation by now. */
export function stateOf({ accepted_at, revoked_at, expires_at }: Pick<ControlTables["invitations"], "accepted_at" | "revoked_at" | "expires_at">, now: Date): InvitationState {
  if (accepted_at !== null) return "accepted";
  if (revoked_at !== null) return "revoked";
  return expires_at <= now.toISOString() ? "expired" : "open";
}
