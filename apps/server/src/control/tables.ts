import type { Generated } from "kysely";
import type { Role } from "../policy/roles.ts";

type Flag = 0 | 1;

/** The rows of the control database. Ids and times are text (RFC 3339 UTC), so that SQLite and Postgres hold the same. */
export interface ControlTables {
  /** What this installation must remember of itself: `pepper`, a mark of the secret that its keys were made with. */
  marks: { name: string; value: string };
  /** The stores that were made: one whose file is not there any more was lost, not new. */
  stores: { id: string; created_at: string };
  workspaces: WorkspaceTable;
  members: { workspace_id: string; user_id: string; role: Role; created_at: string };
  invitations: InvitationTable;
  keys: KeyTable;
  users: UserTable;
  /** The addresses that an account had, as long as something may be kept under them. */
  former_addresses: { user_id: string; email: string; changed_at: string };
  sessions: SessionTable;
  /** The ways in which a user signs in: one with a password, and one for each provider. */
  sign_ins: SignInTable;
  /** better-auth's: magic links, resets, second-factor challenges, registrations of passkeys. */
  verifications: { id: string; identifier: string; value: string; expires_at: string; created_at: string; updated_at: string };
  two_factors: { id: string; user_id: string; secret: string; backup_codes: string; verified: Flag | null; failed_count: Generated<number>; locked_until: string | null };
  spent_totp_codes: { user_id: string; code_hash: string; at: string };
  passkeys: PasskeyTable;
  /** A 6-digit code that was asked for; `payload` is sealed. */
  proofs: ProofTable;
  jobs: JobTable;
  schedules: { name: string; next_run_at: string; last_run_at: string | null; last_error: string | null; paused_at: string | null };
  paused_kinds: { kind: string; paused_at: string };
  /** `message` is sealed. */
  mails: { id: string; recipient: string; template: string; message: string; status: "waiting" | "sent" | "failed"; error: string | null; created_at: string; sent_at: string | null };
  audit: AuditTable;
  audit_heads: AuditHeadTable;
  /** `body` is sealed. */
  kept_answers: { caller: string; key: string; fingerprint: string; status: number; body: string | null; created_at: string };
  clients: ClientTable;
  spent_assertions: { assertion_hash: string; expires_at: string };
  connections: ConnectionTable;
  consents: ConsentTable;
  authorization_codes: { code_hash: string; connection_id: string; client_id: string; redirect_uri: string; challenge: string; scopes: string; resource: string; expires_at: string; spent_at: string | null };
  token_families: TokenFamilyTable;
  tokens: { token_hash: string; family_id: string; kind: "access" | "refresh"; scopes: string; created_at: string; expires_at: string; spent_at: string | null };
  device_codes: DeviceCodeTable;
}

/** A program that asks people for access to their memory, by OAuth. */
interface ClientTable {
  /** `cli_…`, or the URL of its metadata document. */
  id: string;
  kind: "registered" | "document" | "own";
  name: string;
  uri: string | null;
  application_type: "web" | "native";
  /** JSON: a list of URIs. */
  redirect_uris: string;
  /** JSON: what it proves itself by, or `null` for a public client. */
  keys: string | null;
  /** When its document was read, and until when that is believed. */
  fetched_at: string | null;
  fresh_until: string | null;
  created_at: string;
  last_used_at: string | null;
}

/** What a person allowed a client in a workspace. */
interface ConnectionTable {
  id: string;
  user_id: string;
  workspace_id: string;
  client_id: string;
  /** What people call it, and what its memories name as their source. */
  label: string;
  /** The URL that its tokens are for. */
  resource: string;
  /** With spaces between. */
  scopes: string;
  group_name: string | null;
  read_only: Generated<Flag>;
  created_at: string;
  /** A minute behind at most. */
  last_used_at: string | null;
  revoked_at: string | null;
}

/** A question on the consent page. */
interface ConsentTable {
  id: string;
  user_id: string;
  client_id: string;
  redirect_uri: string;
  state: string | null;
  scopes: string;
  resource: string;
  challenge: string;
  created_at: string;
  expires_at: string;
  answered_at: string | null;
}

/** One sign-in of a client, with all tokens that ever came of it. */
interface TokenFamilyTable {
  id: string;
  connection_id: string;
  /** The code that it was issued for; a device has none. */
  code_hash: string | null;
  scopes: string;
  resource: string;
  created_at: string;
  /** The absolute end, which no refresh moves. */
  expires_at: string;
  ended_at: string | null;
  ended_because: string | null;
}

interface DeviceCodeTable {
  device_hash: string;
  user_hash: string;
  client_id: string;
  scopes: string;
  resource: string;
  /** Where it asked from, so that a person is warned of one that is somewhere else. */
  address: string | null;
  created_at: string;
  expires_at: string;
  polled_at: string | null;
  interval_s: number;
  /** Set once a person allowed it. */
  connection_id: string | null;
  denied_at: string | null;
  spent_at: string | null;
}

interface WorkspaceTable {
  id: string;
  /** Unique, for URLs and for people at a terminal. */
  slug: string;
  name: string;
  created_at: string;
  kind: "personal" | "team";
  /** Whose personal workspace it is. */
  personal_user_id: string | null;
  /** A name from the catalogue of plans; `null` is the instance's default. */
  plan: string | null;
  /** Until then its deletion can be undone. */
  delete_after: string | null;
  /** From then on nothing works in it, and it is being erased. */
  deleting_at: string | null;
}

interface InvitationTable {
  id: string;
  workspace_id: string;
  email: string;
  role: Role;
  token_hash: string;
  invited_by: string | null;
  created_at: string;
  expires_at: string;
  accepted_at: string | null;
  accepted_by: string | null;
  revoked_at: string | null;
}

interface KeyTable {
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
  note: string | null;
  /** JSON: a list of words. */
  tags: Generated<string>;
  /** JSON: a list of addresses and CIDR blocks; empty is any. */
  ip_allow: Generated<string>;
  /** The user or key that made it. */
  created_by: string | null;
  /** The key that took its place at a rotation. */
  replaced_by: string | null;
}

interface UserTable {
  id: string;
  name: string;
  /** Lower case. */
  email: string;
  email_verified: Flag;
  image: string | null;
  created_at: string;
  updated_at: string;
  two_factor_enabled: Flag | null;
  company: string | null;
  time_zone: string | null;
  usage_alerts: Generated<Flag>;
  product_news: Generated<Flag>;
  operator: Generated<Flag>;
  disabled_at: string | null;
  /** Until then its deletion can be undone. */
  delete_after: string | null;
  /** From then on it is being erased. */
  deleting_at: string | null;
}

interface SessionTable {
  id: string;
  user_id: string;
  token_hash: string;
  created_at: string;
  /** When it was last used, at most an hour behind. */
  updated_at: string;
  expires_at: string;
  ip_address: string | null;
  user_agent: string | null;
  /** When the person last showed a proof of who they are. */
  proven_at: string | null;
  method: string | null;
}

interface SignInTable {
  id: string;
  user_id: string;
  provider_id: string;
  account_id: string;
  password: string | null;
  access_token: string | null;
  refresh_token: string | null;
  id_token: string | null;
  access_token_expires_at: string | null;
  refresh_token_expires_at: string | null;
  scope: string | null;
  created_at: string;
  updated_at: string;
}

interface PasskeyTable {
  id: string;
  user_id: string;
  name: string | null;
  public_key: string;
  credential_id: string;
  counter: number;
  device_type: string;
  backed_up: Flag;
  transports: string | null;
  created_at: string | null;
  aaguid: string | null;
}

interface ProofTable {
  id: string;
  purpose: string;
  email: string;
  browser_hash: string;
  code_hash: string;
  payload: string | null;
  tries: Generated<number>;
  expires_at: string;
  created_at: string;
}

interface JobTable {
  id: string;
  kind: string;
  /** Sealed JSON. */
  payload: string;
  unique_key: string | null;
  status: "waiting" | "running" | "done" | "failed";
  run_at: string;
  leased_until: string | null;
  lease: string | null;
  tries: Generated<number>;
  error: string | null;
  created_at: string;
  finished_at: string | null;
}

interface AuditTable {
  chain: string;
  seq: number;
  at: string;
  action: string;
  actor: string;
  key_id: string | null;
  target: string | null;
  request_id: string | null;
  // The four that can be erased; their hash stays.
  ip: string | null;
  user_agent: string | null;
  /** JSON in RFC 8785 form. */
  details: string | null;
  private_salt: string | null;
  private_hash: string;
  previous_hash: string;
  hash: string;
}

/** The two ends of a chain. */
interface AuditHeadTable {
  chain: string;
  /** The last link that was taken away from its beginning; 0 and the genesis hash while it is whole. */
  seq: Generated<number>;
  hash: Generated<string>;
  /** The newest link: written by the database with each link. */
  last_seq: number;
  last_hash: string;
  /** Set once its workspace or account is erased: nothing is left of it, and nothing can follow. */
  sealed_at: string | null;
}
