/** Letters that Unicode does not decompose, written as people write them without the mark. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = {
  ß: "ss", ẞ: "SS", æ: "ae", Æ: "AE", œ: "oe", Œ: "OE", ø: "o", Ø: "O", ł: "l", Ł: "L", đ: "d", Đ: "D", ð: "d", Ð: "D",
  þ: "th", Þ: "Th", ı: "i", "\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2010": "-", "\u2011": "-",
};

const NON_ASCII = /[\u0080-\uffff]/;
const LATIN_MARKS = /[\u0300-\u036f]/g;
const UNDECOMPOSED = /[ßẞæÆœŒøØłŁđĐðÐþÞı\u2018\u2019\u02bc\u2010\u2011]/g;

/** Compatibility forms unified and diacritics removed; case is kept, because it still marks the parts of an identifier. */
export function foldText(text: string): string {
  if (!NON_ASCII.test(text)) return text;
  return text
    .normalize("NFKD")
    .replace(LATIN_MARKS, "")
    .normalize("NFKC")
    .replace(UNDECOMPOSED, (letter) => PLAIN_LETTERS[letter] ?? letter);
}

/** As `foldText`, in lower case: the form of stopwords and names of months. */
export const foldWord = (word: string): string => foldText(word).toLowerCase();
