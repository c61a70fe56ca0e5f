import type { Memory, RecalledMemory } from "@loci/sdk";
import * as z from "zod";
import { clean, cleanLine } from "./clean.ts";
import { toFenced } from "./fence.ts";

/** A memory as a tool shows it: its text, and who stands behind it. */
export const Item = z.object({
  id: z.string(),
  content: z.string(),
  cut_chars: z.int().optional(),
  type: z.string(),
  group: z.string(),
  tags: z.array(z.string()).optional(),
  speaker: z.string().optional(),
  trust: z.string(),
  source: z.string(),
  created_at: z.string(),
  occurred_at: z.string().optional(),
});
export type Item = z.output<typeof Item>;

/** What an answer holds of texts, in characters: of all together, of one at most, and of one at least. */
const CHARS = { all: 40_000, one: 4_000, least: 200 } as const;

/** Memories as items, in their order. Those that come first get the room that they need; each later one gets a beginning at least. */
export function toItems(memories: readonly (Memory | RecalledMemory)[], { all, one, least }: { all: number; one: number; least: number } = CHARS): Item[] {
  let left = all;
  return memories.map((memory, index) => {
    const waiting = memories.length - index - 1;
    const item = toItem(memory, { charsMax: Math.max(least, Math.min(one, left - waiting * least)) });
    left -= item.content.length;
    return item;
  });
}

/** A memory as an item, with as much of its text as `charsMax` allows, from `offset` on. */
export function toItem(memory: Memory, { offset = 0, charsMax }: { offset?: number; charsMax: number }): Item {
  const { id, content, type, group, tags, speaker = memory.role, trust, source, created_at, occurred_at } = memory;
  const text = clean(content);
  const part = toPart(text, offset, charsMax);
  const cut = text.length - Math.min(offset, text.length) - part.length;
  return {
    id, content: part,
    ...(cut > 0 && { cut_chars: cut }),
    type: cleanLine(type), group: cleanLine(group),
    ...(tags.length > 0 && { tags: tags.map(cleanLine) }),
    ...(speaker !== undefined && { speaker: cleanLine(speaker) }),
    trust, source: toSource(source), created_at,
    ...(occurred_at !== undefined && { occurred_at }),
  };
}

/** A part of a text that does not end between the halves of a character. */
function toPart(text: string, offset: number, charsMax: number): string {
  const end = offset + charsMax;
  const splits = end < text.length && /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
  return text.slice(offset, splits ? end - 1 : end);
}

/** Who may change a memory may change its labels, and its text keeps the trust that it had. */
export const OF_TEXT_ALONE = " (trust is of the text alone)";

/** Labels are short; longer ones could hold sentences, right beside the word of who is trusted. */
const LABEL_CHARS_MAX = 40;
const TAGS_SHOWN_MAX = 10;

const toSource = ({ kind, client, ref }: Memory["source"]): string => cleanLine([[kind, client].filter(Boolean).join("/"), ref].filter(Boolean).join(" "));

/** Items as fenced text; `note` may say more about each, in words of ours. */
export function toItemsText<I extends Item>(items: readonly I[], none: string, note?: (item: I) => string): string {
  return items.length === 0 ? none : toFenced(items.map((item) => toItemLine(item, note?.(item))), OF_TEXT_ALONE);
}

/** An item for a model: who stands behind it first, then its text. */
export function toItemLine(item: Item, note = ""): string {
  const { id, content, cut_chars, type, group, tags = [], speaker, trust, source, created_at, occurred_at } = item;
  const day = (occurred_at ?? created_at).slice(0, 10);
  const labels = tags.length === 0 ? "" : `tags=${toValue(toShownTags(tags))}`;
  const by = speaker === undefined ? "" : `by=${toValue(toLabel(speaker))}`;
  const head = [id, day, toValue(toLabel(type)), `group=${toValue(group)}`, labels, by, `trust=${trust}`, `source=${toValue(source)}`, note].filter(Boolean);
  return `[${head.join(" ")}] ${content}${cut_chars === undefined ? "" : ` … (${cut_chars} more characters)`}`;
}

const toLabel = (text: string): string => (text.length <= LABEL_CHARS_MAX ? text : `${text.slice(0, LABEL_CHARS_MAX - 1).toWellFormed()}…`);

const toShownTags = (tags: readonly string[]): string => [...tags.slice(0, TAGS_SHOWN_MAX).map(toLabel), ...(tags.length > TAGS_SHOWN_MAX ? ["…"] : [])].join(",");

/** A stored word as it is, or in quotes when it holds what could be taken for the end of the head. */
const toValue = (text: string): string => (/^[\p{L}\p{N}_.,:;@/+#-]*$/u.test(text) ? text : JSON.stringify(text));

/** What tells a model that a list goes on; nothing on its last page. */
export const toMore = (next: string | null): string => (next === null ? "" : `\nThere is more: call again with cursor ${next}`);
