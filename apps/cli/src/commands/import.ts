import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { defineCommand } from "../arguments/command.ts";
import { CliError, usageError } from "../exit.ts";
import { GROUP_OPTION } from "./fields.ts";
import { countOf } from "./shown.ts";

const FORMATS = ["auto", "loci", "mcp", "mem0"] as const;

export const importMemories = defineCommand({
  takes: "FILE|-",
  count: [1, 1],
  about: "Takes memories in from a file: an export of Loci, the memory file of the MCP reference server, or a list of mem0. What is there already stays as it is, so that an import can be repeated. It takes an API key (--api-key, or LOCI_API_KEY): what loci login keeps may not.",
  options: {
    format: { type: "string", value: "FORMAT", completes: FORMATS, means: "auto, loci, mcp or mem0; auto unless said" },
    group: { ...GROUP_OPTION, means: "Put everything into this group, whatever the file says" },
  },
  examples: ["loci import memories.jsonl", "loci import ~/memory.json --format mcp --group user:ada"],
  run: async (desk, { values, positionals: [file = ""] }) => {
    const format = FORMATS.find((name) => name === (values.format ?? "auto"));
    if (format === undefined) throw usageError(`--format must be one of ${FORMATS.join(", ")}, not "${values.format}".`);
    const loci = await desk.connect();
    const lines = file === "-" ? createInterface({ input: process.stdin, crlfDelay: Infinity }) : await openFile(file);
    const receipt = await loci.import(lines, { format, group: values.group });
    const { imported, unchanged, skipped } = receipt;
    for (const { line, reason } of desk.output.json ? [] : skipped) desk.output.note(`Line ${line} was skipped: ${reason}`);
    await desk.output.answer(receipt, () =>
      `Imported ${countOf(imported.memories, "memory", "memories")} and ${countOf(imported.relationships, "relationship", "relationships")}; ${unchanged.memories} were there already, ${countOf(skipped.length, "line", "lines")} skipped.`);
  },
});

/** A list of JSON spans its lines, so it goes as one text; JSON Lines may be of any length. */
async function openFile(file: string): Promise<string | AsyncIterable<string>> {
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1);
    if (bytesRead === 0) throw usageError(`${file} is empty.`);
    return buffer.toString() === "[" ? await readFile(file, "utf8") : createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new CliError("usage", missing ? `There is no file ${file}.` : `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
