import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { defineCommand } from "../arguments/command.ts";
import { CliError } from "../exit.ts";
import { GROUP_OPTION } from "./fields.ts";
import { countOf } from "./shown.ts";

export const exportMemories = defineCommand({
  takes: "[FILE|-]",
  count: [0, 1],
  about: "Writes all memories and relationships out as JSON Lines, to a file or to standard output. loci import takes them in again. It takes an API key (--api-key, or LOCI_API_KEY): what loci login keeps may not.",
  options: { group: { ...GROUP_OPTION, means: "Only this group" } },
  examples: ["loci export memories.jsonl", "loci export --group user:ada | gzip > ada.jsonl.gz"],
  run: async (desk, { values, positionals: [file] }) => {
    const loci = await desk.connect();
    const download = await loci.export({ group: values.group });
    if (file === undefined || file === "-") {
      for await (const line of download.lines()) await desk.output.raw(`${line}\n`);
      return;
    }
    const counts = await writeLines(file, download.lines());
    await desk.output.answer({ file, ...counts }, () => `Exported ${countOf(counts.memories, "memory", "memories")} and ${countOf(counts.relationships, "relationship", "relationships")} to ${file}.`);
  },
});

interface Counts {
  memories: number;
  relationships: number;
  lines: number;
}

async function writeLines(file: string, lines: AsyncIterable<string>): Promise<Counts> {
  // What people remember is for its owner alone, and what is there already is not written over.
  const stream = createWriteStream(file, { mode: 0o600, flags: "wx" });
  try {
    await once(stream, "open");
    const counts: Counts = { memories: 0, relationships: 0, lines: 0 };
    for await (const line of lines) {
      const { kind } = JSON.parse(line) as { kind?: unknown };
      counts.lines += 1;
      if (kind === "memory") counts.memories += 1;
      if (kind === "relationship") counts.relationships += 1;
      if (!stream.write(`${line}\n`)) await once(stream, "drain");
    }
    stream.end();
    await once(stream, "close");
    return counts;
  } catch (cause) {
    stream.destroy();
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") throw new CliError("usage", `${file} is there already.`, { hint: "Give another name, or remove it." });
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new CliError("unexpected", `${file} could not be written: ${(cause as Error).message}`, { cause });
  }
}
