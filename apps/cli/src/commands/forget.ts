import type { Filter, ForgetBody, Loci } from "@loci/sdk";
import { defineCommand } from "../arguments/command.ts";
import { confirm, type Desk } from "../desk.ts";
import { usageError } from "../exit.ts";
import { GROUP_OPTION, readNumber, readObject, requireMemoryId } from "./fields.ts";
import { countOf, toShownTime } from "./shown.ts";

const MATCHES = 10;
const MATCHES_MAX = 100;

export const forget = defineCommand({
  takes: "ID... | --group NAME | --filter JSON | --matching QUERY",
  count: [0, 1_000],
  about: `Forgets memories: those of the ids given, or many at once. For 7 days they can be restored, unless --permanent.
Many at once must be confirmed by the group's name, or by how many there are; --dry-run counts them.`,
  options: {
    group: { ...GROUP_OPTION, means: "Every memory of this group" },
    filter: { type: "string", value: "JSON", means: "Every memory that meets this condition" },
    matching: { type: "string", value: "QUERY", means: "What a recall of this finds, and scores at least --min-score" },
    "min-score": { type: "string", value: "SCORE", means: "With --matching, where it is required" },
    max: { type: "string", value: "N", means: `With --matching: this many at most, 1 to ${MATCHES_MAX}; ${MATCHES} unless said` },
    "dry-run": { type: "boolean", means: "Only count" },
    permanent: { type: "boolean", means: "Erase at once and for good" },
    confirm: { type: "string", value: "WHAT", means: "For many at once: the group's name, or how many there are" },
  },
  examples: ["loci forget mem_…", "loci forget --group user:ada --confirm user:ada", `loci forget --filter '{"type":"task"}' --dry-run`],
  run: async (desk, { values, positionals }) => {
    const matching = values.matching === undefined ? undefined : readMatching(values);
    const filter = readObject("filter", values.filter) as Filter | undefined;
    const ids = positionals.length === 0 ? undefined : positionals.map(requireMemoryId);
    const bulk = matching !== undefined || filter !== undefined;
    requireOne([ids, matching, filter, matching === undefined ? values.group : undefined]);
    const target: ForgetBody = { ...(ids?.length === 1 ? { id: ids[0] } : { ids }), matching, filter, ...(ids === undefined && !bulk && { group: values.group }), permanent: values.permanent };
    const loci = await desk.connect();
    if (values["dry-run"] !== true) await confirmTarget(desk, loci, { target, given: values.confirm });
    const receipt = await loci.forget({ ...target, dry_run: values["dry-run"] });
    const { forgotten, restorable_until } = receipt;
    await desk.output.answer(receipt, () => {
      if (receipt.dry_run) return `${countOf(forgotten.memories, "memory", "memories")} would be forgotten.`;
      return `Forgot ${countOf(forgotten.memories, "memory", "memories")}.${restorable_until === null || forgotten.memories === 0 ? "" : ` Until ${toShownTime(restorable_until)} each can be brought back: loci restore ID`}`;
    });
  },
});

interface MatchingValues {
  matching?: string | undefined;
  group?: string | undefined;
  "min-score"?: string | undefined;
  max?: string | undefined;
}

function readMatching({ matching: query = "", group, "min-score": score, max }: MatchingValues): NonNullable<ForgetBody["matching"]> {
  const min_score = readNumber("min-score", score, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (min_score === undefined) throw usageError("--matching wants --min-score: without it everything is near enough. Look at the scores first: loci recall QUERY");
  return { query, group, min_score, max: readNumber("max", max, { min: 1, max: MATCHES_MAX, whole: true }) ?? MATCHES };
}

function requireOne(given: readonly unknown[]): void {
  const count = given.filter((value) => value !== undefined).length;
  if (count === 1) return;
  throw usageError(count === 0 ? "Say what to forget: ids, --group, --filter or --matching." : "Say in one way what to forget: ids, --group, --filter or --matching.", { hint: "See: loci forget --help" });
}

interface ToConfirm {
  target: ForgetBody;
  given: string | undefined;
}

/** Throws unless a person, or an option, has agreed to just this. */
async function confirmTarget(desk: Desk, loci: Loci, { target, given }: ToConfirm): Promise<void> {
  const { ids, id, group, permanent } = target;
  const count = id === undefined ? (await loci.forget({ ...target, dry_run: true })).forgotten.memories : 1;
  const question = `${permanent === true ? "Erase for good" : "Forget"} ${countOf(count, "memory", "memories")}`;
  if (ids !== undefined || id !== undefined) return confirm(desk, question, "Nothing was forgotten.");
  const wanted = group ?? String(count);
  const answer = given ?? (desk.mayAsk ? await desk.ask(`${question}${group === undefined ? "" : ` of the group ${group}`}? Type ${wanted} to go on: `) : undefined);
  if (answer === undefined) throw usageError(`${question}? Nobody can be asked here.`, { hint: `Confirm it: --confirm ${wanted}` });
  if (answer.trim() !== wanted) throw usageError(`"${answer}" is not what had to be confirmed, so nothing was forgotten.`, { hint: `${question}: --confirm ${wanted}` });
}
