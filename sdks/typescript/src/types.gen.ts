// Generated from openapi.json. Do not edit: run "npm run generate".

/** The person who is signed in. */
export interface Account {
  /** The user's id. */
  id: string;
  /** The mail address, proven. */
  email: string;
  /** What the person is called. */
  name: string;
  /** Where they work, or null. */
  company: string | null;
  /** Their time zone, an IANA name such as Europe/Paris, or null. */
  time_zone: string | null;
  /** Whether they want mails about what they use up. */
  usage_alerts: boolean;
  /** Whether they want mails about what is new. */
  product_news: boolean;
  /** Whether they run this instance. */
  operator: boolean;
  /** Whether they can sign in with a password. */
  has_password: boolean;
  /** Whether a second factor is asked for. */
  has_second_factor: boolean;
  /** Until when what is sensitive works without another proof; null when one is needed now. */
  proven_until: string | null;
  /** When the account was made. */
  created_at: string;
  /** When the account will be erased, where that was asked for. */
  delete_after: string | null;
}

/** What to change; what is left out stays. */
export interface AccountChange {
  /** What the person is called. */
  name?: string | undefined;
  /** Where the person works; null for nowhere. */
  company?: string | null | undefined;
  /** An IANA time zone such as Europe/Paris, or null. */
  time_zone?: string | null | undefined;
  /** Whether mails about what is used up are wanted. */
  usage_alerts?: boolean | undefined;
  /** Whether mails about what is new are wanted. */
  product_news?: boolean | undefined;
}

/** What becomes of an account that was deleted. */
export interface AccountDeletion {
  /** When the account is erased for good. */
  delete_after: string;
  /** Whether it is being erased already: then nothing undoes it. */
  erasing: boolean;
  /** The call that gives out everything first; null when it is too late for that. */
  export_with: string | null;
  /** The call that undoes the deletion; null when nothing does. */
  restore_with: string | null;
}

/** An API key, without its secret. */
export interface ApiKey {
  /** The key's id, which stands in logs and in the ledger; it is no secret. */
  id: string;
  /** The workspace that it belongs to. */
  workspace_id: string;
  /** What people call it. */
  name: string;
  /** Its beginning, by which people tell keys apart; the rest is shown once, when it is made. */
  starts_with: string;
  /** active; expiring (ends within 14 days); rotating (another took its place, and it works until `expires_at`); expired; revoked. */
  state: "active" | "expiring" | "rotating" | "expired" | "revoked";
  /** What it may do. */
  scopes: ("memories:read" | "memories:write" | "memories:delete" | "relationships:read" | "relationships:write" | "relationships:delete" | "groups:read" | "groups:delete" | "usage:read" | "data:export" | "data:import" | "keys:read" | "keys:write" | "audit:read" | "workspace:read")[];
  /** The only group that it sees, or null for all of them. */
  group: string | null;
  /** A test key works on a store of its own. */
  mode: "live" | "test";
  /** When it ends; null is never. */
  expires_at: string | null;
  /** The only addresses that it may be used from; empty is anywhere. */
  ip_allow: string[];
  /** When it was made. */
  created_at: string;
  /** Who made it; null for the operator of the server. */
  created_by: {
    /** The person (usr_…) or key (key_…). */
    id: string;
    /** Their name, for members to see; null when they are gone. */
    name: string | null;
  } | null;
  /** When it was last used, a minute behind at most; null is never. */
  last_used_at: string | null;
  /** When it was revoked. */
  revoked_at: string | null;
  /** The key that took its place at a rotation. */
  replaced_by: string | null;
  /** Anything worth knowing about it. */
  note: string | null;
  /** Labels. */
  tags: string[];
  /** What to look at: a key that was not used for 30 days says so. */
  hint: string | null;
}

/** A page of a list; pages stay in order while others write. */
export interface ApiKeyPage {
  /** This page, in the order asked for. */
  items: ApiKey[];
  /** Give it back as `cursor` for what follows; null on the last page. */
  next: string | null;
  /** Whether anything follows. */
  has_more: boolean;
  /** How many match in all; only when asked for. */
  total?: number | undefined;
}

/** The fields to change; what is left out stays as it is. Group and mode cannot change: make another key. */
export interface ApiKeyPatch {
  /** What people call it: the program or place that uses it. */
  name?: string | undefined;
  /** What it may do: a list of scopes, or "all" for everything that you may give. */
  scopes?: "all" | ("memories:read" | "memories:write" | "memories:delete" | "relationships:read" | "relationships:write" | "relationships:delete" | "groups:read" | "groups:delete" | "usage:read" | "data:export" | "data:import" | "keys:read" | "keys:write" | "audit:read" | "workspace:read")[] | undefined;
  /** When it ends: a time, or "never". */
  expires_at?: string | undefined;
  /** The only addresses and CIDR blocks that it may be used from; an empty list is anywhere. */
  ip_allow?: string[] | undefined;
  /** Anything worth knowing about it. */
  note?: string | null | undefined;
  /** Labels, to find it by. */
  tags?: string[] | undefined;
}

/** Something that was done, by whom and from where. */
export interface AuditEvent {
  /** Its place in the log: 1, 2, 3, without gaps. */
  seq: number;
  /** When it happened. */
  at: string;
  /** What happened, from a closed list: account.created, account.updated, account.email_changed, account.password_changed, account.password_reset, account.proven, account.proof_refused, account.locked, account.second_factor_enabled, account.second_factor_disabled, account.second_factor_refused, account.recovery_codes_created, account.recovery_code_used, account.passkey_created, account.passkey_updated, account.passkey_deleted, account.sign_in_linked, account.sign_in_unlinked, account.exported, account.deletion_requested, account.deletion_undone, account.deleted, account.disabled, account.enabled, account.operator_granted, account.operator_revoked, account.reset_link_created, session.created, session.refused, session.ended, session.all_ended, workspace.created, workspace.updated, workspace.transferred, workspace.deletion_requested, workspace.deletion_undone, workspace.deleted, workspace.plan_changed, member.joined, member.role_changed, member.removed, member.left, invitation.created, invitation.accepted, invitation.revoked, key.created, key.updated, key.rotated, key.revoked, key.leaked, connection.created, connection.changed, connection.revoked, code.replayed, token.reused, data.exported, data.imported, data.erased, group.erased, audit.exported, job.run, job.paused, job.resumed, schedule.run, schedule.paused, schedule.resumed. */
  action: string;
  /** Who did it: a user's or a key's id, `system`, or `nobody` where that is not known. */
  actor: string;
  /** The API key that it was done with. */
  key_id: string | null;
  /** What it was done to, by id. */
  target: string | null;
  /** The address it came from. */
  ip: string | null;
  /** The program it came from, as that calls itself. */
  user_agent: string | null;
  /** The id of the request. */
  request_id: string | null;
  /** What else matters, by action. Null, as are address and program, once the person's account was erased. */
  details: Record<string, unknown> | null;
  /** `hash` of the event before. */
  previous_hash: string;
  /** SHA-256 of this event with that of the one before, in hex: changing or removing any event breaks those after it. */
  hash: string;
}

/** A page of a list; pages stay in order while others write. */
export interface AuditPage {
  /** This page, in the order asked for. */
  items: AuditEvent[];
  /** Give it back as `cursor` for what follows; null on the last page. */
  next: string | null;
  /** Whether anything follows. */
  has_more: boolean;
  /** How many match in all; only when asked for. */
  total?: number | undefined;
}

/** How this server authorises apps (RFC 8414). */
export interface AuthorizationServerMetadata {
  /** Who issues tokens; `iss` of every answer to an authorization request. */
  issuer: string;
  /** Where people are sent. */
  authorization_endpoint: string;
  /** Where codes and refresh tokens are spent. */
  token_endpoint: string;
  /** Where clients register (RFC 7591); absent where this instance takes none. */
  registration_endpoint?: string | undefined;
  /** Where clients give tokens back (RFC 7009). */
  revocation_endpoint: string;
  /** Where devices without a browser begin (RFC 8628). */
  device_authorization_endpoint: string;
  /** What can be asked for. */
  scopes_supported: string[];
  /** Always `code`. */
  response_types_supported: string[];
  /** Always `query`. */
  response_modes_supported: string[];
  /** What the token endpoint takes. */
  grant_types_supported: string[];
  /** `none` for public clients, `private_key_jwt` for those whose document names keys; never a secret. */
  token_endpoint_auth_methods_supported: string[];
  /** What a `client_assertion` may be signed with. */
  token_endpoint_auth_signing_alg_values_supported: string[];
  /** As at the token endpoint. */
  revocation_endpoint_auth_methods_supported: string[];
  /** As at the token endpoint. */
  revocation_endpoint_auth_signing_alg_values_supported: string[];
  /** Always `S256` (PKCE, RFC 7636). */
  code_challenge_methods_supported: string[];
  /** Always true (RFC 9207). */
  authorization_response_iss_parameter_supported: boolean;
  /** Always true: a client_id may be the https URL of a document that describes the client. */
  client_id_metadata_document_supported: boolean;
  /** A page for people who write clients. */
  service_documentation: string;
}

/** Operations to run in one call. */
export interface BatchBody {
  /** 1 to 1000 operations, run in their order. */
  operations: BatchOperation[];
}

/** One operation: its name as `op`, and the fields of the call of that name. */
export type BatchOperation = {
  /** The text itself, 1 MB (1,048,576 bytes of UTF-8) at most. */
  content?: string | undefined;
  /** A conversation, in its order; each message becomes a memory of one session. Instead of `content`. */
  messages?: Message[] | undefined;
  /** Whom or what it belongs to: an end user, a project, an agent. "default" unless said, or the key's own group. */
  group?: string | undefined;
  /** What kind of memory it is: general, task, project, technology, code_pattern, problem, solution, error, fix, command, file_context, workflow, conversation, fact, preference, or any other lower-case word. */
  type?: string | undefined;
  /** Labels to filter by; a tag given twice counts once. */
  tags?: string[] | undefined;
  /** Your own fields, 16 KB (16,384 bytes) as JSON at most. Filters reach them as metadata.name. */
  metadata?: Record<string, unknown> | undefined;
  /** How much it matters, from 0 to 1; 0.5 where nobody says. */
  importance?: number | undefined;
  /** Where the memory comes from. */
  source?: {
    /** How it came in: api, mcp, relay, import, or a connector's name. `api` unless said. */
    kind?: string | undefined;
    /** The program that sent it; its User-Agent's name unless said. */
    client?: string | undefined;
    /** Where it is in the place it comes from: a URL, a message id, a file path. */
    ref?: string | undefined;
  } | undefined;
  /** Who stands behind it, from the least trusted to the most: web, connector, agent, user. */
  trust?: "web" | "connector" | "agent" | "user" | undefined;
  /** The sitting this was said in; recall looks at the previous and the next memory of the same session. */
  session?: string | undefined;
  /** When it is forgotten by itself. */
  expires_at?: string | undefined;
  /** A short name for people. */
  title?: string | undefined;
  /** Who said it, by name. */
  speaker?: string | undefined;
  /** Who said it in a conversation. */
  role?: "user" | "assistant" | "other" | undefined;
  /** When it happened or was said; RFC 3339. */
  occurred_at?: string | undefined;
  /** From when it is true; RFC 3339. Kept and filtered by; recall does not look at it unless a filter does. */
  valid_from?: string | undefined;
  /** Until when it is true; RFC 3339. Kept and filtered by; what is no longer true is better superseded. */
  valid_to?: string | undefined;
  /** The memory that this one replaces; recall leaves the old one out from then on. */
  supersedes?: string | undefined;
  /** As POST /v1/store. */
  op: "store";
} | {
  /** The question, in plain words. */
  query: string;
  /** Look only in this group; the whole workspace unless said, or the key's own group. */
  group?: string | undefined;
  /** How many memories to answer with, 1 to 100; 10 unless said. */
  limit?: number | undefined;
  /** Only memories that meet this condition. */
  filter?: Filter | undefined;
  /** Only memories of one of these types. */
  types?: string[] | undefined;
  /** Only memories with all of these tags. */
  tags?: string[] | undefined;
  /** Only memories that occurred at this time or after. */
  since?: string | undefined;
  /** Only memories that occurred before this time. */
  until?: string | undefined;
  /** The time that "last week" in the query is relative to; now unless said. */
  asked_at?: string | undefined;
  /** Leave out what scores less. */
  min_score?: number | undefined;
  /** Leave out what is trusted less: web, connector, agent, user. */
  min_trust?: "web" | "connector" | "agent" | "user" | undefined;
  /** Steps to walk along relationships from the strongest hits, 0 to 3. */
  depth?: number | undefined;
  /** Answer with the parts of each score. */
  explain?: boolean | undefined;
  /** Also find memories that others replaced. */
  include_superseded?: boolean | undefined;
  /** Also find memories past their expiry, while they are there. */
  include_expired?: boolean | undefined;
  /** Search by words and by meaning (both), or by one alone, to compare. */
  channels?: "both" | "text" | "vector" | undefined;
  /** Weight of how new a memory is, 0 to 1; 0 unless said. */
  recency?: number | undefined;
  /** Weight of how important a memory is, 0 to 1; 0 unless said. */
  importance?: number | undefined;
  /** As POST /v1/recall; it sees the writes before it. */
  op: "recall";
} | {
  /** This memory. */
  id?: string | undefined;
  /** These memories; ids that are not there are passed over. */
  ids?: string[] | undefined;
  /** Every memory of this group. */
  group?: string | undefined;
  /** Every memory that meets this condition. */
  filter?: Filter | undefined;
  /** By meaning: what a recall of this query finds. */
  matching?: {
    /** What the memories to forget are about. */
    query: string;
    /** Only in this group. */
    group?: string | undefined;
    /** Forget only what scores at least this; look at a dry run first. */
    min_score: number;
    /** Forget this many at most, 1 to 100. */
    max: number;
  } | undefined;
  /** Only count what would be forgotten. */
  dry_run?: boolean | undefined;
  /** Erase at once, without the 7 days in which restore brings it back. */
  permanent?: boolean | undefined;
  /** As POST /v1/forget. */
  op: "forget";
} | {
  /** The text itself, 1 MB (1,048,576 bytes of UTF-8) at most. */
  content?: string | undefined;
  /** What kind of memory it is: general, task, project, technology, code_pattern, problem, solution, error, fix, command, file_context, workflow, conversation, fact, preference, or any other lower-case word. */
  type?: string | undefined;
  /** A short name for people; null takes it away. */
  title?: string | null | undefined;
  /** The tags, all of them: they replace the old ones. */
  tags?: string[] | undefined;
  /** The metadata, all of it: it replaces the old one. */
  metadata?: Record<string, unknown> | undefined;
  /** How much it matters, from 0 to 1; 0.5 where nobody says. */
  importance?: number | undefined;
  /** Who stands behind it, from the least trusted to the most: web, connector, agent, user. */
  trust?: "web" | "connector" | "agent" | "user" | undefined;
  /** The sitting; null takes it away. */
  session?: string | null | undefined;
  /** Who said it; null takes it away. */
  speaker?: string | null | undefined;
  /** Who said it in a conversation; null takes it away. */
  role?: "user" | "assistant" | "other" | null | undefined;
  /** When it happened; null takes it away. */
  occurred_at?: string | null | undefined;
  /** From when it is true; null takes it away. */
  valid_from?: string | null | undefined;
  /** Until when it is true; null takes it away. */
  valid_to?: string | null | undefined;
  /** When it is forgotten by itself; null keeps it. */
  expires_at?: string | null | undefined;
  /** The version that you have read: if it has changed since, the answer is a conflict and nothing happens. */
  version?: number | undefined;
  /** As PATCH /v1/memories/{id}. */
  op: "update";
  /** The memory to change. */
  id: string;
} | {
  /** The memory that it starts from. */
  from: string;
  /** The memory that it leads to. */
  to: string;
  /** What the first memory is to the second: CAUSES, TRIGGERS, LEADS_TO, PREVENTS, BREAKS, SOLVES, ADDRESSES, ALTERNATIVE_TO, IMPROVES, REPLACES, OCCURS_IN, APPLIES_TO, WORKS_WITH, REQUIRES, USED_IN, BUILDS_ON, CONTRADICTS, CONFIRMS, GENERALIZES, SPECIALIZES, SIMILAR_TO, VARIANT_OF, RELATED_TO, ANALOGY_TO, OPPOSITE_OF, FOLLOWS, DEPENDS_ON, ENABLES, BLOCKS, PARALLEL_TO, EFFECTIVE_FOR, INEFFECTIVE_FOR, PREFERRED_OVER, DEPRECATED_BY, VALIDATED_BY, or any other word in UPPER_SNAKE. */
  type: string;
  /** How strong it is, from 0 to 1; 0.5 unless said. */
  strength?: number | undefined;
  /** Why, or when, it holds. */
  context?: string | undefined;
  /** As POST /v1/relationships. */
  op: "relate";
};

/** What became of each operation. */
export interface BatchResults {
  /** One result for each operation, in their order. */
  results: {
    /** The HTTP status that the call alone would have answered with. */
    status: number;
    /** What the call alone would have answered; of a failed one, its error. */
    body: StoreReceipt | StoreReceipts | RecallResult | ForgetReceipt | RelationshipReceipt | {
      /** The error, as the call alone would have answered it. */
      error: {
        /** What went wrong, from the closed list of codes. */
        code: string;
        /** What went wrong and what to do. */
        message: string;
        [name: string]: unknown;
      };
    };
  }[];
}

/** For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`. */
export interface CeremonyOptions {
  /** What the device has to sign. */
  challenge: string;
  [name: string]: unknown;
}

/** What a client says of itself (RFC 7591). Nobody checks it. */
export interface ClientRegistration {
  /** What people are told that it is called. Only the first 100 characters are shown. */
  client_name?: string | undefined;
  /** Its home page. */
  client_uri?: string | undefined;
  /** Where people are sent back to: https, http on 127.0.0.1, [::1] or localhost (whose port may differ later), or a scheme of the app's own. */
  redirect_uris: string[];
  /** `web` for an app on a server, `native` for one on the person's machine; without it that follows from the redirect URIs. */
  application_type?: "web" | "native" | undefined;
  /** Whatever a client that registers asks for, `none` is what it gets: it has no secret here. A metadata document may say `private_key_jwt`. */
  token_endpoint_auth_method?: string | undefined;
  /** `authorization_code` and `refresh_token` can be used; others are left out. */
  grant_types?: string[] | undefined;
  /** `code` can be used; others are left out. */
  response_types?: string[] | undefined;
  [name: string]: unknown;
}

/** What a person allowed an app in a workspace. */
export interface Connection {
  /** The connection's id; memories that it stored name it. */
  id: string;
  /** What people call it. */
  label: string;
  /** active, or revoked. */
  state: "active" | "revoked";
  /** The app. */
  client: {
    /** The app's id, or the URL of the document that describes it. */
    id: string;
    /** What it calls itself. */
    name: string;
    /** registered: it told of itself, and nobody checked that; document: it is described at the URL that is its id; own: it comes with Loci. */
    kind: "registered" | "document" | "own";
  };
  /** Who allowed it, and for whom it acts. */
  person: {
    /** Their user id. */
    id: string;
    /** What they are called. */
    name: string;
  };
  /** Where it works. */
  workspace: {
    /** The workspace's id. */
    id: string;
    /** Its name in URLs. */
    slug: string;
    /** What people call it. */
    name: string;
  };
  /** The address that it was let in to. */
  resource: string;
  /** What it may do, within what its person may do. */
  scopes: ("memory:read" | "memory:write" | "memory:delete")[];
  /** The only group that it sees, or null for all of them. */
  group: string | null;
  /** Whether it may only read, whatever its scopes. */
  read_only: boolean;
  /** When it was first allowed. */
  created_at: string;
  /** When it was last used, a minute behind at most; null is never. */
  last_used_at: string | null;
  /** When its sign-in ends at the latest, and it has to ask you anew; null while it is signed out. */
  expires_at: string | null;
  /** When it was cut off. */
  revoked_at: string | null;
}

/** A page of a list; pages stay in order while others write. */
export interface ConnectionPage {
  /** This page, in the order asked for. */
  items: Connection[];
  /** Give it back as `cursor` for what follows; null on the last page. */
  next: string | null;
  /** Whether anything follows. */
  has_more: boolean;
  /** How many match in all; only when asked for. */
  total?: number | undefined;
}

/** The fields to change; what is left out stays as it is. */
export interface ConnectionPatch {
  /** What you call it; the memories that it stores from now on name it so. */
  label?: string | undefined;
  /** What it keeps of what it may do. More than it holds only a new sign-in of the app can ask for. */
  scopes?: ("memory:read" | "memory:write" | "memory:delete")[] | undefined;
  /** The only group that it sees and writes, or null for all of the workspace. */
  group?: string | null | undefined;
  /** Whether it may only read, whatever its scopes. */
  read_only?: boolean | undefined;
}

/** What a connected app did in one request. */
export interface ConnectionRequest {
  /** When. */
  at: string;
  /** The operation of this API, by its id: recallMemories. */
  action: string;
  /** Whether it read or wrote. */
  effect: "read" | "write";
  /** The first 200 memories that it was about, by id; those erased since among them. */
  memories: string[];
  /** How many memories it was about. */
  memory_count: number;
  /** The operation, as versions of memories name it. */
  operation_id: string;
}

/** A page of a list; pages stay in order while others write. */
export interface ConnectionRequestPage {
  /** This page, in the order asked for. */
  items: ConnectionRequest[];
  /** Give it back as `cursor` for what follows; null on the last page. */
  next: string | null;
  /** Whether anything follows. */
  has_more: boolean;
  /** How many match in all; only when asked for. */
  total?: number | undefined;
}

/** A person's answer to an app that asks for access. */
export type ConsentAnswer = {
  /** The app may not in. */
  allow: false;
} | {
  /** The app may in. */
  allow: true;
  /** In which workspace, by id or slug; needed unless the app came by a personal URL, which names one. */
  workspace?: string | undefined;
  /** The only group that it sees; all of the workspace, or what it was limited to before, unless said. */
  group?: string | null | undefined;
  /** Whether it changes nothing, whatever its scopes are; as it was limited before, or no, unless said. */
  read_only?: boolean | undefined;
  /** What it may do, of what it asked for; all of that unless said. */
  scopes?: ("memory:read" | "memory:write" | "memory:delete")[] | undefined;
};

/** The answer is noted. */
export interface ConsentAnswered {
  /** Where to take the browser: the app, with a code or with a no. */
  location: string;
}

/** A new API key with its secret, for the only time. */
export interface CreatedApiKey {
  /** The key's id, which stands in logs and in the ledger; it is no secret. */
  id: string;
  /** The workspace that it belongs to. */
  workspace_id: string;
  /** What people call it. */
  name: string;
  /** Its beginning, by which people tell keys apart; the rest is shown once, when it is made. */
  starts_with: string;
  /** active; expiring (ends within 14 days); rotating (another took its place, and it works until `expires_at`); expired; revoked. */
  state: "active" | "expiring" | "rotating" | "expired" | "revoked";
  /** What it may do. */
  scopes: ("memories:read" | "memories:write" | "memories:delete" | "relationships:read" | "relationships:write" | "relationships:delete" | "groups:read" | "groups:delete" | "usage:read" | "data:export" | "data:import" | "keys:read" | "keys:write" | "audit:read" | "workspace:read")[];
  /** The only group that it sees, or null for all of them. */
  group: string | null;
  /** A test key works on a store of its own. */
  mode: "live" | "test";
  /** When it ends; null is never. */
  expires_at: string | null;
  /** The only addresses that it may be used from; empty is anywhere. */
  ip_allow: string[];
  /** When it was made. */
  created_at: string;
  /** Who made it; null for the operator of the server. */
  created_by: {
    /** The person (usr_…) or key (key_…). */
    id: string;
    /** Their name, for members to see; null when they are gone. */
    name: string | null;
  } | null;
  /** When it was last used, a minute behind at most; null is never. */
  last_used_at: string | null;
  /** When it was revoked. */
  revoked_at: string | null;
  /** The key that took its place at a rotation. */
  replaced_by: string | null;
  /** Anything worth knowing about it. */
  note: string | null;
  /** Labels. */
  tags: string[];
  /** What to look at: a key that was not used for 30 days says so. */
  hint: string | null;
  /** The whole key, as it goes into `Authorization: Bearer …`. It is shown this once and kept nowhere. */
  secret: string;
  /** What is unwise about it: a key that never ends, or that ends soon. */
  warning?: string | undefined;
}

/** A new invitation. */
export interface CreatedInvitation {
  /** The invitation's id; it is no secret. */
  id: string;
  /** Whom it is for. */
  email: string;
  /** What the person may do: admin, developer, billing or viewer. */
  role: "admin" | "developer" | "billing" | "viewer";
  /** Open until it is accepted, revoked, or seven days are over. */
  state: "open" | "accepted" | "expired" | "revoked";
  /** Who invited; null where that account is gone. */
  invited_by: {
    /** Their user id. */
    id: string;
    /** What they are called. */
    name: string;
  } | null;
  /** When it was made. */
  created_at: string;
  /** Until when it can be accepted. */
  expires_at: string;
  /** When it was accepted, or null. */
  accepted_at: string | null;
  /** The user id of who accepted it, or null. */
  accepted_by: string | null;
  /** When it was taken back or replaced by another, or null. */
  revoked_at: string | null;
  /** The link to hand over, shown here for the only time, where this instance sends no mail; null where it was mailed. */
  url: string | null;
}

/** What `credential.toJSON()` gives in the browser. */
export interface Credential {
  /** The credential's id. */
  id: string;
  /** Always public-key. */
  type: "public-key";
  /** What the device signed. */
  response: Record<string, unknown>;
  [name: string]: unknown;
}

/** A person's answer to a device. */
export type DeviceAnswer = {
  /** The letters that the device shows; case, spaces and hyphens do not matter. */
  user_code: string;
  /** It may not in. */
  allow: false;
} | {
  /** The letters that the device shows; case, spaces and hyphens do not matter. */
  user_code: string;
  /** It may in. */
  allow: true;
  /** In which workspace, by id or slug. */
  workspace: string;
  /** The only group that it sees; all of the workspace, or what it was limited to before, unless said. */
  group?: string | null | undefined;
  /** Whether it changes nothing, whatever its scopes are; as it was limited before, or no, unless said. */
  read_only?: boolean | undefined;
  /** What it may do, of what it asked for; all of that unless said. */
  scopes?: ("memory:read" | "memory:write" | "memory:delete")[] | undefined;
};

/** The answer is noted. */
export interface DeviceAnswered {
  /** What the device will be told when it next asks. */
  status: "allowed" | "denied";
}

/** A device that waits for a person (RFC 8628 3.2). */
export interface DeviceAuthorization {
  /** For the token endpoint, with the grant type `urn:ietf:params:oauth:grant-type:device_code`. */
  device_code: string;
  /** What the person types at `verification_uri`. */
  user_code: string;
  /** Where the person types it, on whatever device they like. */
  verification_uri: string;
  /** The same with the code in it, to be opened or shown as a picture. */
  verification_uri_complete: string;
  /** Seconds for which both codes hold. */
  expires_in: number;
  /** Seconds to wait between two questions at the token endpoint; five more after each `slow_down`. */
  interval: number;
}

/** A code that a device shows. */
export interface DeviceCode {
  /** The letters that the device shows; case, spaces and hyphens do not matter. */
  user_code: string;
}

/** The address was changed. */
export interface EmailChanged {
  /** The new address. */
  email: string;
}

/** Every failure has this shape. */
export interface ErrorBody {
  /** What went wrong. */
  error: {
    /** What went wrong, from a closed list: branch on this. */
    code: "invalid_request" | "unauthenticated" | "quota_exceeded" | "forbidden" | "not_found" | "conflict" | "too_large" | "idempotency_mismatch" | "rate_limited" | "internal" | "upstream_failed" | "unavailable";
    /** What went wrong and what to do, for people. */
    message: string;
    /** The field at fault, as a path: `filter.AND[1].importance`. */
    param?: string | undefined;
    /** Seconds after which a repeat may succeed. */
    retry_after?: number | undefined;
    /** A page about this code. */
    docs: string;
    /** The id of this request, as in X-Request-Id: for logs and questions. */
    request_id: string;
    /** More to know, by code: every fault of a request, or the limit that was passed. */
    details?: Record<string, unknown> | undefined;
  };
}

/** What to export. */
export interface ExportBody {
  /** Only this group; the whole workspace unless said, or the key's own group. */
  group?: string | undefined;
}

/** A condition on memories: tests of fields by name, joined by AND, OR and NOT, 8 deep at most. Several fields in one object must all hold. A field `metadata.` and a path reaches into your own metadata. */
export interface Filter {
  /** All of these hold. */
  AND?: Filter[] | undefined;
  /** At least one of these holds. */
  OR?: Filter[] | undefined;
  /** This does not hold. */
  NOT?: Filter | undefined;
  /** Tests id (text). */
  id?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Holds this text, whatever the case of its letters A to Z; of tags: one of them holds it. */
    contains?: string | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests group (text). */
  group?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Holds this text, whatever the case of its letters A to Z; of tags: one of them holds it. */
    contains?: string | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests type (text). */
  type?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Holds this text, whatever the case of its letters A to Z; of tags: one of them holds it. */
    contains?: string | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests title (text). */
  title?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Holds this text, whatever the case of its letters A to Z; of tags: one of them holds it. */
    contains?: string | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests content (text). */
  content?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Holds this text, whatever the case of its letters A to Z; of tags: one of them holds it. */
    contains?: string | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests tags (list of texts). */
  tags?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Holds this text, whatever the case of its letters A to Z; of tags: one of them holds it. */
    contains?: string | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests importance (number). */
  importance?: number | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: number | null | undefined;
    /** Is not this value, or is not set. */
    ne?: number | null | undefined;
    /** Is greater, or later. */
    gt?: number | undefined;
    /** Is at least this, or not before. */
    gte?: number | undefined;
    /** Is less, or before. */
    lt?: number | undefined;
    /** Is at most this, or not after. */
    lte?: number | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: number[] | undefined;
    /** Is none of these values. */
    nin?: number[] | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests trust (word). */
  trust?: "web" | "connector" | "agent" | "user" | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: "web" | "connector" | "agent" | "user" | null | undefined;
    /** Is not this value, or is not set. */
    ne?: "web" | "connector" | "agent" | "user" | null | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: ("web" | "connector" | "agent" | "user")[] | undefined;
    /** Is none of these values. */
    nin?: ("web" | "connector" | "agent" | "user")[] | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests session (text). */
  session?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Holds this text, whatever the case of its letters A to Z; of tags: one of them holds it. */
    contains?: string | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests speaker (text). */
  speaker?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Holds this text, whatever the case of its letters A to Z; of tags: one of them holds it. */
    contains?: string | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests role (word). */
  role?: "user" | "assistant" | "other" | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: "user" | "assistant" | "other" | null | undefined;
    /** Is not this value, or is not set. */
    ne?: "user" | "assistant" | "other" | null | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: ("user" | "assistant" | "other")[] | undefined;
    /** Is none of these values. */
    nin?: ("user" | "assistant" | "other")[] | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests version (number). */
  version?: number | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: number | null | undefined;
    /** Is not this value, or is not set. */
    ne?: number | null | undefined;
    /** Is greater, or later. */
    gt?: number | undefined;
    /** Is at least this, or not before. */
    gte?: number | undefined;
    /** Is less, or before. */
    lt?: number | undefined;
    /** Is at most this, or not after. */
    lte?: number | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: number[] | undefined;
    /** Is none of these values. */
    nin?: number[] | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests source.kind (text). */
  "source.kind"?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Holds this text, whatever the case of its letters A to Z; of tags: one of them holds it. */
    contains?: string | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests source.client (text). */
  "source.client"?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Holds this text, whatever the case of its letters A to Z; of tags: one of them holds it. */
    contains?: string | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests source.ref (text). */
  "source.ref"?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Holds this text, whatever the case of its letters A to Z; of tags: one of them holds it. */
    contains?: string | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests source.key_id (text). */
  "source.key_id"?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Holds this text, whatever the case of its letters A to Z; of tags: one of them holds it. */
    contains?: string | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests source.connection_id (text). */
  "source.connection_id"?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Holds this text, whatever the case of its letters A to Z; of tags: one of them holds it. */
    contains?: string | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests occurred_at (time). */
  occurred_at?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests valid_from (time). */
  valid_from?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests valid_to (time). */
  valid_to?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests expires_at (time). */
  expires_at?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests created_at (time). */
  created_at?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** Tests updated_at (time). */
  updated_at?: string | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | null | undefined;
    /** Is greater, or later. */
    gt?: string | undefined;
    /** Is at least this, or not before. */
    gte?: string | undefined;
    /** Is less, or before. */
    lt?: string | undefined;
    /** Is at most this, or not after. */
    lte?: string | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: string[] | undefined;
    /** Is none of these values. */
    nin?: string[] | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
  /** A field of the metadata, by its path. */
  [name: `metadata.${string}`]: string | number | boolean | null | {
    /** Is this value; a bare value means the same. `null` means not set. */
    eq?: string | number | boolean | null | undefined;
    /** Is not this value, or is not set. */
    ne?: string | number | boolean | null | undefined;
    /** Is greater, or later. */
    gt?: string | number | boolean | undefined;
    /** Is at least this, or not before. */
    gte?: string | number | boolean | undefined;
    /** Is less, or before. */
    lt?: string | number | boolean | undefined;
    /** Is at most this, or not after. */
    lte?: string | number | boolean | undefined;
    /** Is one of these values; all lists of a filter hold 1000 together. */
    in?: (string | number | boolean)[] | undefined;
    /** Is none of these values. */
    nin?: (string | number | boolean)[] | undefined;
    /** Holds this text, whatever the case of its letters A to Z; of tags: one of them holds it. */
    contains?: string | undefined;
    /** Is set (`true`), or is not (`false`). */
    exists?: boolean | undefined;
  } | undefined;
}

/** What to forget, by exactly one of id, ids, group, filter or matching. */
export interface ForgetBody {
  /** This memory. */
  id?: string | undefined;
  /** These memories; ids that are not there are passed over. */
  ids?: string[] | undefined;
  /** Every memory of this group. */
  group?: string | undefined;
  /** Every memory that meets this condition. */
  filter?: Filter | undefined;
  /** By meaning: what a recall of this query finds. */
  matching?: {
    /** What the memories to forget are about. */
    query: string;
    /** Only in this group. */
    group?: string | undefined;
    /** Forget only what scores at least this; look at a dry run first. */
    min_score: number;
    /** Forget this many at most, 1 to 100. */
    max: number;
  } | undefined;
  /** Only count what would be forgotten. */
  dry_run?: boolean | undefined;
  /** Erase at once, without the 7 days in which restore brings it back. */
  permanent?: boolean | undefined;
}

/** What was forgotten, by kind. */
export interface ForgetReceipt {
  /** How many are gone, or would be, by kind. */
  forgotten: {
    /** Memories. */
    memories: number;
    /** Relationships that had one of them as an end. */
    relationships: number;
    /** Earlier versions of them. */
    versions: number;
  };
  /** True when this only counted. */
  dry_run: boolean;
  /** Until when restore brings them back, or would; null when they are erased at once. */
  restorable_until: string | null;
}

/** A part of the graph, for drawing. */
export interface Graph {
  /** The memories. */
  nodes: GraphNode[];
  /** The relationships between them. */
  edges: Relationship[];
  /** True when the limit left memories out. */
  truncated: boolean;
}

/** A memory as a point of a drawing. */
export interface GraphNode {
  /** The memory's id. */
  id: string;
  /** Its group. */
  group: string;
  /** Its type. */
  type: string;
  /** Its title. */
  title?: string | undefined;
  /** The first 200 characters of its text. */
  excerpt: string;
  /** Its tags. */
  tags: string[];
  /** How much it matters, from 0 to 1. */
  importance: number;
  /** When it was stored. */
  created_at: string;
}

/** An end user, a project, an agent: the unit of isolation inside a workspace. */
export interface Group {
  /** The name, as memories give it. */
  name: string;
  /** Live memories in it. */
  memories: number;
  /** What they take, in bytes. */
  storage_bytes: number;
  /** When its first memory came. */
  created_at: string;
  /** When anything in it last changed. */
  updated_at: string;
}

/** A page of a list; pages stay in order while others write. */
export interface GroupPage {
  /** This page, in the order asked for. */
  items: Group[];
  /** Give it back as `cursor` for what follows; null on the last page. */
  next: string | null;
  /** Whether anything follows. */
  has_more: boolean;
  /** How many match in all; only when asked for. */
  total?: number | undefined;
}

/** The state of the server, without details. */
export interface Health {
  /** ok while the server works. */
  status: "ok" | "failed";
}

/** What became of a file: each of its records is imported, unchanged or skipped. */
export interface ImportReceipt {
  /** The format that the file was read as. */
  format: "loci" | "mcp" | "mem0";
  /** What is new here. */
  imported: TransferCounts;
  /** What was here already, and stays as it is. */
  unchanged: TransferCounts;
  /** What was not taken, with the reason for each. */
  skipped: {
    /** The line of the file; in a JSON document, the position in its list. Both count from 1. */
    line: number;
    /** Why it was not taken. */
    reason: string;
  }[];
}

export interface InstallCommand {
  /** Which way it is. */
  kind: "command";
  /** Where, or what for. */
  label: string;
  /** A line for a POSIX shell. */
  text: string;
  /** What is left to do after it. */
  afterwards?: string | undefined;
}

export interface InstallConfig {
  /** Which way it is. */
  kind: "config";
  /** Where, or what for. */
  label: string;
  /** What the file is written in. */
  format: "json" | "toml";
  /** Where the file lies; null where the client is not known. */
  files: InstallFiles | null;
  /** The whole block; where the file holds something already, it is merged into that. */
  text: string;
  /** What is left to do after it. */
  afterwards?: string | undefined;
}

/** Where a settings file lies. `~` is the person's home; a path without it belongs into the project. */
export interface InstallFiles {
  /** The path on macOS. */
  macos: string;
  /** The path on Linux. */
  linux: string;
  /** The path on Windows. */
  windows: string;
}

/** How one client is told of this server. */
export interface InstallGuide {
  /** The client's name in personal URLs. */
  client: string;
  /** What people call the client. */
  title: string;
  /** From where the client calls: a cloud reaches public https addresses only. */
  calls_from: "cloud" | "device";
  /** What the client calls this server. */
  name: string;
  /** The address that the client is given. It carries no secret. */
  url: string;
  /** How it is given, the shortest way first. */
  ways: InstallWay[];
}

/** How every known client is told of this server. */
export interface InstallGuides {
  /** A guide for each client, in the order in which people should see them. */
  items: InstallGuide[];
}

export interface InstallLink {
  /** Which way it is. */
  kind: "link";
  /** Where, or what for. */
  label: string;
  /** Opens the client with everything filled in; the client asks before it adds anything. */
  url: string;
  /** The same over https, for places where no other scheme is a link. */
  web_url?: string | undefined;
}

export interface InstallSteps {
  /** Which way it is. */
  kind: "steps";
  /** Where, or what for. */
  label: string;
  /** What a person does, in this order. */
  steps: string[];
}

/** One way to tell a client of this server. */
export type InstallWay = InstallLink | InstallCommand | InstallConfig | InstallSteps;

/** An offer to one address to become a member. */
export interface Invitation {
  /** The invitation's id; it is no secret. */
  id: string;
  /** Whom it is for. */
  email: string;
  /** What the person may do: admin, developer, billing or viewer. */
  role: "admin" | "developer" | "billing" | "viewer";
  /** Open until it is accepted, revoked, or seven days are over. */
  state: "open" | "accepted" | "expired" | "revoked";
  /** Who invited; null where that account is gone. */
  invited_by: {
    /** Their user id. */
    id: string;
    /** What they are called. */
    name: string;
  } | null;
  /** When it was made. */
  created_at: string;
  /** Until when it can be accepted. */
  expires_at: string;
  /** When it was accepted, or null. */
  accepted_at: string | null;
  /** The user id of who accepted it, or null. */
  accepted_by: string | null;
  /** When it was taken back or replaced by another, or null. */
  revoked_at: string | null;
}

/** A page of a list; pages stay in order while others write. */
export interface InvitationPage {
  /** This page, in the order asked for. */
  items: Invitation[];
  /** Give it back as `cursor` for what follows; null on the last page. */
  next: string | null;
  /** Whether anything follows. */
  has_more: boolean;
  /** How many match in all; only when asked for. */
  total?: number | undefined;
}

/** What an invitation offers, for who holds its link. */
export interface InvitationShown {
  /** The workspace's name. */
  workspace: string;
  /** What the person may do: admin, developer, billing or viewer. */
  role: "admin" | "developer" | "billing" | "viewer";
  /** What who invited is called; null where that account is gone. */
  invited_by: string | null;
  /** The address that it is for, all but its first letter and its domain hidden. */
  email_hint: string;
  /** Until when it can be accepted. */
  expires_at: string;
}

/** The secret of an invitation. */
export interface InvitationToken {
  /** What follows `#token=` in the link. */
  token: string;
}

/** Something that the server does later. What it is given is sealed and not shown. */
export interface Job {
  /** The job's id. */
  id: string;
  /** What it does: `mail.send`, `schedule.retention`. */
  kind: string;
  /** While it waits, it stands for all of its kind and this key. */
  unique_key: string | null;
  /** waiting for its time or its next try, running, done, or failed after all tries. */
  status: "waiting" | "running" | "done" | "failed";
  /** When it may run, or might. */
  run_at: string;
  /** While it runs: when another process may take it, unless this one says that it still works on it. */
  leased_until: string | null;
  /** How often it was begun. */
  tries: number;
  /** Why the last try failed. */
  error: string | null;
  /** When it was asked for. */
  created_at: string;
  /** When it was done or failed for good. */
  finished_at: string | null;
}

/** The jobs that do the same. */
export interface JobKind {
  /** What it does: `mail.send`, `schedule.retention`. */
  kind: string;
  /** Since when its jobs are paused. */
  paused_at: string | null;
  /** Jobs that wait. */
  waiting: number;
  /** Jobs that run. */
  running: number;
  /** Jobs that failed for good. */
  failed: number;
}

/** A page of a list; pages stay in order while others write. */
export interface JobPage {
  /** This page, in the order asked for. */
  items: Job[];
  /** Give it back as `cursor` for what follows; null on the last page. */
  next: string | null;
  /** Whether anything follows. */
  has_more: boolean;
  /** How many match in all; only when asked for. */
  total?: number | undefined;
}

/** A mail in the mailbox of who develops. */
export interface KeptMail {
  /** The mail's id. */
  id: string;
  /** The address that it was for. */
  to: string;
  /** What it is about: `login_code`, `invitation` and so on. */
  template: string;
  /** Its subject. */
  subject: string;
  /** Its text. */
  text: string;
  /** The same as HTML. */
  html: string;
  /** When it was put into the outbox. */
  created_at: string;
  /** How far it is; without a mail server it is sent to the log. */
  status: "waiting" | "sent" | "failed";
  /** Why it could not be sent. */
  error: string | null;
}

/** What became of each reported token, in the order of the report. */
export type LeakFeedback = {
  /** The SHA-256 of the reported token, in base64. */
  token_hash: string;
  /** The type that it was reported as. */
  token_type: string;
  /** Whether it is a key of this server, of whatever state. */
  label: "true_positive" | "false_positive";
}[];

/** An account as operators see it: whose it is and how it stands, nothing of what is in it. */
export interface ManagedAccount {
  /** The user's id. */
  id: string;
  /** The mail address. */
  email: string;
  /** What the person is called. */
  name: string;
  /** Whether they run this instance. */
  operator: boolean;
  /** active; disabled, when an operator shut it; leaving, when it is going to be erased, or is being erased. */
  state: "active" | "disabled" | "leaving";
  /** Whether an authenticator app is asked for. */
  second_factor: boolean;
  /** When the account was made. */
  created_at: string;
  /** When a session was last used, an hour behind at most; once all have ended, when they last signed in or changed something of their account. Null when that is not known. */
  last_seen_at: string | null;
  /** When it was shut; null while it is open. */
  disabled_at: string | null;
  /** When it will be erased, where that was asked for. */
  delete_after: string | null;
}

/** What to change; what is left out stays. */
export interface ManagedAccountChange {
  /** Whether they shall run this instance. The last operator stays one. */
  operator?: boolean | undefined;
  /** Whether the account shall be shut. The last operator cannot shut themselves out. */
  disabled?: boolean | undefined;
}

/** A page of a list; pages stay in order while others write. */
export interface ManagedAccountPage {
  /** This page, in the order asked for. */
  items: ManagedAccount[];
  /** Give it back as `cursor` for what follows; null on the last page. */
  next: string | null;
  /** Whether anything follows. */
  has_more: boolean;
  /** How many match in all; only when asked for. */
  total?: number | undefined;
}

/** A person in a workspace. */
export interface Member {
  /** The user's id. */
  id: string;
  /** What they are called. */
  name: string;
  /** Their address. */
  email: string;
  /** What they may do. */
  role: "owner" | "admin" | "developer" | "billing" | "viewer";
  /** When they joined. */
  since: string;
}

/** What a member shall be. */
export interface MemberChange {
  /** What the person may do: admin, developer, billing or viewer. */
  role: "admin" | "developer" | "billing" | "viewer";
}

/** A page of a list; pages stay in order while others write. */
export interface MemberPage {
  /** This page, in the order asked for. */
  items: Member[];
  /** Give it back as `cursor` for what follows; null on the last page. */
  next: string | null;
  /** Whether anything follows. */
  has_more: boolean;
  /** How many match in all; only when asked for. */
  total?: number | undefined;
}

/** One piece of text that is remembered. */
export interface Memory {
  /** The memory's id: mem_ and 32 hexadecimal digits; ids sort by time of creation. */
  id: string;
  /** The group it belongs to. */
  group: string;
  /** What kind of memory it is. */
  type: string;
  /** A short name for people. */
  title?: string | undefined;
  /** The text itself. */
  content: string;
  /** Labels to filter by. */
  tags: string[];
  /** Your own fields. */
  metadata: Record<string, unknown>;
  /** How much it matters, from 0 to 1. */
  importance: number;
  /** Where it comes from. */
  source: {
    /** How it came in: api, mcp, relay, import, or a connector's name. */
    kind: string;
    /** The program that sent it. */
    client?: string | undefined;
    /** Where it is in the place it comes from. */
    ref?: string | undefined;
    /** The API key that wrote it. */
    key_id?: string | undefined;
    /** The connected app that wrote it. */
    connection_id?: string | undefined;
  };
  /** Who stands behind it, from the least trusted to the most: web, connector, agent, user. */
  trust: "web" | "connector" | "agent" | "user";
  /** The sitting it was said in. */
  session?: string | undefined;
  /** Who said it, by name. */
  speaker?: string | undefined;
  /** Who said it in a conversation. */
  role?: "user" | "assistant" | "other" | undefined;
  /** When it happened or was said. */
  occurred_at?: string | undefined;
  /** From when it is true. */
  valid_from?: string | undefined;
  /** Until when it is true. */
  valid_to?: string | undefined;
  /** When it is forgotten by itself. */
  expires_at?: string | undefined;
  /** 1 at first, one more with each change. */
  version: number;
  /** The memory that this one replaced. */
  supersedes?: string | undefined;
  /** The memory that replaced this one; recall leaves it out unless asked. */
  superseded_by?: string | undefined;
  /** When it was forgotten; set only while it can still be restored. */
  forgotten_at?: string | undefined;
  /** When it was stored. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
}

/** The earlier versions of a memory. */
export interface MemoryHistory {
  /** The newest first, of the last 100; empty for a memory that never changed. */
  versions: MemoryVersion[];
  /** Give it back as `cursor` for older ones; null on the last page. */
  next: string | null;
}

/** A page of a list; pages stay in order while others write. */
export interface MemoryPage {
  /** This page, in the order asked for. */
  items: Memory[];
  /** Give it back as `cursor` for what follows; null on the last page. */
  next: string | null;
  /** Whether anything follows. */
  has_more: boolean;
  /** How many match in all; only when asked for. */
  total?: number | undefined;
}

/** The fields to change; what is left out stays as it is. */
export interface MemoryPatch {
  /** The text itself, 1 MB (1,048,576 bytes of UTF-8) at most. */
  content?: string | undefined;
  /** What kind of memory it is: general, task, project, technology, code_pattern, problem, solution, error, fix, command, file_context, workflow, conversation, fact, preference, or any other lower-case word. */
  type?: string | undefined;
  /** A short name for people; null takes it away. */
  title?: string | null | undefined;
  /** The tags, all of them: they replace the old ones. */
  tags?: string[] | undefined;
  /** The metadata, all of it: it replaces the old one. */
  metadata?: Record<string, unknown> | undefined;
  /** How much it matters, from 0 to 1; 0.5 where nobody says. */
  importance?: number | undefined;
  /** Who stands behind it, from the least trusted to the most: web, connector, agent, user. */
  trust?: "web" | "connector" | "agent" | "user" | undefined;
  /** The sitting; null takes it away. */
  session?: string | null | undefined;
  /** Who said it; null takes it away. */
  speaker?: string | null | undefined;
  /** Who said it in a conversation; null takes it away. */
  role?: "user" | "assistant" | "other" | null | undefined;
  /** When it happened; null takes it away. */
  occurred_at?: string | null | undefined;
  /** From when it is true; null takes it away. */
  valid_from?: string | null | undefined;
  /** Until when it is true; null takes it away. */
  valid_to?: string | null | undefined;
  /** When it is forgotten by itself; null keeps it. */
  expires_at?: string | null | undefined;
  /** The version that you have read: if it has changed since, the answer is a conflict and nothing happens. */
  version?: number | undefined;
}

/** How a memory looked before a change. */
export interface MemoryVersion {
  /** The number of this version. */
  version: number;
  /** The operation that replaced it. */
  operation_id: string;
  /** When it was replaced. */
  replaced_at: string;
  /** The memory as it looked then. */
  memory: Memory;
}

/** One message of a conversation. */
export interface Message {
  /** Who said it: user or assistant; system, developer and tool are kept as other. */
  role: "user" | "assistant" | "other" | "system" | "developer" | "tool";
  /** The text itself, 1 MB (1,048,576 bytes of UTF-8) at most. */
  content: string;
  /** Who said it, by name. */
  speaker?: string | undefined;
  /** When it was said; RFC 3339. */
  occurred_at?: string | undefined;
}

/** What was used of one meter. */
export interface MeterUse {
  /** Used since the period began. */
  month: number;
  /** Used since midnight UTC. */
  today: number;
  /** Used since the workspace began; of memories and storage_bytes, what stands now. */
  total: number;
}

/** The key to make. */
export interface NewApiKey {
  /** What people call it: the program or place that uses it. */
  name: string;
  /** What it may do: a list of scopes, or "all" for everything that you may give. */
  scopes: "all" | ("memories:read" | "memories:write" | "memories:delete" | "relationships:read" | "relationships:write" | "relationships:delete" | "groups:read" | "groups:delete" | "usage:read" | "data:export" | "data:import" | "keys:read" | "keys:write" | "audit:read" | "workspace:read")[];
  /** Binds it to one group: it sees and writes nothing else. */
  group?: string | undefined;
  /** A test key works on a store of its own and is never billed; live unless said. */
  mode?: "live" | "test" | undefined;
  /** When it ends: a time, or "never". 90 days from now unless said, or earlier when the key that makes it ends earlier. */
  expires_at?: string | undefined;
  /** The only addresses and CIDR blocks that it may be used from; an empty list is anywhere. */
  ip_allow?: string[] | undefined;
  /** Anything worth knowing about it. */
  note?: string | null | undefined;
  /** Labels, to find it by. */
  tags?: string[] | undefined;
}

/** Whom to invite, and as what. */
export interface NewInvitation {
  /** The address of the person; only an account with this very address can accept. */
  email: string;
  /** What the person may do: admin, developer, billing or viewer. */
  role: "admin" | "developer" | "billing" | "viewer";
}

/** A memory to keep. */
export interface NewMemory {
  /** The text itself, 1 MB (1,048,576 bytes of UTF-8) at most. */
  content: string;
  /** Whom or what it belongs to: an end user, a project, an agent. "default" unless said, or the key's own group. */
  group?: string | undefined;
  /** What kind of memory it is: general, task, project, technology, code_pattern, problem, solution, error, fix, command, file_context, workflow, conversation, fact, preference, or any other lower-case word. */
  type?: string | undefined;
  /** Labels to filter by; a tag given twice counts once. */
  tags?: string[] | undefined;
  /** Your own fields, 16 KB (16,384 bytes) as JSON at most. Filters reach them as metadata.name. */
  metadata?: Record<string, unknown> | undefined;
  /** How much it matters, from 0 to 1; 0.5 where nobody says. */
  importance?: number | undefined;
  /** Where the memory comes from. */
  source?: {
    /** How it came in: api, mcp, relay, import, or a connector's name. `api` unless said. */
    kind?: string | undefined;
    /** The program that sent it; its User-Agent's name unless said. */
    client?: string | undefined;
    /** Where it is in the place it comes from: a URL, a message id, a file path. */
    ref?: string | undefined;
  } | undefined;
  /** Who stands behind it, from the least trusted to the most: web, connector, agent, user. */
  trust?: "web" | "connector" | "agent" | "user" | undefined;
  /** The sitting this was said in; recall looks at the previous and the next memory of the same session. */
  session?: string | undefined;
  /** When it is forgotten by itself. */
  expires_at?: string | undefined;
  /** A short name for people. */
  title?: string | undefined;
  /** Who said it, by name. */
  speaker?: string | undefined;
  /** Who said it in a conversation. */
  role?: "user" | "assistant" | "other" | undefined;
  /** When it happened or was said; RFC 3339. */
  occurred_at?: string | undefined;
  /** From when it is true; RFC 3339. Kept and filtered by; recall does not look at it unless a filter does. */
  valid_from?: string | undefined;
  /** Until when it is true; RFC 3339. Kept and filtered by; what is no longer true is better superseded. */
  valid_to?: string | undefined;
  /** The memory that this one replaces; recall leaves the old one out from then on. */
  supersedes?: string | undefined;
}

/** What the device made, and what to call it. */
export interface NewPasskey {
  /** What its owner calls it: the device, or where it is kept. */
  name?: string | undefined;
  /** What `navigator.credentials.create` gave, by its `toJSON()`. */
  credential: Credential;
}

/** An edge to make. The same two memories and type again change its strength and context. */
export interface NewRelationship {
  /** The memory that it starts from. */
  from: string;
  /** The memory that it leads to. */
  to: string;
  /** What the first memory is to the second: CAUSES, TRIGGERS, LEADS_TO, PREVENTS, BREAKS, SOLVES, ADDRESSES, ALTERNATIVE_TO, IMPROVES, REPLACES, OCCURS_IN, APPLIES_TO, WORKS_WITH, REQUIRES, USED_IN, BUILDS_ON, CONTRADICTS, CONFIRMS, GENERALIZES, SPECIALIZES, SIMILAR_TO, VARIANT_OF, RELATED_TO, ANALOGY_TO, OPPOSITE_OF, FOLLOWS, DEPENDS_ON, ENABLES, BLOCKS, PARALLEL_TO, EFFECTIVE_FOR, INEFFECTIVE_FOR, PREFERRED_OVER, DEPRECATED_BY, VALIDATED_BY, or any other word in UPPER_SNAKE. */
  type: string;
  /** How strong it is, from 0 to 1; 0.5 unless said. */
  strength?: number | undefined;
  /** Why, or when, it holds. */
  context?: string | undefined;
}

/** The provider to link. */
export interface NewSignIn {
  /** github, google or oidc. */
  provider: "github" | "google" | "oidc";
  /** Where to go afterwards: a path of this server. / unless said. */
  redirect?: string | undefined;
}

/** A team workspace to make. */
export interface NewWorkspace {
  /** What people call it; names may repeat. */
  name: string;
  /** Its name in URLs: 3 to 40 lower-case letters, digits and hyphens. Made of the name unless said. */
  slug?: string | undefined;
}

/** Every failure of an OAuth endpoint has this shape (RFC 6749 5.2). */
export interface OAuthError {
  /** What went wrong, in OAuth's words: branch on this. */
  error: "invalid_request" | "invalid_client" | "invalid_grant" | "unauthorized_client" | "unsupported_grant_type" | "unsupported_response_type" | "invalid_scope" | "access_denied" | "server_error" | "temporarily_unavailable" | "invalid_redirect_uri" | "invalid_client_metadata" | "unsupported_token_type" | "authorization_pending" | "slow_down" | "expired_token" | "invalid_target" | "login_required" | "interaction_required" | "consent_required" | "request_not_supported" | "request_uri_not_supported";
  /** What went wrong and what to do, for people. */
  error_description: string;
}

/** Tokens, as RFC 6749 5.1 has them. */
export interface OAuthTokens {
  /** For the header `Authorization: Bearer …`, at the resource that it is for. */
  access_token: string;
  /** Always this. */
  token_type: "Bearer";
  /** Seconds for which the access token holds. */
  expires_in: number;
  /** For the next pair, once. */
  refresh_token: string;
  /** What was granted, with spaces between. */
  scope: string;
}

/** What the key that asks may do. */
export interface OwnKey {
  /** The key's id, which stands in logs and in the ledger; it is no secret. */
  key_id: string;
  /** The workspace that the key belongs to. */
  workspace_id: string;
  /** The only group that the key sees, or null for all of them. */
  group: string | null;
  /** What the key may do. */
  scopes: ("memories:read" | "memories:write" | "memories:delete" | "relationships:read" | "relationships:write" | "relationships:delete" | "groups:read" | "groups:delete" | "usage:read" | "data:export" | "data:import" | "keys:read" | "keys:write" | "audit:read" | "workspace:read")[];
  /** A test key works on a store of its own. */
  mode: "live" | "test";
}

/** The link that the first start of a server in development prints. */
export interface OwnerLink {
  /** What follows `#token=` in the link. */
  token: string;
  /** Makes an account with this address; without one, whoever is signed in becomes the owner. */
  email?: string | undefined;
  /** The password to be: 8 characters to 256 bytes, whatever they are, but none of those that everybody tries first. */
  password?: string | undefined;
  /** What the person is called. */
  name?: string | undefined;
}

/** A passkey of the account. */
export interface Passkey {
  /** The passkey's id. */
  id: string;
  /** What its owner calls it; else what kept it, as far as that is known. */
  name: string;
  /** Whether it is copied to other devices of its owner, as password managers do. */
  synced: boolean;
  /** When it was added. */
  created_at: string | null;
}

/** Its new name. */
export interface PasskeyChange {
  /** What its owner calls it: the device, or where it is kept. */
  name: string;
}

/** The passkeys of the account. */
export interface PasskeyList {
  /** All of them, the oldest first. */
  items: Passkey[];
}

/** What the device signed. */
export interface PasskeySignIn {
  /** What `navigator.credentials.get` gave, by its `toJSON()`. */
  credential: Credential;
}

/** A new password. */
export interface PasswordChange {
  /** The password until now; needed where there is one. */
  current_password?: string | undefined;
  /** The password to be: 8 characters to 256 bytes, whatever they are, but none of those that everybody tries first. */
  password: string;
}

/** One proof of who you are. Where a second factor is on: a code of the authenticator, a recovery code or a passkey. */
export interface Proof {
  /** The password. */
  password?: string | undefined;
  /** The six digits that POST /v1/account/prove/code mails. */
  code?: string | undefined;
  /** The six digits that the authenticator shows. */
  totp?: string | undefined;
  /** A recovery code, as it was shown; each works once. */
  recovery_code?: string | undefined;
  /** What the browser answers to the options of POST /v1/auth/passkey/options. */
  passkey?: Record<string, unknown> | undefined;
}

/** Who issues tokens for a resource (RFC 9728). */
export interface ProtectedResourceMetadata {
  /** The resource, as clients name it in `resource`. */
  resource: string;
  /** Who issues tokens for it: this server. */
  authorization_servers: string[];
  /** What can be asked for. */
  scopes_supported: string[];
  /** Always `header`. */
  bearer_methods_supported: string[];
  /** What people call it. */
  resource_name: string;
  /** A page about it. */
  resource_documentation: string;
}

/** The proof was right. */
export interface Proven {
  /** Until when what is sensitive works. */
  proven_until: string;
}

/** What comes after the sign-in. */
export interface ProviderStart {
  /** Where to go afterwards: a path of this server. / unless said. */
  redirect?: string | undefined;
}

/** Where the provider asks who it is. */
export interface ProviderUrl {
  /** Send the browser there. The way back works in this browser only, for ten minutes. */
  url: string;
}

/** Whether requests should be sent here, and why not. */
export interface Readiness {
  /** ok when every check is. */
  status: "ok" | "failed";
  /** The parts, one by one; each has a second to answer. */
  checks: {
    /** failed from the first signal to stop. */
    running: "ok" | "failed";
    /** Whether the control database answers. */
    database: "ok" | "failed";
    /** Whether its tables are those of this program. */
    migrations: "ok" | "failed";
    /** Whether at least 5 % of the disk are free. */
    disk: "ok" | "failed";
    /** Whether memories can be written. */
    engine: "ok" | "failed";
  };
  /** How far the embedding is. */
  embedding: {
    /** The embedder in use. */
    model: string;
    /** Memories of open workspaces that wait for a vector of it; they are found by their words meanwhile. */
    waiting: number;
    /** Memories that got one since the start. */
    done: number;
  };
}

/** A question to the memory. */
export interface RecallBody {
  /** The question, in plain words. */
  query: string;
  /** Look only in this group; the whole workspace unless said, or the key's own group. */
  group?: string | undefined;
  /** How many memories to answer with, 1 to 100; 10 unless said. */
  limit?: number | undefined;
  /** Only memories that meet this condition. */
  filter?: Filter | undefined;
  /** Only memories of one of these types. */
  types?: string[] | undefined;
  /** Only memories with all of these tags. */
  tags?: string[] | undefined;
  /** Only memories that occurred at this time or after. */
  since?: string | undefined;
  /** Only memories that occurred before this time. */
  until?: string | undefined;
  /** The time that "last week" in the query is relative to; now unless said. */
  asked_at?: string | undefined;
  /** Leave out what scores less. */
  min_score?: number | undefined;
  /** Leave out what is trusted less: web, connector, agent, user. */
  min_trust?: "web" | "connector" | "agent" | "user" | undefined;
  /** Steps to walk along relationships from the strongest hits, 0 to 3. */
  depth?: number | undefined;
  /** Answer with the parts of each score. */
  explain?: boolean | undefined;
  /** Also find memories that others replaced. */
  include_superseded?: boolean | undefined;
  /** Also find memories past their expiry, while they are there. */
  include_expired?: boolean | undefined;
  /** Search by words and by meaning (both), or by one alone, to compare. */
  channels?: "both" | "text" | "vector" | undefined;
  /** Weight of how new a memory is, 0 to 1; 0 unless said. */
  recency?: number | undefined;
  /** Weight of how important a memory is, 0 to 1; 0 unless said. */
  importance?: number | undefined;
}

/** The ranked answer to a question. */
export interface RecallResult {
  /** The best first; an empty list when nothing answers. */
  memories: RecalledMemory[];
  /** Time the search took, in milliseconds. */
  took_ms: number;
}

/** A memory with its score. */
export interface RecalledMemory {
  /** The memory's id: mem_ and 32 hexadecimal digits; ids sort by time of creation. */
  id: string;
  /** The group it belongs to. */
  group: string;
  /** What kind of memory it is. */
  type: string;
  /** A short name for people. */
  title?: string | undefined;
  /** The text itself. */
  content: string;
  /** Labels to filter by. */
  tags: string[];
  /** Your own fields. */
  metadata: Record<string, unknown>;
  /** How much it matters, from 0 to 1. */
  importance: number;
  /** Where it comes from. */
  source: {
    /** How it came in: api, mcp, relay, import, or a connector's name. */
    kind: string;
    /** The program that sent it. */
    client?: string | undefined;
    /** Where it is in the place it comes from. */
    ref?: string | undefined;
    /** The API key that wrote it. */
    key_id?: string | undefined;
    /** The connected app that wrote it. */
    connection_id?: string | undefined;
  };
  /** Who stands behind it, from the least trusted to the most: web, connector, agent, user. */
  trust: "web" | "connector" | "agent" | "user";
  /** The sitting it was said in. */
  session?: string | undefined;
  /** Who said it, by name. */
  speaker?: string | undefined;
  /** Who said it in a conversation. */
  role?: "user" | "assistant" | "other" | undefined;
  /** When it happened or was said. */
  occurred_at?: string | undefined;
  /** From when it is true. */
  valid_from?: string | undefined;
  /** Until when it is true. */
  valid_to?: string | undefined;
  /** When it is forgotten by itself. */
  expires_at?: string | undefined;
  /** 1 at first, one more with each change. */
  version: number;
  /** The memory that this one replaced. */
  supersedes?: string | undefined;
  /** The memory that replaced this one; recall leaves it out unless asked. */
  superseded_by?: string | undefined;
  /** When it was forgotten; set only while it can still be restored. */
  forgotten_at?: string | undefined;
  /** When it was stored. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
  /** How well it answers; only comparable within one recall. */
  score: number;
  /** The named parts of the score; they sum to it. Only with `explain`. */
  explain?: Record<string, number> | undefined;
}

/** New recovery codes; the old ones work no more. */
export interface RecoveryCodes {
  /** Codes for the day on which the app is lost. Each works once, and they are shown here for the only time. */
  recovery_codes: string[];
}

/** A client as it is known here from now on. */
export interface RegisteredClient {
  /** What the client is called from now on. It goes when nobody uses it for 30 days. */
  client_id: string;
  /** Seconds since 1970. */
  client_id_issued_at: number;
  /** What people are told that it is called. */
  client_name: string;
  /** Its home page. */
  client_uri?: string | undefined;
  /** Where people are sent back to. */
  redirect_uris: string[];
  /** Where it runs. */
  application_type: "web" | "native";
  /** It has no secret: PKCE proves who asks. */
  token_endpoint_auth_method: "none";
  /** What it can use at the token endpoint. */
  grant_types: string[];
  /** Always `code`. */
  response_types: string[];
}

/** The neighbours of a memory in the graph. */
export interface RelatedMemories {
  /** The nearest first. */
  related: {
    /** The memory that was reached. */
    memory: Memory;
    /** The relationships walked to reach it, the first step first. */
    path: Relationship[];
  }[];
}

/** A typed, directed edge between two memories. */
export interface Relationship {
  /** The relationship's id: rel_ and 32 hexadecimal digits. */
  id: string;
  /** The memory that it starts from. */
  from: string;
  /** The memory that it leads to. */
  to: string;
  /** What the first is to the second. */
  type: string;
  /** The family of the type: causal, solution, context, learning, similarity, workflow, quality, or custom for a type of your own. */
  family: string;
  /** How strong it is, from 0 to 1. */
  strength: number;
  /** Why, or when, it holds. */
  context?: string | undefined;
  /** When it was made. */
  created_at: string;
  /** When it last changed. */
  updated_at: string;
}

/** A page of a list; pages stay in order while others write. */
export interface RelationshipPage {
  /** This page, in the order asked for. */
  items: Relationship[];
  /** Give it back as `cursor` for what follows; null on the last page. */
  next: string | null;
  /** Whether anything follows. */
  has_more: boolean;
  /** How many match in all; only when asked for. */
  total?: number | undefined;
}

/** What became of a relationship. */
export interface RelationshipReceipt {
  /** The relationship as it stands now. */
  relationship: Relationship;
  /** Whether it is new, or was there and changed. */
  status: "created" | "updated";
}

/** The relationship that was taken away. */
export interface RemovedRelationship {
  /** The relationship that is gone. */
  relationship: Relationship;
}

/** What to bring back. */
export interface RestoreBody {
  /** Bring back this version; without it the memory comes back as it was when it was forgotten. */
  version?: number | undefined;
}

/** How to hand over. */
export interface RotateApiKey {
  /** How long the old key works beside the new one, 0 to 72 hours; 24 unless said. */
  grace_hours?: number | undefined;
  /** When the new key ends: a time, or "never". When the old one would have ended, unless said. */
  expires_at?: string | undefined;
}

/** The key that takes the place of another, with its secret for the only time. */
export interface RotatedApiKey {
  /** The key's id, which stands in logs and in the ledger; it is no secret. */
  id: string;
  /** The workspace that it belongs to. */
  workspace_id: string;
  /** What people call it. */
  name: string;
  /** Its beginning, by which people tell keys apart; the rest is shown once, when it is made. */
  starts_with: string;
  /** active; expiring (ends within 14 days); rotating (another took its place, and it works until `expires_at`); expired; revoked. */
  state: "active" | "expiring" | "rotating" | "expired" | "revoked";
  /** What it may do. */
  scopes: ("memories:read" | "memories:write" | "memories:delete" | "relationships:read" | "relationships:write" | "relationships:delete" | "groups:read" | "groups:delete" | "usage:read" | "data:export" | "data:import" | "keys:read" | "keys:write" | "audit:read" | "workspace:read")[];
  /** The only group that it sees, or null for all of them. */
  group: string | null;
  /** A test key works on a store of its own. */
  mode: "live" | "test";
  /** When it ends; null is never. */
  expires_at: string | null;
  /** The only addresses that it may be used from; empty is anywhere. */
  ip_allow: string[];
  /** When it was made. */
  created_at: string;
  /** Who made it; null for the operator of the server. */
  created_by: {
    /** The person (usr_…) or key (key_…). */
    id: string;
    /** Their name, for members to see; null when they are gone. */
    name: string | null;
  } | null;
  /** When it was last used, a minute behind at most; null is never. */
  last_used_at: string | null;
  /** When it was revoked. */
  revoked_at: string | null;
  /** The key that took its place at a rotation. */
  replaced_by: string | null;
  /** Anything worth knowing about it. */
  note: string | null;
  /** Labels. */
  tags: string[];
  /** What to look at: a key that was not used for 30 days says so. */
  hint: string | null;
  /** The whole key, as it goes into `Authorization: Bearer …`. It is shown this once and kept nowhere. */
  secret: string;
  /** What is unwise about it: a key that never ends, or that ends soon. */
  warning?: string | undefined;
  /** The old key, with the time up to which it works. */
  replaces: ApiKey;
}

/** A failure as JSON-RPC has it. */
export interface RpcError {
  /** The version of JSON-RPC. */
  jsonrpc: "2.0";
  /** The id of the request, where one could be read. */
  id: string | number | null;
  /** What went wrong. */
  error: {
    /** What went wrong, in the numbers of JSON-RPC and MCP. */
    code: number;
    /** What went wrong and what to do, for people. */
    message: string;
    /** More to know; for refusals of the API its error, without the message. */
    data?: unknown | undefined;
    [name: string]: unknown;
  };
  [name: string]: unknown;
}

/** Something that the server does again and again. */
export interface Schedule {
  /** The schedule's name. */
  name: string;
  /** When, as a cron pattern in UTC; null when this server no longer has it. */
  cron: string | null;
  /** Its next slot. */
  next_run_at: string;
  /** When it last ran. */
  last_run_at: string | null;
  /** Why the last run failed; null when it did not. */
  last_error: string | null;
  /** Since when it is paused. */
  paused_at: string | null;
}

/** The second factor, as a code of the app or a recovery code. */
export interface SecondFactorAnswer {
  /** The six digits that the authenticator app shows now. */
  code?: string | undefined;
  /** A recovery code, as it was shown; each works once. */
  recovery_code?: string | undefined;
}

/** What an authenticator app needs. It counts only once a code of it was sent to POST /v1/account/totp/verify. */
export interface SecondFactorSetup {
  /** The shared secret in Base32, to type into an app by hand. */
  secret: string;
  /** The same as a URI, for a QR code: six digits, every 30 seconds, SHA-1. */
  uri: string;
  /** Codes for the day on which the app is lost. Each works once, and they are shown here for the only time. */
  recovery_codes: string[];
}

/** Whether there is a second factor. */
export interface SecondFactorState {
  /** Whether signing in asks for a second factor. */
  enabled: boolean;
  /** How many recovery codes have not been used. */
  recovery_codes_left: number;
}

/** Something was mailed, if there was anything to mail. */
export interface Sent {
  /** Always this, whether the address has an account or not. */
  status: "sent";
  /** Seconds for which what was mailed works. */
  expires_in: number;
}

/** A session of the person who is signed in. */
export interface Session {
  /** The session's id; it is no secret. */
  id: string;
  /** Whether it is the one that asks. */
  current: boolean;
  /** How it was begun: password, code, magic_link, passkey and so on; null where that is not known. */
  method: string | null;
  /** From where it was begun, or null. */
  address: string | null;
  /** With what it was begun, or null. */
  user_agent: string | null;
  /** When it was begun. */
  created_at: string;
  /** When it was last used, an hour behind at most. */
  last_used_at: string;
  /** When it ends if it is not used before: 7 days after its last use, 30 after its begin. */
  expires_at: string;
}

/** What was ended. */
export interface SessionsEnded {
  /** How many sessions ended. */
  ended: number;
}

/** The ways to sign in that this instance has. */
export interface SignInMethods {
  /** By address and password. */
  password: boolean;
  /** By a six-digit code, or a link, from a mail. False where mail cannot be sent. */
  code: boolean;
  /** By a passkey. */
  passkey: boolean;
  /** By an account somewhere else; those that are set up here. */
  providers: {
    /** What the paths of the API call it. */
    id: "github" | "google" | "oidc";
    /** What people call it. */
    name: string;
  }[];
  /** Who may make an account: anybody, who was invited, or nobody. The first account of an instance can always be made. */
  sign_up: "open" | "invite" | "closed";
}

/** A way to sign in. Passkeys have a list of their own. */
export interface SignInWay {
  /** The id of the way to sign in. */
  id: string;
  /** A password, or the provider whose account is linked. */
  kind: "password" | "github" | "google" | "oidc";
  /** When it was added. */
  created_at: string;
}

/** The ways to sign in to the account. */
export interface SignInWayList {
  /** All of them, the oldest first. */
  items: SignInWay[];
}

/** A new account. */
export interface SignUp {
  /** The mail address; upper and lower case are the same. */
  email: string;
  /** 8 characters to 256 bytes. Without one: sign in by code, link or passkey. */
  password?: string | undefined;
  /** What to call the person; the first part of the address unless said. */
  name?: string | undefined;
  /** The token of an invitation to this very address; needed where accounts are made by invitation. */
  invitation?: string | undefined;
}

/** How far a sign-in has come. */
export interface SignedIn {
  /** signed_in: the session cookie is set. second_factor_required: send a code to POST /v1/auth/second-factor first. */
  status: "signed_in" | "second_factor_required";
}

/** One memory (`content`), or the messages of a conversation (`messages`): exactly one of the two. */
export interface StoreBody {
  /** The text itself, 1 MB (1,048,576 bytes of UTF-8) at most. */
  content?: string | undefined;
  /** A conversation, in its order; each message becomes a memory of one session. Instead of `content`. */
  messages?: Message[] | undefined;
  /** Whom or what it belongs to: an end user, a project, an agent. "default" unless said, or the key's own group. */
  group?: string | undefined;
  /** What kind of memory it is: general, task, project, technology, code_pattern, problem, solution, error, fix, command, file_context, workflow, conversation, fact, preference, or any other lower-case word. */
  type?: string | undefined;
  /** Labels to filter by; a tag given twice counts once. */
  tags?: string[] | undefined;
  /** Your own fields, 16 KB (16,384 bytes) as JSON at most. Filters reach them as metadata.name. */
  metadata?: Record<string, unknown> | undefined;
  /** How much it matters, from 0 to 1; 0.5 where nobody says. */
  importance?: number | undefined;
  /** Where the memory comes from. */
  source?: {
    /** How it came in: api, mcp, relay, import, or a connector's name. `api` unless said. */
    kind?: string | undefined;
    /** The program that sent it; its User-Agent's name unless said. */
    client?: string | undefined;
    /** Where it is in the place it comes from: a URL, a message id, a file path. */
    ref?: string | undefined;
  } | undefined;
  /** Who stands behind it, from the least trusted to the most: web, connector, agent, user. */
  trust?: "web" | "connector" | "agent" | "user" | undefined;
  /** The sitting this was said in; recall looks at the previous and the next memory of the same session. */
  session?: string | undefined;
  /** When it is forgotten by itself. */
  expires_at?: string | undefined;
  /** A short name for people. */
  title?: string | undefined;
  /** Who said it, by name. */
  speaker?: string | undefined;
  /** Who said it in a conversation. */
  role?: "user" | "assistant" | "other" | undefined;
  /** When it happened or was said; RFC 3339. */
  occurred_at?: string | undefined;
  /** From when it is true; RFC 3339. Kept and filtered by; recall does not look at it unless a filter does. */
  valid_from?: string | undefined;
  /** Until when it is true; RFC 3339. Kept and filtered by; what is no longer true is better superseded. */
  valid_to?: string | undefined;
  /** The memory that this one replaces; recall leaves the old one out from then on. */
  supersedes?: string | undefined;
}

/** What a write did, and why. */
export interface StoreReceipt {
  /** The memory as it stands now. */
  memory: Memory;
  /** What became of it: a new memory, a change, joined into one that was there, or nothing to do. */
  status: "created" | "updated" | "merged" | "ignored";
  /** Why, in a sentence. */
  reason: string;
}

/** What became of each message. */
export interface StoreReceipts {
  /** One receipt for each message, in their order. */
  results: StoreReceipt[];
}

/** A code of an authenticator app. */
export interface TotpCode {
  /** The six digits that the authenticator app shows now. */
  code: string;
}

/** Records by kind. */
export interface TransferCounts {
  /** Memories. */
  memories: number;
  /** Earlier versions of memories. */
  versions: number;
  /** Relationships. */
  relationships: number;
}

/** What the workspace has used. */
export interface Usage {
  /** The period that `month` counts. */
  period: {
    /** When the current period began: the first of the month, UTC. */
    start: string;
    /** When the next one begins. */
    end: string;
  };
  /** What was used, by meter. */
  meters: {
    /** Accepted calls; each operation of a batch is one. */
    api_calls: MeterUse;
    /** Recalls, and forgetting by meaning. */
    searches: MeterUse;
    /** Texts turned into vectors, questions too. */
    embeddings: MeterUse;
    /** Memories: what stands now, and how many more (or fewer) than when the period began. */
    memories: MeterUse;
    /** Bytes that memories take: what stands now, and the change in the period. */
    storage_bytes: MeterUse;
  };
}

/** A device that asks to be let in. */
export interface WaitingDevice {
  /** What asks. */
  client_name: string;
  /** What it wants to do. */
  scopes: ("memory:read" | "memory:write" | "memory:delete")[];
  /** When it began. */
  asked_at: string;
  /** Until when it can be answered. */
  expires_at: string;
  /** Whether it asked from the network address that you have; null where that is not known. Another may be right, and may be a stranger's. */
  same_network: boolean | null;
  /** Where it could work; the first is the likeliest. */
  workspaces: ({
    /** Its id. */
    id: string;
    /** Its slug. */
    slug: string;
    /** Its name. */
    name: string;
    /** What the app was limited to in it before; null for nothing. No answer lifts that: `PATCH /v1/connections/{id}` does. */
    limits: {
      /** The only group that it sees, or null for all of the workspace. */
      group: string | null;
      /** Whether it may only read. */
      read_only: boolean;
    } | null;
  })[];
}

/** Who calls, and what they may do. */
export interface WhoAmI {
  /** An API key, or an app that a person connected. */
  kind: "key" | "connection";
  /** The key's or the connection's id, which stands in logs; it is no secret. */
  id: string;
  /** What people call it: the key's name, or the connection's label. */
  name: string;
  /** The workspace that it works in. */
  workspace: {
    /** The workspace's id. */
    id: string;
    /** Its name in URLs. */
    slug: string;
    /** What people call it. */
    name: string;
  };
  /** For whom it acts; null for a key. */
  person: {
    /** Their user id. */
    id: string;
    /** What they are called. */
    name: string;
  } | null;
  /** What it may do now. */
  permissions: ("memories:read" | "memories:write" | "memories:delete" | "relationships:read" | "relationships:write" | "relationships:delete" | "groups:read" | "groups:delete" | "usage:read" | "data:export" | "data:import" | "keys:read" | "keys:write" | "connections:read" | "connections:write" | "audit:read" | "workspace:read" | "workspace:write" | "workspace:leave" | "workspace:transfer" | "workspace:delete" | "members:read" | "members:write" | "invitations:read" | "invitations:write")[];
  /** What its token was given, in OAuth's words; null for a key. What it may do is less where the connection was limited, or the person's role allows less. */
  scopes: ("memory:read" | "memory:write" | "memory:delete")[] | null;
  /** The only group that it sees, or null for all of them. */
  group: string | null;
  /** A test key works on a store of its own. */
  mode: "live" | "test";
  /** When the key ends, or when the app has to be let in anew at the latest; null is never. */
  expires_at: string | null;
}

/** What memories, keys and members belong to. */
export interface Workspace {
  /** The workspace's id. */
  id: string;
  /** Its name in URLs. */
  slug: string;
  /** What people call it. */
  name: string;
  /** Personal: one for each account, with one member. Team: everything else. */
  kind: "personal" | "team";
  /** The plan whose limits hold. */
  plan: string;
  /** What the caller is in it; null for a key. */
  role: "owner" | "admin" | "developer" | "billing" | "viewer" | null;
  /** How many people are in it. */
  members: number;
  /** How many API keys work in it. */
  keys: number;
  /** How many invitations wait to be accepted. */
  open_invitations: number;
  /** When it was made. */
  created_at: string;
  /** When it will be erased; until then that can be undone. Null: never. */
  delete_after: string | null;
}

/** What shall be different; what is left out stays. */
export interface WorkspaceChange {
  /** What people call it; names may repeat. */
  name?: string | undefined;
  /** Its name in URLs: 3 to 40 lower-case letters, digits and hyphens. Unique in the instance. */
  slug?: string | undefined;
}

/** What becomes of a workspace that was deleted. */
export interface WorkspaceDeletion {
  /** The workspace's id. */
  id: string;
  /** When it is erased for good. */
  delete_after: string;
  /** Whether it is being erased already: then nothing undoes it. */
  erasing: boolean;
}

/** How every known client is told of one workspace. */
export interface WorkspaceGuides {
  /** The workspace that the addresses lead to. */
  workspace: {
    /** The workspace's id. */
    id: string;
    /** Its name in URLs. */
    slug: string;
    /** What people call it. */
    name: string;
    /** Personal: one for each account, with one member. Team: everything else. */
    kind: "personal" | "team";
  };
  /** A guide for each client, with the personal URL of this client and workspace. */
  clients: InstallGuide[];
}

/** A page of a list; pages stay in order while others write. */
export interface WorkspaceGuidesPage {
  /** This page, in the order asked for. */
  items: WorkspaceGuides[];
  /** Give it back as `cursor` for what follows; null on the last page. */
  next: string | null;
  /** Whether anything follows. */
  has_more: boolean;
  /** How many match in all; only when asked for. */
  total?: number | undefined;
}

/** A page of a list; pages stay in order while others write. */
export interface WorkspacePage {
  /** This page, in the order asked for. */
  items: Workspace[];
  /** Give it back as `cursor` for what follows; null on the last page. */
  next: string | null;
  /** Whether anything follows. */
  has_more: boolean;
  /** How many match in all; only when asked for. */
  total?: number | undefined;
}

/** To whom the workspace goes. */
export interface WorkspaceTransfer {
  /** The member who becomes owner; the owner until now becomes admin. */
  user_id: string;
}

/** What each route takes and answers, by method and path. */
export interface Routes {
  /** Keep a memory, or a conversation */
  "POST /v1/store": {
    id: "storeMemory";
    input: {
      body: StoreBody;
    };
    answer: StoreReceipt | StoreReceipts;
  };
  /** Ask the memory a question */
  "POST /v1/recall": {
    id: "recallMemories";
    input: {
      body: RecallBody;
    };
    answer: RecallResult;
  };
  /** Forget memories */
  "POST /v1/forget": {
    id: "forgetMemories";
    input: {
      body: ForgetBody;
    };
    answer: ForgetReceipt;
  };
  /** List memories */
  "GET /v1/memories": {
    id: "listMemories";
    input: {
      query?: {
        /** Only memories of this group. */
        group?: string | undefined;
        /** Only memories of one of these types; repeat it, or separate with commas. */
        type?: string[] | undefined;
        /** Only memories with all of these tags; repeat it, or separate with commas. */
        tag?: string[] | undefined;
        /** Only memories of this session. */
        session?: string | undefined;
        /** Only memories whose text holds this, whatever its case. */
        contains?: string | undefined;
        /** A filter as JSON text, URL-encoded. */
        filter?: string | undefined;
        /** The forgotten ones that can still be restored, instead of the live ones. */
        forgotten?: boolean | undefined;
        /** Also those that others replaced. */
        include_superseded?: boolean | undefined;
        /** By time of creation; newest unless said. */
        order?: "newest" | "oldest" | undefined;
        /** How many a page, 1 to 200; 50 unless said. */
        limit?: number | undefined;
        /** `next` of the page before. */
        cursor?: string | undefined;
        /** Also count all that match; it costs a scan. */
        total?: boolean | undefined;
      } | undefined;
    };
    answer: MemoryPage;
  };
  /** Create a memory */
  "POST /v1/memories": {
    id: "createMemory";
    input: {
      body: NewMemory;
    };
    answer: StoreReceipt;
  };
  /** Get a memory */
  "GET /v1/memories/{id}": {
    id: "getMemory";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
    };
    answer: Memory;
  };
  /** Change a memory */
  "PATCH /v1/memories/{id}": {
    id: "updateMemory";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
      body: MemoryPatch;
    };
    answer: StoreReceipt;
  };
  /** Forget a memory */
  "DELETE /v1/memories/{id}": {
    id: "deleteMemory";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
      query?: {
        /** Only count what would be forgotten. */
        dry_run?: boolean | undefined;
        /** Erase at once, without the 7 days in which restore brings it back. */
        permanent?: boolean | undefined;
      } | undefined;
    };
    answer: ForgetReceipt;
  };
  /** List the versions of a memory */
  "GET /v1/memories/{id}/history": {
    id: "listVersions";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
      query?: {
        /** `next` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: MemoryHistory;
  };
  /** Bring back a memory, or a version of it */
  "POST /v1/memories/{id}/restore": {
    id: "restoreMemory";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
      body?: RestoreBody | undefined;
    };
    answer: StoreReceipt;
  };
  /** List the neighbours of a memory */
  "GET /v1/memories/{id}/related": {
    id: "listRelated";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
      query?: {
        /** Steps to walk, 1 to 5; 1 unless said. */
        depth?: number | undefined;
        /** Only along relationships of these types. */
        type?: string[] | undefined;
        /** Along relationships from the memory, to it, or both. */
        direction?: "out" | "in" | "both" | undefined;
        /** How many memories, 1 to 100; 20 unless said. The nearest first. */
        limit?: number | undefined;
      } | undefined;
    };
    answer: RelatedMemories;
  };
  /** Run many operations in one call */
  "POST /v1/batch": {
    id: "runBatch";
    input: {
      body: BatchBody;
    };
    answer: BatchResults;
  };
  /** List groups */
  "GET /v1/groups": {
    id: "listGroups";
    input: {
      query?: {
        /** Only groups whose name begins with this. */
        prefix?: string | undefined;
        /** How many a page, 1 to 200; 50 unless said. */
        limit?: number | undefined;
        /** `next` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: GroupPage;
  };
  /** Get a group */
  "GET /v1/groups/{name}": {
    id: "getGroup";
    input: {
      params: {
        /** The group's name, percent-encoded. */
        name: string;
      };
    };
    answer: Group;
  };
  /** Erase a group */
  "DELETE /v1/groups/{name}": {
    id: "deleteGroup";
    input: {
      params: {
        /** The group's name, percent-encoded. */
        name: string;
      };
      query?: {
        /** Only count what would be erased. */
        dry_run?: boolean | undefined;
      } | undefined;
    };
    answer: ForgetReceipt;
  };
  /** Connect two memories */
  "POST /v1/relationships": {
    id: "createRelationship";
    input: {
      body: NewRelationship;
    };
    answer: RelationshipReceipt;
  };
  /** List relationships */
  "GET /v1/relationships": {
    id: "listRelationships";
    input: {
      query?: {
        /** Only those with this memory at an end. */
        memory?: string | undefined;
        /** Only of these types; repeat it, or separate with commas. */
        type?: string[] | undefined;
        /** How many a page, 1 to 200; 50 unless said. */
        limit?: number | undefined;
        /** `next` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: RelationshipPage;
  };
  /** Get a relationship */
  "GET /v1/relationships/{id}": {
    id: "getRelationship";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
    };
    answer: Relationship;
  };
  /** Take a relationship away */
  "DELETE /v1/relationships/{id}": {
    id: "deleteRelationship";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
    };
    answer: RemovedRelationship;
  };
  /** Read a part of the graph */
  "GET /v1/graph": {
    id: "readGraph";
    input: {
      query?: {
        /** Only memories of this group. */
        group?: string | undefined;
        /** Start from these memories; from the most connected ones unless said. */
        memory?: string[] | undefined;
        /** Steps to walk from the start, 1 to 5; 2 unless said. */
        depth?: number | undefined;
        /** Only along relationships of these types. */
        type?: string[] | undefined;
        /** How many memories at most, 1 to 500; 100 unless said. */
        limit?: number | undefined;
      } | undefined;
    };
    answer: Graph;
  };
  /** Import memories */
  "POST /v1/import": {
    id: "importMemories";
    input: {
      query?: {
        /** loci: our own export; mcp: the memory file of the MCP reference server; mem0: a list of memories as mem0 gives it; auto: told by the content. */
        format?: "auto" | "loci" | "mcp" | "mem0" | undefined;
        /** Put everything into this group, whatever the file says. */
        group?: string | undefined;
      } | undefined;
      text: string;
      type: "application/x-ndjson" | "application/jsonl" | "application/json" | "text/plain";
    };
    answer: ImportReceipt;
  };
  /** Read what this key may do */
  "GET /v1/key": {
    id: "readOwnKey";
    input: Record<never, never>;
    answer: OwnKey;
  };
  /** Create an API key */
  "POST /v1/api-keys": {
    id: "createApiKey";
    input: {
      body: NewApiKey;
    };
    answer: CreatedApiKey;
  };
  /** List API keys */
  "GET /v1/api-keys": {
    id: "listApiKeys";
    input: {
      query?: {
        /** Only keys in one of these states; repeat it, or separate with commas. */
        state?: string[] | undefined;
        /** How many a page, 1 to 200; 50 unless said. */
        limit?: number | undefined;
        /** `next` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: ApiKeyPage;
  };
  /** Get an API key */
  "GET /v1/api-keys/{id}": {
    id: "getApiKey";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
    };
    answer: ApiKey;
  };
  /** Change an API key */
  "PATCH /v1/api-keys/{id}": {
    id: "updateApiKey";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
      body: ApiKeyPatch;
    };
    answer: ApiKey;
  };
  /** Revoke an API key */
  "DELETE /v1/api-keys/{id}": {
    id: "revokeApiKey";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
    };
    answer: undefined;
  };
  /** Rotate an API key */
  "POST /v1/api-keys/{id}/rotate": {
    id: "rotateApiKey";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
      body?: RotateApiKey | undefined;
    };
    answer: RotatedApiKey;
  };
  /** Report leaked API keys */
  "POST /v1/api-keys/report-leak": {
    id: "reportLeakedApiKeys";
    input: {
      text: string;
      type: "application/json";
    };
    answer: LeakFeedback;
  };
  /** List your connected apps */
  "GET /v1/connections": {
    id: "listConnections";
    input: {
      query?: {
        /** Only those in this workspace, by its id or slug. */
        workspace?: string | undefined;
        /** Only those in one of these states; repeat it, or separate with commas. */
        state?: string[] | undefined;
        /** How many a page, 1 to 200; 50 unless said. */
        limit?: number | undefined;
        /** `next` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: ConnectionPage;
  };
  /** Get a connected app */
  "GET /v1/connections/{id}": {
    id: "getConnection";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
    };
    answer: Connection;
  };
  /** Limit or rename a connected app */
  "PATCH /v1/connections/{id}": {
    id: "updateConnection";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
      body: ConnectionPatch;
    };
    answer: Connection;
  };
  /** Cut off a connected app */
  "DELETE /v1/connections/{id}": {
    id: "revokeConnection";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
    };
    answer: undefined;
  };
  /** See what a connected app read and wrote */
  "GET /v1/connections/{id}/requests": {
    id: "listConnectionRequests";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
      query?: {
        /** How many a page, 1 to 200; 50 unless said. */
        limit?: number | undefined;
        /** `next` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: ConnectionRequestPage;
  };
  /** List the connected apps of a workspace */
  "GET /v1/workspaces/{workspace}/connections": {
    id: "listWorkspaceConnections";
    input: {
      params: {
        /** The workspace's id or slug. */
        workspace: string;
      };
      query?: {
        /** Only those in one of these states; repeat it, or separate with commas. */
        state?: string[] | undefined;
        /** How many a page, 1 to 200; 50 unless said. */
        limit?: number | undefined;
        /** `next` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: ConnectionPage;
  };
  /** Cut off a member's connected app */
  "DELETE /v1/workspaces/{workspace}/connections/{id}": {
    id: "revokeWorkspaceConnection";
    input: {
      params: {
        /** The workspace's id or slug. */
        workspace: string;
        /** The connection's id. */
        id: string;
      };
    };
    answer: undefined;
  };
  /** Read who calls and what they may do */
  "GET /v1/whoami": {
    id: "whoAmI";
    input: Record<never, never>;
    answer: WhoAmI;
  };
  /** List how clients are told of this server */
  "GET /v1/mcp/clients": {
    id: "listMcpClients";
    input: Record<never, never>;
    answer: InstallGuides;
  };
  /** List your personal MCP addresses */
  "GET /v1/account/mcp": {
    id: "listPersonalMcpUrls";
    input: {
      query?: {
        /** How many a page, 1 to 200; 50 unless said. */
        limit?: number | undefined;
        /** `next` of the page before. */
        cursor?: string | undefined;
        /** Only the guides of this client. */
        client?: "claude" | "claude-desktop" | "claude-code" | "chatgpt" | "cursor" | "vscode" | "windsurf" | "zed" | "codex" | "gemini-cli" | "other" | undefined;
      } | undefined;
    };
    answer: WorkspaceGuidesPage;
  };
  /** Read the audit log */
  "GET /v1/audit": {
    id: "listAudit";
    input: {
      query?: {
        /** Only this action, or all actions of a noun: `key.*`. */
        action?: string | undefined;
        /** Only what this user or key did, by id. */
        actor?: string | undefined;
        /** Only what was done to this, by id. */
        target?: string | undefined;
        /** Only from this time on. */
        since?: string | undefined;
        /** Only before this time. */
        until?: string | undefined;
        /** How many a page, 1 to 200; 50 unless said. */
        limit?: number | undefined;
        /** `next` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: AuditPage;
  };
  /** Read the audit log of your account */
  "GET /v1/account/audit": {
    id: "listAccountAudit";
    input: {
      query?: {
        /** Only this action, or all actions of a noun: `key.*`. */
        action?: string | undefined;
        /** Only what this user or key did, by id. */
        actor?: string | undefined;
        /** Only what was done to this, by id. */
        target?: string | undefined;
        /** Only from this time on. */
        since?: string | undefined;
        /** Only before this time. */
        until?: string | undefined;
        /** How many a page, 1 to 200; 50 unless said. */
        limit?: number | undefined;
        /** `next` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: AuditPage;
  };
  /** List your workspaces */
  "GET /v1/workspaces": {
    id: "listWorkspaces";
    input: {
      query?: {
        /** How many a page, 1 to 200; 50 unless said. */
        limit?: number | undefined;
        /** `next` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: WorkspacePage;
  };
  /** Make a team workspace */
  "POST /v1/workspaces": {
    id: "createWorkspace";
    input: {
      body: NewWorkspace;
    };
    answer: Workspace;
  };
  /** Get a workspace */
  "GET /v1/workspaces/{workspace}": {
    id: "getWorkspace";
    input: {
      params: {
        /** The workspace's id or slug. */
        workspace: string;
      };
    };
    answer: Workspace;
  };
  /** Rename a workspace */
  "PATCH /v1/workspaces/{workspace}": {
    id: "updateWorkspace";
    input: {
      params: {
        /** The workspace's id or slug. */
        workspace: string;
      };
      body: WorkspaceChange;
    };
    answer: Workspace;
  };
  /** Delete a team workspace */
  "DELETE /v1/workspaces/{workspace}": {
    id: "deleteWorkspace";
    input: {
      params: {
        /** The workspace's id or slug. */
        workspace: string;
      };
      query?: {
        /** Erase at once, without the 30 days in which it can be undone. */
        now?: boolean | undefined;
      } | undefined;
    };
    answer: WorkspaceDeletion;
  };
  /** Undo the deletion of a workspace */
  "POST /v1/workspaces/{workspace}/restore": {
    id: "restoreWorkspace";
    input: {
      params: {
        /** The workspace's id or slug. */
        workspace: string;
      };
    };
    answer: Workspace;
  };
  /** List the members */
  "GET /v1/workspaces/{workspace}/members": {
    id: "listMembers";
    input: {
      params: {
        /** The workspace's id or slug. */
        workspace: string;
      };
      query?: {
        /** How many a page, 1 to 200; 50 unless said. */
        limit?: number | undefined;
        /** `next` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: MemberPage;
  };
  /** Change a member's role */
  "PATCH /v1/workspaces/{workspace}/members/{user}": {
    id: "updateMember";
    input: {
      params: {
        /** The workspace's id or slug. */
        workspace: string;
        /** The member's user id. */
        user: string;
      };
      body: MemberChange;
    };
    answer: Member;
  };
  /** Remove a member */
  "DELETE /v1/workspaces/{workspace}/members/{user}": {
    id: "removeMember";
    input: {
      params: {
        /** The workspace's id or slug. */
        workspace: string;
        /** The member's user id. */
        user: string;
      };
    };
    answer: undefined;
  };
  /** Leave a workspace */
  "POST /v1/workspaces/{workspace}/leave": {
    id: "leaveWorkspace";
    input: {
      params: {
        /** The workspace's id or slug. */
        workspace: string;
      };
    };
    answer: undefined;
  };
  /** Hand a workspace over */
  "POST /v1/workspaces/{workspace}/transfer": {
    id: "transferWorkspace";
    input: {
      params: {
        /** The workspace's id or slug. */
        workspace: string;
      };
      body: WorkspaceTransfer;
    };
    answer: Workspace;
  };
  /** List the invitations */
  "GET /v1/workspaces/{workspace}/invitations": {
    id: "listInvitations";
    input: {
      params: {
        /** The workspace's id or slug. */
        workspace: string;
      };
      query?: {
        /** Only those in this state: open, accepted, expired or revoked. */
        state?: "open" | "accepted" | "expired" | "revoked" | undefined;
        /** How many a page, 1 to 200; 50 unless said. */
        limit?: number | undefined;
        /** `next` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: InvitationPage;
  };
  /** Invite somebody */
  "POST /v1/workspaces/{workspace}/invitations": {
    id: "createInvitation";
    input: {
      params: {
        /** The workspace's id or slug. */
        workspace: string;
      };
      body: NewInvitation;
    };
    answer: CreatedInvitation;
  };
  /** Take an invitation back */
  "DELETE /v1/workspaces/{workspace}/invitations/{id}": {
    id: "revokeInvitation";
    input: {
      params: {
        /** The workspace's id or slug. */
        workspace: string;
        /** The invitation's id. */
        id: string;
      };
    };
    answer: undefined;
  };
  /** Look at an invitation */
  "POST /v1/invitations/read": {
    id: "readInvitation";
    input: {
      body: InvitationToken;
    };
    answer: InvitationShown;
  };
  /** Accept an invitation */
  "POST /v1/invitations/accept": {
    id: "acceptInvitation";
    input: {
      body: InvitationToken;
    };
    answer: Workspace;
  };
  /** Read what was used */
  "GET /v1/usage": {
    id: "readUsage";
    input: Record<never, never>;
    answer: Usage;
  };
  /** Sign up */
  "POST /v1/auth/sign-up": {
    id: "signUp";
    input: {
      body: SignUp;
    };
    answer: SignedIn | Sent;
  };
  /** Confirm a sign-up */
  "POST /v1/auth/sign-up/verify": {
    id: "verifySignUp";
    input: {
      body: {
        /** The six digits from the mail. */
        code: string;
      };
    };
    answer: SignedIn;
  };
  /** Sign in with a password */
  "POST /v1/auth/sign-in": {
    id: "signIn";
    input: {
      body: {
        /** The mail address; upper and lower case are the same. */
        email: string;
        /** The password. */
        password: string;
      };
    };
    answer: SignedIn;
  };
  /** Mail a sign-in code */
  "POST /v1/auth/code": {
    id: "sendSignInCode";
    input: {
      body: {
        /** The mail address; upper and lower case are the same. */
        email: string;
      };
    };
    answer: Sent;
  };
  /** Sign in with a code */
  "POST /v1/auth/code/verify": {
    id: "verifySignInCode";
    input: {
      body: {
        /** The six digits from the mail. */
        code: string;
      };
    };
    answer: SignedIn;
  };
  /** Mail a sign-in link */
  "POST /v1/auth/magic-link": {
    id: "sendMagicLink";
    input: {
      body: {
        /** The mail address; upper and lower case are the same. */
        email: string;
      };
    };
    answer: Sent;
  };
  /** Sign in with a link */
  "POST /v1/auth/magic-link/verify": {
    id: "verifyMagicLink";
    input: {
      body: {
        /** What follows `#token=` in the link. */
        token: string;
      };
    };
    answer: SignedIn;
  };
  /** Mail a link that sets a new password */
  "POST /v1/auth/password/forgot": {
    id: "forgetPassword";
    input: {
      body: {
        /** The mail address; upper and lower case are the same. */
        email: string;
      };
    };
    answer: Sent;
  };
  /** Set a new password by the link */
  "POST /v1/auth/password/reset": {
    id: "resetPassword";
    input: {
      body: {
        /** What follows `#token=` in the link. */
        token: string;
        /** The password to be: 8 characters to 256 bytes, whatever they are, but none of those that everybody tries first. */
        password: string;
      };
    };
    answer: undefined;
  };
  /** Take over a new server */
  "POST /v1/auth/owner-link": {
    id: "openOwnerLink";
    input: {
      body: OwnerLink;
    };
    answer: SignedIn;
  };
  /** Read your account */
  "GET /v1/account": {
    id: "readAccount";
    input: Record<never, never>;
    answer: Account;
  };
  /** Change your profile */
  "PATCH /v1/account": {
    id: "updateAccount";
    input: {
      body: AccountChange;
    };
    answer: Account;
  };
  /** Delete your account */
  "DELETE /v1/account": {
    id: "deleteAccount";
    input: {
      query?: {
        /** Erase at once, without the 30 days in which it can be undone. */
        now?: boolean | undefined;
      } | undefined;
    };
    answer: AccountDeletion;
  };
  /** Mail a code that proves who you are */
  "POST /v1/account/prove/code": {
    id: "sendProofCode";
    input: Record<never, never>;
    answer: Sent;
  };
  /** Show once more that it is you */
  "POST /v1/account/prove": {
    id: "proveIdentity";
    input: {
      body: Proof;
    };
    answer: Proven;
  };
  /** Change your password */
  "POST /v1/account/password": {
    id: "changePassword";
    input: {
      body: PasswordChange;
    };
    answer: undefined;
  };
  /** Change your address */
  "POST /v1/account/email": {
    id: "changeEmail";
    input: {
      body: {
        /** The mail address; upper and lower case are the same. */
        email: string;
      };
    };
    answer: Sent;
  };
  /** Confirm your new address */
  "POST /v1/account/email/verify": {
    id: "verifyEmailChange";
    input: {
      body: {
        /** The six digits from the mail. */
        code: string;
      };
    };
    answer: EmailChanged;
  };
  /** List your sessions */
  "GET /v1/account/sessions": {
    id: "listSessions";
    input: Record<never, never>;
    answer: {
      /** The sessions. */
      items: Session[];
    };
  };
  /** Sign out everywhere */
  "DELETE /v1/account/sessions": {
    id: "deleteSessions";
    input: {
      query?: {
        /** Whether the session that asks ends too. */
        all?: boolean | undefined;
        /** Whether the apps that you connected are signed out too. What you allowed them stays, and each has to be let in once more. */
        apps?: boolean | undefined;
      } | undefined;
    };
    answer: SessionsEnded;
  };
  /** End a session */
  "DELETE /v1/account/sessions/{id}": {
    id: "deleteSession";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
    };
    answer: undefined;
  };
  /** Sign out */
  "POST /v1/auth/sign-out": {
    id: "signOut";
    input: Record<never, never>;
    answer: undefined;
  };
  /** Show the second factor */
  "POST /v1/auth/second-factor": {
    id: "answerSecondFactor";
    input: {
      body: SecondFactorAnswer;
    };
    answer: SignedIn;
  };
  /** See whether there is a second factor */
  "GET /v1/account/totp": {
    id: "getSecondFactor";
    input: Record<never, never>;
    answer: SecondFactorState;
  };
  /** Begin to set up an authenticator app */
  "POST /v1/account/totp": {
    id: "beginSecondFactor";
    input: Record<never, never>;
    answer: SecondFactorSetup;
  };
  /** Take the second factor away */
  "DELETE /v1/account/totp": {
    id: "deleteSecondFactor";
    input: Record<never, never>;
    answer: undefined;
  };
  /** Turn the second factor on */
  "POST /v1/account/totp/verify": {
    id: "enableSecondFactor";
    input: {
      body: TotpCode;
    };
    answer: undefined;
  };
  /** Make new recovery codes */
  "POST /v1/account/recovery-codes": {
    id: "createRecoveryCodes";
    input: Record<never, never>;
    answer: RecoveryCodes;
  };
  /** Begin to sign in by a passkey */
  "POST /v1/auth/passkey/options": {
    id: "beginPasskeySignIn";
    input: Record<never, never>;
    answer: CeremonyOptions;
  };
  /** Sign in by a passkey */
  "POST /v1/auth/passkey/verify": {
    id: "signInByPasskey";
    input: {
      body: PasskeySignIn;
    };
    answer: SignedIn;
  };
  /** List the passkeys */
  "GET /v1/account/passkeys": {
    id: "listPasskeys";
    input: Record<never, never>;
    answer: PasskeyList;
  };
  /** Add a passkey */
  "POST /v1/account/passkeys": {
    id: "createPasskey";
    input: {
      body: NewPasskey;
    };
    answer: Passkey;
  };
  /** Begin to add a passkey */
  "POST /v1/account/passkeys/options": {
    id: "beginPasskeyRegistration";
    input: Record<never, never>;
    answer: CeremonyOptions;
  };
  /** Rename a passkey */
  "PATCH /v1/account/passkeys/{id}": {
    id: "updatePasskey";
    input: {
      params: {
        /** The passkey's id. */
        id: string;
      };
      body: PasskeyChange;
    };
    answer: Passkey;
  };
  /** Take a passkey away */
  "DELETE /v1/account/passkeys/{id}": {
    id: "deletePasskey";
    input: {
      params: {
        /** The passkey's id. */
        id: string;
      };
    };
    answer: undefined;
  };
  /** See how one can sign in here */
  "GET /v1/auth/methods": {
    id: "readSignInMethods";
    input: Record<never, never>;
    answer: SignInMethods;
  };
  /** Begin to sign in at a provider */
  "POST /v1/auth/providers/{provider}": {
    id: "beginProviderSignIn";
    input: {
      params: {
        /** github, google or oidc. */
        provider: "github" | "google" | "oidc";
      };
      body: ProviderStart;
    };
    answer: ProviderUrl;
  };
  /** List the ways to sign in */
  "GET /v1/account/sign-ins": {
    id: "listSignIns";
    input: Record<never, never>;
    answer: SignInWayList;
  };
  /** Link a provider */
  "POST /v1/account/sign-ins": {
    id: "linkSignIn";
    input: {
      body: NewSignIn;
    };
    answer: ProviderUrl;
  };
  /** Take a way to sign in away */
  "DELETE /v1/account/sign-ins/{id}": {
    id: "deleteSignIn";
    input: {
      params: {
        /** The id of the way to sign in. */
        id: string;
      };
    };
    answer: undefined;
  };
  /** Undo the deletion of your account */
  "POST /v1/account/restore": {
    id: "restoreAccount";
    input: Record<never, never>;
    answer: undefined;
  };
  /** Read how apps are authorised */
  "GET /.well-known/oauth-authorization-server": {
    id: "readAuthorizationServer";
    input: Record<never, never>;
    answer: AuthorizationServerMetadata;
  };
  /** Read how apps are authorised, where OpenID Connect looks */
  "GET /.well-known/openid-configuration": {
    id: "readOpenIdConfiguration";
    input: Record<never, never>;
    answer: AuthorizationServerMetadata;
  };
  /** Read who issues tokens for MCP */
  "GET /.well-known/oauth-protected-resource": {
    id: "readProtectedResource";
    input: Record<never, never>;
    answer: ProtectedResourceMetadata;
  };
  /** Read who issues tokens for MCP, under its own path */
  "GET /.well-known/oauth-protected-resource/mcp": {
    id: "readMcpResource";
    input: Record<never, never>;
    answer: ProtectedResourceMetadata;
  };
  /** Read who issues tokens for a personal URL */
  "GET /.well-known/oauth-protected-resource/mcp/{client}/{workspace}": {
    id: "readPersonalResource";
    input: {
      params: {
        /** The client, as its personal URL names it. */
        client: string;
        /** The workspace's id or slug. */
        workspace: string;
      };
    };
    answer: ProtectedResourceMetadata;
  };
  /** Read who issues tokens for the API */
  "GET /.well-known/oauth-protected-resource/v1": {
    id: "readApiResource";
    input: Record<never, never>;
    answer: ProtectedResourceMetadata;
  };
  /** Answer an app that asks for access */
  "POST /v1/oauth/consents/{id}": {
    id: "answerConsent";
    input: {
      params: {
        /** The id, as the answer that created it says. */
        id: string;
      };
      body: ConsentAnswer;
    };
    answer: ConsentAnswered;
  };
  /** Get tokens */
  "POST /oauth/token": {
    id: "issueTokens";
    input: {
      text: string;
      type: "application/x-www-form-urlencoded";
    };
    answer: OAuthTokens;
  };
  /** Give a token back */
  "POST /oauth/revoke": {
    id: "revokeTokens";
    input: {
      text: string;
      type: "application/x-www-form-urlencoded";
    };
    answer: undefined;
  };
  /** Register a client */
  "POST /oauth/register": {
    id: "registerClient";
    input: {
      body: ClientRegistration;
    };
    answer: RegisteredClient;
  };
  /** Begin to sign in on a device without a browser */
  "POST /oauth/device": {
    id: "beginDevice";
    input: {
      text: string;
      type: "application/x-www-form-urlencoded";
    };
    answer: DeviceAuthorization;
  };
  /** Look at a device that asks to be let in */
  "POST /v1/oauth/devices/read": {
    id: "readDevice";
    input: {
      body: DeviceCode;
    };
    answer: WaitingDevice;
  };
  /** Answer a device that asks to be let in */
  "POST /v1/oauth/devices": {
    id: "answerDevice";
    input: {
      body: DeviceAnswer;
    };
    answer: DeviceAnswered;
  };
  /** List accounts */
  "GET /v1/admin/accounts": {
    id: "listAccounts";
    input: {
      query?: {
        /** Only accounts with this in the address or the name, or with this id. */
        q?: string | undefined;
        /** How many a page, 1 to 200; 50 unless said. */
        limit?: number | undefined;
        /** `next` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: ManagedAccountPage;
  };
  /** Name an operator, or shut an account */
  "PATCH /v1/admin/accounts/{id}": {
    id: "changeManagedAccount";
    input: {
      params: {
        /** The user's id. */
        id: string;
      };
      body: ManagedAccountChange;
    };
    answer: ManagedAccount;
  };
  /** List jobs */
  "GET /v1/admin/jobs": {
    id: "listJobs";
    input: {
      query?: {
        /** Only jobs in this state. */
        status?: "waiting" | "running" | "done" | "failed" | undefined;
        /** Only jobs of this kind. */
        kind?: string | undefined;
        /** How many a page, 1 to 200; 50 unless said. */
        limit?: number | undefined;
        /** `next` of the page before. */
        cursor?: string | undefined;
      } | undefined;
    };
    answer: JobPage;
  };
  /** Run a job now */
  "POST /v1/admin/jobs/{id}/run": {
    id: "runJob";
    input: {
      params: {
        /** The job's id. */
        id: string;
      };
    };
    answer: Job;
  };
  /** List kinds of jobs */
  "GET /v1/admin/job-kinds": {
    id: "listJobKinds";
    input: Record<never, never>;
    answer: {
      /** The kinds, by name. */
      items: JobKind[];
    };
  };
  /** Pause a kind of jobs */
  "POST /v1/admin/job-kinds/{kind}/pause": {
    id: "pauseJobKind";
    input: {
      params: {
        /** The kind of the jobs. */
        kind: string;
      };
    };
    answer: JobKind;
  };
  /** Resume a kind of jobs */
  "POST /v1/admin/job-kinds/{kind}/resume": {
    id: "resumeJobKind";
    input: {
      params: {
        /** The kind of the jobs. */
        kind: string;
      };
    };
    answer: JobKind;
  };
  /** List schedules */
  "GET /v1/admin/schedules": {
    id: "listSchedules";
    input: Record<never, never>;
    answer: {
      /** The schedules, by name. */
      items: Schedule[];
    };
  };
  /** Pause a schedule */
  "POST /v1/admin/schedules/{name}/pause": {
    id: "pauseSchedule";
    input: {
      params: {
        /** The schedule's name. */
        name: string;
      };
    };
    answer: Schedule;
  };
  /** Resume a schedule */
  "POST /v1/admin/schedules/{name}/resume": {
    id: "resumeSchedule";
    input: {
      params: {
        /** The schedule's name. */
        name: string;
      };
    };
    answer: Schedule;
  };
  /** Run a schedule now */
  "POST /v1/admin/schedules/{name}/run": {
    id: "runSchedule";
    input: {
      params: {
        /** The schedule's name. */
        name: string;
      };
    };
    answer: Job;
  };
  /** List what was mailed */
  "GET /dev/mail.json": {
    id: "listMails";
    input: {
      query?: {
        /** Only mails to this address. */
        to?: string | undefined;
      } | undefined;
    };
    answer: {
      /** The mails, newest first. */
      items: KeptMail[];
    };
  };
  /** Whether the server works */
  "GET /health": {
    id: "readHealth";
    input: Record<never, never>;
    answer: Health;
  };
  /** Whether the server works */
  "GET /healthz": {
    id: "readHealthz";
    input: Record<never, never>;
    answer: Health;
  };
  /** Whether the process runs */
  "GET /livez": {
    id: "readLiveness";
    input: Record<never, never>;
    answer: Health;
  };
  /** Whether requests should be sent here */
  "GET /readyz": {
    id: "readReadiness";
    input: Record<never, never>;
    answer: Readiness;
  };
  /** Send a message of MCP */
  "POST /mcp": {
    id: "sendMcpMessage";
    input: {
      query?: {
        /** `minimal` shows four tools instead of all. */
        profile?: "full" | "minimal" | undefined;
      } | undefined;
      body?: unknown | undefined;
    };
    answer: string;
  };
  /** Open a stream of MCP */
  "GET /mcp": {
    id: "openMcpStream";
    input: {
      query?: {
        /** `minimal` shows four tools instead of all. */
        profile?: "full" | "minimal" | undefined;
      } | undefined;
    };
    answer: string;
  };
  /** End a session of MCP */
  "DELETE /mcp": {
    id: "endMcpSession";
    input: {
      query?: {
        /** `minimal` shows four tools instead of all. */
        profile?: "full" | "minimal" | undefined;
      } | undefined;
    };
    answer: string;
  };
  /** Send a message of MCP */
  "POST /mcp/{client}/{workspace}": {
    id: "sendPersonalMcpMessage";
    input: {
      params: {
        /** The program, as memories shall name it: claude, cursor. */
        client: string;
        /** The workspace, by id or slug. */
        workspace: string;
      };
      query?: {
        /** `minimal` shows four tools instead of all. */
        profile?: "full" | "minimal" | undefined;
      } | undefined;
      body?: unknown | undefined;
    };
    answer: string;
  };
  /** Open a stream of MCP */
  "GET /mcp/{client}/{workspace}": {
    id: "openPersonalMcpStream";
    input: {
      params: {
        /** The program, as memories shall name it: claude, cursor. */
        client: string;
        /** The workspace, by id or slug. */
        workspace: string;
      };
      query?: {
        /** `minimal` shows four tools instead of all. */
        profile?: "full" | "minimal" | undefined;
      } | undefined;
    };
    answer: string;
  };
  /** End a session of MCP */
  "DELETE /mcp/{client}/{workspace}": {
    id: "endPersonalMcpSession";
    input: {
      params: {
        /** The program, as memories shall name it: claude, cursor. */
        client: string;
        /** The workspace, by id or slug. */
        workspace: string;
      };
      query?: {
        /** `minimal` shows four tools instead of all. */
        profile?: "full" | "minimal" | undefined;
      } | undefined;
    };
    answer: string;
  };
  /** Read this document */
  "GET /openapi.json": {
    id: "readOpenApi";
    input: Record<never, never>;
    answer: {
      /** The version of OpenAPI. */
      openapi: string;
      [name: string]: unknown;
    };
  };
}

/** The routes that answer with bytes: what each takes. */
export interface StreamRoutes {
  /** Export memories */
  "POST /v1/export": {
    id: "exportMemories";
    input: {
      body?: ExportBody | undefined;
    };
  };
  /** Export the audit log */
  "GET /v1/audit/export": {
    id: "exportAudit";
    input: {
      query?: {
        /** Only what follows on this `seq`, for those who fetched the rest before. */
        after?: number | undefined;
      } | undefined;
    };
  };
  /** Export everything of your account */
  "POST /v1/account/export": {
    id: "exportAccount";
    input: Record<never, never>;
  };
  /** Prometheus metrics */
  "GET /metrics": {
    id: "readMetrics";
    input: Record<never, never>;
  };
}

/** The routes that take an `Idempotency-Key`. */
export const KEYED_ROUTES: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "POST /v1/store",
  "POST /v1/forget",
  "POST /v1/memories",
  "PATCH /v1/memories/{id}",
  "DELETE /v1/memories/{id}",
  "POST /v1/memories/{id}/restore",
  "POST /v1/batch",
  "DELETE /v1/groups/{name}",
  "POST /v1/relationships",
  "DELETE /v1/relationships/{id}",
  "POST /v1/import",
  "POST /v1/api-keys",
  "POST /v1/api-keys/{id}/rotate",
  "POST /v1/workspaces",
  "POST /v1/workspaces/{workspace}/transfer",
  "POST /v1/workspaces/{workspace}/invitations",
  "POST /v1/invitations/accept",
]);
