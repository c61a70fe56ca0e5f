import { z } from "zod";
import { line } from "../memories/fields.ts";
import { WireTime } from "../memories/memory.ts";
import { pageOf, pageParams } from "../memories/page.ts";

export const ManagedAccount = z.strictObject({
  id: z.string().describe("The user's id."),
  email: z.string().describe("The mail address."),
  name: z.string().describe("What the person is called."),
  operator: z.boolean().describe("Whether they run this instance."),
  state: z.enum(["active", "disabled", "leaving"]).describe("active; disabled, when an operator shut it; leaving, when it is going to be erased, or is being erased."),
  second_factor: z.boolean().describe("Whether an authenticator app is asked for."),
  created_at: WireTime.describe("When the account was made."),
  last_seen_at: WireTime.nullable().describe("When a session was last used, an hour behind at most; once all have ended, when they last signed in or changed something of their account. Null when that is not known."),
  disabled_at: WireTime.nullable().describe("When it was shut; null while it is open."),
  delete_after: WireTime.nullable().describe("When it will be erased, where that was asked for."),
}).meta({
  id: "ManagedAccount",
  description: "An account as operators see it: whose it is and how it stands, nothing of what is in it.",
  examples: [{
    id: "usr_019aa5d27c4c7d1eb8a3c0d94b1f8e52", email: "ada@example.com", name: "Ada", operator: false, state: "active", second_factor: true,
    created_at: "2026-11-21T07:00:00.000Z", last_seen_at: "2026-11-21T09:30:00.000Z", disabled_at: null, delete_after: null,
  }],
});

export const ManagedAccountPage = pageOf("ManagedAccountPage", ManagedAccount);

export const ManagedAccountQuery = z.strictObject({
  q: line(200).optional().describe("Only accounts with this in the address or the name, or with this id."),
  ...pageParams,
});

export const ManagedAccountParam = z.strictObject({ id: z.string().describe("The user's id.") });

export const ManagedAccountChange = z.strictObject({
  operator: z.boolean().optional().describe("Whether they shall run this instance. The last operator stays one."),
  disabled: z.boolean().optional().describe("Whether the account shall be shut. The last operator cannot shut themselves out."),
}).meta({ id: "ManagedAccountChange", description: "What to change; what is left out stays.", examples: [{ disabled: true }] });
