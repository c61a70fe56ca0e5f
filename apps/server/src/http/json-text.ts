import type { Path } from "./parse.ts";

export interface SyntaxFault {
  line: number;
  column: number;
  message: string;
}

const SPACE = /[ \t\n\r]*/y;
const PLAIN = /[ !#-[\]-\u{10ffff}]+/uy;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

/** One open object or array on the way to the place being read. */
interface Level {
  kind: "object" | "array";
  names: Set<string>;
  step: string | number;
}

type Expects = "value" | "value or ]" | "name" | "name or }" | "colon" | "comma";

/** A slow reader of JSON that knows where it is; it runs only on texts that were refused already. */
class JsonReader {
  private readonly text: string;
  private readonly levels: Level[] = [];
  private at = 0;
  private expects: Expects = "value";
  duplicate: Path | null = null;

  constructor(text: string) {
    this.text = text;
  }

  /** Reads to the end, the first fault or the first duplicate; says where it stopped, and what should have stood there. */
  read(): { at: number; expected: string | null } {
    this.take(SPACE);
    while (this.duplicate === null && this.at < this.text.length && this.step()) this.take(SPACE);
    const done = this.levels.length === 0 && this.expects === "comma";
    if (this.at < this.text.length) return { at: this.at, expected: done ? "nothing more after the value" : this.wanted() };
    return { at: this.at, expected: done ? null : this.wanted() };
  }

  private step(): boolean {
    const char = this.text[this.at] ?? "";
    switch (this.expects) {
      case "colon":
        return char === ":" && this.moveOn("value");
      case "comma":
        if (this.levels.length === 0) return false;
        return char === "," ? this.afterComma() : this.close(char);
      case "name or }":
        return char === "}" ? this.close(char) : this.readName();
      case "name":
        return this.readName();
      case "value or ]":
        return char === "]" ? this.close(char) : this.readValue(char);
      case "value":
        return this.readValue(char);
    }
  }

  private readValue(char: string): boolean {
    if (char === "{" || char === "[") {
      const kind = char === "{" ? "object" : "array";
      this.levels.push({ kind, names: new Set(), step: 0 });
      return this.moveOn(kind === "object" ? "name or }" : "value or ]");
    }
    const taken = char === '"' ? this.takeString() : this.take(/[-\d]/.test(char) ? NUMBER : WORD);
    if (taken === "") return false;
    this.expects = "comma";
    return true;
  }

  private readName(): boolean {
    const level = this.levels.at(-1);
    const start = this.at;
    const quoted = this.takeString();
    if (quoted === "" || level === undefined) return false;
    const name = JSON.parse(quoted) as string;
    level.step = name;
    if (level.names.has(name)) {
      this.duplicate = this.levels.map(({ step }) => step);
      this.at = start;
      return false;
    }
    level.names.add(name);
    this.expects = "colon";
    return true;
  }

  private afterComma(): boolean {
    const level = this.levels.at(-1);
    if (level?.kind === "object") return this.moveOn("name");
    if (level !== undefined) level.step = Number(level.step) + 1;
    return this.moveOn("value");
  }

  private close(char: string): boolean {
    const level = this.levels.at(-1);
    if (level === undefined || char !== (level.kind === "object" ? "}" : "]")) return false;
    this.levels.pop();
    return this.moveOn("comma");
  }

  private moveOn(expects: Expects): true {
    this.at += 1;
    this.expects = expects;
    return true;
  }

  /** The string that opens here, with its quotes; if it is broken, nothing, and `at` is where it breaks. */
  private takeString(): string {
    const start = this.at;
    if (this.text[start] !== '"') return "";
    this.at += 1;
    while (this.take(PLAIN) !== "" || this.take(ESCAPE) !== "");
    if (this.text[this.at] !== '"') return "";
    this.at += 1;
    return this.text.slice(start, this.at);
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const taken = pattern.exec(this.text)?.[0] ?? "";
    this.at += taken.length;
    return taken;
  }

  private wanted(): string {
    if (this.expects === "colon") return 'a ":" after the name';
    if (this.expects === "name") return "a name in double quotes";
    if (this.expects === "name or }") return 'a name in double quotes or "}"';
    if (this.expects === "value or ]") return 'a value or "]"';
    if (this.expects === "comma") return this.levels.at(-1)?.kind === "object" ? '"," or "}"' : '"," or "]"';
    return "a value";
  }
}

// This reader is a hundred times slower than the native one; nobody may make us read megabytes with it.
const READ_MAX = 256 * 1024;

/** Where a text stops being JSON. Lines and columns count from 1. */
export function findSyntaxFault(text: string): SyntaxFault {
  const { at, expected } = new JsonReader(text.slice(0, READ_MAX)).read();
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  const column = at - (before.lastIndexOf("\n") + 1) + 1;
  if (text.trim() === "") return { line, column, message: "it is empty." };
  if (at >= READ_MAX) return { line, column, message: "the fault lies somewhere behind this place." };
  const found = at >= text.length ? "the text ends" : `there is ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))}`;
  return { line, column, message: `expected ${expected ?? "JSON"}, but ${found}.` };
}

/** The path of the first name that an object of this (sound) JSON text has twice; `null` when it lies too far behind. */
export function findDuplicateKey(text: string): Path | null {
  const reader = new JsonReader(text.slice(0, READ_MAX));
  reader.read();
  return reader.duplicate;
}
