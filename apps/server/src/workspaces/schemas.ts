import { z } from "zod";
import { pageParams } from "../memories/page.ts";
import { displayName } from "../memories/fields.ts";
import { WireTime } from "../memories/memory.ts";
import { ROLES } from "../policy/roles.ts";
import { flagParam } from "../http/query.ts";
import { isReserved, isSlug } from "./slug.ts";

/** An id in a path is not checked: whatever is not there answers alike. */
export const WorkspaceParam = z.strictObject({ workspace: z.string().describe("The workspace's id or slug.") });

const Slug = z.string()
  .refine(isSlug, "must be 3 to 40 characters: lower-case letters, digits and hyphens, beginning and ending with a letter or digit.")
  .refine((slug) => !isReserved(slug), "is a reserved word. Choose another.")
  .describe("Its name in URLs: 3 to 40 lower-case letters, digits and hyphens. Unique in the instance.")
  .meta({ examples: ["acme"] });

const Name = displayName(100).describe("What people call it; names may repeat.").meta({ examples: ["Acme"] });

export const NewWorkspace = z.strictObject({
  name: Name,
  slug: Slug.exactOptional().describe("Its name in URLs: 3 to 40 lower-case letters, digits and hyphens. Made of the name unless said."),
}).meta({ id: "NewWorkspace", description: "A team workspace to make.", examples: [{ name: "Acme" }] });

export const WorkspaceChange = z.strictObject({ name: Name.exactOptional(), slug: Slug.exactOptional() })
  .refine(({ name, slug }) => name !== undefined || slug !== undefined, "changes nothing: give `name`, `slug` or both.")
  .meta({ id: "WorkspaceChange", description: "What shall be different; what is left out stays.", examples: [{ name: "Acme Research" }] });

export const WorkspaceListQuery = z.strictObject({ ...pageParams });

export const DeletionQuery = z.strictObject({ now: flagParam().default(false).describe("Erase at once, without the 30 days in which it can be undone.") });

export const Workspace = z.strictObject({
  id: z.string().describe("The workspace's id."),
  slug: z.string().describe("Its name in URLs."),
  name: z.string().describe("What people call it."),
  kind: z.enum(["personal", "team"]).describe("Personal: one for each account, with one member. Team: everything else."),
  plan: z.string().describe("The plan whose limits hold."),
  role: z.enum(ROLES).nullable().describe("What the caller is in it; null for a key."),
  members: z.int().min(0).describe("How many people are in it."),
  keys: z.int().min(0).describe("How many API keys work in it."),
  open_invitations: z.int().min(0).describe("How many invitations wait to be accepted."),
  created_at: WireTime.describe("When it was made."),
  delete_after: WireTime.nullable().describe("When it will be erased; until then that can be undone. Null: never."),
}).meta({
  id: "Workspace",
  description: "What memories, keys and members belong to.",
  examples: [{
    id: "wsp_019aa5d27c4c7d1eb8a3c0d94b1f8e52", slug: "acme", name: "Acme", kind: "team", plan: "self-hosted", role: "owner",
    members: 3, keys: 2, open_invitations: 1, created_at: "2026-11-21T07:00:00.000Z", delete_after: null,
  }],
});

export const WorkspaceDeletion = z.strictObject({
  id: z.string().describe("The workspace's id."),
  delete_after: WireTime.describe("When it is erased for good."),
  erasing: z.boolean().describe("Whether it is being erased already: then nothing undoes it."),
}).meta({ id: "WorkspaceDeletion", description: "What becomes of a workspace that was deleted.", examples: [{ id: "wsp_019aa5d27c4c7d1eb8a3c0d94b1f8e52", delete_after: "2026-12-21T07:00:00.000Z", erasing: false }] });
