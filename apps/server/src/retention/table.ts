import { DAY_MS, HOUR_MS } from "@loci/kit/clock";
import { sql, type RawBuilder } from "kysely";
import type { ControlTables } from "../control/tables.ts";
import { ACCOUNT_GRACE_MS } from "../leaving/service.ts";
import { IDLE_MAX_MS } from "../sessions/verifier.ts";

/** Rows that go once they are old enough. */
interface RowRule {
  way: "delete_rows";
  table: keyof ControlTables;
  /** What a row is told by. */
  key: readonly string[];
  /** The time from which `keptMs` counts. */
  since: RawBuilder<string | null>;
  /** Only those that meet this. */
  only?: RawBuilder<boolean>;
}

/** What goes otherwise: links of audit chains, whose heads stay; accounts and workspaces, each by a job; or nothing, for it is not kept here. */
type Rule = RowRule | { way: "shorten_audit" } | { way: "erase_accounts" } | { way: "not_kept_here" };

export interface Retention {
  name: string;
  what: string;
  keptMs: number;
  /** What has to happen before the time counts. */
  after: string;
  rule: Rule;
}

const NO_TIME = 0;
const AT_ITS_END = "its end";
const YEAR_MS = 365 * DAY_MS;

const rows = (table: keyof ControlTables, since: RawBuilder<string | null>, more: Partial<Pick<RowRule, "key" | "only">> = {}): RowRule => ({ way: "delete_rows", table, key: ["id"], since, ...more });

/** What is kept how long, all of it: the one job of `enforce.ts` goes over this list. */
export const RETENTION: readonly Retention[] = [
  { name: "proofs", what: "Codes of six digits that were mailed.", keptMs: NO_TIME, after: AT_ITS_END, rule: rows("proofs", sql`expires_at`) },
  { name: "verifications", what: "Links and challenges of signing in.", keptMs: NO_TIME, after: AT_ITS_END, rule: rows("verifications", sql`expires_at`) },
  { name: "spent_totp_codes", what: "That a code of an authenticator was used.", keptMs: DAY_MS, after: "its use", rule: rows("spent_totp_codes", sql`at`, { key: ["user_id", "code_hash"] }) },
  { name: "sessions", what: "Sessions, with address and program.", keptMs: NO_TIME, after: AT_ITS_END, rule: rows("sessions", sql`expires_at`) },
  { name: "idle_sessions", what: "Sessions that nobody uses, with address and program.", keptMs: IDLE_MAX_MS, after: "its last use", rule: rows("sessions", sql`updated_at`) },
  { name: "kept_answers", what: "Answers to requests with an Idempotency-Key.", keptMs: 48 * HOUR_MS, after: "the request", rule: rows("kept_answers", sql`created_at`, { key: ["caller", "key"] }) },
  { name: "done_jobs", what: "That a job was done.", keptMs: 7 * DAY_MS, after: AT_ITS_END, rule: rows("jobs", sql`finished_at`, { only: sql`status = 'done'` }) },
  { name: "failed_jobs", what: "Jobs that failed for good, with what they were to do.", keptMs: 30 * DAY_MS, after: AT_ITS_END, rule: rows("jobs", sql`finished_at`, { only: sql`status = 'failed'` }) },
  { name: "mails", what: "Mails, by address and kind.", keptMs: 30 * DAY_MS, after: "it was written", rule: rows("mails", sql`created_at`) },
  { name: "former_addresses", what: "Addresses that an account had before.", keptMs: 30 * DAY_MS, after: "the change", rule: rows("former_addresses", sql`changed_at`, { key: ["user_id", "email"] }) },
  { name: "invitations", what: "Invitations, by address.", keptMs: 90 * DAY_MS, after: "it was accepted or revoked, or ran out", rule: rows("invitations", sql`coalesce(revoked_at, accepted_at, expires_at)`) },
  { name: "consents", what: "Questions whether an app may in.", keptMs: HOUR_MS, after: AT_ITS_END, rule: rows("consents", sql`expires_at`) },
  { name: "authorization_codes", what: "Codes that apps turn into tokens.", keptMs: HOUR_MS, after: AT_ITS_END, rule: rows("authorization_codes", sql`expires_at`, { key: ["code_hash"] }) },
  // An hour more than needed: the clocks of several servers are not one.
  { name: "spent_assertions", what: "That an app has proved itself by something.", keptMs: HOUR_MS, after: AT_ITS_END, rule: rows("spent_assertions", sql`expires_at`, { key: ["assertion_hash"] }) },
  { name: "device_codes", what: "Devices that asked to be let in, with address.", keptMs: HOUR_MS, after: AT_ITS_END, rule: rows("device_codes", sql`expires_at`, { key: ["device_hash"] }) },
  // A refresh token ends with its sign-in, so that one that comes again is known as long.
  { name: "tokens", what: "Hashes of the tokens of apps.", keptMs: NO_TIME, after: AT_ITS_END, rule: rows("tokens", sql`expires_at`, { key: ["token_hash"] }) },
  { name: "token_families", what: "Sign-ins of apps.", keptMs: 90 * DAY_MS, after: AT_ITS_END, rule: rows("token_families", sql`coalesce(ended_at, expires_at)`) },
  { name: "connections", what: "Apps that were connected.", keptMs: 90 * DAY_MS, after: "it was revoked", rule: rows("connections", sql`revoked_at`) },
  { name: "clients", what: "Apps that nobody is connected to.", keptMs: 30 * DAY_MS, after: "its last use",
    rule: rows("clients", sql`coalesce(last_used_at, created_at)`, { only: sql`kind <> 'own' and not exists (select 1 from connections where connections.client_id = clients.id)` }) },
  { name: "audit", what: "The audit log.", keptMs: 2 * YEAR_MS, after: "the event", rule: { way: "shorten_audit" } },
  { name: "accounts", what: "Accounts and workspaces, with everything in them.", keptMs: ACCOUNT_GRACE_MS, after: "their owner deleted them", rule: { way: "erase_accounts" } },
  // A line per request goes to the standard output, with ids of users and keys and nothing else of them.
  { name: "request_log", what: "The log of requests.", keptMs: 90 * DAY_MS, after: "the request", rule: { way: "not_kept_here" } },
];
