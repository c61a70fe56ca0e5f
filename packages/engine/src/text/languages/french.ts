import type { Language } from "./language.ts";
import { suffixStemmer } from "./suffixes.ts";

const STOPWORDS = `a ai ainsi as au aux avait avais avec avez avoir avons c ca ce cela ces cet cette ceux chez ci comme comment d dans
de des dit dire donc dont du elle elles en entre es est et etait etais etant ete etes etre eu eux fait faire furent il ils
j je l la le les leur leurs lui m ma mais me meme mes moi mon n ne ni nos notre nous on ont ou par pas peut peux plus pour
pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se sera ses si son sont suis sur t ta te tes toi ton tu
un une vers veut veux vos votre vous y`;

/** French: plural and verb endings go (after J. Savoy's light French stemmer). */
export const FRENCH: Language = {
  code: "fr",
  stopwords: new Set(STOPWORDS.split(/\s+/)),
  stem: suffixStemmer(["aient", "ement", "eux", "aux", "ees", "ent", "ait", "ais", "ant", "er", "ez", "ee", "es", "e", "s", "x"], 3),
  months: ["janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre"],
  weekdays: ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
  times: {
    today: ["aujourd", "aujourdhui"],
    yesterday: ["hier"],
    last: ["dernier", "derniere", "derniers", "dernieres", "passe", "passee"],
    current: ["ce", "cet", "cette"],
    ago: ["a"],
    leads: ["en", "depuis", "au"],
    ambiguous: [],
    day: ["jour", "jours"],
    week: ["semaine", "semaines"],
    month: ["mois"],
    year: ["an", "ans", "annee", "annees"],
    numbers: ["un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"],
    one: ["un", "une"],
  },
};
