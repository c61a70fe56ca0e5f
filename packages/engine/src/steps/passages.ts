/** How a long text is cut for the vector channel. */
export interface PassageOptions {
  /** A passage ends at the first end of a sentence or line after as many words. */
  words: number;
  /** A longer text has longer passages instead of more. */
  countMax: number;
}

/** 35 words were better than 25, 50 or 90 on long messages and abstracts; short messages are one passage anyway. */
const PASSAGES: PassageOptions = { words: 35, countMax: 32 };

const SENTENCE = /[^.!?\n。！？]+(?:[.!?。！？]+["')\]]*|\n+|$)/gu;
const WORD = /\S+/gu;

/**
 * Cuts a text into passages of some `words` words at the ends of sentences. One vector each keeps what a long text says in
 * one place findable, where the mean of all its words would drown it. A short text is one passage.
 */
export function splitPassages(text: string, { words, countMax }: PassageOptions = PASSAGES): string[] {
  const total = countWords(text);
  if (total <= words * 1.5) return [text];
  const size = Math.max(words, Math.ceil(total / countMax));
  const passages: string[] = [];
  let passage = "";
  let count = 0;
  for (const sentence of piecesOf(text, size)) {
    const length = countWords(sentence);
    if (count > 0 && count + length > size) {
      passages.push(passage.trim());
      passage = "";
      count = 0;
    }
    passage += sentence;
    count += length;
  }
  // What is left over is no passage of its own when it is short.
  if (passages.length > 0 && (count < size / 3 || passages.length === countMax)) passages.push(`${passages.pop()} ${passage.trim()}`);
  else if (passage.trim() !== "") passages.push(passage.trim());
  return passages.slice(0, countMax);
}

const countWords = (text: string): number => text.match(WORD)?.length ?? 0;

/** Sentences; one that is longer than a passage is cut between words. */
function* piecesOf(text: string, size: number): Generator<string> {
  for (const sentence of text.match(SENTENCE) ?? []) {
    const words = sentence.match(WORD) ?? [];
    if (words.length <= size) yield sentence;
    else for (let at = 0; at < words.length; at += size) yield `${words.slice(at, at + size).join(" ")} `;
  }
}
