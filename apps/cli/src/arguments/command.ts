import type { Desk } from "../desk.ts";
import type { Completes, Options, Values } from "./options.ts";

interface Given<O extends Options> {
  values: Values<O>;
  positionals: string[];
}

/** A command as its file declares it. */
export interface Declared<O extends Options> {
  /** What follows the name: `ID...`. */
  takes?: string;
  /** How many arguments it wants, from and to; none unless said. */
  count?: readonly [min: number, max: number];
  /** What completion offers for its arguments. */
  completes?: Completes;
  /** The help's first paragraph. */
  about: string;
  options: O;
  examples?: readonly string[];
  run(desk: Desk, given: Given<O>): Promise<void>;
}

/** A command as the command line runs it. */
export type Command = Declared<Options>;

/** Gives `run` the values of its own options, typed. */
export function defineCommand<const O extends Options>(declared: Declared<O>): Command {
  return declared as unknown as Command;
}
