import { stemmer } from "stemmer";
import type { Language } from "./language.ts";

// Function words plus question words, auxiliaries and the verbs of asking: ARCHITECTURE 8.2.
const STOPWORDS = `a about above after again all also am an and any are aren as at be because been before being below
between both but by can cannot could couldn did didn do does doesn doing don down during each ever few for from further
get give got had hadn has hasn have haven having he her here hers herself him himself his how i if in into is isn it its
itself just let ll m me might more most must my myself no nor not of off on once one only or other our ours out over own
please re s same shall she should so some such t tell than that the their theirs them then there these they this those
through to too under until up us ve very was wasn we were weren what when where which while who whom whose why will with
won would wouldn you your yours yourself d`;

/** English: Porter's algorithm (M. F. Porter, 1980), as FTS5's `porter` tokenizer has it. */
export const ENGLISH: Language = {
  code: "en",
  stopwords: new Set(STOPWORDS.split(/\s+/)),
  stem: stemmer,
  months: ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"],
  weekdays: ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"],
  times: {
    today: ["today", "tonight"],
    yesterday: ["yesterday"],
    last: ["last", "past", "previous"],
    current: ["this", "current"],
    ago: ["ago"],
    leads: ["in", "since", "last", "this", "during", "of", "early", "late", "mid", "until", "by", "before", "after", "around", "on"],
    ambiguous: ["may", "march"],
    day: ["day", "days"],
    week: ["week", "weeks"],
    month: ["month", "months"],
    year: ["year", "years"],
    numbers: ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
    one: ["a", "an"],
  },
};
