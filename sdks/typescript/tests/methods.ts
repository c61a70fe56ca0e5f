import type { CallOptions, Loci } from "../src/index.ts";

/** What an operation is called with, under the names of openapi.json. */
export interface Given {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  /** A file to import. */
  file?: unknown;
}

/**
 * The method of each operation. By rule it takes the parts of the path in their order, then body or query, then options;
 * those in EXCEPTIONS take something else.
 */
const METHODS: Record<string, string> = {
  storeMemory: "store", recallMemories: "recall", forgetMemories: "forget", runBatch: "batch", whoAmI: "whoami", readUsage: "usage", exportMemories: "export", importMemories: "import",
  listMemories: "memories.list", createMemory: "memories.create", getMemory: "memories.get", updateMemory: "memories.update", deleteMemory: "memories.delete",
  listVersions: "memories.history", restoreMemory: "memories.restore", listRelated: "memories.related",
  listGroups: "groups.list", getGroup: "groups.get", deleteGroup: "groups.delete",
  createRelationship: "relationships.create", listRelationships: "relationships.list", getRelationship: "relationships.get", deleteRelationship: "relationships.delete", readGraph: "relationships.graph",
  readOwnKey: "keys.own", createApiKey: "keys.create", listApiKeys: "keys.list", getApiKey: "keys.get", updateApiKey: "keys.update", revokeApiKey: "keys.revoke", rotateApiKey: "keys.rotate",
  listConnections: "connections.list", getConnection: "connections.get", updateConnection: "connections.update", revokeConnection: "connections.revoke", listConnectionRequests: "connections.requests",
  listWorkspaceConnections: "workspaces.connections.list", revokeWorkspaceConnection: "workspaces.connections.revoke",
  listMcpClients: "mcp.clients", listPersonalMcpUrls: "mcp.personal",
  listAudit: "audit.list", exportAudit: "audit.export",
  listWorkspaces: "workspaces.list", createWorkspace: "workspaces.create", getWorkspace: "workspaces.get", updateWorkspace: "workspaces.update", deleteWorkspace: "workspaces.delete",
  restoreWorkspace: "workspaces.restore", leaveWorkspace: "workspaces.leave", transferWorkspace: "workspaces.transfer",
  listMembers: "workspaces.members.list", updateMember: "workspaces.members.update", removeMember: "workspaces.members.remove",
  listInvitations: "workspaces.invitations.list", createInvitation: "workspaces.invitations.create", revokeInvitation: "workspaces.invitations.revoke",
  readInvitation: "workspaces.invitations.read", acceptInvitation: "workspaces.invitations.accept",
  readAccount: "account.get", updateAccount: "account.update", deleteAccount: "account.delete", restoreAccount: "account.restore", exportAccount: "account.export", listAccountAudit: "account.audit",
  listSessions: "account.sessions.list", deleteSession: "account.sessions.delete", deleteSessions: "account.sessions.deleteAll",
};

const EXCEPTIONS: Record<string, (given: Given) => unknown[]> = {
  batch: ({ body }) => [(body as { operations?: unknown } | undefined)?.operations],
  import: ({ file, query }) => [file, query],
  "workspaces.invitations.read": ({ body }) => [(body as { token?: unknown } | undefined)?.token],
  "workspaces.invitations.accept": ({ body }) => [(body as { token?: unknown } | undefined)?.token],
};

/** Methods without body and query take their options right after the parts of the path. */
const BARE = new Set([
  "usage", "whoami", "connections.get", "connections.revoke", "workspaces.connections.revoke", "mcp.clients", "memories.get", "groups.get", "relationships.get", "relationships.delete", "keys.own", "keys.get", "keys.revoke", "workspaces.get", "workspaces.restore", "workspaces.leave",
  "workspaces.members.remove", "workspaces.invitations.revoke", "account.get", "account.restore", "account.export", "account.sessions.list", "account.sessions.delete",
]);

type Method = (...args: unknown[]) => unknown;

export const listCovered = (): string[] => Object.keys(METHODS);

export const listMethods = (): string[] => Object.values(METHODS);

/** Calls the method of an operation. */
export function callOperation(loci: Loci, operation: string, given: Given, options?: CallOptions): unknown {
  const name = METHODS[operation];
  if (name === undefined) throw new Error(`The SDK has no method for ${operation}.`);
  const at = name.lastIndexOf(".");
  const noun = name.slice(0, Math.max(at, 0)).split(".").filter(Boolean).reduce<unknown>((object, step) => (object as Record<string, unknown>)[step], loci);
  const method = (noun as Record<string, Method>)[name.slice(at + 1)];
  if (method === undefined) throw new Error(`The SDK has no ${name}.`);
  const args = EXCEPTIONS[name]?.(given) ?? [...Object.values(given.params ?? {}), ...(BARE.has(name) ? [] : [given.body ?? given.query])];
  return method.call(noun, ...args, options);
}
