// Unicode's list of what shows nothing (zero-width, direction, tags, fillers), the interlinear marks and control characters.
const HIDDEN = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\uFFF9-\uFFFB]|(?![\t\n\r])\p{Cc}/u;
// Emoji are joined and coloured by such characters, and letters of Persian and of India's scripts are joined or kept apart.
const JOINED = /\p{Emoji}\uFE0F|(?<=[\p{Emoji}\uFE0F])\u200D(?=\p{Extended_Pictographic})|(?<=(?![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])[\p{L}\p{M}])[\u200C\u200D]/u;
const RUNS = new RegExp(`${JOINED.source}|((?:${HIDDEN.source})+)`, "gu");

const NAMED_MAX = 3;

function toName(run) {
  const letters = [...run];
  if (letters.length > NAMED_MAX) return `${letters.length} hidden characters`;
  return letters.map((letter) => `U+${letter.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`).join(" ");
}

/** The pieces of a text, in their order: what would be hidden, or would turn the rest round, as `hidden` with its name. */
function toPieces(text) {
  const pieces = [];
  let from = 0;
  for (const { 0: found, 1: run, index } of text.matchAll(RUNS)) {
    if (run === undefined) continue;
    pieces.push({ text: text.slice(from, index) }, { hidden: toName(run) });
    from = index + found.length;
  }
  return [...pieces, { text: text.slice(from) }].filter((piece) => piece.text !== "");
}

/** Text by which a person judges who wrote it: nothing in it is unseen, and it reads in the order in which it stands. */
export const toVisible = (text) => toPieces(text).map((piece) => piece.text ?? `[${piece.hidden}]`).join("");

/** The same as an element, in which what was hidden stands out. */
export function toVisibleElement(text) {
  const element = document.createElement("bdi");
  element.append(...toPieces(text).map((piece) => (piece.hidden === undefined ? piece.text : toMark(piece.hidden))));
  return element;
}

function toMark(name) {
  const mark = document.createElement("mark");
  mark.textContent = name;
  mark.title = "What is here is not seen, and was made visible.";
  return mark;
}
