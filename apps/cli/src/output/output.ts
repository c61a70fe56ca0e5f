import { once } from "node:events";
import type { Writable } from "node:stream";
import { styleText } from "node:util";
import { toJsonLine, toShown } from "./clean.ts";
import { toTable } from "./table.ts";

type Style = Parameters<typeof styleText>[0];

export interface OutputOptions {
  json: boolean;
  color: boolean;
  /** The width of the terminal; null where nobody looks on. */
  columns: number | null;
  stdout: Writable;
  stderr: Writable;
}

/** What people and programs read. Answers go to standard output and nothing else does; notes go to standard error. */
export class Output {
  readonly json: boolean;
  readonly #options: OutputOptions;

  constructor(options: OutputOptions) {
    this.json = options.json;
    this.#options = options;
  }

  /** An answer: one line of JSON, or lines for people, which are made only then. */
  async answer(value: unknown, toLines: () => string | readonly string[]): Promise<void> {
    if (this.json) return this.#write(`${toJsonLine(value)}\n`);
    const lines = toLines();
    await this.#write(`${typeof lines === "string" ? lines : lines.join("\n")}\n`);
  }

  /** A list: a line of JSON for each item, or a table. */
  async rows<Item>(items: readonly Item[], head: readonly string[], toCells: (item: Item) => readonly string[], whenNone: string): Promise<void> {
    if (this.json) return this.#write(items.map((item) => `${toJsonLine(item)}\n`).join(""));
    if (items.length === 0) return this.note(whenNone);
    const [titles = "", ...lines] = toTable(head, items.map(toCells), this.#options.columns);
    await this.#write(`${[this.style("bold", titles), ...lines].join("\n")}\n`);
  }

  /** Text as it is, for what is data already: exports, scripts. */
  raw(text: string): Promise<void> {
    return this.#write(text);
  }

  /** Something to know beside the answer. */
  note(text: string): void {
    this.#options.stderr.write(`${toShown(text)}\n`);
  }

  /** What went wrong, for a program that reads JSON. */
  failure(value: unknown): void {
    this.#options.stderr.write(`${toJsonLine(value)}\n`);
  }

  style(style: Style, text: string): string {
    return this.#options.color ? styleText(style, text, { validateStream: false }) : text;
  }

  /** Waits for a slow reader, so that no more is held than it has taken. */
  async #write(text: string): Promise<void> {
    const { stdout } = this.#options;
    if (text !== "" && !stdout.write(text)) await once(stdout, "drain");
  }
}
