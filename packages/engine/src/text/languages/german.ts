import type { Language } from "./language.ts";
import { suffixStemmer } from "./suffixes.ts";

const STOPWORDS = `aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bist da damit dann
das dass dein deine deinem deinen deiner dem den denn der des dich die dir doch dort du durch ein eine einem einen einer
eines er es etwas euch euer eure fur gegen gewesen hab habe haben hast hat hatte hatten hier hin hinter ich ihm ihn ihnen
ihr ihre ihrem ihren ihrer im in ins ist jede jedem jeden jeder jedes kann kannst kein keine keinem keinen keiner konnen
machen man mein meine meinem meinen meiner mich mir mit nach nicht noch nun nur ob oder ohne sagen sehr sein seine seinem
seinen seiner sich sie sind so soll sollen sollte uber um und uns unser unsere unter viel vom von vor wann war waren warst
warum was weil welche welchem welchen welcher welches wem wen wenn wer werde werden wie wieder will wir wird wo wollen
wurde wurden zu zum zur zwischen`;

/** German: inflection endings go (after J. Savoy's light German stemmer). */
export const GERMAN: Language = {
  code: "de",
  stopwords: new Set(STOPWORDS.split(/\s+/)),
  stem: suffixStemmer(["ern", "em", "en", "er", "es", "e", "n", "s"], 3),
  months: ["januar", "februar", "marz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember"],
  weekdays: ["sonntag", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag"],
  times: {
    today: ["heute"],
    yesterday: ["gestern"],
    last: ["letzte", "letzten", "letzter", "letztes", "letztem", "vergangene", "vergangenen", "vorige", "vorigen", "voriges"],
    current: ["diese", "diesen", "dieser", "dieses", "diesem"],
    ago: ["vor"],
    leads: ["im", "seit", "am"],
    ambiguous: [],
    day: ["tag", "tage", "tagen"],
    week: ["woche", "wochen"],
    month: ["monat", "monate", "monaten"],
    year: ["jahr", "jahre", "jahren"],
    numbers: ["eins", "zwei", "drei", "vier", "funf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwolf"],
    one: ["ein", "eine", "einem", "einer"],
  },
};
