import type { Loci } from "@loci/sdk";
import type { GlobalValues } from "./arguments/options.ts";
import type { Environment } from "./environment.ts";
import { usageError } from "./exit.ts";
import type { Output } from "./output/output.ts";
import type { Choice } from "./profiles/choice.ts";

/** What a command works with. What is heavy is loaded when a command asks for it. */
export interface Desk {
  output: Output;
  environment: Environment;
  globals: GlobalValues;
  /** Which server, and as whom. */
  choose(): Promise<Choice>;
  /** A client of that server. Throws where nobody is signed in to it. */
  connect(): Promise<Loci>;
  /** Whether a person can be asked. */
  mayAsk: boolean;
  /** Asks on the terminal. */
  ask(question: string): Promise<string>;
  /** All of standard input. */
  readInput(): Promise<string>;
}

/** Goes on only if a person, or --yes, agrees. `refused` says what did not happen otherwise. */
export async function confirm(desk: Desk, question: string, refused: string): Promise<void> {
  if (desk.globals.yes === true) return;
  if (!desk.mayAsk) throw usageError(`${question}? Nobody can be asked here.`, { hint: "Confirm it: --yes" });
  if (!/^y(?:es)?$/i.test((await desk.ask(`${question}? [y/N] `)).trim())) throw usageError(refused);
}

/** A text given as an argument, or `-` for standard input. */
export async function readTextOrInput(desk: Desk, given: string, name: string): Promise<string> {
  if (given !== "-" && given.trim() === "") throw usageError(`${name.charAt(0).toUpperCase()}${name.slice(1)} is empty.`);
  if (given !== "-") return given;
  const text = (await desk.readInput()).replace(/\r?\n$/, "");
  if (text.trim() === "") throw usageError(`There is nothing on standard input to take as ${name}.`);
  return text;
}
