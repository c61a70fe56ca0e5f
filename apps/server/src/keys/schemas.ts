import { z } from "zod";
import { listParam } from "../http/query.ts";
import { displayName, GroupName, line, readTime } from "../memories/fields.ts";
import { WireTime } from "../memories/memory.ts";
import { pageParams } from "../memories/page.ts";
import { SCOPES } from "../policy/permissions.ts";
import { findAddressFault } from "./ip-allow.ts";
import { EXPIRING_DAYS, KEY_STATES, UNUSED_DAYS } from "./key.ts";
import { DEFAULT_LIFE_DAYS } from "./service.ts";

const ADDRESSES_MAX = 50;
const TAGS_MAX = 20;
export const GRACE_HOURS_MAX = 72;

const Name = displayName(100).describe("What people call it: the program or place that uses it.").meta({ examples: ["support bot"] });

const Scopes = z.union([z.literal("all"), z.array(z.enum(SCOPES)).min(1).transform((scopes) => SCOPES.filter((scope) => scopes.includes(scope)))], { error: 'must be "all", or a list of at least one scope.' })
  .describe('What it may do: a list of scopes, or "all" for everything that you may give.')
  .meta({ examples: [["memories:read", "memories:write"]] });

/** `null` is never. */
const Expiry = z.string()
  .transform((text, ctx) => {
    const time = text === "never" ? null : readTime(text);
    if (time !== null || text === "never") return time;
    ctx.addIssue({ code: "custom", message: 'must be a time in RFC 3339, for example "2027-02-19T00:00:00Z", or "never".' });
    return z.NEVER;
  })
  .meta({ examples: ["2027-02-19T00:00:00Z"] });

const Address = z.string().max(50).superRefine((entry, ctx) => {
  const fault = findAddressFault(entry);
  if (fault !== null) ctx.addIssue({ code: "custom", message: fault });
});
const IpAllow = z.array(Address).max(ADDRESSES_MAX)
  .describe("The only addresses and CIDR blocks that it may be used from; an empty list is anywhere.")
  .meta({ examples: [["203.0.113.7", "2001:db8::/32"]] });

const Note = z.string().max(1_000).refine((text) => !/(?!\n)\p{Cc}/u.test(text), "may not hold control characters but line breaks.").nullable()
  .describe("Anything worth knowing about it.").meta({ examples: ["Asked for by Ana, see ticket 118."] });
const KeyTags = z.array(line(50)).max(TAGS_MAX).transform((tags) => [...new Set(tags)]).describe("Labels, to find it by.").meta({ examples: [["production"]] });

export const NewKeyBody = z.strictObject({
  name: Name,
  scopes: Scopes,
  group: GroupName.optional().describe("Binds it to one group: it sees and writes nothing else."),
  mode: z.enum(["live", "test"]).optional().describe("A test key works on a store of its own and is never billed; live unless said."),
  expires_at: Expiry.optional().describe(`When it ends: a time, or "never". ${DEFAULT_LIFE_DAYS} days from now unless said, or earlier when the key that makes it ends earlier.`),
  ip_allow: IpAllow.optional(),
  note: Note.optional(),
  tags: KeyTags.optional(),
}).meta({ id: "NewApiKey", description: "The key to make.", examples: [{ name: "support bot", scopes: ["memories:read", "memories:write"], group: "user:ana" }] });

const patchFields = { name: Name.optional(), scopes: Scopes.optional(), expires_at: Expiry.optional().describe('When it ends: a time, or "never".'), ip_allow: IpAllow.optional(), note: Note.optional(), tags: KeyTags.optional() };

export const KeyPatchBody = z.strictObject(patchFields)
  .refine((patch) => Object.keys(patch).length > 0, `Say what to change: at least one of ${Object.keys(patchFields).join(", ")}.`)
  .meta({ id: "ApiKeyPatch", description: "The fields to change; what is left out stays as it is. Group and mode cannot change: make another key.", examples: [{ name: "support bot, blue", ip_allow: ["203.0.113.0/24"] }] });

export const RotateBody = z.strictObject({
  grace_hours: z.int().min(0).max(GRACE_HOURS_MAX).default(24).describe(`How long the old key works beside the new one, 0 to ${GRACE_HOURS_MAX} hours; 24 unless said.`),
  expires_at: Expiry.optional().describe('When the new key ends: a time, or "never". When the old one would have ended, unless said.'),
}).meta({ id: "RotateApiKey", description: "How to hand over.", examples: [{ grace_hours: 24 }] });

export const KeyListQuery = z.strictObject({
  state: listParam(z.enum(KEY_STATES)).optional().describe("Only keys in one of these states; repeat it, or separate with commas."),
  ...pageParams,
});

const keyFields = {
  id: z.string().describe("The key's id, which stands in logs and in the ledger; it is no secret."),
  workspace_id: z.string().describe("The workspace that it belongs to."),
  name: z.string().describe("What people call it."),
  starts_with: z.string().describe("Its beginning, by which people tell keys apart; the rest is shown once, when it is made."),
  state: z.enum(KEY_STATES).describe(`active; expiring (ends within ${EXPIRING_DAYS} days); rotating (another took its place, and it works until \`expires_at\`); expired; revoked.`),
  scopes: z.array(z.enum(SCOPES)).describe("What it may do."),
  group: z.string().nullable().describe("The only group that it sees, or null for all of them."),
  mode: z.enum(["live", "test"]).describe("A test key works on a store of its own."),
  expires_at: WireTime.nullable().describe("When it ends; null is never."),
  ip_allow: z.array(z.string()).describe("The only addresses that it may be used from; empty is anywhere."),
  created_at: WireTime.describe("When it was made."),
  created_by: z.strictObject({
    id: z.string().describe("The person (usr_…) or key (key_…)."),
    name: z.string().nullable().describe("Their name, for members to see; null when they are gone."),
  }).nullable().describe("Who made it; null for the operator of the server."),
  last_used_at: WireTime.nullable().describe("When it was last used, a minute behind at most; null is never."),
  revoked_at: WireTime.nullable().describe("When it was revoked."),
  replaced_by: z.string().nullable().describe("The key that took its place at a rotation."),
  note: z.string().nullable().describe("Anything worth knowing about it."),
  tags: z.array(z.string()).describe("Labels."),
  hint: z.string().nullable().describe(`What to look at: a key that was not used for ${UNUSED_DAYS} days says so.`),
};

export const ApiKey = z.strictObject(keyFields).meta({ id: "ApiKey", description: "An API key, without its secret." });

const createdFields = {
  ...keyFields,
  secret: z.string().describe("The whole key, as it goes into `Authorization: Bearer …`. It is shown this once and kept nowhere."),
  warning: z.string().optional().describe("What is unwise about it: a key that never ends, or that ends soon."),
};

export const CreatedApiKey = z.strictObject(createdFields).meta({ id: "CreatedApiKey", description: "A new API key with its secret, for the only time." });

export const RotatedApiKey = z.strictObject({ ...createdFields, replaces: ApiKey.describe("The old key, with the time up to which it works.") })
  .meta({ id: "RotatedApiKey", description: "The key that takes the place of another, with its secret for the only time." });

export const LeakFeedback = z.array(z.strictObject({
  token_hash: z.string().describe("The SHA-256 of the reported token, in base64."),
  token_type: z.string().describe("The type that it was reported as."),
  label: z.enum(["true_positive", "false_positive"]).describe("Whether it is a key of this server, of whatever state."),
})).meta({ id: "LeakFeedback", description: "What became of each reported token, in the order of the report." });
