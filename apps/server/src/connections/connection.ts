import type { Selectable } from "kysely";
import type { ControlTables } from "../control/tables.ts";
import { toScopes } from "../oauth/scopes.ts";
import type { OAuthScope } from "../policy/oauth-scopes.ts";

export const CONNECTION_STATES = ["active", "revoked"] as const;
export type ConnectionState = (typeof CONNECTION_STATES)[number];

/** Whether a client told of itself, is what the document at its id says, or is ours. */
export const CLIENT_KINDS = ["registered", "document", "own"] as const;
type ClientKind = (typeof CLIENT_KINDS)[number];

/** A row with the names of what it joins. */
export interface ConnectionRow extends Selectable<ControlTables["connections"]> {
  client_name: string;
  client_kind: ClientKind;
  slug: string;
  workspace_name: string;
  person_name: string;
  expires_at: string | null;
}

/** What a person allowed an app in a workspace. */
export interface Connection {
  id: string;
  label: string;
  state: ConnectionState;
  client: { id: string; name: string; kind: ClientKind };
  person: { id: string; name: string };
  workspace: { id: string; slug: string; name: string };
  resource: string;
  scopes: OAuthScope[];
  group: string | null;
  read_only: boolean;
  created_at: string;
  last_used_at: string | null;
  /** When it has to sign in anew at the latest; `null` while it is signed out. */
  expires_at: string | null;
  revoked_at: string | null;
}

export function toConnection(row: ConnectionRow): Connection {
  const { id, label, resource, created_at, last_used_at, expires_at, revoked_at } = row;
  return {
    id, label, state: revoked_at === null ? "active" : "revoked",
    client: { id: row.client_id, name: row.client_name, kind: row.client_kind },
    person: { id: row.user_id, name: row.person_name },
    workspace: { id: row.workspace_id, slug: row.slug, name: row.workspace_name },
    resource, scopes: toScopes(row.scopes), group: row.group_name, read_only: row.read_only === 1, created_at, last_used_at, expires_at, revoked_at,
  };
}
