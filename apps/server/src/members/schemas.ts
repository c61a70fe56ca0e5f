import { z } from "zod";
import { WireTime } from "../memories/memory.ts";
import { pageParams } from "../memories/page.ts";
import { GIVEN_ROLES, ROLES } from "../policy/roles.ts";

export const GivenRole = z.enum(GIVEN_ROLES, { error: `must be ${GIVEN_ROLES.slice(0, -1).join(", ")} or ${GIVEN_ROLES.at(-1) ?? ""}. There is one owner: POST /v1/workspaces/{workspace}/transfer makes another.` })
  .describe("What the person may do: admin, developer, billing or viewer.");

export const MemberParams = z.strictObject({
  workspace: z.string().describe("The workspace's id or slug."),
  user: z.string().describe("The member's user id."),
});

export const MemberListQuery = z.strictObject({ ...pageParams });

export const MemberChange = z.strictObject({ role: GivenRole }).meta({ id: "MemberChange", description: "What a member shall be.", examples: [{ role: "developer" }] });

export const Transfer = z.strictObject({
  user_id: z.string().describe("The member who becomes owner; the owner until now becomes admin."),
}).meta({ id: "WorkspaceTransfer", description: "To whom the workspace goes.", examples: [{ user_id: "usr_019aa5d27c4c7d1eb8a3c0d94b1f8e52" }] });

export const Member = z.strictObject({
  id: z.string().describe("The user's id."),
  name: z.string().describe("What they are called."),
  email: z.string().describe("Their address."),
  role: z.enum(ROLES).describe("What they may do."),
  since: WireTime.describe("When they joined."),
}).meta({
  id: "Member",
  description: "A person in a workspace.",
  examples: [{ id: "usr_019aa5d27c4c7d1eb8a3c0d94b1f8e52", name: "Ada", email: "ada@example.com", role: "admin", since: "2026-11-21T07:00:00.000Z" }],
});
