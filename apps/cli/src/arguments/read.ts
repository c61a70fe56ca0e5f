import { parseArgs } from "node:util";
import { usageError } from "../exit.ts";
import { findClosest } from "./closest.ts";
import type { Command } from "./command.ts";
import { GLOBAL_OPTIONS, type GlobalValues, type Option, type Options, type Values } from "./options.ts";

/** The command's name, and the arguments without it. */
export interface Named {
  /** Null where none was given. */
  name: string | null;
  rest: string[];
}

/** Finds the name among arguments that may begin with options for all commands. A name of two words wins over one of one. */
export function findName(args: readonly string[], names: ReadonlySet<string>): Named {
  const first = findWord(args, 0);
  if (first === null) return { name: null, rest: [...args] };
  const second = findWord(args, first + 1);
  const long = second === null ? null : `${args[first]} ${args[second]}`;
  if (long !== null && second !== null && names.has(long)) return { name: long, rest: args.filter((_, index) => index !== first && index !== second) };
  return { name: args[first] ?? null, rest: args.filter((_, index) => index !== first) };
}

/** Where the first argument from there on stands that is neither a global option nor its value. */
function findWord(args: readonly string[], from: number): number | null {
  for (let index = from; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (arg === "--") return null;
    if (!arg.startsWith("-") || arg === "-") return index;
    const option: Option | undefined = GLOBAL_OPTIONS[arg.slice(2) as keyof typeof GLOBAL_OPTIONS];
    if (option?.type === "string") index += 1;
  }
  return null;
}

export interface Arguments {
  globals: GlobalValues;
  values: Values<Options>;
  positionals: string[];
}

/** Reads the arguments of a command. Throws a usage error that names the argument at fault. */
export function readArguments(name: string, command: Command, args: readonly string[]): Arguments {
  const options: Options = { ...GLOBAL_OPTIONS, ...command.options };
  const { values, positionals } = parse(name, options, args);
  const { agent } = values;
  const globals = { ...values, ...(agent === true && { json: true, yes: true, "no-input": true }) } as GlobalValues;
  // Who asks for help need not know yet what the command takes.
  if (globals.help !== true && globals.version !== true) requireCount(name, command, positionals);
  return { globals, values: values as Values<Options>, positionals };
}

function parse(name: string, options: Options, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: toParsed(options), allowPositionals: true, strict: true });
  } catch (error) {
    throw usageError(explain(error as NodeJS.ErrnoException, options), { hint: `See: loci ${name === "" ? "" : `${name} `}--help` });
  }
}

const toParsed = (options: Options) =>
  Object.fromEntries(Object.entries(options).map(([name, { type, short, ...more }]) => [name, { type, multiple: "multiple" in more, ...(short !== undefined && { short }) }]));

function explain({ code, message }: NodeJS.ErrnoException, options: Options): string {
  const typed = /'(-[^' ]*)/.exec(message)?.[1] ?? "";
  if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION") return `${message.split(/\.\s|\n/)[0]}.`;
  const near = findClosest(typed.replace(/^-+/, ""), Object.keys(options));
  return `There is no option ${typed} here.${near === null ? " A text that begins with - goes after --." : ` Did you mean --${near}?`}`;
}

function requireCount(name: string, { takes = "", count: [min, max] = [0, 0] }: Command, positionals: readonly string[]): void {
  if (positionals.length < min) throw usageError(`Something is missing: loci ${name} ${takes}`, { hint: `See: loci ${name} --help` });
  const extra = positionals[max];
  if (extra !== undefined) throw usageError(`"${extra}" is one too many: loci ${name}${takes === "" ? "" : ` ${takes}`}`, { hint: `See: loci ${name} --help` });
}
