import { uuidv7 } from "uuidv7";

/** What an id can name; the prefix is part of the id. */
export type IdKind =
  | "mem" | "rel" | "wsp" | "key" | "op" | "req"
  | "usr" | "ses" | "acc" | "ver" | "tfa" | "psk" | "prf" | "inv" | "job" | "mail"
  | "con" | "cli" | "csn" | "fam";

/** The only maker of ids: a kind, then a UUIDv7 without hyphens, so that ids of a kind sort by time. */
export const newId = (kind: IdKind): string => `${kind}_${uuidv7().replaceAll("-", "")}`;

const ID = /^([a-z]{2,4})_[0-9a-f]{32}$/;

export const isId = (kind: IdKind, text: string): boolean => ID.exec(text)?.[1] === kind;
