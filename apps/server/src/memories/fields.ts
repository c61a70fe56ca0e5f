import { z } from "zod";
import { MEMORY_LIMITS, MEMORY_TYPES, ROLES, TRUST_LEVELS } from "@loci/engine";

export const { content_bytes: CONTENT_BYTES_MAX, metadata_bytes: METADATA_BYTES_MAX, tags: TAGS_MAX } = MEMORY_LIMITS;
export const RECALL_LIMIT_MAX = 100;
export const PAGE_LIMIT_MAX = 200;
export const IDS_MAX = 1_000;
/** A query is a question, not a document: this bounds what one search can cost. */
export const QUERY_CHARS_MAX = 10_000;

const CONTROL = /\p{Cc}/u;

const bytesOf = (text: string): number => Buffer.byteLength(text, "utf8");

/** An empty text has a fault of its own. */
const isNotBlank = (text: string): boolean => text === "" || text.trim() !== "";

/** Text on one line, `charsMax` long at most, that is more than spaces. */
export const line = (charsMax: number) =>
  z.string()
    .min(1)
    .max(charsMax)
    .refine(isNotBlank, "may not be only spaces.")
    .refine((text) => !CONTROL.test(text), "may not hold control characters such as line breaks.");

// Controls of direction turn around what stands beside a name.
const UNFIT_FOR_NAMES = /[\p{Bidi_Control}\p{Zl}\p{Zp}]/u;

/** What people call a person or a thing; it stands in other people's pages and mails. */
export const displayName = (charsMax: number) => line(charsMax).refine((text) => !UNFIT_FOR_NAMES.test(text), "may not hold characters that change the direction of text.");

export const MemoryId = z.string()
  .regex(/^mem_[0-9a-f]{32}$/, "must be the id of a memory: mem_ and 32 hexadecimal digits, as store and recall answer it.")
  .meta({ examples: ["mem_019aa5d27c4c7d1eb8a3c0d94b1f8e52"] });

/** An id in a path is not checked: whatever is not there answers alike. */
export const IdParam = z.strictObject({ id: z.string().describe("The id, as the answer that created it says.") });

export const GroupName = line(200)
  .refine((name) => name === name.trim(), "may not begin or end with a space.")
  .describe("Whom or what the memory belongs to: an end user, a project, an agent. Recall sees one group at a time when asked to.")
  .meta({ examples: ["user:ana"] });

export const Content = z.string()
  .min(1)
  .refine(isNotBlank, "may not be only spaces.")
  .superRefine((text, ctx) => {
    const bytes = bytesOf(text);
    if (bytes <= CONTENT_BYTES_MAX) return;
    const message = `is ${bytes} bytes of UTF-8; a memory holds ${CONTENT_BYTES_MAX} at most. Split it into several memories.`;
    ctx.addIssue({ code: "custom", params: { code: "too_large" }, message });
  })
  .describe("The text itself, 1 MB (1,048,576 bytes of UTF-8) at most.")
  .meta({ examples: ["Ana moved to Lisbon in May and prefers the window seat."] });

export const MemoryType = z.string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, `must be one lower-case word such as ${MEMORY_TYPES.slice(0, 3).join(", ")}: a letter, then letters, digits and _, 64 at most.`)
  .describe(`What kind of memory it is: ${MEMORY_TYPES.join(", ")}, or any other lower-case word.`)
  .meta({ examples: ["preference"] });

export const Title = line(500).describe("A short name for people.").meta({ examples: ["Seat preference"] });

export const Tag = line(100);
export const Tags = z.array(Tag)
  .max(TAGS_MAX)
  .describe("Labels to filter by; a tag given twice counts once.")
  .meta({ examples: [["travel"]] });

export const Metadata = z.record(z.string(), z.unknown())
  .superRefine((value, ctx) => {
    const bytes = bytesOf(JSON.stringify(value));
    if (bytes <= METADATA_BYTES_MAX) return;
    const message = `is ${bytes} bytes as JSON; metadata holds ${METADATA_BYTES_MAX} at most. Keep the rest where it is and store a reference.`;
    ctx.addIssue({ code: "custom", params: { code: "too_large" }, message });
  })
  .describe("Your own fields, 16 KB (16,384 bytes) as JSON at most. Filters reach them as metadata.name.")
  .meta({ examples: [{ trip: "lisbon" }] });

export const Share = z.number().min(0).max(1);
export const Importance = Share.describe("How much it matters, from 0 to 1; 0.5 where nobody says.").meta({ examples: [0.7] });

export const Trust = z.enum(TRUST_LEVELS)
  .describe("Who stands behind it, from the least trusted to the most: web, connector, agent, user.");

export const Role = z.enum(ROLES).describe("Who said it in a conversation.");

export const Session = line(200)
  .describe("The sitting this was said in; recall looks at the previous and the next memory of the same session.")
  .meta({ examples: ["chat-42"] });

export const Speaker = line(200).describe("Who said it, by name.").meta({ examples: ["Ana"] });

/** Reads a time of RFC 3339, or a date alone (its midnight, UTC); gives UTC with milliseconds, as everything kept. */
export const Time = z.string()
  .meta({ format: "date-time", examples: ["2026-05-08T09:30:00Z"] })
  .transform((text, ctx) => {
    const time = readTime(text);
    if (time !== null) return time;
    ctx.addIssue({ code: "custom", message: `must be a time in RFC 3339, for example "2026-11-21T07:00:00Z" or "2026-11-21".` });
    return z.NEVER;
  });

const RFC3339 = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

/** The time as kept, or `null` where the text is not one. */
export function readTime(text: string): string | null {
  if (!RFC3339.safeParse(text).success) return null;
  const kept = new Date(text).toISOString();
  // An offset can push a time past year 9999, where text no longer sorts as time.
  return kept.length === 24 ? kept : null;
}

export const Source = z.strictObject({
  kind: MemoryType.exactOptional().describe("How it came in: api, mcp, relay, import, or a connector's name. `api` unless said."),
  client: line(200).exactOptional().describe("The program that sent it; its User-Agent's name unless said."),
  ref: line(1_000).exactOptional().describe("Where it is in the place it comes from: a URL, a message id, a file path."),
}).describe("Where the memory comes from.").meta({ examples: [{ kind: "api", client: "support-bot", ref: "ticket/118" }] });
