import { ENGLISH } from "./english.ts";
import { FRENCH } from "./french.ts";
import { GERMAN } from "./german.ts";
import { ITALIAN } from "./italian.ts";
import type { Language } from "./language.ts";
import { SPANISH } from "./spanish.ts";

/** Every language pack; the first is the default. */
export const LANGUAGES: readonly Language[] = [ENGLISH, ITALIAN, GERMAN, FRENCH, SPANISH];

/** The pack of an ISO 639-1 code, if there is one. */
export const findLanguage = (code: string): Language | undefined => LANGUAGES.find((language) => language.code === code);
