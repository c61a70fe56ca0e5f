import { z } from "zod";
import { json } from "../http/route.ts";
import { displayName } from "../memories/fields.ts";
import { WireTime } from "../memories/memory.ts";

// RFC 5321: 256 octets with the angle brackets.
const EMAIL_CHARS_MAX = 254;
const PASSWORD_CHARS_MIN = 8;
const PASSWORD_BYTES_MAX = 256;
const NAME_CHARS_MAX = 100;

export const Email = z.string().trim().toLowerCase().max(EMAIL_CHARS_MAX)
  .pipe(z.email({ error: "must be a mail address such as ada@example.com." }))
  .describe("The mail address; upper and lower case are the same.").meta({ examples: ["ada@example.com"] });

/** Only limits that are no secret: whether it is right is not told by its shape. */
const GivenPassword = z.string().min(1).refine((text) => Buffer.byteLength(text) <= PASSWORD_BYTES_MAX, `may have at most ${PASSWORD_BYTES_MAX} bytes.`);

export const Password = GivenPassword.describe("The password.").meta({ examples: ["correct horse battery"] });

export const NewPassword = GivenPassword
  // Counted as people count: an emoji is one.
  .refine((text) => [...text.normalize("NFKC")].length >= PASSWORD_CHARS_MIN, `must have at least ${PASSWORD_CHARS_MIN} characters.`)
  .describe("The password to be: 8 characters to 256 bytes, whatever they are, but none of those that everybody tries first.").meta({ examples: ["staple by the window"] });

export const Code = z.string().trim().regex(/^\d{6}$/, "must be the six digits from the mail.").describe("The six digits from the mail.").meta({ examples: ["042917"] });
export const LinkToken = z.string().min(1).max(200).describe("What follows `#token=` in the link.").meta({ examples: ["Zm9yIHlvdXIgZXllcyBvbmx5"] });
export const PersonName = displayName(NAME_CHARS_MAX).describe("What the person is called.").meta({ examples: ["Ada"] });

export const Sent = z.strictObject({
  status: z.literal("sent").describe("Always this, whether the address has an account or not."),
  expires_in: z.int().describe("Seconds for which what was mailed works."),
}).meta({ id: "Sent", description: "Something was mailed, if there was anything to mail.", examples: [{ status: "sent", expires_in: 600 }] });

export const sentAnswer = { 202: json(Sent, "On its way. Known and unknown addresses answer alike.") };
export const toSent = (expiresMs: number) => ({ status: 202 as const, body: { status: "sent" as const, expires_in: expiresMs / 1_000 } });

export const Account = z.strictObject({
  id: z.string().describe("The user's id."),
  email: z.string().describe("The mail address, proven."),
  name: z.string().describe("What the person is called."),
  company: z.string().nullable().describe("Where they work, or null."),
  time_zone: z.string().nullable().describe("Their time zone, an IANA name such as Europe/Paris, or null."),
  usage_alerts: z.boolean().describe("Whether they want mails about what they use up."),
  product_news: z.boolean().describe("Whether they want mails about what is new."),
  operator: z.boolean().describe("Whether they run this instance."),
  has_password: z.boolean().describe("Whether they can sign in with a password."),
  has_second_factor: z.boolean().describe("Whether a second factor is asked for."),
  proven_until: WireTime.nullable().describe("Until when what is sensitive works without another proof; null when one is needed now."),
  created_at: WireTime.describe("When the account was made."),
  delete_after: WireTime.nullable().describe("When the account will be erased, where that was asked for."),
}).meta({
  id: "Account",
  description: "The person who is signed in.",
  examples: [{
    id: "usr_019aa5d27c4c7d1eb8a3c0d94b1f8e52", email: "ada@example.com", name: "Ada", company: null, time_zone: "Europe/London", usage_alerts: true, product_news: false, operator: false,
    has_password: true, has_second_factor: false, proven_until: null, created_at: "2026-11-21T07:00:00.000Z", delete_after: null,
  }],
});

const TimeZone = z.string().max(64).refine(isTimeZone, "must be an IANA time zone such as Europe/Paris.").meta({ examples: ["Europe/Paris"] });

export const AccountChange = z.strictObject({
  name: PersonName.optional(),
  company: displayName(200).nullable().optional().describe("Where the person works; null for nowhere."),
  time_zone: TimeZone.nullable().optional().describe("An IANA time zone such as Europe/Paris, or null."),
  usage_alerts: z.boolean().optional().describe("Whether mails about what is used up are wanted."),
  product_news: z.boolean().optional().describe("Whether mails about what is new are wanted."),
}).meta({ id: "AccountChange", description: "What to change; what is left out stays.", examples: [{ time_zone: "Europe/London" }] });

function isTimeZone(name: string): boolean {
  try {
    // Offsets such as +01:00 are taken too, but know no summer.
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
