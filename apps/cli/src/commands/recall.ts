import type { Filter } from "@loci/sdk";
import { defineCommand } from "../arguments/command.ts";
import { readTextOrInput } from "../desk.ts";
import { GROUP_OPTION, readNumber, readObject, readTime, readTrust, TRUSTS, TYPES } from "./fields.ts";
import { toShownText, toShownTime } from "./shown.ts";

export const recall = defineCommand({
  takes: "QUESTION|-",
  count: [1, Infinity],
  about: "Finds the memories that answer a question in plain words, the best first. None is an answer too.",
  options: {
    group: { ...GROUP_OPTION, means: "Look only in this group" },
    limit: { type: "string", short: "n", value: "N", means: "How many, 1 to 100; 10 unless said" },
    type: { type: "string", short: "t", value: "TYPE", multiple: true, completes: TYPES, means: "Only of this type; give it as often as you like" },
    tag: { type: "string", value: "TAG", multiple: true, means: "Only with this label; with all of them, of several" },
    since: { type: "string", value: "TIME", means: "Only what occurred then or after: a time, a day, or how long ago (7d)" },
    until: { type: "string", value: "TIME", means: "Only what occurred before" },
    filter: { type: "string", value: "JSON", means: "Only what meets this condition" },
    "min-score": { type: "string", value: "SCORE", means: "Leave out what scores less" },
    "min-trust": { type: "string", value: "WHO", completes: TRUSTS, means: "Leave out what is trusted less" },
    explain: { type: "boolean", means: "With --json: the parts of each score" },
  },
  examples: ['loci recall "What does Ada drink?"', 'loci recall "open tasks" --since 7d --json | jq -r .content'],
  run: async (desk, { values, positionals }) => {
    const query = await readTextOrInput(desk, positionals.join(" "), "the question");
    const body = {
      query,
      group: values.group, types: values.type, tags: values.tag, explain: values.explain,
      limit: readNumber("limit", values.limit, { min: 1, max: 100, whole: true }),
      since: readTime("since", values.since, -1), until: readTime("until", values.until, -1),
      filter: readObject("filter", values.filter) as Filter | undefined,
      min_score: readNumber("min-score", values["min-score"], { min: 0, max: Number.MAX_SAFE_INTEGER }),
      min_trust: readTrust("min-trust", values["min-trust"]),
    };
    const loci = await desk.connect();
    const { memories } = await loci.recall(body);
    await desk.output.rows(memories, ["SCORE", "ID", "GROUP", "TYPE", "WHEN", "TEXT"], (memory) => [
      memory.score.toFixed(2), memory.id, memory.group, memory.type, toShownTime(memory.occurred_at ?? memory.created_at), toShownText(memory),
    ], "Nothing is remembered about that.");
  },
});
