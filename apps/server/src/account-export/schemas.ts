import { z } from "zod";
import { WireTime } from "../memories/memory.ts";
import { ROLES } from "../policy/roles.ts";
import { ExportLine } from "../transfer/records.ts";

const time = WireTime.nullable();

const AccountLine = z.strictObject({
  id: z.string().describe("The user's id."),
  email: z.string().describe("The mail address."),
  former_emails: z.array(z.string()).describe("Addresses of the last 30 days before it."),
  name: z.string().describe("What the person is called."),
  company: z.string().nullable().describe("Where they work."),
  time_zone: z.string().nullable().describe("Their time zone."),
  usage_alerts: z.boolean().describe("Whether they want mails about what they use up."),
  product_news: z.boolean().describe("Whether they want mails about what is new."),
  operator: z.boolean().describe("Whether they run the instance."),
  second_factor: z.boolean().describe("Whether a second factor is asked for."),
  created_at: WireTime.describe("When the account was made."),
  updated_at: WireTime.describe("When it was last changed."),
  delete_after: time.describe("When it is erased, where that was asked for."),
}).describe("The account.");

const SessionLine = z.strictObject({
  id: z.string().describe("The session's id."),
  method: z.string().nullable().describe("How it was begun."),
  ip_address: z.string().nullable().describe("From where."),
  user_agent: z.string().nullable().describe("With which program."),
  created_at: WireTime.describe("When it was begun."),
  last_used_at: WireTime.describe("When it was last used, an hour behind at most."),
  proven_at: time.describe("When the person last showed who they are."),
  expires_at: WireTime.describe("When it ends at the latest."),
}).describe("A session that was not yet ended.");

const SignInLine = z.strictObject({
  id: z.string().describe("The id of this way."),
  provider: z.string().describe("credential for a password, else the provider."),
  account_id: z.string().describe("Who the person is there."),
  created_at: WireTime.describe("When it was set up."),
  updated_at: WireTime.describe("When it was last changed."),
}).describe("A way to sign in, without its secret.");

const PasskeyLine = z.strictObject({
  id: z.string().describe("The passkey's id."),
  name: z.string().nullable().describe("What the person calls it."),
  device_type: z.string().describe("Whether it lives in one device or several."),
  backed_up: z.boolean().describe("Whether its device keeps a copy elsewhere."),
  created_at: time.describe("When it was added."),
}).describe("A passkey.");

const WorkspaceLine = z.strictObject({
  id: z.string().describe("The workspace's id."),
  slug: z.string().describe("Its name in URLs, and of its file of memories."),
  name: z.string().describe("What people call it."),
  kind: z.enum(["personal", "team"]).describe("Personal, or a team's."),
  plan: z.string().nullable().describe("Its plan; null is the instance's default."),
  created_at: WireTime.describe("When it was made."),
  delete_after: time.describe("When it is erased, where that was asked for."),
}).describe("A workspace that the person owns.");

const MembershipLine = z.strictObject({
  workspace_id: z.string().describe("The workspace's id."),
  slug: z.string().describe("Its name in URLs."),
  name: z.string().describe("What people call it."),
  role: z.enum(ROLES).describe("What the person is in it."),
  since: WireTime.describe("Since when."),
}).describe("A workspace that the person is in.");

const InvitationLine = z.strictObject({
  id: z.string().describe("The invitation's id."),
  workspace_id: z.string().describe("The workspace that it is to."),
  role: z.enum(ROLES).describe("As what."),
  created_at: WireTime.describe("When it was sent."),
  expires_at: WireTime.describe("Until when it works or worked."),
  accepted_at: time.describe("When it was accepted."),
  revoked_at: time.describe("When it was taken back."),
}).describe("An invitation to the person's address.");

const KeyLine = z.strictObject({
  id: z.string().describe("The key's id."),
  workspace_id: z.string().describe("The workspace that it works in."),
  name: z.string().describe("What people call it."),
  mode: z.enum(["live", "test"]).describe("Which of the workspace's stores it works on."),
  starts_with: z.string().describe("The beginning of the key, by which people tell keys apart."),
  scopes: z.array(z.string()).describe("What it may do."),
  group: z.string().nullable().describe("The only group that it sees, or null."),
  note: z.string().nullable().describe("What people noted about it."),
  tags: z.array(z.string()).describe("Its tags."),
  ip_allow: z.array(z.string()).describe("From where alone it works; empty is anywhere."),
  created_by: z.string().nullable().describe("The user or key that made it."),
  created_at: WireTime.describe("When it was made."),
  expires_at: time.describe("When it ends by itself."),
  revoked_at: time.describe("When it was ended."),
  last_used_at: time.describe("When it was last used."),
}).describe("An API key of a workspace that the person owns, without its secret.");

const ConnectionLine = z.strictObject({
  id: z.string().describe("The connection's id."),
  workspace_id: z.string().describe("The workspace that it works in."),
  client_id: z.string().describe("The app, by its id or the URL of its document."),
  client: z.string().describe("What the app calls itself."),
  label: z.string().describe("What the person calls it."),
  resource: z.string().describe("The address that it was let in to."),
  scopes: z.array(z.string()).describe("What it may do."),
  group: z.string().nullable().describe("The only group that it sees, or null."),
  read_only: z.boolean().describe("Whether it may only read."),
  created_at: WireTime.describe("When it was first allowed."),
  last_used_at: time.describe("When it was last used."),
  revoked_at: time.describe("When it was cut off."),
}).describe("An app that the person connected, without its tokens.");

const ConnectionRequestLine = z.strictObject({
  connection_id: z.string().describe("The connection."),
  workspace_id: z.string().describe("The workspace that it worked in."),
  at: WireTime.describe("When."),
  operation_id: z.string().describe("The operation's id."),
  action: z.string().describe("What it asked for."),
  effect: z.enum(["read", "write"]).describe("Whether it read or wrote."),
  memories: z.array(z.string()).describe("The first 200 memories that it was about, by id."),
  memory_count: z.int().describe("How many memories it was about."),
}).describe("A request of an app that the person connected, of the last 90 days.");

const MailLine = z.strictObject({
  id: z.string().describe("The mail's id."),
  to: z.string().describe("The address."),
  kind: z.string().describe("What it was about."),
  status: z.string().describe("waiting, sent or failed."),
  created_at: WireTime.describe("When it was written."),
  sent_at: time.describe("When it was sent."),
}).describe("A mail to the person in the last 30 days, without its text.");

const AuditLine = z.strictObject({
  chain: z.string().describe("The account or the workspace whose log it stands in."),
  seq: z.int().describe("Its place there."),
  at: WireTime.describe("When it happened."),
  action: z.string().describe("What happened."),
  actor: z.string().describe("Who did it, by id."),
  key_id: z.string().nullable().describe("With which key."),
  target: z.string().nullable().describe("To what it was done, by id."),
  ip: z.string().nullable().describe("From where."),
  user_agent: z.string().nullable().describe("With which program."),
  request_id: z.string().nullable().describe("In which request."),
  details: z.unknown().describe("What else matters."),
  private_salt: z.string().nullable(),
  private_hash: z.string(),
  previous_hash: z.string(),
  hash: z.string(),
}).describe("An event of the account's own log, of a workspace that the person owns, or of another where the person acted.");

/** What a line of each file is. Memories are in files of their own, one for each store. */
export const LINES = {
  account: AccountLine, sessions: SessionLine, sign_ins: SignInLine, passkeys: PasskeyLine, workspaces: WorkspaceLine, memberships: MembershipLine,
  invitations: InvitationLine, keys: KeyLine, connections: ConnectionLine, connection_requests: ConnectionRequestLine, mails: MailLine, audit: AuditLine,
} as const;
export type FileName = keyof typeof LINES;
export type LineOf<Name extends FileName> = z.output<(typeof LINES)[Name]>;

/** The JSON Schema of a line of every file of an export. */
export function toSchemaFile(): string {
  const files = Object.entries(LINES).map(([name, line]): [string, unknown] => [`${name}.jsonl`, z.toJSONSchema(line)]);
  files.push(["memories/*.jsonl", z.toJSONSchema(ExportLine, { io: "input", unrepresentable: "any" })]);
  return `${JSON.stringify({ description: "The JSON Schema of a line of each file.", files: Object.fromEntries(files) }, null, 2)}\n`;
}
