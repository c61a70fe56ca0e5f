import type { Clock } from "@loci/kit/clock";
import { notFound } from "@loci/kit/errors";
import { readCursor, toCursor, toPage, type Page } from "@loci/kit/page";
import { sql, type Selectable } from "kysely";
import { listSessions } from "../accounts/sessions.ts";
import type { ControlDb } from "../control/database.ts";
import type { ControlTables } from "../control/tables.ts";
import type { Role } from "../policy/roles.ts";

/** An account as operators see it: whose it is and how it stands, nothing of what is in it. */
export interface AccountRecord {
  id: string;
  email: string;
  name: string;
  operator: boolean;
  state: "active" | "disabled" | "leaving";
  second_factor: boolean;
  created_at: string;
  last_seen_at: string | null;
  disabled_at: string | null;
  delete_after: string | null;
}

interface AccountQuery {
  q?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** A page of accounts, the newest first. */
export async function listAccounts(db: ControlDb, { q, limit, cursor }: AccountQuery): Promise<Page<AccountRecord>> {
  let query = queryAccounts(db);
  if (q !== undefined) {
    const pattern = `%${q.toLowerCase().replaceAll(/[\\%_]/g, "\\$&")}%`;
    query = query.where(({ or }) => or([sql<boolean>`email like ${pattern} escape '\\'`, sql<boolean>`lower(name) like ${pattern} escape '\\'`, sql<boolean>`users.id = ${q}`]));
  }
  if (cursor !== undefined) query = query.where("users.id", "<", readCursor(cursor, ["string"])[0]);
  const rows = await query.orderBy("users.id", "desc").limit(limit + 1).execute();
  return toPage(rows, limit, toAccount, ({ id }) => toCursor(id));
}

/** Every account of the instance, by age. */
export const listAllAccounts = async (db: ControlDb): Promise<AccountRecord[]> => (await queryAccounts(db).orderBy("users.id").execute()).map(toAccount);

export async function getAccount(db: ControlDb, id: string): Promise<AccountRecord> {
  const row = await queryAccounts(db).where("users.id", "=", id).executeTakeFirst();
  if (row === undefined) throw notFound("account");
  return toAccount(row);
}

/** By id or by address: people at a terminal know the address. */
export async function getAccountBy(db: ControlDb, addressOrId: string): Promise<AccountRecord> {
  const email = addressOrId.trim().toLowerCase();
  const row = await queryAccounts(db).where(({ or, eb }) => or([eb("users.id", "=", addressOrId), eb("email", "=", email)])).executeTakeFirst();
  if (row === undefined) throw notFound("account");
  return toAccount(row);
}

export interface AccountDetails extends AccountRecord {
  /** `password`, or a provider. Codes and links by mail always work, where mail is sent. */
  sign_in_methods: string[];
  passkeys: number;
  /** Those that still work. */
  sessions: number;
  workspaces: { id: string; slug: string; name: string; kind: "personal" | "team"; role: Role }[];
}

/** What an operator needs to know before they touch an account. */
export async function readDetails({ db, now }: { db: ControlDb; now: Clock }, account: AccountRecord): Promise<AccountDetails> {
  const { id: user_id } = account;
  const signIns = await db.selectFrom("sign_ins").select("provider_id").where("user_id", "=", user_id).orderBy("id").execute();
  const passkeys = await db.selectFrom("passkeys").select("id").where("user_id", "=", user_id).execute();
  const sessions = await listSessions(db, now(), { user_id, session_id: "" });
  const workspaces = await db.selectFrom("members").innerJoin("workspaces", "workspaces.id", "members.workspace_id")
    .select(["workspaces.id", "slug", "name", "kind", "role"]).where("user_id", "=", user_id).orderBy("kind").orderBy("workspaces.id").execute();
  const sign_in_methods = signIns.map(({ provider_id }) => (provider_id === "credential" ? "password" : provider_id));
  return { ...account, sign_in_methods, passkeys: passkeys.length, sessions: sessions.length, workspaces };
}

const queryAccounts = (db: ControlDb) =>
  db.selectFrom("users").select(["users.id", "email", "name", "operator", "two_factor_enabled", "created_at", "disabled_at", "delete_after", "deleting_at"]).select((user) => [
    user.selectFrom("sessions").whereRef("sessions.user_id", "=", "users.id").select(({ fn }) => fn.max("sessions.updated_at").as("at")).as("session_used_at"),
    user.selectFrom("audit").whereRef("audit.actor", "=", "users.id").whereRef("audit.chain", "=", "users.id").select("audit.at").orderBy("audit.seq", "desc").limit(1).as("acted_at"),
  ]);

type UserFields = Pick<Selectable<ControlTables["users"]>, "id" | "email" | "name" | "operator" | "two_factor_enabled" | "created_at" | "disabled_at" | "delete_after" | "deleting_at">;
interface AccountRow extends UserFields {
  session_used_at: string | null;
  /** Sessions go when they end; what somebody did to their own account stays in its log. */
  acted_at: string | null;
}

function toAccount({ id, email, name, operator, two_factor_enabled, created_at, disabled_at, delete_after, deleting_at, session_used_at, acted_at }: AccountRow): AccountRecord {
  // Erasing an account shuts it as well.
  const leaving = deleting_at !== null || (delete_after !== null && disabled_at === null);
  return {
    id, email, name, operator: operator === 1, state: leaving ? "leaving" : disabled_at === null ? "active" : "disabled", second_factor: two_factor_enabled === 1,
    created_at, last_seen_at: [session_used_at, acted_at].filter((at) => at !== null).toSorted().at(-1) ?? null, disabled_at, delete_after,
  };
}
