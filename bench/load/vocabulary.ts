import { createRandom } from "../statistics.ts";

const list = (words: string): string[] => words.trim().split(/\s+/);

export const NAMES = list(`
  Ada Ben Carla Dmitri Elena Farid Grace Hiro Ines Jonas Kira Luca Maya Nadia Omar Priya Quinn Rosa Samir Tessa Umar Vera
  Wanda Xavier Yara Zoe Amir Bianca Cyril Dana Emil Fatima Goran Hana Igor Joanna Karim Lena Marco Nora`);

export const EVERYDAY_NOUNS = list(`
  house garden office train meeting project school doctor dinner book movie guitar bicycle kitchen market holiday beach
  mountain river city village airport hotel ticket phone camera laptop server database password invoice contract salary
  budget customer manager team report deadline release bug test letter package birthday wedding party cake coffee tea
  bread cheese soup salad fish chicken rice apple lemon sugar salt oil dog cat horse bird tree flower rain snow storm
  summer winter morning evening weekend doctor dentist nurse medicine allergy headache sleep gym swim race match score
  song concert museum painting poem novel language lesson exam course teacher student sister brother mother father uncle
  neighbour friend child baby money bank loan rent insurance tax car bus flight road bridge map window door roof floor
  table chair lamp bed mirror clock key bag jacket shoe dress ring watch gift idea plan question answer problem mistake`);

export const VERBS = list(`
  bought sold found lost fixed broke painted cleaned moved opened closed started finished planned cancelled booked ordered
  returned borrowed lent visited called emailed invited thanked taught learned wrote read watched cooked baked tasted
  built tested deployed reviewed updated deleted measured compared chose changed repaired replaced shared missed saved`);

export const ADJECTIVES = list(`
  new old small large red blue green cheap expensive broken quiet noisy early late long short heavy light warm cold clean
  dirty simple difficult useful strange beautiful local foreign modern ancient public private empty full fresh spare`);

const ONSETS = list("b br c ch cl d dr f fl g gl gr h j k kl l m n p pl pr qu r s sh sk sl sp st str t th tr v w z");
const VOWELS = list("a e i o u ai ea ee ia io oa ou");
const CODAS = ["", "", "", ...list("b ck d f g l lt m n nd nt p r rd rm s sk st t x")];

/** Made-up words that can be pronounced, as names of people, places and products are to an index: always the same. */
export function createWords(count: number, seed: number): string[] {
  const random = createRandom(seed);
  const pick = (from: string[]) => from[Math.floor(random() * from.length)] ?? "";
  const words = new Set<string>();
  while (words.size < count) {
    const syllables = random() < 0.65 ? 2 : 3;
    let word = "";
    for (let syllable = 0; syllable < syllables; syllable++) word += pick(ONSETS) + pick(VOWELS) + pick(CODAS);
    if (word.length >= 5 && word.length <= 12) words.add(word);
  }
  return [...words];
}
