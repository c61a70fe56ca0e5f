// Escape sequences of a terminal begin with these, and a memory may come from anywhere.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
// What turns the order of letters round, or is not seen at all: text would read differently from what it is.
const INVISIBLE = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** Text that a terminal shows as it is, and does nothing else with. Line breaks and tabs stay. */
export const toShown = (text: string): string => text.replaceAll("\r\n", "\n").replaceAll(CONTROL, "").replaceAll(INVISIBLE, "");

/** The same, on one line. */
export const toOneLine = (text: string): string => toShown(text).replaceAll(/\s+/g, " ").trim();

// Controls that only terminals know, and by Unicode's own lists what shows nothing or turns the order of letters round.
const UNSEEN = /[\u007f-\u009f\u2028\u2029\ufff9-\ufffb\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/gu;

/** JSON on one line in which nothing is unseen: a program reads the same text, and a model that reads the line sees what is there. */
export const toJsonLine = (value: unknown): string => JSON.stringify(value).replaceAll(UNSEEN, toEscapes);

const toEscapes = (letter: string): string => Array.from({ length: letter.length }, (_, at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");
