import type { Memory } from "@loci/sdk";
import { toOneLine, toShown } from "../output/clean.ts";
import { padToWidth, toWidth } from "../output/width.ts";

/** To the minute, in UTC, as ids and logs have it. */
export const toShownTime = (time: string): string => `${time.slice(0, 10)} ${time.slice(11, 16)}Z`;

export const toShownText = ({ title, content }: Pick<Memory, "title" | "content">): string => (title === undefined ? content : `${title}: ${content}`);

/** Names and what they are, one below the other; what is absent is left out. */
export function toPairs(pairs: readonly (readonly [name: string, value: string | undefined])[]): string[] {
  const present = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined && pair[1] !== "");
  const width = Math.max(...present.map(([name]) => toWidth(name)));
  return present.map(([name, value]) => `${padToWidth(name, width)}  ${toOneLine(value)}`);
}

const NUMBERS = new Intl.NumberFormat("en");
export const toShownNumber = (value: number): string => NUMBERS.format(value);

/** "1 memory", "2 memories". */
export const countOf = (count: number, one: string, many: string): string => `${toShownNumber(count)} ${count === 1 ? one : many}`;

/** All of a memory: what is known of it, then the text in full. */
export function toMemoryLines(memory: Memory): string[] {
  const { source } = memory;
  return [
    ...toPairs([
      ["id", memory.id], ["group", memory.group], ["type", memory.type], ["title", memory.title], ["tags", memory.tags.join(", ")],
      ["importance", String(memory.importance)], ["trust", memory.trust], ["source", [source.kind, source.client, source.ref].filter((part) => part !== undefined).join(" ")],
      ["session", memory.session], ["speaker", memory.speaker], ["role", memory.role],
      ["occurred", toTime(memory.occurred_at)], ["valid from", toTime(memory.valid_from)], ["valid to", toTime(memory.valid_to)], ["expires", toTime(memory.expires_at)],
      ["created", toShownTime(memory.created_at)], ["updated", toTime(memory.updated_at)], ["version", String(memory.version)],
      ["supersedes", memory.supersedes], ["superseded by", memory.superseded_by], ["forgotten", toTime(memory.forgotten_at)],
      ["metadata", Object.keys(memory.metadata).length === 0 ? undefined : JSON.stringify(memory.metadata)],
    ]),
    "",
    toShown(memory.content),
  ];
}

const toTime = (time: string | undefined): string | undefined => (time === undefined ? undefined : toShownTime(time));
