import type { Access, Workspace } from "@loci/engine";
import { toLine as toAuditLine } from "../audit/link.ts";
import { readLinks } from "../audit/links.ts";
import type { ControlDb } from "../control/database.ts";
import type { WorkspaceStores } from "../workspaces/stores.ts";
import type { FileName, LineOf } from "./schemas.ts";

/** Whose data it is, and the workspaces that go with it. */
export interface Subject {
  user_id: string;
  email: string;
  owned: string[];
}

type Reader<Name extends FileName> = (db: ControlDb, subject: Subject) => Promise<LineOf<Name>[]>;
type Listed = Exclude<FileName, "audit" | "connection_requests">;

/** What stands in each file; nothing that opens anything. */
const READERS: { [Name in Listed]: Reader<Name> } = {
  account: readAccount,
  sessions: (db, { user_id }) => db.selectFrom("sessions").where("user_id", "=", user_id).orderBy("id")
    .select(["id", "method", "ip_address", "user_agent", "created_at", "updated_at as last_used_at", "proven_at", "expires_at"]).execute(),
  sign_ins: (db, { user_id }) => db.selectFrom("sign_ins").where("user_id", "=", user_id).orderBy("id")
    .select(["id", "provider_id as provider", "account_id", "created_at", "updated_at"]).execute(),
  passkeys: readPasskeys,
  workspaces: (db, { owned }) => db.selectFrom("workspaces").where("id", "in", owned).orderBy("id").select(["id", "slug", "name", "kind", "plan", "created_at", "delete_after"]).execute(),
  memberships: (db, { user_id }) => db.selectFrom("members").innerJoin("workspaces", "workspaces.id", "members.workspace_id").where("user_id", "=", user_id).orderBy("workspace_id")
    .select(["workspace_id", "slug", "name", "role", "members.created_at as since"]).execute(),
  invitations: (db, { email }) => db.selectFrom("invitations").where("email", "=", email).orderBy("id")
    .select(["id", "workspace_id", "role", "created_at", "expires_at", "accepted_at", "revoked_at"]).execute(),
  keys: readKeys,
  connections: readConnections,
  mails: (db, { email }) => db.selectFrom("mails").where("recipient", "=", email).orderBy("id").select(["id", "recipient as to", "template as kind", "status", "created_at", "sent_at"]).execute(),
};

export const LISTED = Object.keys(READERS) as Listed[];

/** The lines of a file. */
export async function* readLines(db: ControlDb, name: Listed, subject: Subject): AsyncGenerator<string> {
  for (const row of await READERS[name](db, subject)) yield `${JSON.stringify(row)}\n`;
}

/** The account's own log, those of its workspaces, and what the person did in those of others. */
export async function* readAuditLines(db: ControlDb, { user_id, owned }: Subject): AsyncGenerator<string> {
  const chains = [user_id, ...owned];
  for (const chain of chains) {
    for await (const link of readLinks(db, chain, 0)) yield toAuditLine(link);
  }
  const others = await db.selectFrom("audit").select("chain").distinct().where("actor", "=", user_id).where("chain", "not in", chains).orderBy("chain").execute();
  for (const { chain } of others) {
    for await (const link of readLinks(db, chain, 0)) if (link.actor === user_id) yield toAuditLine(link);
  }
}

async function readAccount(db: ControlDb, { user_id }: Subject): Promise<LineOf<"account">[]> {
  const user = await db.selectFrom("users").selectAll().where("id", "=", user_id).executeTakeFirstOrThrow();
  const former = await db.selectFrom("former_addresses").select("email").where("user_id", "=", user_id).orderBy("changed_at").execute();
  const { id, email, name, company, time_zone, created_at, updated_at, delete_after } = user;
  return [{
    id, email, former_emails: former.map((row) => row.email), name, company, time_zone,
    usage_alerts: user.usage_alerts === 1, product_news: user.product_news === 1, operator: user.operator === 1, second_factor: user.two_factor_enabled === 1,
    created_at, updated_at, delete_after,
  }];
}

async function readPasskeys(db: ControlDb, { user_id }: Subject): Promise<LineOf<"passkeys">[]> {
  const rows = await db.selectFrom("passkeys").select(["id", "name", "device_type", "backed_up", "created_at"]).where("user_id", "=", user_id).orderBy("id").execute();
  return rows.map((row) => ({ ...row, backed_up: row.backed_up === 1 }));
}

async function readKeys(db: ControlDb, { owned }: Subject): Promise<LineOf<"keys">[]> {
  const rows = await db.selectFrom("keys").selectAll().where("workspace_id", "in", owned).orderBy("id").execute();
  return rows.map(({ id, workspace_id, name, mode, handle, scopes, group_name, note, tags, ip_allow, created_by, created_at, expires_at, revoked_at, last_used_at }) => ({
    id, workspace_id, name, mode, starts_with: `mk_${mode}_${handle}`, scopes: readWords(scopes), group: group_name, note, tags: readWords(tags), ip_allow: readWords(ip_allow),
    created_by, created_at, expires_at, revoked_at, last_used_at,
  }));
}

async function readConnections(db: ControlDb, { user_id }: Subject): Promise<LineOf<"connections">[]> {
  const rows = await db.selectFrom("connections").innerJoin("clients", "clients.id", "connections.client_id").selectAll("connections").select("clients.name as client").where("user_id", "=", user_id).orderBy("connections.id").execute();
  return rows.map(({ id, workspace_id, client_id, client, label, resource, scopes, group_name, read_only, created_at, last_used_at, revoked_at }) => ({
    id, workspace_id, client_id, client, label, resource, scopes: scopes.split(" ").filter((scope) => scope !== ""), group: group_name, read_only: read_only === 1, created_at, last_used_at, revoked_at,
  }));
}

const REQUESTS_PER_READ = 500;

/** What the person's apps did in the workspaces that they are in, as its own page shows them. */
export async function* readRequestLines(db: ControlDb, stores: Pick<WorkspaceStores, "find">, { user_id }: Subject): AsyncGenerator<string> {
  const connections = await db.selectFrom("connections").innerJoin("members", (join) => join.onRef("members.workspace_id", "=", "connections.workspace_id").onRef("members.user_id", "=", "connections.user_id"))
    .innerJoin("workspaces", "workspaces.id", "connections.workspace_id").select(["connections.id", "connections.workspace_id"]).where("connections.user_id", "=", user_id).where("deleting_at", "is", null).orderBy("connections.id").execute();
  for (const { id, workspace_id } of connections) {
    const store = await stores.find({ workspace_id, mode: "live" });
    if (store === null) continue;
    for await (const access of readAccesses(store, id)) yield `${JSON.stringify({ ...access, workspace_id } satisfies LineOf<"connection_requests">)}\n`;
  }
}

async function* readAccesses(store: Workspace, connection_id: string): AsyncGenerator<Access> {
  let cursor: string | undefined;
  do {
    const { items, next } = await store.listAccesses({ connection_id, limit: REQUESTS_PER_READ, cursor });
    yield* items;
    cursor = next ?? undefined;
  } while (cursor !== undefined);
}

const readWords = (text: string): string[] => JSON.parse(text) as string[];
