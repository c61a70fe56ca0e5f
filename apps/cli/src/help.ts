import type { Command } from "./arguments/command.ts";
import { GLOBAL_OPTIONS, type Option, type Options } from "./arguments/options.ts";
import { COMMANDS, SECTIONS } from "./commands/table.ts";

const LEFT_MAX = 28;
const COLUMNS_MAX = 100;

/** What `loci --help` shows. */
export function toHelp(): string {
  const sections = SECTIONS.map((section) => {
    const entries = [...COMMANDS].filter(([, entry]) => entry.section === section);
    return `${section}\n${toColumns(entries.map(([name, { summary }]) => [name, summary]))}`;
  });
  return `loci: memory for AI agents

loci COMMAND [OPTIONS]

${sections.join("\n\n")}

Options of all commands
${toOptionLines(GLOBAL_OPTIONS)}

${wrap("LOCI_API_KEY, LOCI_BASE_URL and LOCI_PROFILE stand for --api-key, --base-url and --profile; an option goes before them, and they before what loci login kept. More about a command: loci COMMAND --help")}

${wrap("Exit codes: 0 done, 1 unexpected, 2 wrong usage, 3 not found, 4 not signed in, 5 not allowed or over the plan, 6 too often, 7 the server was not reached.")}
`;
}

/** What `loci COMMAND --help` shows. */
export function toCommandHelp(name: string, { takes, about, options, examples = [] }: Command): string {
  return [
    `loci ${name}${takes === undefined ? "" : ` ${takes}`}${Object.keys(options).length === 0 ? "" : " [OPTIONS]"}`,
    wrap(about),
    ...(Object.keys(options).length === 0 ? [] : [`Options\n${toOptionLines(options)}`]),
    "Options of all commands, such as --json and --profile NAME: loci --help",
    ...(examples.length === 0 ? [] : [`Examples\n${examples.map((example) => `  ${example}`).join("\n")}`]),
  ].join("\n\n").concat("\n");
}

const toOptionLines = (options: Options): string => toColumns(Object.entries(options).map(([name, option]) => [toFlags(name, option), option.means]));

function toFlags(name: string, option: Option): string {
  const { short } = option;
  return `${short === undefined ? "    " : `-${short}, `}--${name}${option.type === "string" ? ` ${option.value}` : ""}`;
}

function toColumns(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.min(LEFT_MAX, Math.max(...pairs.map(([left]) => left.length)));
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}

/** Lines of as many words as fit. */
function wrap(text: string): string {
  const lines = [""];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && line.length + 1 + word.length > COLUMNS_MAX) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join("\n");
}
