import type { ZodType } from "zod";
import type { Clock } from "@loci/kit/clock";
import type { Config } from "../config.ts";
import type { Control } from "../control/database.ts";
import type { Sealer } from "../control/sealer.ts";
import type { Peppers } from "../keys/secrets.ts";

/** A fault in how the command was called. */
export class UsageError extends Error {}

/** What a command found is bad news: its message goes to standard output, and the exit code says so. */
export class BadNews extends Error {}

/** What commands work on; opening it reads the configuration. */
export interface Desk {
  config: Config;
  control: Control;
  peppers: Peppers;
  authSecret: string;
  sealer: Sealer;
  now: Clock;
  /** Says something beside the output, which scripts read. */
  note(text: string): void;
  /** Whether PUBLIC_URL is set, so that links lead where the server is. */
  knowsUrl: boolean;
}

export interface Options {
  workspace?: string | undefined;
  name?: string | undefined;
  scopes?: string | undefined;
  group?: string | undefined;
  expires?: string | undefined;
  chain?: string | undefined;
  action?: string | undefined;
  test?: boolean | undefined;
  remove?: boolean | undefined;
  yes?: boolean | undefined;
  redacted?: boolean | undefined;
  json?: boolean | undefined;
  help?: boolean | undefined;
}

/** Only what makes something may make the data folder too: elsewhere a folder without Loci in it is a mistyped one. */
export type OpenDesk = (options?: { mayCreate: boolean }) => Promise<Desk>;

/** Answers with what to print, whole or piece by piece. */
export type Command = (open: OpenDesk, args: string[], options: Options) => Promise<string> | AsyncIterable<string>;

export async function withDesk(open: OpenDesk, work: (desk: Desk) => Promise<string>, options = { mayCreate: false }): Promise<string> {
  const desk = await open(options);
  try {
    return await work(desk);
  } finally {
    desk.control.close();
  }
}

export const print = ({ json }: Options, value: unknown, text: string): string => (json === true ? `${JSON.stringify(value, null, 2)}\n` : text);

export function requireArguments(args: string[], names: string[]): string[] {
  const missing = names.find((_name, index) => (args[index] ?? "") === "");
  if (missing !== undefined) throw new UsageError(`${missing} is missing.`);
  const extra = args[names.length];
  if (extra !== undefined) throw new UsageError(`"${extra}" is too much.`);
  return args;
}

/** Texts are held to the rules of the API, so that what is made here can be used there. */
export function readText(what: string, schema: ZodType<string>, text: string): string {
  const read = schema.safeParse(text);
  if (read.success) return read.data;
  throw new UsageError(`${what} ${read.error.issues[0]?.message ?? "cannot be read."}`);
}

export function toTable(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [head, ...rows].map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()}\n`).join("");
}
