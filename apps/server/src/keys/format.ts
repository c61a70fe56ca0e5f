import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import type { KeyMode } from "../policy/actor.ts";

/** What every key of Loci looks like, for secret scanners. */
export const KEY_PATTERN = "mk_(?:live|test)_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const HANDLE_LENGTH = 8;
const SECRET_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
const KEY_LENGTH = "mk_live_".length + HANDLE_LENGTH + 1 + SECRET_LENGTH + CHECKSUM_LENGTH;

export interface KeyParts {
  mode: KeyMode;
  /** Names the key in clear. */
  handle: string;
  /** 190 bits that only the caller has. */
  secret: string;
}

export interface MintedKey extends KeyParts {
  /** The whole key as the caller keeps it. */
  text: string;
}

export function mintKey(mode: KeyMode): MintedKey {
  const handle = randomText(HANDLE_LENGTH);
  const secret = randomText(SECRET_LENGTH);
  const unsigned = `mk_${mode}_${handle}_${secret}`;
  return { mode, handle, secret, text: unsigned + toChecksum(unsigned) };
}

const SHAPE = new RegExp(`^${KEY_PATTERN}$`);

/** The parts of a key, or `null` for what cannot be one: a slip of the pen costs no look at the database. */
export function readKey(text: string): KeyParts | null {
  if (text.length !== KEY_LENGTH || !SHAPE.test(text)) return null;
  const unsigned = text.slice(0, -CHECKSUM_LENGTH);
  if (toChecksum(unsigned) !== text.slice(-CHECKSUM_LENGTH)) return null;
  return { mode: text.startsWith("mk_live_") ? "live" : "test", handle: text.slice(8, 16), secret: text.slice(17, 49) };
}

/** CRC-32 in base 62, as GitHub's tokens end; 62^6 exceeds 2^32. */
function toChecksum(unsigned: string): string {
  let rest = crc32(unsigned);
  let text = "";
  for (let place = 0; place < CHECKSUM_LENGTH; place++) {
    text = (ALPHABET[rest % 62] ?? "") + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** Bytes from 248 on are thrown away: 256 is no multiple of 62, and keeping them would favour eight letters. */
function randomText(length: number): string {
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < 248 && text.length < length) text += ALPHABET[byte % 62] ?? "";
    }
  }
  return text;
}
