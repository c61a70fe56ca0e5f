import { createHash } from "node:crypto";

/** What makes two memories the same thing said once: the words, and who said them when. */
export interface Utterance {
  content: string;
  session: string | null;
  speaker: string | null;
  role: string | null;
  occurred_at: string | null;
}

const ARTICLES = new Set(["a", "an", "the"]);
// A question mark stays: "You like tea?" is not "You like tea." So do the signs of C++, C#, -5 and $5.
const EDGE_MARKS = new Set(".,!;:\"'“”‘’«»()[]…");

/**
 * A hash that near-duplicates share: texts that differ only in case, spacing, English articles and the punctuation around
 * words. Order, negation, tense and numbers all count, for merging must never lose a meaning. Text of several lines (code,
 * lists) is compared to the letter. Two memories of different sittings, speakers or times are different events.
 */
export function fingerprintOf({ content, session, speaker, role, occurred_at }: Utterance): string {
  const hash = createHash("sha256");
  for (const part of [toPlainWords(content), session, speaker, role, occurred_at]) {
    hash.update(part === null ? "-" : `+${part.length}:${part}`);
  }
  return hash.digest("base64url").slice(0, 22);
}

function toPlainWords(content: string): string {
  const text = content.normalize("NFC").trim();
  if (text.includes("\n")) return text;
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .map(trimMarks)
    .filter((word) => word !== "" && !ARTICLES.has(word));
  return words.length > 0 ? words.join(" ") : text;
}

/** By hand: a pattern that ends in `+$` takes the square of a long run's length. */
function trimMarks(word: string): string {
  let [from, to] = [0, word.length];
  while (from < to && EDGE_MARKS.has(word.charAt(from))) from++;
  while (to > from && EDGE_MARKS.has(word.charAt(to - 1))) to--;
  return word.slice(from, to);
}
