// Two columns each in every terminal that follows Unicode's East Asian width.
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60\u3000-\u303f]/u;
const NONE = /\p{Mn}|\p{Me}|\u200d/u;

const toLetterWidth = (letter: string): number => (NONE.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1);

/** How many columns of a terminal a text takes. */
export function toWidth(text: string): number {
  let width = 0;
  for (const letter of text) width += toLetterWidth(letter);
  return width;
}

/** As much of a text as fits, with an ellipsis where something is missing. */
export function cutToWidth(text: string, max: number): string {
  if (toWidth(text) <= max) return text;
  let kept = "";
  let width = 0;
  for (const letter of text) {
    width += toLetterWidth(letter);
    if (width > max - 1) break;
    kept += letter;
  }
  return `${kept.trimEnd()}…`;
}

export const padToWidth = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - toWidth(text)));
