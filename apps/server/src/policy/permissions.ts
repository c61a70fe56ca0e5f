import { ROLES, type Role } from "./roles.ts";

interface Rule {
  /** The members who may do it. */
  roles: readonly Role[];
  /** Whether an API key can be given it as a scope. */
  key: boolean;
  /** Whether it works on memories, so that the workspace's store is opened for it. */
  store?: true;
  /** Whether a person must have shown a proof of who they are within the last ten minutes. Keys are proof of themselves. */
  proven?: true;
  /** Whether it still works while the workspace waits for its deletion. */
  whileLeaving?: true;
  does: string;
}

const EVERYONE = ROLES;
const READERS = ["owner", "admin", "developer", "viewer"] as const;
const BUILDERS = ["owner", "admin", "developer"] as const;
const ADMINS = ["owner", "admin"] as const;
const OWNER = ["owner"] as const;

/** Who may do what in a workspace: the one table that routes, the document and the tests read. */
const RULES = {
  "memories:read": { roles: READERS, key: true, store: true, does: "Read and recall memories." },
  "memories:write": { roles: BUILDERS, key: true, store: true, does: "Store and change memories." },
  "memories:delete": { roles: BUILDERS, key: true, store: true, does: "Forget and restore memories." },
  "relationships:read": { roles: READERS, key: true, store: true, does: "Read relationships and the graph." },
  "relationships:write": { roles: BUILDERS, key: true, store: true, does: "Relate memories." },
  "relationships:delete": { roles: BUILDERS, key: true, store: true, does: "Remove relationships." },
  "groups:read": { roles: READERS, key: true, store: true, does: "List groups." },
  "groups:delete": { roles: BUILDERS, key: true, store: true, does: "Erase a group with all it holds." },
  "usage:read": { roles: EVERYONE, key: true, store: true, does: "Read what was used." },
  "data:export": { roles: BUILDERS, key: true, store: true, proven: true, whileLeaving: true, does: "Export every memory." },
  "data:import": { roles: BUILDERS, key: true, store: true, does: "Import memories." },
  "keys:read": { roles: BUILDERS, key: true, does: "List API keys, never their secrets." },
  "keys:write": { roles: BUILDERS, key: true, proven: true, does: "Create, change, rotate and revoke API keys." },
  "connections:read": { roles: ADMINS, key: false, does: "List the apps that members connected." },
  "connections:write": { roles: ADMINS, key: false, does: "Cut off apps that members connected." },
  "audit:read": { roles: ADMINS, key: true, does: "Read the audit log." },
  "workspace:read": { roles: EVERYONE, key: true, whileLeaving: true, does: "Read the workspace's name, plan and state." },
  "workspace:write": { roles: ADMINS, key: false, does: "Rename the workspace." },
  "workspace:leave": { roles: EVERYONE, key: false, does: "Leave the workspace." },
  "workspace:transfer": { roles: OWNER, key: false, proven: true, does: "Hand the workspace to another member." },
  "workspace:delete": { roles: OWNER, key: false, proven: true, whileLeaving: true, does: "Delete the workspace, and undo that." },
  "members:read": { roles: EVERYONE, key: false, does: "List the members." },
  "members:write": { roles: ADMINS, key: false, does: "Change roles and remove members." },
  "invitations:read": { roles: ADMINS, key: false, does: "List the invitations." },
  "invitations:write": { roles: ADMINS, key: false, does: "Invite people and take invitations back." },
} satisfies Record<string, Rule>;

/** Leave to do something in a workspace. A route names the one that it takes. */
export type Permission = keyof typeof RULES;
/** A permission on memories. */
export type StorePermission = { [P in Permission]: (typeof RULES)[P] extends { store: true } ? P : never }[Permission];
/** A permission that a key can be given. */
export type Scope = { [P in Permission]: (typeof RULES)[P] extends { key: true } ? P : never }[Permission];

export const PERMISSIONS = Object.keys(RULES) as Permission[];
export const isPermission = (text: string): text is Permission => Object.hasOwn(RULES, text);
export const ruleOf = (permission: Permission): Rule => RULES[permission];

/** What a key can be given. */
export const SCOPES = PERMISSIONS.filter((permission): permission is Scope => RULES[permission].key);
export const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);

const BY_ROLE: ReadonlyMap<Role, ReadonlySet<Permission>> = new Map(ROLES.map((role) => [role, new Set(PERMISSIONS.filter((permission) => ruleOf(permission).roles.includes(role)))]));
const NONE: ReadonlySet<Permission> = new Set();
/** What a role may do. */
export const permissionsOf = (role: Role): ReadonlySet<Permission> => BY_ROLE.get(role) ?? NONE;
