import { z } from "zod";
import { Email } from "../accounts/schemas.ts";
import { GivenRole } from "../members/schemas.ts";
import { WireTime } from "../memories/memory.ts";
import { pageParams } from "../memories/page.ts";
import { INVITATION_STATES } from "./state.ts";

export const InvitationParams = z.strictObject({
  workspace: z.string().describe("The workspace's id or slug."),
  id: z.string().describe("The invitation's id."),
});

export const InvitationListQuery = z.strictObject({
  state: z.enum(INVITATION_STATES).optional().describe("Only those in this state: open, accepted, expired or revoked."),
  ...pageParams,
});

export const NewInvitation = z.strictObject({
  email: Email.describe("The address of the person; only an account with this very address can accept."),
  role: GivenRole,
})
  .meta({ id: "NewInvitation", description: "Whom to invite, and as what.", examples: [{ email: "bob@example.com", role: "developer" }] });

const invitationFields = {
  id: z.string().describe("The invitation's id; it is no secret."),
  email: z.string().describe("Whom it is for."),
  role: GivenRole,
  state: z.enum(INVITATION_STATES).describe("Open until it is accepted, revoked, or seven days are over."),
  invited_by: z.strictObject({ id: z.string().describe("Their user id."), name: z.string().describe("What they are called.") }).nullable().describe("Who invited; null where that account is gone."),
  created_at: WireTime.describe("When it was made."),
  expires_at: WireTime.describe("Until when it can be accepted."),
  accepted_at: WireTime.nullable().describe("When it was accepted, or null."),
  accepted_by: z.string().nullable().describe("The user id of who accepted it, or null."),
  revoked_at: WireTime.nullable().describe("When it was taken back or replaced by another, or null."),
};

const EXAMPLE = {
  id: "inv_019aa5d27c4c7d1eb8a3c0d94b1f8e52", email: "grace@example.com", role: "developer" as const, state: "open" as const, invited_by: { id: "usr_019aa5d27c4c7d1eb8a3c0d94b1f8e52", name: "Ada" },
  created_at: "2026-11-21T07:00:00.000Z", expires_at: "2026-11-28T07:00:00.000Z", accepted_at: null, accepted_by: null, revoked_at: null,
};

export const Invitation = z.strictObject(invitationFields)
  .meta({ id: "Invitation", description: "An offer to one address to become a member.", examples: [EXAMPLE] });

export const CreatedInvitation = z.strictObject({
  ...invitationFields,
  url: z.string().nullable().describe("The link to hand over, shown here for the only time, where this instance sends no mail; null where it was mailed."),
}).meta({ id: "CreatedInvitation", description: "A new invitation.", examples: [{ ...EXAMPLE, url: null }] });

export const InvitationToken = z.strictObject({
  token: z.string().min(1).max(200).describe("What follows `#token=` in the link."),
}).meta({ id: "InvitationToken", description: "The secret of an invitation.", examples: [{ token: "Zm9yIHlvdXIgZXllcyBvbmx5" }] });

export const InvitationShown = z.strictObject({
  workspace: z.string().describe("The workspace's name."),
  role: GivenRole,
  invited_by: z.string().nullable().describe("What who invited is called; null where that account is gone."),
  email_hint: z.string().describe("The address that it is for, all but its first letter and its domain hidden."),
  expires_at: WireTime.describe("Until when it can be accepted."),
}).meta({
  id: "InvitationShown",
  description: "What an invitation offers, for who holds its link.",
  examples: [{ workspace: "Acme", role: "developer", invited_by: "Ada", email_hint: "g•••@example.com", expires_at: "2026-11-28T07:00:00.000Z" }],
});
