import { defineCommand } from "../arguments/command.ts";
import { readTextOrInput } from "../desk.ts";
import { usageError } from "../exit.ts";
import { readNumber, readObject, readTime, readTrust, requireMemoryId, TRUSTS, TYPES } from "./fields.ts";

export const update = defineCommand({
  takes: "ID [TEXT|-]",
  count: [1, Infinity],
  about: "Changes what is given of a memory; the rest stays, and the memory as it was is kept in its history.",
  options: {
    type: { type: "string", short: "t", value: "TYPE", completes: TYPES, means: "What kind of memory it is" },
    tag: { type: "string", value: "TAG", multiple: true, means: "The labels, all of them; --no-tags takes them away" },
    "no-tags": { type: "boolean", means: "No labels" },
    title: { type: "string", value: "TEXT", means: 'A short name for people; "" takes it away' },
    importance: { type: "string", value: "0..1", means: "How much it matters" },
    trust: { type: "string", value: "WHO", completes: TRUSTS, means: "Who stands behind it: web, connector, agent or user" },
    metadata: { type: "string", value: "JSON", means: "Your own fields, all of them" },
    expires: { type: "string", value: "TIME", means: "When it is forgotten by itself: a time, a day, a span (30d), or never" },
    "if-version": { type: "string", value: "N", means: "Only if this is still its version" },
  },
  examples: ['loci update mem_… "Ada prefers green tea." --importance 0.8', "loci update mem_… --tag food --tag drink"],
  run: async (desk, { values, positionals: [id = "", ...words] }) => {
    requireMemoryId(id);
    if (values.tag !== undefined && values["no-tags"] === true) throw usageError("--tag and --no-tags contradict each other. Give one of them.");
    const patch = {
      content: words.length === 0 ? undefined : await readTextOrInput(desk, words.join(" "), "the text"),
      type: values.type,
      tags: values["no-tags"] === true ? [] : values.tag,
      title: values.title === "" ? null : values.title,
      importance: readNumber("importance", values.importance, { min: 0, max: 1 }),
      trust: readTrust("trust", values.trust),
      metadata: readObject("metadata", values.metadata),
      expires_at: values.expires === "never" ? null : readTime("expires", values.expires, 1),
    };
    if (Object.values(patch).every((value) => value === undefined)) throw usageError("Say what to change: a new text, or an option such as --importance 0.8.", { hint: "See: loci update --help" });
    const version = readNumber("if-version", values["if-version"], { min: 1, max: Number.MAX_SAFE_INTEGER, whole: true });
    const loci = await desk.connect();
    const receipt = await loci.memories.update(id, { ...patch, version });
    await desk.output.answer(receipt, () => `${receipt.memory.id} ${receipt.status}, version ${receipt.memory.version}`);
  },
});
