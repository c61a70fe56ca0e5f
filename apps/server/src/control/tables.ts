/** The rows of the control database. Ids and times are text (RFC 3339 UTC), so that SQLite and Postgres hold the same. */
export interface ControlTables {
  /** What this installation must remember of itself: `pepper`, a mark of the secret that its keys were made with. */
  marks: {
    name: string;
    value: string;
  };
  /** The stores that were made: one whose file is not there any more was lost, not new. */
  stores: {
    id: string;
    created_at: string;
  };
  workspaces: {
    id: string;
    name: string;
    created_at: string;
  };
  keys: {
    id: string;
    workspace_id: string;
    name: string;
    mode: "live" | "test";
    /** The eight characters of the key that say which row it is. */
    handle: string;
    secret_hash: string;
    /** JSON: a list of scopes. */
    scopes: string;
    group_name: string | null;
    created_at: string;
    expires_at: string | null;
    revoked_at: string | null;
    last_used_at: string | null;
  };
}
