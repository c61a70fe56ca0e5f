import path from "node:path";
import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import type { Loci } from "@loci/sdk";
import type { Command } from "./arguments/command.ts";
import { findClosest } from "./arguments/closest.ts";
import type { GlobalValues } from "./arguments/options.ts";
import { findName, readArguments } from "./arguments/read.ts";
import { COMMAND_NAMES, COMMANDS } from "./commands/table.ts";
import type { Desk } from "./desk.ts";
import { readEnvironment, type Environment } from "./environment.ts";
import { EXIT, usageError } from "./exit.ts";
import { Output } from "./output/output.ts";
import type { Choice } from "./profiles/choice.ts";

/** Runs one command and answers the exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  endQuietlyWithTheReader();
  const environment = readEnvironment();
  // Until the arguments are read: a program that asked for JSON gets its refusals so as well.
  let output = openOutput(args.includes("--json") || args.includes("--agent"), environment);
  let choice: Choice | null = null;
  try {
    const { name, rest } = findName(args, new Set(COMMANDS.keys()));
    if (name === null) return await runWithoutCommand(rest, output);
    const command = await loadCommand(name);
    const { globals, values, positionals } = readArguments(name, command, rest);
    output = openOutput(globals.json === true, environment);
    if (globals.version === true) {
      await showVersion(output);
      return EXIT.ok;
    }
    if (globals.help === true) {
      const { toCommandHelp } = await import("./help.ts");
      await output.raw(toCommandHelp(name, command));
      return EXIT.ok;
    }
    const choose = async () => (choice ??= (await import("./profiles/choice.ts")).chooseServer(globals, environment));
    await using memories = openMemories({ output, environment, globals, choose });
    await command.run(openDesk({ output, environment, globals, choose }, memories), { values, positionals });
    return EXIT.ok;
  } catch (error) {
    const { reportFailure } = await import("./failures.ts");
    return reportFailure(error, output, choice);
  }
}

async function runWithoutCommand(args: readonly string[], output: Output): Promise<number> {
  const none: Command = { about: "", options: {}, run: async () => undefined };
  const { globals } = readArguments("", none, args);
  if (globals.version === true) {
    await showVersion(output);
    return EXIT.ok;
  }
  const { toHelp } = await import("./help.ts");
  if (globals.help !== true) throw usageError("Say what to do.", { hint: toHelp().trimEnd() });
  await output.raw(toHelp());
  return EXIT.ok;
}

async function showVersion(output: Output): Promise<void> {
  const { VERSION } = await import("./version.ts");
  await output.answer({ version: VERSION }, () => `loci ${VERSION}`);
}

async function loadCommand(name: string): Promise<Command> {
  const entry = COMMANDS.get(name);
  if (entry !== undefined) return entry.load();
  const near = findClosest(name, COMMAND_NAMES);
  throw usageError(`There is no command "${name}".${near === null ? "" : ` Did you mean ${near}?`}`, { hint: "See: loci --help" });
}

interface DeskParts {
  output: Output;
  environment: Environment;
  globals: GlobalValues;
  choose(): Promise<Choice>;
}

interface Memories extends AsyncDisposable, Pick<Desk, "connect"> {}

/** Those of a server, or of a folder, which is closed after the command. */
function openMemories({ output, environment, globals, choose }: DeskParts): Memories {
  requireOnePlace(globals);
  let local: (AsyncDisposable & { loci: Loci }) | null = null;
  const connect = async () => {
    if (globals.local === true) {
      const { openLocal } = await import("./mcp/local.ts");
      local ??= openLocal(path.resolve(globals.folder ?? environment.dataDir), (line) => output.note(line));
      return local.loci;
    }
    const { openClient } = await import("./client.ts");
    return openClient(await choose(), { output, environment, verbose: globals.verbose === true });
  };
  return { connect, [Symbol.asyncDispose]: async () => local?.[Symbol.asyncDispose]() };
}

function requireOnePlace(globals: GlobalValues): void {
  if (globals.folder !== undefined && globals.local !== true) throw usageError("--folder goes with --local: memories of a server are there.");
  const other = (["profile", "base-url", "api-key"] as const).find((name) => globals[name] !== undefined);
  if (globals.local === true && other !== undefined) throw usageError(`--local and --${other} contradict each other. Give one of them.`);
}

function openDesk({ output, environment, globals, choose }: DeskParts, { connect }: Memories): Desk {
  return {
    output, environment, globals, choose, connect,
    mayAsk: globals["no-input"] !== true && process.stdin.isTTY && process.stderr.isTTY,
    ask: async (question) => {
      const terminal = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await terminal.question(question);
      } finally {
        terminal.close();
      }
    },
    readInput: () => text(process.stdin),
  };
}

function openOutput(json: boolean, { noColor }: Environment): Output {
  const { stdout, stderr } = process;
  return new Output({ json, color: stdout.isTTY && !noColor, columns: stdout.isTTY ? stdout.columns : null, stdout, stderr });
}

/** `loci list | head -1` has all that was asked for, though not all is written. */
function endQuietlyWithTheReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit(EXIT.ok);
    });
  }
}

