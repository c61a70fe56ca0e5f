import { hashTerm } from "./hash.ts";
import { ENGLISH } from "./languages/english.ts";
import type { Language } from "./languages/language.ts";
import { LANGUAGES } from "./languages/packs.ts";
import { splitText } from "./split.ts";

/** A word as it is asked for: as written but folded, and the hash of its stem. */
interface Word {
  word: string;
  hash: number;
  /** An identifier in one piece, beside its parts. */
  whole: boolean;
}

/** A memory's text as the index wants it. */
interface AnalyzedText {
  /** One hash per occurrence, in the order of the text; identifiers in one piece at the end. */
  hashes: number[];
  /** Words, without the identifiers in one piece: the length that BM25 compares. */
  length: number;
}

export interface Analyzer {
  /** The language whose stemmer is used, for memories and questions alike. */
  language: Language;
  /** The packs whose stopwords and time expressions are known in questions. */
  languages: readonly Language[];
  analyze: (text: string) => AnalyzedText;
  words: (text: string) => Word[];
}

export interface AnalyzerOptions {
  /** The language of stems and of dates in words; a change needs every memory analyzed anew. Default: English. */
  language?: Language;
  languages?: readonly Language[];
  /** Words whose stems are remembered: 2 × this many at most, some 120 bytes each. Default 20,000. */
  cachedWordsMax?: number;
}

/**
 * Makes an analyzer with its own cache of stems. Analysis: compatibility forms unified, diacritics removed, lower case, split on
 * what is neither letter nor digit, stemmed; scripts without spaces as bigrams; identifiers by part and whole.
 */
export function createAnalyzer(options: AnalyzerOptions = {}): Analyzer {
  const language = options.language ?? ENGLISH;
  const remember = createStemCache(language, options.cachedWordsMax ?? 20_000);
  return {
    language,
    languages: options.languages ?? LANGUAGES,
    analyze: (text) => {
      const { words, wholes } = splitText(text);
      const hashes = new Array<number>(words.length + wholes.length);
      for (let at = 0; at < words.length; at++) hashes[at] = remember(words[at] as string).hash;
      for (let at = 0; at < wholes.length; at++) hashes[words.length + at] = hashTerm(wholes[at] as string);
      return { hashes, length: words.length };
    },
    words: (text) => {
      const { words, wholes } = splitText(text);
      return [...words.map(remember), ...wholes.map((word) => ({ word, hash: hashTerm(word), whole: true }))];
    },
  };
}

/** Two generations: when the young one is full it becomes the old one, so that frequent words stay and nothing grows. */
function createStemCache(language: Language, wordsMax: number): (raw: string) => Word {
  let young = new Map<string, Word>();
  let old = new Map<string, Word>();
  return (raw) => {
    const known = young.get(raw);
    if (known !== undefined) return known;
    const word = raw.toLowerCase();
    const entry = old.get(raw) ?? { word, hash: hashTerm(language.stem(word)), whole: false };
    if (young.size >= wordsMax) {
      old = young;
      young = new Map();
    }
    young.set(raw, entry);
    return entry;
  };
}
