import { GLOBAL_OPTIONS, type Completes, type Option, type Options } from "../arguments/options.ts";
import { findName } from "../arguments/read.ts";
import { COMMAND_NAMES, COMMANDS } from "../commands/table.ts";

/** Where names that only this user, or their server, knows come from. */
export interface Names {
  groups(): Promise<readonly string[]>;
  profiles(): readonly string[];
}

/** What the last of the words can become, given those before it. */
export async function findCandidates(words: readonly string[], names: Names): Promise<string[]> {
  const before = words.slice(0, -1);
  const begun = words.at(-1) ?? "";
  const found = await findAll(before, begun, names);
  return [...new Set(found)].filter((candidate) => candidate.startsWith(begun)).sort();
}

async function findAll(before: readonly string[], begun: string, names: Names): Promise<readonly string[]> {
  const { name } = findName(before, new Set(COMMAND_NAMES));
  const command = name === null ? undefined : await COMMANDS.get(name)?.load();
  const options: Options = { ...GLOBAL_OPTIONS, ...command?.options };
  const wanting = findOption(before.at(-1) ?? "", options);
  if (wanting?.type === "string") return list(wanting.completes, names);
  if (begun.startsWith("-")) return toFlags(options);
  if (command === undefined) return name === null ? firstWords() : [];
  return [...secondWords(name ?? "", before), ...(await list(command.completes, names))];
}

const firstWords = (): string[] => COMMAND_NAMES.map((name) => name.split(" ")[0] ?? name);

/** `mcp` is a command, and the first word of others. */
const secondWords = (name: string, before: readonly string[]): string[] =>
  before.at(-1) === name ? COMMAND_NAMES.filter((other) => other.startsWith(`${name} `)).map((other) => other.slice(name.length + 1)) : [];

const toFlags = (options: Options): string[] => Object.keys(options).map((name) => `--${name}`);

function findOption(word: string, options: Options): Option | undefined {
  if (word.startsWith("--")) return options[word.slice(2)];
  return /^-\w$/.test(word) ? Object.values(options).find(({ short }) => short === word.slice(1)) : undefined;
}

async function list(completes: Completes | undefined, names: Names): Promise<readonly string[]> {
  if (completes === "groups") return names.groups();
  if (completes === "profiles") return names.profiles();
  return completes ?? [];
}
