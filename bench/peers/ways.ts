import type { Fact } from "./facts.ts";
import type { Found, Peer } from "./peer.ts";
import { toContentWords } from "./words.ts";

/** How a fact is asked for, by what the table calls it. */
export const WAYS: Readonly<Record<string, (peer: Peer, fact: Fact) => Promise<Found>>> = {
  "the question": (peer, { question }) => peer.search(question),
  "its words, one by one": (peer, { question }) => searchWords(peer, question),
  "a word of the memory": (peer, { content }) => peer.search(toLongestWord(content)),
};

/** As a patient and clever model would: each word that means something, and what few memories have says more than what many have. */
async function searchWords(peer: Peer, question: string): Promise<Found> {
  const weights = new Map<string, number>();
  let read = 0;
  for (const word of toContentWords(question)) {
    const { texts, chars } = await peer.search(word);
    read += chars;
    for (const text of texts) weights.set(text, (weights.get(text) ?? 0) + 1 / texts.length);
  }
  return { texts: [...weights].toSorted(([, a], [, b]) => b - a).map(([text]) => text), chars: read };
}

/** What a model would have to guess: the most telling word of what was stored. */
const toLongestWord = (content: string): string => toContentWords(content).toSorted((a, b) => b.length - a.length)[0] ?? "";
