import { foldText } from "./fold.ts";

/** The words of a text as written (case kept, marks removed), and identifiers whole, in one lower-case form. */
export interface Split {
  words: string[];
  /** `getusername` for `getUserName`, `user_name`-like forms joined, `v1.2.3` and addresses with their dots. */
  wholes: string[];
}

const NONE = 0;
const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;
/** Scripts written without spaces: their runs become bigrams. */
const DENSE = 4;

const DENSE_SCRIPT = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30fc]/u;
const LETTER_OR_MARK = /[\p{L}\p{M}]/u;
const UPPER_LETTER = /\p{Lu}/u;
const NUMBER = /\p{N}/u;
const URL_START = /^https?:\/\//i;
const URL_END = /[\s<>"'`)\]}|]/;
const TRAILING = ".,;:!?/";
const PARTS = /[\p{L}\p{M}\p{N}]+/gu;
/** Borders inside an identifier: aB, ABc, a1, 1a. */
const INNER_BORDER = /(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])/;
const ORDINAL = /^(\d+)(?:st|nd|rd|th)$/i;
const DIGITS = /^\d+$/;
const PLAIN = /^\p{L}[\p{Ll}\p{Lo}\p{M}]*$/u;
const CONTRACTION = /^[^_\-.@]*'/;
const ADDRESS_LIKE = /[@.]/;
const CLITIC = /^(?:s|t|d|m|ll|re|ve)$/i;

/** A word or identifier longer than this is cut: nobody asks for it, and garbage must not fill an index. */
const WORD_CHARS_MAX = 64;
const WHOLE_CHARS_MAX = 128;

function classOf(code: number): number {
  if (code < 128) {
    if (code >= 97 && code <= 122) return LOWER;
    if (code >= 65 && code <= 90) return UPPER;
    return code >= 48 && code <= 57 ? DIGIT : NONE;
  }
  const char = String.fromCodePoint(code);
  if (DENSE_SCRIPT.test(char)) return DENSE;
  if (UPPER_LETTER.test(char)) return UPPER;
  if (LETTER_OR_MARK.test(char)) return LOWER;
  return NUMBER.test(char) ? DIGIT : NONE;
}

// _ - . @ ' join two words into one identifier when they stand directly between them.
const isJoiner = (code: number) => code === 95 || code === 45 || code === 46 || code === 64 || code === 39;

/** Splits a text into words and identifiers. */
export function splitText(source: string): Split {
  const text = foldText(source);
  const split: Split = { words: [], wholes: [] };
  let at = 0;
  while (at < text.length) {
    const code = text.codePointAt(at) as number;
    const kind = classOf(code);
    if (kind === NONE) at += code > 0xffff ? 2 : 1;
    else if (kind === DENSE) at = takeDense(text, at, split);
    else at = takeWord(text, at, split);
  }
  return split;
}

/** Takes one word or identifier that starts at `start`; returns where it ends. */
function takeWord(text: string, start: number, split: Split): number {
  let at = start;
  let simple = true;
  let before = NONE;
  for (; at < text.length; at++) {
    const code = text.codePointAt(at) as number;
    const kind = classOf(code);
    if (kind === DENSE) break;
    if (kind === NONE) {
      const next = at + 1 < text.length ? classOf(text.codePointAt(at + 1) as number) : NONE;
      const joins = next !== NONE && next !== DENSE && (isJoiner(code) || isThousands(text, at, code));
      if (joins) simple = false;
      else if (code === 58 && URL_START.test(text.slice(start, start + 8))) return takeUrl(text, start, split);
      else break;
    } else if (before !== NONE && kind !== before && !(at === start + 1 && before === UPPER && kind === LOWER)) simple = false;
    if (code > 0xffff) at++;
    before = kind;
  }
  const word = text.slice(start, at);
  if (simple) split.words.push(word.length > WORD_CHARS_MAX ? word.slice(0, WORD_CHARS_MAX) : word);
  else takeIdentifier(word, split);
  return at;
}

function isThousands(text: string, at: number, code: number): boolean {
  return code === 44 && classOf(text.charCodeAt(at - 1)) === DIGIT && /^\d{3}(?!\d)/.test(text.slice(at + 1, at + 5));
}

function takeIdentifier(source: string, split: Split): void {
  const word = source.replaceAll(",", "");
  const ordinal = ORDINAL.exec(word);
  if (ordinal || DIGITS.test(word)) {
    split.words.push((ordinal?.[1] ?? word).slice(0, WORD_CHARS_MAX));
    return;
  }
  if (CONTRACTION.test(word)) return takeContraction(word, split);
  const whole = ADDRESS_LIKE.test(word) ? word : word.replace(/[-_]/g, "");
  split.wholes.push(whole.toLowerCase().slice(0, WHOLE_CHARS_MAX));
  takeParts(word, split);
}

function takeParts(word: string, split: Split): void {
  for (const part of word.match(PARTS) ?? []) {
    for (const piece of part.split(INNER_BORDER)) split.words.push(piece.slice(0, WORD_CHARS_MAX));
  }
}

/** `Anna's` is Anna, `don't` is don, `l'amico` is l and amico. */
function takeContraction(word: string, split: Split): void {
  for (const [at, part] of word.split("'").entries()) {
    if (part === "" || (at > 0 && CLITIC.test(part))) continue;
    if (PLAIN.test(part)) split.words.push(part.slice(0, WORD_CHARS_MAX));
    else takeIdentifier(part, split);
  }
}

function takeUrl(text: string, start: number, split: Split): number {
  let end = start;
  while (end < text.length && !URL_END.test(text[end] as string)) end++;
  let last = end;
  while (last > start && TRAILING.includes(text.charAt(last - 1))) last--;
  const url = text.slice(start, last).replace(URL_START, "");
  split.wholes.push(url.toLowerCase().slice(0, WHOLE_CHARS_MAX));
  takeParts(url, split);
  return end;
}

/** A run of a script without spaces becomes overlapping pairs, the usual analysis for CJK search; one sign alone stays. */
function takeDense(text: string, start: number, split: Split): number {
  const signs: string[] = [];
  let at = start;
  while (at < text.length) {
    const code = text.codePointAt(at) as number;
    if (classOf(code) !== DENSE) break;
    signs.push(String.fromCodePoint(code));
    at += code > 0xffff ? 2 : 1;
  }
  if (signs.length === 1) split.words.push(signs[0] as string);
  for (let sign = 1; sign < signs.length; sign++) split.words.push(`${signs[sign - 1]}${signs[sign]}`);
  return at;
}
