import type { Language } from "./language.ts";
import { suffixStemmer } from "./suffixes.ts";

const STOPWORDS = `a al algo algun alguna algunas algunos ante antes aquel aquella aqui asi aun aunque como con contra cual cuales
cuando cuanta cuantas cuanto cuantos cuyo de decir del desde dice donde dos durante e el ella ellas ellos en entre era eran
eras eres es esa esas ese eso esos esta estaba estado estamos estan estar estas este esto estos estoy fue fueron fui ha
habia haber hace hacer hacia han has hasta hay he hemos hizo la las le les lo los mas me mi mia mio mis mucho muy nada ni
no nos nosotros nuestra nuestro o os otra otro para pero poco por porque puede puedes pues que quien quienes se sea segun
ser si sido sin sobre sois somos son soy su sus tambien tan tanto te tener tengo ti tiene tienes todo tu tus tuya tuyo un
una unas uno unos y ya yo`;

/** Spanish: plural and gender endings go (after J. Savoy's light Spanish stemmer). */
export const SPANISH: Language = {
  code: "es",
  stopwords: new Set(STOPWORDS.split(/\s+/)),
  stem: suffixStemmer(["iendo", "ando", "ados", "adas", "ado", "ada", "es", "os", "as", "ar", "er", "ir", "o", "a", "e", "s"], 3),
  months: ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"],
  weekdays: ["domingo", "lunes", "martes", "miercoles", "jueves", "viernes", "sabado"],
  times: {
    today: ["hoy"],
    yesterday: ["ayer", "anoche"],
    last: ["pasado", "pasada", "pasados", "pasadas", "ultimo", "ultima", "ultimos", "ultimas"],
    current: ["este", "esta", "actual"],
    ago: ["hace"],
    leads: ["en", "desde", "de"],
    ambiguous: [],
    day: ["dia", "dias"],
    week: ["semana", "semanas"],
    month: ["mes", "meses"],
    year: ["ano", "anos"],
    numbers: ["uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"],
    one: ["un", "una"],
  },
};
