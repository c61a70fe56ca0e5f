import { invalid } from "@loci/kit/errors";
import type { Role, Trust } from "../memory.ts";
import { ROLES, TRUST_LEVELS } from "../memory.ts";

/** What recall needs of one memory, without its text. Encoded, it is kept beside the memory; the index is built from it alone. */
export interface IndexEntry {
  /** Of the workspace, ascending by creation; the identity of the memory in the index. */
  seq: number;
  group: number;
  /** Two numbers for each different term, see `packTerms`. */
  terms: Uint32Array;
  /** Words in the text. */
  length: number;
  /** `quantize` of the vector of each passage, end to end; `null` while the memory has none. */
  vector: Int8Array | null;
  /** A hash of group and session, so that sessions of two groups are never one; 0 without a session. */
  session: number;
  /** Hashes of the words of the speaker's name and of linked entities' names; the first 255 count. */
  names: Float64Array;
  role: Role | null;
  /** Milliseconds since 1970, as all times here. */
  occurred_at: number | null;
  created_at: number;
  expires_at: number | null;
  /** 0 to 1. */
  importance: number;
  trust: Trust;
  superseded: boolean;
}

// The first word of an entry, in the byte order of the machine that wrote it: another order or version does not match.
const MAGIC = 0x4c_45_00_01;
const HEADER_BYTES = 72;
const NAMES_MAX = 255;
const HAS_VECTOR = 1;
const SUPERSEDED = 2;

/** Terms fold counts into the 11 bits that a 53-bit hash leaves of its two 32-bit words. */
const COUNT_SHIFT = 21;
const COUNT_MAX = 2048;
const HIGH_MASK = 0x1f_ffff;

/** Brings equal hashes together: for each, the low word of the hash, then its high 21 bits below 11 bits of count − 1. */
export function packTerms(hashes: readonly number[]): Uint32Array {
  const sorted = Float64Array.from(hashes).sort();
  const packed = new Uint32Array(sorted.length * 2);
  let used = 0;
  for (let at = 0; at < sorted.length; ) {
    const hash = sorted[at] as number;
    let next = at + 1;
    while (next < sorted.length && sorted[next] === hash) next++;
    packed[used++] = hash >>> 0;
    packed[used++] = (Math.floor(hash / 4_294_967_296) & HIGH_MASK) | ((Math.min(next - at, COUNT_MAX) - 1) << COUNT_SHIFT);
    at = next;
  }
  return packed.slice(0, used);
}

export const hashOfTerm = (terms: Uint32Array, at: number): number =>
  ((terms[2 * at + 1] as number) & HIGH_MASK) * 4_294_967_296 + (terms[2 * at] as number);

export const countOfTerm = (terms: Uint32Array, at: number): number => ((terms[2 * at + 1] as number) >>> COUNT_SHIFT) + 1;

/** One entry as bytes; encoded entries may be put end to end. */
export function encodeEntry(entry: IndexEntry): Uint8Array {
  const bytes = new Uint8Array(sizeOf(entry));
  writeEntry(entry, bytes, 0);
  return bytes;
}

export function encodeEntries(entries: readonly IndexEntry[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + sizeOf(entry), 0));
  let at = 0;
  for (const entry of entries) at += writeEntry(entry, bytes, at);
  return bytes;
}

/** Always a multiple of 8, so that entries end to end stay aligned. */
function sizeOf({ names, terms, vector }: IndexEntry): number {
  return HEADER_BYTES + Math.min(names.length, NAMES_MAX) * 8 + terms.length * 4 + (((vector?.length ?? 0) + 7) & ~7);
}

function writeEntry(entry: IndexEntry, bytes: Uint8Array, at: number): number {
  const size = sizeOf(entry);
  const u32 = new Uint32Array(bytes.buffer, at, size / 4);
  const f64 = new Float64Array(bytes.buffer, at, size / 8);
  const nameCount = Math.min(entry.names.length, NAMES_MAX);
  u32[0] = MAGIC;
  u32[1] = size;
  f64[1] = entry.seq;
  u32[4] = entry.group;
  u32[5] = entry.length;
  f64[3] = entry.session;
  f64[4] = entry.occurred_at ?? Number.NaN;
  f64[5] = entry.created_at;
  f64[6] = entry.expires_at ?? Number.NaN;
  bytes[at + 56] = entry.role === null ? 255 : ROLES.indexOf(entry.role);
  bytes[at + 57] = TRUST_LEVELS.indexOf(entry.trust);
  bytes[at + 58] = (entry.vector ? HAS_VECTOR : 0) | (entry.superseded ? SUPERSEDED : 0);
  bytes[at + 59] = nameCount;
  new Float32Array(bytes.buffer, at + 60, 1)[0] = entry.importance;
  u32[16] = entry.terms.length;
  u32[17] = entry.vector?.length ?? 0;
  f64.set(entry.names.subarray(0, nameCount), HEADER_BYTES / 8);
  const termsAt = HEADER_BYTES / 4 + nameCount * 2;
  u32.set(entry.terms, termsAt);
  if (entry.vector) new Int8Array(bytes.buffer, at).set(entry.vector, (termsAt + entry.terms.length) * 4);
  return size;
}

export function decodeEntry(bytes: Uint8Array): IndexEntry {
  return decodeEntries(bytes)[0] ?? fail("it is empty");
}

/**
 * Reads entries that were put end to end. What it returns are views of `bytes` (of a copy, where `bytes` is not aligned).
 * Throws when the bytes are of another version or of a machine of another byte order: they are derived, so write them anew.
 */
export function decodeEntries(bytes: Uint8Array): IndexEntry[] {
  const whole = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  if (whole.byteLength % 8 !== 0) fail("its length is not a multiple of 8");
  const u32 = new Uint32Array(whole.buffer, whole.byteOffset, whole.byteLength / 4);
  const f64 = new Float64Array(whole.buffer, whole.byteOffset, whole.byteLength / 8);
  const f32 = new Float32Array(whole.buffer, whole.byteOffset, whole.byteLength / 4);
  const i8 = new Int8Array(whole.buffer, whole.byteOffset, whole.byteLength);
  const entries: IndexEntry[] = [];
  for (let at = 0; at < whole.byteLength; ) {
    const size = u32[at / 4 + 1] as number;
    if (u32[at / 4] !== MAGIC) fail("it is of another version or byte order");
    if (size < HEADER_BYTES || size % 8 !== 0 || at + size > whole.byteLength) fail("it is cut off");
    entries.push(readEntry(u32, f64, f32, i8, at));
    at += size;
  }
  return entries;
}

function readEntry(u32: Uint32Array, f64: Float64Array, f32: Float32Array, i8: Int8Array, at: number): IndexEntry {
  const word = at / 4;
  const double = at / 8;
  const flags = i8[at + 58] as number;
  const nameCount = (i8[at + 59] as number) & 255;
  const termsAt = word + HEADER_BYTES / 4 + nameCount * 2;
  const vectorAt = (termsAt + (u32[word + 16] as number)) * 4;
  return {
    seq: f64[double + 1] as number,
    group: u32[word + 4] as number,
    terms: u32.subarray(termsAt, termsAt + (u32[word + 16] as number)),
    length: u32[word + 5] as number,
    vector: flags & HAS_VECTOR ? i8.subarray(vectorAt, vectorAt + (u32[word + 17] as number)) : null,
    session: f64[double + 3] as number,
    names: f64.subarray(double + HEADER_BYTES / 8, double + HEADER_BYTES / 8 + nameCount),
    role: ROLES[i8[at + 56] as number] ?? null,
    occurred_at: orNull(f64[double + 4] as number),
    created_at: f64[double + 5] as number,
    expires_at: orNull(f64[double + 6] as number),
    importance: f32[word + 15] as number,
    trust: TRUST_LEVELS[i8[at + 57] as number] ?? "web",
    superseded: (flags & SUPERSEDED) !== 0,
  };
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

function fail(why: string): never {
  throw invalid("entry", `The index entry cannot be read: ${why}. Index entries are derived: write them anew from the memories.`);
}
