// Unicode's own list of what shows nothing (zero-width, direction, variation, tags and fillers), the interlinear marks
// that it leaves out, control characters but tab and line break, halves of surrogate pairs, and code points for no text.
const HIDDEN = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Noncharacter_Code_Point}\p{Cs}\uFFF9-\uFFFB]|(?![\t\n])\p{Cc}/gu;

// Most texts need no look at Unicode's lists, which costs several times as much.
const PLAIN = /^[\t\n\x20-\x7e]*$/;

/** Text as a person would see it: what is invisible could speak to a model unseen, so it never reaches one. Line breaks become `\n`. */
export const clean = (text: string): string => (PLAIN.test(text) ? text : text.replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, "\n").replaceAll(HIDDEN, ""));

/** The text on one line: tabs and line breaks are spaces. */
export const cleanLine = (text: string): string => clean(text).replaceAll(/[\t\n]+/g, " ");
