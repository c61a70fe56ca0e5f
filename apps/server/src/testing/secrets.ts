import { readFileSync } from "node:fs";
import path from "node:path";
import { listFiles } from "./files.ts";
import { toSpellings } from "./spellings.ts";

/** Secrets that were used in a test and must rest nowhere, by what they are. */
export class Secrets {
  private readonly long = new Map<string, string[]>();
  private readonly codes = new Map<string, string[]>();

  add<Value extends string | Uint8Array>(name: string, value: Value): Value {
    if (value.length < 10) throw new Error(`${name} is too short to be looked for: it could come up by chance.`);
    // What tokens are the text of may be kept as bytes, or in another spelling.
    const inner = typeof value === "string" && /^[\w-]{32,}$/.test(value) ? toSpellings(Buffer.from(value, "base64url")) : [];
    this.long.set(name, [...toSpellings(value), ...inner]);
    return value;
  }

  /** Six digits come up by chance, in ids; so each kind is asked for twice, and has leaked when all of it is found. */
  addCode(kind: string, code: string): string {
    if (!/^\d{6}$/.test(code)) throw new Error(`Of the ${kind} one is no code: "${code}".`);
    this.codes.set(kind, [...(this.codes.get(kind) ?? []), code]);
    return code;
  }

  /** A cookie, with its parts: what is kept may be one of them. */
  addCookie(name: string, cookie: string | undefined): void {
    const value = decodeURIComponent(cookie ?? "");
    this.add(name, value);
    for (const [at, part] of value.split(".").entries()) if (!/^\w{3}_/.test(part)) this.add(`${name}, part ${at + 1}`, part);
  }

  names = (): string[] => [...this.long.keys(), ...this.codes.keys()];

  /** The names of those that stand in a text. */
  findIn(text: string): string[] {
    const known = [...this.long].filter(([, spellings]) => spellings.some((spelling) => text.includes(spelling)));
    const guessed = [...this.codes].filter(([, codes]) => codes.length > 1 && codes.every((code) => toSpellings(code).some((spelling) => text.includes(spelling))));
    return [...known, ...guessed].map(([name]) => name);
  }

  /** The same for the files below a folder whose names are to be looked into, with where each was found. */
  findInFiles(folder: string, isLooked: (name: string) => boolean): string[] {
    const files = listFiles(folder).filter((file) => isLooked(path.basename(file)));
    if (files.length === 0) throw new Error(`There is no file to look into below ${folder}.`);
    const texts = files.map((file) => ({ name: path.relative(folder, file), text: readFileSync(file, "latin1") }));
    // Codes of a kind may lie in files of their own.
    const everywhere = this.findIn(texts.map(({ text }) => text).join("\n"));
    return everywhere.map((secret) => `${secret} in ${texts.filter(({ text }) => this.findIn(text).includes(secret)).map(({ name }) => name).join(", ") || "several files"}`);
  }
}
