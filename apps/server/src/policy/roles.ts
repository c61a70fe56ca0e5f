/** What a member is in a workspace; the first may the most. */
export const ROLES = ["owner", "admin", "developer", "billing", "viewer"] as const;
export type Role = (typeof ROLES)[number];

/** The roles that can be given: there is one owner, and who that is changes by transfer. */
export const GIVEN_ROLES = ["admin", "developer", "billing", "viewer"] as const satisfies readonly Role[];
export type GivenRole = (typeof GIVEN_ROLES)[number];
