// Words that say nothing of what is asked for; the usual short list of English.
const STOP_WORDS = new Set(`a about above after again all always an and any anything are as at be because been before being below between both but by can cannot could did do does doing done down
  during each every few for from further get gets go goes had has have having he her here hers him his how i if in into is it its just like make makes many me more most much must my need needs never no
  nobody nor not now of off on once only onto or other our ours out over own per put same she should so some still such than that the their them then there these they this those though through to too
  under until up use used very was we were what when where which while who whom why will with without would you your yours`.split(/\s+/));

/** The words of a text that carry its meaning, in lower case, each once, in their order. */
export const toContentWords = (text: string): string[] =>
  [...new Set(text.toLowerCase().replaceAll(/['’]s\b/g, "").match(/[\p{L}\p{N}]+/gu) ?? [])].filter((word) => word.length > 1 && !STOP_WORDS.has(word));
