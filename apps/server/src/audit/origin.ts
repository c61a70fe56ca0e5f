/** Who did something and from where, as the audit log keeps it. */
export interface Origin {
  /** `usr_…`, `key_…`, `system` or `nobody`. */
  actor: string;
  key_id: string | null;
  address: string | null;
  user_agent: string | null;
  request_id: string | null;
}

/** What happens by itself: jobs, retention, the command line. */
export const SYSTEM: Origin = { actor: "system", key_id: null, address: null, user_agent: null, request_id: null };
