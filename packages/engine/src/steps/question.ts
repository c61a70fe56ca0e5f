import type { Analyzer } from "../text/analyzer.ts";
import type { Language } from "../text/languages/language.ts";
import type { TimeRange } from "../text/time-expressions.ts";
import { findTimeRange } from "../text/time-expressions.ts";

/** A question as the search wants it. */
export interface Question {
  text: string;
  /** The different words that say what is asked for. */
  terms: QuestionTerm[];
  /** The span of time that it names; a hint, never a filter. */
  range: TimeRange | null;
}

interface QuestionTerm {
  word: string;
  hash: number;
}

/**
 * Takes a question apart: stopwords of the language it is most likely in are dropped (all words stay if nothing else is left),
 * and time expressions are read relative to `askedAtMs`.
 */
export function analyzeQuestion(text: string, askedAtMs: number, analyzer: Analyzer): Question {
  const words = analyzer.words(text);
  const language = guessLanguage(words.map(({ word }) => word), analyzer);
  const telling = words.filter(({ word, whole }) => whole || !language.stopwords.has(word));
  const terms = new Map<number, QuestionTerm>();
  for (const { word, hash } of telling.length > 0 ? telling : words) if (!terms.has(hash)) terms.set(hash, { word, hash });
  const languages = language === analyzer.language ? [language] : [language, analyzer.language];
  return { text, terms: [...terms.values()], range: findTimeRange(text, askedAtMs, languages) };
}

/** The language whose stopwords the words hold most of; the analyzer's own where that is a tie. */
function guessLanguage(words: readonly string[], { language, languages }: Analyzer): Language {
  let best = language;
  let most = words.filter((word) => language.stopwords.has(word)).length;
  for (const other of languages) {
    const found = words.filter((word) => other.stopwords.has(word)).length;
    if (found > most) [best, most] = [other, found];
  }
  return best;
}
