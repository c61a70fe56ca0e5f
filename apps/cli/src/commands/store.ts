import { defineCommand } from "../arguments/command.ts";
import { readTextOrInput } from "../desk.ts";
import { GROUP_OPTION, readNumber, readObject, readTime, readTrust, requireMemoryId, TRUSTS, TYPES } from "./fields.ts";

export const store = defineCommand({
  takes: "TEXT|-",
  count: [1, Infinity],
  about: "Keeps a memory. With - the text is read from standard input.",
  options: {
    group: GROUP_OPTION,
    type: { type: "string", short: "t", value: "TYPE", completes: TYPES, means: "What kind of memory it is" },
    tag: { type: "string", value: "TAG", multiple: true, means: "A label; give it as often as you like" },
    title: { type: "string", value: "TEXT", means: "A short name for people" },
    importance: { type: "string", value: "0..1", means: "How much it matters" },
    trust: { type: "string", value: "WHO", completes: TRUSTS, means: "Who stands behind it: web, connector, agent or user" },
    metadata: { type: "string", value: "JSON", means: "Your own fields, as a JSON object" },
    session: { type: "string", value: "NAME", means: "The sitting that it was said in" },
    occurred: { type: "string", value: "TIME", means: "When it happened: a time, a day, or how long ago (3d)" },
    expires: { type: "string", value: "TIME", means: "When it is forgotten by itself: a time, a day, or a span (30d)" },
    supersedes: { type: "string", value: "ID", means: "The memory that it takes the place of" },
    ref: { type: "string", value: "WHERE", means: "Where it comes from: a URL, a path, an id" },
  },
  examples: ['loci store "Ada prefers tea to coffee." --group user:ada', "git log -1 | loci store - --type code_pattern --tag git"],
  run: async (desk, { values, positionals }) => {
    const content = await readTextOrInput(desk, positionals.join(" "), "the text");
    const { ref } = values;
    const body = {
      content,
      group: values.group, type: values.type, tags: values.tag, title: values.title, session: values.session, supersedes: values.supersedes === undefined ? undefined : requireMemoryId(values.supersedes),
      importance: readNumber("importance", values.importance, { min: 0, max: 1 }),
      trust: readTrust("trust", values.trust),
      metadata: readObject("metadata", values.metadata),
      occurred_at: readTime("occurred", values.occurred, -1),
      expires_at: readTime("expires", values.expires, 1),
      ...(ref !== undefined && { source: { ref } }),
    };
    const loci = await desk.connect();
    const receipt = await loci.store(body);
    await desk.output.answer(receipt, () => `${receipt.memory.id} ${receipt.status} in ${receipt.memory.group}`);
  },
});
