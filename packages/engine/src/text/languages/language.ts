/** What the engine knows of a language: data and one pure function. Words are in lower case without diacritics. */
export interface Language {
  /** ISO 639-1. */
  code: string;
  /** Words that say how a question is asked, not what it is about: articles, pronouns, auxiliaries, question words. */
  stopwords: ReadonlySet<string>;
  /** Brings the forms of a word together; given a lower-case word without marks. */
  stem: (word: string) => string;
  /** January to December. */
  months: readonly string[];
  /** Sunday to Saturday, as `Date.getUTCDay` counts. */
  weekdays: readonly string[];
  times: TimeWords;
}

/** The words of time expressions; the grammar in `time-expressions.ts` takes them in either order. */
export interface TimeWords {
  today: readonly string[];
  yesterday: readonly string[];
  /** "last", "past", "previous". */
  last: readonly string[];
  /** "this", "current". */
  current: readonly string[];
  /** "ago" or its prefix form. */
  ago: readonly string[];
  /** Words after which an ambiguous name (`ambiguous`) is a month: "in", "since", "last". */
  leads: readonly string[];
  /** Months that are also common words. */
  ambiguous: readonly string[];
  day: readonly string[];
  week: readonly string[];
  month: readonly string[];
  year: readonly string[];
  /** "one", "two", …; the index is the number less one. "a" is in `one`. */
  numbers: readonly string[];
  one: readonly string[];
}
