import type { Filter, Memory } from "@loci/sdk";
import { defineCommand } from "../arguments/command.ts";
import { usageError } from "../exit.ts";
import { GROUP_OPTION, readNumber, readObject, TYPES } from "./fields.ts";
import { toShownText, toShownTime } from "./shown.ts";

const PAGE = 50;
const PAGE_MAX = 200;

export const list = defineCommand({
  about: "Lists memories, the newest first.",
  options: {
    group: { ...GROUP_OPTION, means: "Only of this group" },
    type: { type: "string", short: "t", value: "TYPE", multiple: true, completes: TYPES, means: "Only of this type; give it as often as you like" },
    tag: { type: "string", value: "TAG", multiple: true, means: "Only with this label; with all of them, of several" },
    session: { type: "string", value: "NAME", means: "Only of this sitting" },
    contains: { type: "string", value: "TEXT", means: "Only what holds this text, whatever its case" },
    filter: { type: "string", value: "JSON", means: "Only what meets this condition" },
    oldest: { type: "boolean", means: "The oldest first" },
    forgotten: { type: "boolean", means: "Those that were forgotten and can still be restored" },
    superseded: { type: "boolean", means: "Also those that others replaced" },
    limit: { type: "string", short: "n", value: "N", means: `How many; ${PAGE} unless said` },
    all: { type: "boolean", means: "All there are" },
  },
  examples: ["loci list --group user:ada --type preference", "loci list --all --json > memories.jsonl"],
  run: async (desk, { values }) => {
    if (values.all === true && values.limit !== undefined) throw usageError("--all and --limit contradict each other. Give one of them.");
    const count = values.all === true ? Infinity : (readNumber("limit", values.limit, { min: 1, max: 1_000_000, whole: true }) ?? PAGE);
    const query = {
      group: values.group, type: values.type, tag: values.tag, session: values.session, contains: values.contains,
      forgotten: values.forgotten, include_superseded: values.superseded, order: values.oldest === true ? ("oldest" as const) : undefined,
      filter: readObject("filter", values.filter) as Filter | undefined,
      limit: Math.min(count, PAGE_MAX),
    };
    const loci = await desk.connect();
    const pages = loci.memories.list(query);
    let left = count;
    let more = false;
    for await (const { items, next } of pages.pages()) {
      // Page by page, so that no more is held than a page.
      if (items.length > 0 || left === count) await desk.output.rows(items.slice(0, left), HEAD, toCells, "There is no such memory.");
      more = next !== null || items.length > left;
      left -= items.length;
      if (left <= 0) break;
    }
    if (more && !desk.output.json) desk.output.note("There are more: --limit N, or --all.");
  },
});

const HEAD = ["ID", "GROUP", "TYPE", "CREATED", "TEXT"];
const toCells = (memory: Memory): string[] => [memory.id, memory.group, memory.type, toShownTime(memory.created_at), toShownText(memory)];
