import type { Language } from "./language.ts";
import { suffixStemmer } from "./suffixes.ts";

const STOPWORDS = `a ad ai al alla alle allo agli anche avere avete aveva avevo avuto c che chi ci cio come con cosa cui d da dai
dal dalla dalle dallo dagli degli dei del della delle dello di dice dire dove e ed era erano eravamo eri ero essere fa fare
fatto fu gli ha hai hanno ho i il in io l la le lei li lo loro lui ma me mi mia mie miei mio ne negli nei nel nella nelle
nello noi non nostra nostre nostri nostro o per perche piu po puo puoi qual quale quali quando quanta quante quanti quanto
quel quella quelle quelli quello questa queste questi questo se sei si sia siamo siete sono sta stato su sua sue sugli sui
sul sulla sulle sullo suo suoi ti tra tu tua tue tuo tuoi un una uno vi voi vostra vostro`;

/** Italian: the final vowel and the commonest plural and verb endings go (after J. Savoy's light stemmers). */
export const ITALIAN: Language = {
  code: "it",
  stopwords: new Set(STOPWORDS.split(/\s+/)),
  stem: suffixStemmer(["he", "hi", "io", "ie", "ia", "ii", "a", "e", "i", "o", "ando", "endo", "ato", "ata", "ati", "ate", "are", "ere", "ire"], 3),
  months: ["gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"],
  weekdays: ["domenica", "lunedi", "martedi", "mercoledi", "giovedi", "venerdi", "sabato"],
  times: {
    today: ["oggi", "stasera"],
    yesterday: ["ieri"],
    last: ["scorso", "scorsa", "scorsi", "scorse", "ultimo", "ultima", "ultimi", "ultime", "passato", "passata"],
    current: ["questo", "questa", "corrente"],
    ago: ["fa"],
    leads: ["a", "in", "di", "da", "lo"],
    ambiguous: [],
    day: ["giorno", "giorni"],
    week: ["settimana", "settimane"],
    month: ["mese", "mesi"],
    year: ["anno", "anni"],
    numbers: ["uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci", "undici", "dodici"],
    one: ["un", "una"],
  },
};
