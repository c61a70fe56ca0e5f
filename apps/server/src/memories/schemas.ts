import { z } from "zod";
import { ROLES } from "@loci/engine";
import {
  Content, GroupName, IDS_MAX, Importance, line, MemoryId, MemoryType, Metadata, QUERY_CHARS_MAX, RECALL_LIMIT_MAX,
  Role, Session, Share, Source, Speaker, Tag, Tags, Time, Title, Trust,
} from "./fields.ts";
import { Filter } from "./filter.ts";
import { pageParams } from "./page.ts";
import { RelationshipType } from "../relationships/type.ts";
import { flagParam, jsonParam, listParam, numberParam } from "../http/query.ts";

const MESSAGES_MAX = 1_000;

/** What can be said of a memory beside its text, alike for one memory and for messages. */
const commonFields = {
  group: GroupName.optional().describe('Whom or what it belongs to: an end user, a project, an agent. "default" unless said, or the key\'s own group.'),
  type: MemoryType.optional(),
  tags: Tags.optional(),
  metadata: Metadata.optional(),
  importance: Importance.optional(),
  source: Source.optional(),
  trust: Trust.optional(),
  session: Session.optional(),
  expires_at: Time.optional().describe("When it is forgotten by itself."),
};

const singleFields = {
  title: Title.optional(),
  speaker: Speaker.optional(),
  role: Role.optional(),
  occurred_at: Time.optional().describe("When it happened or was said; RFC 3339."),
  valid_from: Time.optional().describe("From when it is true; RFC 3339. Kept and filtered by; recall does not look at it unless a filter does."),
  valid_to: Time.optional().describe("Until when it is true; RFC 3339. Kept and filtered by; what is no longer true is better superseded."),
  supersedes: MemoryId.optional().describe("The memory that this one replaces; recall leaves the old one out from then on."),
};

export const NewMemory = z.strictObject({ content: Content, ...commonFields, ...singleFields })
  .superRefine(checkValidity)
  .meta({ id: "NewMemory", description: "A memory to keep.", examples: [{ content: "Ana prefers the window seat.", group: "user:ana", type: "preference" }] });

/** Chat APIs have more roles than a memory: what is neither user nor assistant is kept as `other`. */
const MessageRole = z.enum([...ROLES, "system", "developer", "tool"])
  .transform((role) => (role === "user" || role === "assistant" ? role : "other"))
  .describe("Who said it: user or assistant; system, developer and tool are kept as other.");

const Message = z.strictObject({
  role: MessageRole,
  content: Content,
  speaker: Speaker.optional(),
  occurred_at: Time.optional().describe("When it was said; RFC 3339."),
}).meta({ id: "Message", description: "One message of a conversation." });

const Messages = z.array(Message)
  .min(1)
  .max(MESSAGES_MAX)
  .describe("A conversation, in its order; each message becomes a memory of one session. Instead of `content`.");

export const StoreBody = z.strictObject({ content: Content.optional(), messages: Messages.optional(), ...commonFields, ...singleFields })
  .superRefine(checkStoreForm)
  .superRefine(checkValidity)
  .meta({
    id: "StoreBody",
    description: "One memory (`content`), or the messages of a conversation (`messages`): exactly one of the two.",
    examples: [
      { content: "Ana prefers the window seat.", group: "user:ana", type: "preference" },
      { messages: [{ role: "user", content: "Book me a window seat." }, { role: "assistant", content: "Done." }], group: "user:ana", session: "chat-42" },
    ],
  });
export type StoreBody = z.output<typeof StoreBody>;

type Draft = { content?: unknown; messages?: unknown; valid_from?: string | undefined; valid_to?: string | undefined };

function checkStoreForm(body: Draft, ctx: z.RefinementCtx): void {
  if (body.messages === undefined && body.content === undefined) {
    ctx.addIssue({ code: "custom", path: ["content"], message: "Give the text to keep as `content`, or a conversation as `messages`." });
  }
  if (body.messages === undefined) return;
  const alone = ["content", ...Object.keys(singleFields)].filter((name) => body[name as keyof Draft] !== undefined);
  for (const name of alone) ctx.addIssue({ code: "custom", path: [name], message: `does not go with \`messages\`. ${name === "content" ? "Give one of the two." : "Say it in each message, or leave it out."}` });
}

function checkValidity({ valid_from, valid_to }: Draft, ctx: z.RefinementCtx): void {
  if (valid_from !== undefined && valid_to !== undefined && valid_to < valid_from) {
    ctx.addIssue({ code: "custom", path: ["valid_to"], message: "is before `valid_from`. Swap the two, or leave one out." });
  }
}

const TypeList = z.array(MemoryType).min(1).max(50);
const TagList = z.array(Tag).min(1).max(50);

const Query = z.string()
  .min(1)
  .max(QUERY_CHARS_MAX)
  .refine((text) => text === "" || text.trim() !== "", "may not be only spaces: ask something.")
  .describe("The question, in plain words.")
  .meta({ examples: ["Where does Ana like to sit?"] });

export const RecallBody = z.strictObject({
  query: Query,
  group: GroupName.optional().describe("Look only in this group; the whole workspace unless said, or the key's own group."),
  limit: z.int().min(1).max(RECALL_LIMIT_MAX).default(10)
    .describe(`How many memories to answer with, 1 to ${RECALL_LIMIT_MAX}; 10 unless said.`),
  filter: Filter.optional().describe("Only memories that meet this condition."),
  types: TypeList.optional().describe("Only memories of one of these types."),
  tags: TagList.optional().describe("Only memories with all of these tags."),
  since: Time.optional().describe("Only memories that occurred at this time or after."),
  until: Time.optional().describe("Only memories that occurred before this time."),
  asked_at: Time.optional().describe('The time that "last week" in the query is relative to; now unless said.'),
  min_score: z.number().min(0).optional().describe("Leave out what scores less."),
  min_trust: Trust.optional().describe("Leave out what is trusted less: web, connector, agent, user."),
  depth: z.int().min(0).max(3).optional().describe("Steps to walk along relationships from the strongest hits, 0 to 3."),
  explain: z.boolean().optional().describe("Answer with the parts of each score."),
  include_superseded: z.boolean().optional().describe("Also find memories that others replaced."),
  include_expired: z.boolean().optional().describe("Also find memories past their expiry, while they are there."),
  channels: z.enum(["both", "text", "vector"]).optional().describe("Search by words and by meaning (both), or by one alone, to compare."),
  recency: Share.optional().describe("Weight of how new a memory is, 0 to 1; 0 unless said."),
  importance: Share.optional().describe("Weight of how important a memory is, 0 to 1; 0 unless said."),
}).superRefine(({ since, until }, ctx) => {
  if (since !== undefined && until !== undefined && until < since) ctx.addIssue({ code: "custom", path: ["until"], message: "is before `since`. Swap the two." });
}).meta({ id: "RecallBody", description: "A question to the memory.", examples: [{ query: "Where does Ana like to sit?", group: "user:ana", limit: 5 }] });

const Matching = z.strictObject({
  query: Query.describe("What the memories to forget are about."),
  group: GroupName.optional().describe("Only in this group."),
  min_score: z.number().min(0).describe("Forget only what scores at least this; look at a dry run first."),
  max: z.int().min(1).max(RECALL_LIMIT_MAX).describe(`Forget this many at most, 1 to ${RECALL_LIMIT_MAX}.`),
});

const FORGET_BY = ["id", "ids", "group", "filter", "matching"] as const;

export const ForgetBody = z.strictObject({
  id: MemoryId.optional().describe("This memory."),
  ids: z.array(MemoryId).min(1).max(IDS_MAX).optional().describe("These memories; ids that are not there are passed over."),
  group: GroupName.optional().describe("Every memory of this group."),
  filter: Filter.optional().describe("Every memory that meets this condition."),
  matching: Matching.optional().describe("By meaning: what a recall of this query finds."),
  dry_run: z.boolean().default(false).describe("Only count what would be forgotten."),
  permanent: z.boolean().default(false).describe("Erase at once, without the 7 days in which restore brings it back."),
}).superRefine((body, ctx) => {
  const given = FORGET_BY.filter((name) => body[name] !== undefined);
  if (given.length !== 1) ctx.addIssue({ code: "custom", path: [given[1] ?? "id"], message: `Say what to forget by exactly one of ${FORGET_BY.join(", ")}${given.length > 1 ? `, not by ${given.join(" and ")}` : ""}.` });
  if (body.filter !== undefined && Object.keys(body.filter).length === 0) {
    ctx.addIssue({ code: "custom", path: ["filter"], message: "An empty filter would forget everything. Name a condition, or forget by group." });
  }
}).meta({ id: "ForgetBody", description: "What to forget, by exactly one of id, ids, group, filter or matching.", examples: [{ group: "user:ana", dry_run: true }] });
export type ForgetBody = z.output<typeof ForgetBody>;

/** A field that `null` takes away. */
const clearable = <Schema extends z.ZodType>(schema: Schema) => schema.nullable().optional();

const patchFields = {
  content: Content.optional(),
  type: MemoryType.optional(),
  title: clearable(Title).describe("A short name for people; null takes it away."),
  tags: Tags.optional().describe("The tags, all of them: they replace the old ones."),
  metadata: Metadata.optional().describe("The metadata, all of it: it replaces the old one."),
  importance: Importance.optional(),
  trust: Trust.optional(),
  session: clearable(Session).describe("The sitting; null takes it away."),
  speaker: clearable(Speaker).describe("Who said it; null takes it away."),
  role: clearable(Role).describe("Who said it in a conversation; null takes it away."),
  occurred_at: clearable(Time).describe("When it happened; null takes it away."),
  valid_from: clearable(Time).describe("From when it is true; null takes it away."),
  valid_to: clearable(Time).describe("Until when it is true; null takes it away."),
  expires_at: clearable(Time).describe("When it is forgotten by itself; null keeps it."),
  version: z.int().min(1).optional().describe("The version that you have read: if it has changed since, the answer is a conflict and nothing happens."),
};

function checkPatch(patch: Record<string, unknown>, ctx: z.RefinementCtx): void {
  const changes = Object.keys(patchFields).filter((name) => name !== "version" && patch[name] !== undefined);
  if (changes.length === 0) ctx.addIssue({ code: "custom", path: [], message: `Say what to change: at least one of ${Object.keys(patchFields).filter((name) => name !== "version").join(", ")}.` });
}

export const PatchBody = z.strictObject(patchFields).superRefine(checkPatch)
  .meta({ id: "MemoryPatch", description: "The fields to change; what is left out stays as it is.", examples: [{ importance: 0.9, tags: ["travel", "seat"] }] });

export const RestoreBody = z.strictObject({
  version: z.int().min(1).optional().describe("Bring back this version; without it the memory comes back as it was when it was forgotten."),
}).meta({ id: "RestoreBody", description: "What to bring back." });

export const ListQuery = z.strictObject({
  group: GroupName.optional().describe("Only memories of this group."),
  type: listParam(MemoryType).optional().describe("Only memories of one of these types; repeat it, or separate with commas."),
  tag: listParam(Tag).optional().describe("Only memories with all of these tags; repeat it, or separate with commas."),
  session: Session.optional().describe("Only memories of this session."),
  contains: line(1_000).optional().describe("Only memories whose text holds this, whatever its case."),
  filter: jsonParam(Filter).optional().describe("A filter as JSON text, URL-encoded."),
  forgotten: flagParam().optional().describe("The forgotten ones that can still be restored, instead of the live ones."),
  include_superseded: flagParam().optional().describe("Also those that others replaced."),
  order: z.enum(["newest", "oldest"]).default("newest").describe("By time of creation; newest unless said."),
  ...pageParams,
  total: flagParam().optional().describe("Also count all that match; it costs a scan."),
});

export const RemoveQuery = z.strictObject({
  dry_run: flagParam().default(false).describe("Only count what would be forgotten."),
  permanent: flagParam().default(false).describe("Erase at once, without the 7 days in which restore brings it back."),
});

export const RelatedQuery = z.strictObject({
  depth: numberParam({ min: 1, max: 5, integer: true }).default(1).describe("Steps to walk, 1 to 5; 1 unless said."),
  type: listParam(RelationshipType).optional().describe("Only along relationships of these types."),
  direction: z.enum(["out", "in", "both"]).default("both").describe("Along relationships from the memory, to it, or both."),
  limit: numberParam({ min: 1, max: RECALL_LIMIT_MAX, integer: true }).default(20).describe(`How many memories, 1 to ${RECALL_LIMIT_MAX}; 20 unless said. The nearest first.`),
});
